//! Taking the oldest entries away.

use std::ops::ControlFlow;

use super::append::{Noted, log_row_key};
use super::broken::broken;
use super::log::AuditLog;
use super::retention::AuditRetention;
use crate::crypto::{Facts, LogPlace, LogState, Timestamp};
use crate::error::Result;
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::store::{Partition, RowKey, WriteTx};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::numbers::next_epoch;
use crate::vault::reason;
use crate::vault::rows::{checked, get_in};

/// The most rows that are taken away in one write.
const ROWS: u64 = 64;

/// The entries of a log that are kept.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Kept {
    retention: AuditRetention,
    /// The end of the log when this was asked for.
    end: LogPlace,
}

impl AuditLog {
    /// Takes the oldest entries away, as far as the retention does not keep them, and returns
    /// their number. What is left can be verified as before, and an entry tells of each write that
    /// took some away, with the reason.
    ///
    /// Entries that were stored together go together, once all of them may go. A write takes away
    /// what 64 writes stored at most, so others wait for it shortly.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditMode, AuditRetention, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// for number in 0..10 {
    ///     project.put("STRIPE_KEY", format!("value {number}"))?;
    /// }
    /// let log = vault.audit("acme")?;
    /// assert_eq!(log.prune(&AuditRetention::new().max_entries(4), "the policy")?, 6);
    /// let newest = log.entries().next().unwrap()?;
    /// assert_eq!((newest.action, newest.count), (AuditAction::Prune, Some(6)));
    /// assert!(vault.verify()?.is_intact());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied) for the log of a scope, because it is a part of that of
    /// its organization; [`InvalidInput`](crate::ErrorKind::InvalidInput) for a reason that is no
    /// text of 1 to 1024 bytes; [`Tampered`](crate::ErrorKind::Tampered) when the entries are not
    /// those of the head; or why the store cannot be written.
    pub fn prune(&self, retention: &AuditRetention, reason: impl AsRef<str>) -> Result<u64> {
        self.prune_with(retention, reason, |_| ControlFlow::Continue(()))
    }

    /// Takes the oldest entries away as [`prune`](AuditLog::prune) does, and tells their number so
    /// far after each write. The callback may end the call there: what is taken away stays away.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{AuditMode, AuditRetention, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// for number in 0..100 {
    ///     project.put("STRIPE_KEY", format!("value {number}"))?;
    /// }
    /// let log = vault.audit("acme")?;
    /// let keep = AuditRetention::new().max_entries(4);
    /// let taken = log.prune_with(&keep, "the policy", |_| ControlFlow::Break(()))?;
    /// assert_eq!(taken, 64);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `prune`.
    pub fn prune_with(
        &self,
        retention: &AuditRetention,
        reason: impl AsRef<str>,
        mut progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<u64> {
        let reason = reason::check(reason.as_ref())?;
        self.must_be_whole()?;
        let mut taken = 0;
        let call = Call::operator(AuditAction::Prune)
            .by(self.actor.as_ref(), None)
            .because(Some(reason));
        for partition in [Some(self.changes), self.uses].into_iter().flatten() {
            let core = &self.core;
            // What is stored meanwhile is kept, the entries about this among it.
            let Some(now) = core.log_state(partition)?.map(|log| log.end) else {
                continue;
            };
            let kept = Kept {
                retention: *retention,
                end: now,
            };
            loop {
                let count = match &self.organization {
                    Some(tenant) => core.prune_some(partition, tenant, kept, call)?,
                    None => core.prune_keys(kept, call)?,
                };
                taken += count;
                if count == 0 {
                    break;
                }
                if progress(taken).is_break() {
                    return Ok(taken);
                }
            }
        }
        Ok(taken)
    }
}

impl Core {
    /// Takes some rows of a log away, in one write, and returns the number of their entries.
    fn prune_some(
        &self,
        partition: Partition,
        tenant: &Scope,
        kept: Kept,
        call: Call<'_>,
    ) -> Result<u64> {
        let (keys, seen) = ([head_row(partition)], self.seen.of(partition));
        let now = self.clock.now()?.reading;
        let pruned = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let Some(mut head) = self.admit_head(partition, row.as_ref(), seen)? else {
                return Ok(None);
            };
            let Some(mut log) = head.log else {
                return Ok(None);
            };
            let count = self.take_away(tx, partition, &mut log, kept, now)?;
            if count == 0 {
                return Ok(None);
            }
            head.epoch = next_epoch(head.epoch)?;
            let mut noted = Noted::default();
            noted.push(&Facts {
                count: Some(count),
                ..call.facts(now, tenant)
            });
            let active_key = head.active_key;
            let mark = self.put_log(tx, partition, head, log, &noted)?;
            Ok(Some((mark, active_key, count)))
        })?;
        let Some((mark, active_key, count)) = pruned else {
            return Ok(0);
        };
        self.note_head(partition, mark, active_key);
        Ok(count)
    }

    /// Deletes the oldest rows that are not kept, and has the log begin behind them.
    pub(in crate::vault) fn take_away(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        log: &mut LogState,
        kept: Kept,
        now: Timestamp,
    ) -> Result<u64> {
        let last = log.begin.row.saturating_add(ROWS).min(kept.end.row);
        let keys: Vec<RowKey> = (log.begin.row + 1..=last).map(log_row_key).collect();
        let before = log.begin.entry;
        for (key, row) in keys.iter().zip(get_in(tx, &keys)?) {
            let opened = self.open_log_row(partition, &row.ok_or_else(broken)?)?;
            let (_, end) = self.entries_of(partition, &opened)?;
            if opened.before != log.begin {
                return Err(broken());
            }
            let age = now.time().duration_since(opened.written_at.time()).ok();
            let is_old = age
                .zip(kept.retention.max_age)
                .is_some_and(|(age, most)| age > most);
            let left = kept.end.entry.saturating_sub(end.entry);
            let is_much = kept.retention.max_entries.is_some_and(|most| left >= most);
            if !is_old && !is_much {
                break;
            }
            tx.delete(key)?;
            log.begin = end;
        }
        Ok(log.begin.entry - before)
    }
}
