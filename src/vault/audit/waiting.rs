//! Entries about uses that wait to be stored.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::thread;

use super::append::{Noted, log_row_key};
use crate::crypto::{Facts, LogRow, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::vault::audit_mode::AuditMode;
use crate::vault::core::Core;
use crate::vault::rows::checked;
use crate::vault::use_queue::{Fill, Tried, Use, UseQueue};

impl Core {
    /// Adds an entry to those that wait.
    pub(in crate::vault) fn batch_entry(&self, facts: &Facts<'_>) {
        let (Some(uses), Some(scope)) = (&self.uses, facts.scope) else {
            return;
        };
        let fill = uses.push(Use {
            tenant: scope.tenant().to_owned(),
            time: facts.time,
            record: facts.encode(),
            tried: None,
        });
        match fill {
            Fill::Open => {}
            Fill::Full => self.tell_failed(self.flush_uses()),
            // Other threads may be storing what takes the room: it waits for them.
            Fill::Over(entry) => {
                self.tell_failed(self.flush_all_uses());
                uses.push_or_lose(entry);
            }
        }
    }

    /// Stores what waits if it has waited long enough.
    fn flush_due(&self) {
        if self.uses.as_ref().is_some_and(UseQueue::is_due) {
            self.tell_failed(self.flush_uses());
        }
    }

    /// Stores all that waits, beside other threads. What cannot be stored waits on.
    ///
    /// # Errors
    ///
    /// The first error of the store.
    fn flush_uses(&self) -> Result<()> {
        let Some(uses) = &self.uses else {
            return Ok(());
        };
        // Without it, a thread has taken all that waits and is storing it.
        let Some(_beside_others) = uses.beside_others() else {
            return Ok(());
        };
        self.store_all(uses)
    }

    /// Stores all that waits, and returns once what other threads took to store it is stored too.
    ///
    /// # Errors
    ///
    /// The first error of the store.
    pub(in crate::vault) fn flush_all_uses(&self) -> Result<()> {
        let Some(uses) = &self.uses else {
            return Ok(());
        };
        let _alone = uses.alone();
        self.store_all(uses)
    }

    fn store_all(&self, uses: &UseQueue) -> Result<()> {
        let (mut waiting, taken) = uses.take();
        let mut tenants: BTreeMap<String, Vec<Use>> = BTreeMap::new();
        for entry in waiting.uses {
            tenants.entry(entry.tenant.clone()).or_default().push(entry);
        }
        for tenant in waiting.lost.keys() {
            tenants.entry(tenant.clone()).or_default();
        }
        let (mut first, mut left) = (Ok(()), Vec::new());
        for (tenant, mut entries) in tenants {
            let mut lost = waiting.lost.remove(&tenant).unwrap_or_default();
            if let Err(error) = self.store_waiting(&tenant, &mut entries, &mut lost) {
                first = first.and(Err(error));
                left.extend(entries);
                if lost > 0 {
                    waiting.lost.insert(tenant, lost);
                }
            }
        }
        uses.put_back(left, waiting.lost, taken);
        first
    }

    /// Stores entries of a tenant, and how many were lost. After an error, those that are left may
    /// be stored.
    fn store_waiting(&self, tenant: &str, entries: &mut Vec<Use>, lost: &mut u64) -> Result<()> {
        self.settle(tenant, entries, lost)?;
        let mut noted = Noted::default();
        if *lost > 0 {
            let now = self.clock.now()?.reading;
            noted.push(&Facts {
                count: Some(*lost),
                ..Facts::new(now, AuditAction::Lost, &Scope::organization(tenant)?)
            });
        }
        for entry in &*entries {
            noted.add(entry.time, entry.record.clone());
        }
        let Some(first) = noted.records.first().cloned() else {
            return Ok(());
        };
        let mut row = None;
        let written = self.write_uses(tenant, &noted, &mut row);
        if let (Err(_), Some(row)) = (&written, row) {
            let lost = *lost;
            let tried = Arc::new(Tried { row, first, lost });
            for entry in entries {
                entry.tried = Some(Arc::clone(&tried));
            }
        }
        written
    }

    /// Takes out what was stored by a write that failed. Under the lock of the partition: whatever
    /// became of that write, it has ended.
    fn settle(&self, tenant: &str, entries: &mut Vec<Use>, lost: &mut u64) -> Result<()> {
        while let Some(tried) = entries.iter().find_map(|entry| entry.tried.clone()) {
            let is_of = |entry: &Use| {
                let own = entry.tried.as_ref();
                own.is_some_and(|own| Arc::ptr_eq(own, &tried))
            };
            if self.was_committed(tenant, &tried)? {
                entries.retain(|entry| !is_of(entry));
                *lost = lost.saturating_sub(tried.lost);
            } else {
                for entry in entries.iter_mut().filter(|entry| is_of(entry)) {
                    entry.tried = None;
                }
            }
        }
        Ok(())
    }

    /// Returns true if the log has the row that a write began with.
    fn was_committed(&self, tenant: &str, tried: &Tried) -> Result<bool> {
        let (partition, keys) = (self.uses_of(tenant), [log_row_key(tried.row)]);
        self.commit(partition, &keys, |rows, _| {
            let row = checked(&keys, rows)?.pop().flatten();
            let opened = row.and_then(|row| self.open_log_row(partition, &row).ok());
            let is_own = |row: LogRow| {
                row.writer == self.writer && row.entries.first() == Some(&tried.first)
            };
            Ok(opened.is_some_and(is_own))
        })
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
        self.close_usage();
        // The thread sees that the vault is gone.
        if let Some(uses) = &self.uses {
            uses.wake();
        }
    }
}

impl Noted {
    /// Adds an entry of a time.
    fn add(&mut self, time: Timestamp, record: Vec<u8>) {
        self.latest = self.latest.max(Some(time));
        self.records.push(record);
    }
}
