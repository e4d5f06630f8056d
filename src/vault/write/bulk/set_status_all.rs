//! Switching many secrets.

use std::ops::ControlFlow;

use super::changes::Changes;
use super::items::of_names;
use super::progress::{BulkError, BulkProgress};
use crate::crypto::InfoState as State;
use crate::error::Result;
use crate::status::Status;
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;

impl ScopedVault {
    /// Switches many secrets of this scope on or off, or [revokes](ScopedVault::revoke) them, in
    /// writes of bounded size.
    ///
    /// A write has 256 secrets at most, and happens whole or not at all. The first one that fails
    /// ends the call, and the error tells how many secrets are switched: the first ones, in the
    /// order of the names. Each secret is switched as [`set_status`](ScopedVault::set_status) does
    /// it; one that has the status already is skipped: so a call that failed can be made again as
    /// it is.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("CRM_TOKEN", "a value")?;
    /// let progress = project.set_status_all(project.names()?, Status::Revoked)?;
    /// assert_eq!(progress.changed, 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `set_status`, among them [`NotFound`](crate::ErrorKind::NotFound) for a name
    /// without a secret; [`InvalidInput`](crate::ErrorKind::InvalidInput) for a name that is given
    /// twice, before anything is switched.
    pub fn set_status_all<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        status: Status,
    ) -> Result<BulkProgress, BulkError> {
        self.set_status_all_with(names, status, |_| ControlFlow::Continue(()))
    }

    /// Switches many secrets as [`set_status_all`](ScopedVault::set_status_all) does, and tells the
    /// progress after each write. The callback may end the call there: what is switched stays so.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{OnExisting, RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = (0..600).map(|number| (format!("KEY_{number}"), "a value"));
    /// project.put_all(items, OnExisting::Fail)?;
    /// let names = project.names()?;
    /// let done = project.set_status_all_with(&names, Status::Inactive, |progress| {
    ///     assert_eq!((progress.changed, progress.total), (256, 600));
    ///     ControlFlow::Break(())
    /// })?;
    /// assert_eq!(done.changed, 256);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `set_status_all`.
    pub fn set_status_all_with<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        status: Status,
        progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
    ) -> Result<BulkProgress, BulkError> {
        let state = State::from(status);
        let changes = Changes {
            action: Action::SetStatus,
            erases: status == Status::Revoked,
            check_input: &|()| Ok(()),
            size: &|()| 0,
            check_stored: &|entry| self.existing(entry).map(drop),
            check_part: &|_, _| Ok(()),
            next: &|ledger, entry, ()| self.switched(ledger, entry, state),
        };
        self.change_all(of_names(names), &changes, progress)
    }
}
