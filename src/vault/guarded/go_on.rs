//! The secrets of a scope that were written since a head.

use super::gather::open_in;
use super::page::{PageHead, RowPlace};
use crate::crypto::Info;
use crate::error::Result;
use crate::store::Kind;
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::rows::get_one_in;
use crate::vault::walk::{Step, Walk};

/// A secret that was written.
type ChangedRow = (RowPlace, Info);

impl Core {
    /// Reads the secrets of a scope that were written after a head, and the head of that moment.
    /// `None` if more than `most` secrets of the tenant were written, or one cannot be read, or the
    /// store gives them out of order: then the whole scope is to be read.
    ///
    /// # Errors
    ///
    /// Those of the store, and of [`admit_head`](Core::admit_head).
    pub(in crate::vault) fn rows_since(
        &self,
        scope: &HashedScope,
        base: Mark,
        most: usize,
    ) -> Result<Option<(PageHead, Vec<ChangedRow>)>> {
        let tenant = scope.partition;
        let seen = self.seen.of(tenant);
        let mut done = None;
        self.store.read(tenant, &mut |tx| {
            done = None;
            let row = get_one_in(tx, head_row(tenant))?;
            let head = self.admit_head(tenant, row.as_ref(), seen)?;
            let Some(head) = PageHead::of(row.as_ref(), head.as_ref())? else {
                return Ok(());
            };
            let (mut changed, mut count) = (Vec::new(), 0_usize);
            let mut walk = Walk::of_all_since(Kind::Secret, base.epoch(), false);
            loop {
                let rows = match walk.step_in(tx)? {
                    Step::Found(rows) => rows,
                    Step::End => break,
                    // An index is damaged; the other one may be whole.
                    Step::Disorder => return Ok(()),
                };
                count = count.saturating_add(rows.len());
                if count > most {
                    return Ok(());
                }
                for row in rows.iter().filter(|row| row.key.scope() == scope.scope_tag) {
                    let Ok(info) = open_in(self, tx, row) else {
                        return Ok(());
                    };
                    changed.push((RowPlace::of(row), info));
                }
            }
            done = Some((head, changed));
            Ok(())
        })?;
        Ok(done)
    }
}
