//! Erasing and repairing the uses of a tenant.

use crate::crypto::{Head, KeyId, LogState, RowAccount};
use crate::error::Result;
use crate::store::{Kind, Partition, WriteTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::numbers::next_epoch;
use crate::vault::rows::checked;
use crate::vault::walk::Walk;

impl Core {
    /// Deletes the uses of a tenant, page by page, and forgets those that wait here. Others that
    /// wait in another process know by the head that no row is to have them.
    pub(in crate::vault) fn erase_usage(&self, tenant: &str, erased_before: u32) -> Result<()> {
        self.forget_usage(tenant);
        while !self.erase_usage_page(tenant, erased_before)? {}
        Ok(())
    }

    /// Deletes a page of uses, and returns true if there are no more.
    fn erase_usage_page(&self, tenant: &str, erased_before: u32) -> Result<bool> {
        let partition = self.uses_of(tenant);
        let (keys, seen) = ([head_row(partition)], self.seen.of(partition));
        let now = self.clock.now()?.reading;
        let (mark, is_over) = self.commit(partition, &keys, |rows, tx| {
            let row = checked(&keys, rows)?.pop().flatten();
            let head = self.admit_head(partition, row.as_ref(), seen)?;
            let mut walk = Walk::of_vault(Kind::Usage);
            let rows = walk.step_in(tx)?.page()?.unwrap_or_default();
            let mut head = head.unwrap_or_else(|| Head::of_uses(tenant, LogState::new(now)));
            let is_told = head.erased_before >= erased_before;
            if rows.is_empty() && head.usage == RowAccount::default() && is_told {
                return Ok((None, true));
            }
            head.erased_before = head.erased_before.max(erased_before);
            for row in &rows {
                // What is damaged is not known to be accounted for. The last page ends the account.
                if let Ok(usage) = self.open_usage(partition, row) {
                    head.usage.withdraw(&usage.entry).unwrap_or_default();
                }
                tx.delete(&row.key)?;
            }
            if walk.is_over() {
                head.usage = RowAccount::default();
            }
            head.epoch = next_epoch(head.epoch)?;
            let row = self.seal_head(partition, &head)?;
            tx.put(&row)?;
            Ok((Some(Mark::of(&row, &head)?), walk.is_over()))
        })?;
        if let Some(mark) = mark {
            self.note_head(partition, mark, KeyId::VAULT_SECRET);
        }
        Ok(is_over)
    }

    /// The account of the uses that can be read, and their newest epoch. Others are deleted.
    pub(in crate::vault) fn recover_usage(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
    ) -> Result<(RowAccount, u64)> {
        let (mut account, mut newest) = (RowAccount::default(), 0);
        let mut unreadable = Vec::new();
        let mut walk = Walk::of_vault(Kind::Usage);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                match self.open_usage(partition, &row) {
                    Ok(usage) => {
                        account.enter(&usage.entry)?;
                        newest = newest.max(row.epoch);
                    }
                    Err(_) => unreadable.push(row.key),
                }
            }
        }
        unreadable.iter().try_for_each(|key| tx.delete(key))?;
        Ok((account, newest))
    }
}
