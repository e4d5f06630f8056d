//! All that is held of one tenant.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::answer::Answer;
use super::answers::Answers;
use super::last_use::LastUse;
use super::listing::Listing;
use super::stamp::Stamp;
use crate::reference::Reference;

/// All that is held of one tenant besides its view.
#[derive(Default)]
pub(super) struct OpenedTenant {
    answers: RwLock<Option<Answers>>,
    /// By the tags of the scopes. Each is of a head of its own, because it goes on to a later one.
    listings: RwLock<Listings>,
}

type Listings = HashMap<[u8; 16], (Stamp, Arc<Listing>)>;

impl OpenedTenant {
    pub(super) fn answers(&self) -> RwLockReadGuard<'_, Option<Answers>> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn answers_mut(&self) -> RwLockWriteGuard<'_, Option<Answers>> {
        self.answers.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn listings(&self) -> RwLockReadGuard<'_, Listings> {
        self.listings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn listings_mut(&self) -> RwLockWriteGuard<'_, Listings> {
        let listings = self.listings.write();
        listings.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listing(&self, scope: &[u8; 16]) -> Option<(Stamp, Arc<Listing>)> {
        let listings = self.listings();
        let (stamp, listing) = listings.get(scope)?;
        Some((*stamp, Arc::clone(listing)))
    }

    /// Notes that the store gave the same head at a later question.
    pub(super) fn confirm_answers(&self, stamp: &Stamp) {
        let mut place = self.answers_mut();
        if let Some(answers) = place.as_mut().filter(|it| it.stamp().is_of_head_of(stamp)) {
            answers.confirm(stamp);
        }
    }

    /// The same for the list of a scope.
    pub(super) fn confirm_listing(&self, scope: &[u8; 16], stamp: &Stamp) {
        let mut listings = self.listings_mut();
        let known = listings.get_mut(scope).map(|(known, _)| known);
        if let Some(known) = known.filter(|known| known.is_of_head_of(stamp)) {
            known.confirm(stamp);
        }
    }

    /// Holds answers, unless those of a newer head are held or it `is_late`, which is asked under
    /// the lock.
    pub(super) fn hold_answers(
        &self,
        is_late: impl FnOnce() -> bool,
        stamp: &Stamp,
        chain: [u8; 16],
        answers: impl Iterator<Item = (Reference, Answer)>,
    ) {
        let mut place = self.answers_mut();
        if is_late() {
            return;
        }
        let own = match place.take() {
            Some(mut own) if own.stamp().is_of_head_of(stamp) => {
                own.confirm(stamp);
                own
            }
            Some(own) if !own.stamp().yields_to(stamp) => {
                *place = Some(own);
                return;
            }
            _ => Answers::new(*stamp),
        };
        let own = place.insert(own);
        for (reference, answer) in answers {
            own.insert(chain, reference, Arc::new(answer));
        }
    }

    /// Holds the list of a scope, as [`hold_answers`](Self::hold_answers) does.
    pub(super) fn hold_listing(
        &self,
        is_late: impl FnOnce() -> bool,
        stamp: &Stamp,
        scope: [u8; 16],
        listing: Arc<Listing>,
    ) {
        let mut listings = self.listings_mut();
        if is_late() {
            return;
        }
        let known = listings.get(&scope).map(|(known, _)| known);
        if known.is_none_or(|known| known.yields_to(stamp)) {
            listings.insert(scope, (*stamp, listing));
        }
    }

    /// Gives up the answers. The lists go on to the next head.
    pub(super) fn forget_answers(&self) {
        let answers = self.answers_mut().take();
        drop(answers);
    }

    /// Gives up what is not to be kept, by its last use. Returns true if nothing is left.
    pub(super) fn retain(&self, keeps: impl Fn(&LastUse) -> bool) -> bool {
        let mut place = self.answers_mut();
        let answers = place.as_mut();
        if answers.is_some_and(|answers| answers.retain(|answer| keeps(&answer.used))) {
            *place = None;
        }
        let mut listings = self.listings_mut();
        listings.retain(|_, (_, listing)| keeps(&listing.used));
        place.is_none() && listings.is_empty()
    }

    /// Adds the last use and the memory of everything to a list.
    pub(super) fn weigh(&self, all: &mut Vec<(u64, usize)>) {
        if let Some(answers) = self.answers().as_ref() {
            answers.weigh(all);
        }
        for (_, listing) in self.listings().values() {
            all.push((listing.used.steady(), listing.charge.bytes()));
        }
    }
}
