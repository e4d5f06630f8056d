//! The log of uses: entries that a value waits for, and entries that wait themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::thread;

use super::append::Noted;
use super::broken::broken;
use crate::crypto::{Facts, Head, KeyId, LogState, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::vault::audit_mode::AuditMode;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::numbers::next_epoch;
use crate::vault::rows::checked;
use crate::vault::use_queue::{Fill, Use, UseQueue};

impl Core {
    /// Returns true if a value waits until its entry is durable.
    pub(in crate::vault) fn requires_entries(&self) -> bool {
        let uses = self.uses.as_ref();
        uses.is_some_and(|uses| uses.mode == AuditMode::Required)
    }

    /// Stores entries about values that are about to leave.
    ///
    /// # Errors
    ///
    /// Why the store cannot be written.
    pub(in crate::vault) fn require_entries(&self, scope: &Scope, noted: &Noted) -> Result<()> {
        if noted.is_empty() {
            return Ok(());
        }
        self.write_uses(scope.tenant(), noted).map_err(|error| {
            // A chain of resolvers takes this kind for an answer.
            let kind = match error.kind() {
                ErrorKind::NotFound => ErrorKind::Store,
                kind => kind,
            };
            Error::new(
                kind,
                "the use could not be written to the audit log, and without that this vault gives \
                 no value",
            )
            .with_source(error)
        })
    }

    /// Adds an entry to those that wait.
    pub(in crate::vault) fn batch_entry(&self, facts: &Facts<'_>) {
        let Some(uses) = &self.uses else { return };
        let fill = uses.push(Use {
            tenant: facts.scope.tenant().to_owned(),
            time: facts.time,
            record: facts.encode(),
        });
        if fill == Fill::Full {
            self.tell_failed(self.flush_uses());
        }
    }

    /// Stores what waits if it has waited long enough.
    fn flush_due(&self) {
        if self.uses.as_ref().is_some_and(UseQueue::is_due) {
            self.tell_failed(self.flush_uses());
        }
    }

    /// Stores all that waits. What cannot be stored waits on.
    ///
    /// # Errors
    ///
    /// The first error of the store.
    pub(in crate::vault) fn flush_uses(&self) -> Result<()> {
        let Some(uses) = &self.uses else {
            return Ok(());
        };
        let mut waiting = uses.take();
        let mut tenants: BTreeMap<String, Vec<Use>> = BTreeMap::new();
        for entry in waiting.uses {
            tenants.entry(entry.tenant.clone()).or_default().push(entry);
        }
        for tenant in waiting.lost.keys() {
            tenants.entry(tenant.clone()).or_default();
        }
        let (mut first, mut left) = (Ok(()), Vec::new());
        for (tenant, entries) in tenants {
            let lost = waiting.lost.get(&tenant).copied();
            let stored = self.store_waiting(&tenant, &entries, lost);
            match stored {
                Ok(()) => drop(waiting.lost.remove(&tenant)),
                Err(error) => {
                    first = first.and(Err(error));
                    left.extend(entries);
                }
            }
        }
        uses.put_back(left, waiting.lost);
        first
    }

    fn store_waiting(&self, tenant: &str, entries: &[Use], lost: Option<u64>) -> Result<()> {
        let mut noted = Noted::default();
        if lost.is_some() {
            let now = self.clock.now()?.reading;
            noted.push(&Facts {
                count: lost,
                ..Facts::new(now, AuditAction::Lost, &Scope::organization(tenant)?)
            });
        }
        for entry in entries {
            noted.add(entry.time, entry.record.clone());
        }
        self.write_uses(tenant, &noted)
    }

    /// Writes entries to the log of uses of a tenant.
    fn write_uses(&self, tenant: &str, noted: &Noted) -> Result<()> {
        let partition = self.uses_of(tenant);
        let (keys, seen) = ([head_row(partition)], self.seen.of(partition));
        let now = self.clock.now()?.reading;
        let mark = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let head = self.admit_head(partition, row.as_ref(), seen)?;
            let mut head = head.unwrap_or_else(|| Head::of_uses(tenant, LogState::new(now)));
            let mut log = head.log.filter(|_| head.is_of_uses()).ok_or_else(broken)?;
            head.epoch = next_epoch(head.epoch)?;
            self.append_to_log(tx, partition, head.epoch, &mut log, noted)?;
            head.log = Some(log);
            let row = self.seal_head(partition, &head)?;
            tx.put(&row)?;
            Mark::of(&row, &head)
        })?;
        self.note_head(partition, mark, KeyId::VAULT_SECRET);
        Ok(())
    }

    fn tell_failed(&self, flushed: Result<()>) {
        if let (Err(error), Some(observer)) = (flushed, &self.observer) {
            observer.audit_failed(&error);
        }
    }
}

/// Starts the thread that stores entries in time. It ends with the vault.
///
/// # Errors
///
/// [`Io`](ErrorKind::Io) when there can be no thread.
pub(in crate::vault) fn start_flusher(core: &Arc<Core>) -> Result<()> {
    let Some(uses) = core
        .uses
        .as_ref()
        .filter(|uses| uses.mode != AuditMode::Off)
    else {
        return Ok(());
    };
    let (weak, pause) = (Arc::downgrade(core), uses.limits.delay / 2);
    let flusher = thread::Builder::new()
        .name("keyslot-audit".to_owned())
        .spawn(move || {
            while let Some(core) = Weak::upgrade(&weak) {
                core.flush_due();
                drop(core);
                thread::park_timeout(pause);
            }
        })
        .map_err(|error| {
            Error::new(ErrorKind::Io, "the thread of the audit log did not start")
                .with_source(error)
        })?;
    uses.set_flusher(flusher.thread().clone());
    Ok(())
}

/// Stores what waits when the last handle of a vault is gone.
impl Drop for Core {
    fn drop(&mut self) {
        let flushed = self.flush_uses();
        self.tell_failed(flushed);
    }
}

impl Noted {
    /// Adds an entry of a time.
    fn add(&mut self, time: Timestamp, record: Vec<u8>) {
        self.latest = self.latest.max(Some(time));
        self.records.push(record);
    }
}
