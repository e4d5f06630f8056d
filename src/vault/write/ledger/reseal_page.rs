//! Secrets sealed anew with the data key that seals now, page by page.

use std::sync::Arc;

use super::place::{Place, Resealed, Within};
use super::reseal_secret::{Paged, pending};
use super::transaction::Ledger;
use crate::error::Result;
use crate::store::{Kind, PAGE, Row};
use crate::vault::hashed_scope::HashedScope;
use crate::vault::older_rows::OlderRows;
use crate::vault::walk::Walk;

/// Work of one page.
#[derive(Default)]
pub(super) struct Work {
    pub(super) older: OlderRows,
    /// The bytes of the rows that were looked at.
    pub(super) bytes: usize,
}

impl Work {
    /// Returns true if the rest is for the next page.
    pub(super) fn is_enough(&self) -> bool {
        self.bytes >= PAGE.bytes
    }
}

impl Ledger<'_> {
    /// Seals a page of secrets anew, older versions included: 256 secrets at most, and no more once
    /// 2 MiB were looked at. No revision and no time of a secret changes.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when the tenant never stored anything, or those of
    /// the store. Rows that cannot be read are no error.
    pub(in crate::vault::write) fn reseal_page(&mut self, place: &Place) -> Result<Resealed> {
        self.must_exist()?;
        let account = self.account()?;
        let (head, active) = (&account.head, Arc::clone(&account.key));
        let total = head.live.saturating_add(head.tombstones);
        let begin = Place::of_key(active.id());
        let place = if place.key == begin.key {
            place
        } else {
            &begin
        };
        let mut walk = Walk::of_all_after(Kind::Secret, place.after);
        let rows = walk.step_in(self.tx)?.page()?.unwrap_or_default();
        let mut done = Resealed::new(place, total, active.about().generation);
        let mut next = Place {
            within: None,
            ..place.clone()
        };
        let (secrets, mut work) = self.open_page(rows, place)?;
        let mut is_over = walk.is_over();
        for (number, secret) in secrets.into_iter().enumerate() {
            if number > 0 && work.is_enough() {
                is_over = false;
                break;
            }
            let key = secret.row.key.key;
            let mut outcome = place.outcome_of(&key);
            let up_to = self.reseal(secret, place, &active, &mut work, &mut outcome)?;
            if let Some(up_to) = up_to {
                next.within = Some(Within {
                    secret: key,
                    up_to,
                    outcome,
                });
                is_over = false;
                break;
            }
            next.after = Some(key);
            done.count(outcome);
        }
        if self.changed {
            self.note_keys(done.generation, Some(done.changed));
        }
        done.next = (!is_over).then_some(next);
        Ok(done)
    }

    /// Opens the infos of a page, and says which older versions will be asked for.
    fn open_page(&mut self, rows: Vec<Row>, place: &Place) -> Result<(Vec<Paged>, Work)> {
        let (mut secrets, mut work) = (Vec::with_capacity(rows.len()), Work::default());
        let mut last: Option<Arc<HashedScope>> = None;
        for row in rows {
            let opened = self.open_paged(&row)?.map(|info| {
                // The secrets of a scope lie side by side.
                let known = last.take().filter(|scope| scope.scope == info.scope);
                let scope = known.unwrap_or_else(|| Arc::new(self.core.hashed(&info.scope)));
                last = Some(Arc::clone(&scope));
                for kept in pending(&info, place.done_of(&row.key.key)) {
                    let key = self.core.version_row(&scope, &info.name, kept.version);
                    work.older.expect(key, row.body.len());
                }
                (info, scope)
            });
            secrets.push(Paged { row, opened });
        }
        Ok((secrets, work))
    }
}
