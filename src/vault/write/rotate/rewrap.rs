//! Moving everything of an organization to its newest data key.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::progress::RewrapProgress;
use crate::error::{Error, Result};
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::vault::call::Operator;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::observer::KeyAction;
use crate::vault::write::ledger::{Place, Resealed};

/// A walk that moves everything of an organization to its newest data key, see
/// [`Vault::rewrap`](crate::Vault::rewrap).
#[must_use = "nothing is moved before its first step"]
pub struct Rewrap {
    core: Arc<Core>,
    operator: Operator,
    tenant: HashedScope,
    /// Place to go on; `None` when it is done.
    place: Option<Place>,
    looked_at: u64,
    progress: RewrapProgress,
}

impl Rewrap {
    pub(in crate::vault) fn new(
        core: Arc<Core>,
        organization: &Scope,
        operator: Operator,
    ) -> Result<Self> {
        let tenant = core.hashed_organization(organization)?;
        Ok(Self {
            core,
            operator,
            tenant,
            place: Some(Place::default()),
            looked_at: 0,
            progress: RewrapProgress::default(),
        })
    }

    /// Moves the next secrets, 256 at most and no more once 2 MiB were read, in one write. `None`
    /// when all was done before.
    ///
    /// After an error nothing of the step counts, and the next call does it again.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// let mut rewrap = vault.rewrap("acme")?;
    /// let progress = rewrap.step()?.expect("the first step");
    /// assert!(progress.done && progress.left == 0);
    /// assert!(rewrap.step()?.is_none());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when nothing was ever stored in the organization,
    /// or why the store cannot be written.
    pub fn step(&mut self) -> Result<Option<RewrapProgress>> {
        let Some(place) = &self.place else {
            return Ok(None);
        };
        let page = self.core.write(
            &self.tenant,
            self.operator.call(AuditAction::Rewrap),
            &[],
            |ledger| ledger.reseal_page(place),
        );
        match page {
            Ok(page) => Ok(Some(self.go_on(page))),
            Err(error) => {
                self.tell(None, Err(&error));
                Err(error)
            }
        }
    }

    /// Takes all steps that are left.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// assert_eq!(vault.rewrap("acme")?.finish()?.rewrapped, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`step`](Rewrap::step).
    pub fn finish(self) -> Result<RewrapProgress> {
        self.finish_with(|_| ControlFlow::Continue(()))
    }

    /// Takes all steps that are left, and tells the progress after each. The callback may end the
    /// call between two steps: what is moved stays so, and the progress says that it is not done.
    ///
    /// A step holds up the writers of the organization for as long as it takes, and nobody between
    /// two steps, so it may run on a thread of its own beside all others.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// let progress = vault.rewrap("acme")?.finish_with(|progress| {
    ///     println!("{} secrets are left", progress.left);
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert!(progress.done);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`step`](Rewrap::step).
    pub fn finish_with(
        mut self,
        mut progress: impl FnMut(RewrapProgress) -> ControlFlow<()>,
    ) -> Result<RewrapProgress> {
        while let Some(now) = self.step()? {
            if progress(now).is_break() {
                break;
            }
        }
        Ok(self.progress)
    }

    fn go_on(&mut self, page: Resealed) -> RewrapProgress {
        if page.is_first {
            (self.looked_at, self.progress) = (0, RewrapProgress::default());
        }
        self.looked_at += page.looked_at;
        let progress = &mut self.progress;
        progress.rewrapped += page.changed;
        progress.unreadable += page.unreadable;
        progress.done = page.next.is_none();
        // Secrets may be added behind the walk, so it may look at more or less than there are now.
        progress.left = match page.next {
            Some(_) => page.total.saturating_sub(self.looked_at).max(1),
            None => 0,
        };
        self.place = page.next;
        if self.place.is_none() {
            self.tell(Some(page.generation), Ok(&()));
        }
        self.progress
    }

    fn tell(&self, generation: Option<u32>, outcome: Result<&(), &Error>) {
        let organization = &self.tenant.scope;
        self.core
            .tell_key(KeyAction::Rewrap, organization, generation, outcome);
    }
}

impl fmt::Debug for Rewrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewrap")
            .field("organization", &self.tenant.scope)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
