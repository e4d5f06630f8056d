//! The state of a log whose head is lost.

use super::append::Noted;
use crate::crypto::{Head, KeyId, LogState, RowAccount};
use crate::error::Result;
use crate::scope::Scope;
use crate::store::{Kind, Partition, WriteTx};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::numbers::next_epoch;
use crate::vault::rows::checked;
use crate::vault::walk::Walk;

impl Core {
    /// The state of a log as its rows have it: the newest ones that follow each other. `None` where
    /// there are none. Nobody can say if there were others behind them.
    ///
    /// A head that can be read has the `last` state. It stands, so that what is missing stays
    /// missing, unless there are rows behind its end.
    pub(in crate::vault) fn recover_log(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        last: Option<LogState>,
    ) -> Result<Option<LogState>> {
        let mut found: Option<LogState> = None;
        let mut walk = Walk::of_all_after(Kind::Audit, None);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let Ok(opened) = self.open_log_row(partition, &row) else {
                    continue;
                };
                let Ok((_, end)) = self.entries_of(partition, &opened) else {
                    continue;
                };
                let known = found.filter(|log| log.end == opened.before);
                found = Some(LogState {
                    begin: known.map_or(opened.before, |log| log.begin),
                    end,
                    written_at: opened.written_at,
                });
            }
        }
        Ok(match (last, found) {
            (Some(last), Some(found)) if found.end.row > last.end.row => Some(LogState {
                begin: last.begin,
                ..found
            }),
            (last, found) => last.or(found),
        })
    }

    /// The generation of the first data key of a tenant that was not erased, as the head of its
    /// uses has it; 0 if that is not known.
    pub(in crate::vault) fn erased_before_by_uses(&self, tenant: &str) -> Result<u32> {
        let partition = self.uses_of(tenant);
        let row = self.get_one(partition, head_row(partition))?;
        let head = row.and_then(|row| self.open_head(partition, &row).ok());
        Ok(head.map_or(0, |head| head.erased_before))
    }

    /// Makes the head of the log of a tenant's uses anew, if it cannot be read: without it no use
    /// can be logged. Does nothing where there is no log. `erased_before` is that of the tenant.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for a damaged index; or why the store cannot be
    /// written.
    pub(in crate::vault) fn repair_uses(
        &self,
        tenant: &Scope,
        erased_before: u32,
        call: Call<'_>,
    ) -> Result<()> {
        let partition = self.uses_of(tenant.tenant());
        let keys = [head_row(partition)];
        let seen = self.seen.of(partition).map_or(0, |mark| mark.epoch());
        let now = self.clock.now()?.reading;
        let mark = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let head = row.as_ref().map(|row| self.open_head(partition, row));
            let whole = head.as_ref().and_then(|head| head.as_ref().ok());
            let whole = whole.filter(|head| head.is_of_uses());
            let (usage, newest) = self.recover_usage(tx, partition)?;
            if whole.is_some_and(|head| head.usage == usage) {
                return Ok(None);
            }
            let log = match whole {
                Some(head) => head.log,
                None => self.recover_log(tx, partition, None)?,
            };
            if log.is_none() && head.is_none() && usage == RowAccount::default() {
                return Ok(None);
            }
            let log = log.unwrap_or_else(|| LogState::new(now));
            // Each write made a row of the log, or rows of uses with its epoch.
            let last = whole.map_or(0, |head| head.epoch);
            let newest = last.max(log.end.row).max(newest).max(seen);
            let mut head = Head::of_uses(tenant.tenant(), log);
            head.usage = usage;
            head.erased_before = erased_before;
            head.epoch = next_epoch(newest)?;
            let mut noted = Noted::default();
            noted.push(&call.facts(now, tenant));
            self.put_log(tx, partition, head, log, &noted).map(Some)
        })?;
        if let Some(mark) = mark {
            self.note_head(partition, mark, KeyId::VAULT_SECRET);
        }
        Ok(())
    }
}
