//! Bringing a view up to date.

use std::sync::Arc;

use super::gather::{Gathered, Goal, check_empty, gather};
use super::refusal::{restless, tampered};
use crate::crypto::Head;
use crate::error::Result;
use crate::store::{Partition, ReadTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::rows::get_one_in;
use crate::vault::tenant_view::{Slot, View, Views};

/// Attempts at a read of one moment while others change the view.
const ATTEMPTS: usize = 16;

/// A view, and the head that it was of.
pub(super) struct Current {
    pub(super) slot: Arc<Slot>,
    pub(super) mark: Mark,
}

impl Core {
    /// Reads something at one moment, of which the view then is. There is no view of a tenant that
    /// has no head. `read` may run several times.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered); [`Busy`](crate::ErrorKind::Busy) under writes
    /// without end; [`TooLarge`](crate::ErrorKind::TooLarge); those of the store and of `read`.
    pub(super) fn read_current<T>(
        &self,
        views: &Views,
        tenant: Partition,
        read: &mut dyn FnMut(&mut dyn ReadTx) -> Result<T>,
    ) -> Result<(T, Option<Current>)> {
        let slot = self.slot_of(views, tenant)?;
        let _one_at_a_time = slot.as_ref().map(|slot| slot.one_at_a_time());
        for _ in 0..ATTEMPTS {
            let (era, seen) = (self.seen.era(), self.seen.of(tenant));
            let base = slot.as_ref().and_then(|slot| base(slot, era));
            let mut done = None;
            self.store.read(tenant, &mut |tx| {
                done = None;
                let row = get_one_in(tx, head_row(tenant))?;
                let head = self.admit_head(tenant, row.as_ref(), seen)?;
                let step = if let (Some(row), Some(head)) = (row, head) {
                    let mark = Mark::of(&row, &head)?;
                    let goal = Goal {
                        head: &head,
                        mark,
                        era,
                    };
                    let rows = gather(self, tx, goal, base, views.most())?;
                    Some((head, mark, rows))
                } else {
                    check_empty(tx)?;
                    None
                };
                done = Some((read(tx)?, step));
                Ok(())
            })?;
            let Some((found, step)) = done else {
                return Err(restless());
            };
            let Some((head, mark, rows)) = step else {
                return Ok((found, None));
            };
            let slot = slot.clone().unwrap_or_else(|| views.of(tenant));
            if apply(
                &slot,
                Goal {
                    head: &head,
                    mark,
                    era,
                },
                rows,
            ) {
                views.make_room(tenant, &slot)?;
                return Ok((found, Some(Current { slot, mark })));
            }
        }
        Err(restless())
    }

    /// The place of a view. It is kept for a tenant alone whose head opens.
    fn slot_of(&self, views: &Views, tenant: Partition) -> Result<Option<Arc<Slot>>> {
        if let Some(slot) = views.known(tenant) {
            return Ok(Some(slot));
        }
        let seen = self.seen.of(tenant);
        let row = self.get_one(tenant, head_row(tenant))?;
        let head = self.admit_head(tenant, row.as_ref(), seen)?;
        Ok(head.map(|_| views.of(tenant)))
    }

    /// Brings the view to a head within a write, whose tenant nobody else writes to meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`read_current`](Core::read_current).
    pub(super) fn current_in<T: ReadTx + ?Sized>(
        &self,
        views: &Views,
        tenant: Partition,
        tx: &mut T,
        head: Option<(&Head, Mark)>,
    ) -> Result<Option<Current>> {
        let Some((head, mark)) = head else {
            check_empty(tx)?;
            return Ok(None);
        };
        let slot = views.of(tenant);
        for _ in 0..ATTEMPTS {
            let era = self.seen.era();
            let goal = Goal { head, mark, era };
            let rows = gather(self, tx, goal, base(&slot, era), views.most())?;
            if apply(&slot, goal, rows) {
                views.make_room(tenant, &slot)?;
                return Ok(Some(Current { slot, mark }));
            }
        }
        Err(restless())
    }
}

/// The head that a view is of, if it still counts.
fn base(slot: &Slot, era: u64) -> Option<Mark> {
    let view = slot.view();
    view.as_ref()
        .filter(|view| view.era() == era)
        .map(View::mark)
}

/// Brings a view to a head by the rows that were gathered. Returns false if it has to be tried
/// again: somebody else changed it, or the rows that changed do not lead to the head. Then the
/// view is given up, and the next attempt reads all rows.
fn apply(slot: &Slot, goal: Goal<'_>, rows: Gathered) -> bool {
    let mut place = slot.view_mut();
    let own = place.as_mut().filter(|view| view.era() == goal.era);
    match (rows, own) {
        (_, Some(view)) if view.mark() == goal.mark => true,
        (Gathered::Changed { base, rows }, Some(view)) if view.mark() == base => {
            let leads_there = view.advance(goal.mark, goal.head, &rows);
            if !leads_there {
                *place = None;
            }
            leads_there
        }
        (Gathered::Whole(_), Some(view)) if view.mark().epoch() > goal.mark.epoch() => false,
        (Gathered::Whole(view), _) => {
            *place = Some(view);
            true
        }
        _ => false,
    }
}

/// Outcome of a comparison with a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The view is of the same head, and says the same.
    Same,
    /// Somebody brought the view to another head meanwhile.
    Moved,
}

impl Current {
    /// Compares something with the view as it was.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when the view says something else.
    pub(super) fn compare(&self, holds: impl FnOnce(&View) -> bool) -> Result<Compared> {
        let view = self.slot.view();
        match view.as_ref().filter(|view| view.mark() == self.mark) {
            Some(view) if holds(view) => Ok(Compared::Same),
            Some(_) => Err(tampered()),
            None => Ok(Compared::Moved),
        }
    }
}
