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

/// Attempts while others change the view.
const ATTEMPTS: usize = 16;

/// A view, and the head that it was of.
pub(super) struct Current {
    pub(super) slot: Arc<Slot>,
    pub(super) mark: Mark,
}

impl Core {
    /// Reads something at one moment, of which the view then is, and compares it with the view.
    /// There is no view of a tenant that has no head. `compare` returns `None` where the view went
    /// on meanwhile; then all is done again.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered); [`Busy`](crate::ErrorKind::Busy) under writes
    /// without end; [`TooLarge`](crate::ErrorKind::TooLarge); those of the store, of `read` and of
    /// `compare`.
    pub(super) fn read_compared<T, U>(
        &self,
        views: &Views,
        tenant: Partition,
        read: &mut dyn FnMut(&mut dyn ReadTx) -> Result<T>,
        mut compare: impl FnMut(T, Option<&Current>) -> Result<Option<U>>,
    ) -> Result<U> {
        for _ in 0..ATTEMPTS {
            if let Some((found, current)) = self.read_current(views, tenant, read)? {
                if let Some(compared) = compare(found, current.as_ref())? {
                    return Ok(compared);
                }
            }
        }
        Err(restless())
    }

    /// Reads something at one moment and brings the view to it; `None` if somebody else changed
    /// the view meanwhile.
    fn read_current<T>(
        &self,
        views: &Views,
        tenant: Partition,
        read: &mut dyn FnMut(&mut dyn ReadTx) -> Result<T>,
    ) -> Result<Option<(T, Option<Current>)>> {
        let slot = self.slot_of(views, tenant)?;
        let _one_at_a_time = slot.as_ref().map(|slot| slot.one_at_a_time());
        let (era, seen) = (self.seen.era(), self.seen.of(tenant));
        let base = slot.as_ref().and_then(|slot| base(slot, era));
        let mut done = None;
        self.store.read(tenant, &mut |tx| {
            done = None;
            let row = get_one_in(tx, head_row(tenant))?;
            let head = self.admit_head(tenant, row.as_ref(), seen)?;
            let step = if let (Some(row), Some(head)) = (row, head) {
                let mark = Mark::of(&row, &head)?;
                let rows = gather(self, tx, Goal::new(&head, mark, era), base, views.most())?;
                Some((head, mark, rows))
            } else {
                check_empty(tx)?;
                None
            };
            done = Some((read(tx)?, step));
            Ok(())
        })?;
        let (found, step) = done.ok_or_else(restless)?;
        let Some((head, mark, rows)) = step else {
            return Ok(Some((found, None)));
        };
        let slot = slot.clone().unwrap_or_else(|| views.of(tenant));
        if !apply(&slot, Goal::new(&head, mark, era), rows) {
            return Ok(None);
        }
        views.make_room(tenant, &slot)?;
        Ok(Some((found, Some(Current { slot, mark }))))
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
    /// Those of [`read_compared`](Core::read_compared).
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
            let goal = Goal::new(head, mark, era);
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

impl Current {
    /// Compares something with the view as it was. Returns false if somebody brought the view to
    /// another head meanwhile, so that nothing was compared.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when the view says something else.
    pub(super) fn compare(&self, holds: impl FnOnce(&View) -> bool) -> Result<bool> {
        let view = self.slot.view();
        match view.as_ref().filter(|view| view.mark() == self.mark) {
            Some(view) if holds(view) => Ok(true),
            Some(_) => Err(tampered()),
            None => Ok(false),
        }
    }
}
