//! Changing what is known of a secret, and its status.

use super::input::{Expected, SecretChange};
use crate::crypto::{Info, InfoState as State};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::status::Status;
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;
use crate::vault::write::ledger::{Ledger, LedgerEntry};

impl ScopedVault {
    /// Changes the description, metadata, times, rules or status of a secret, and leaves its value
    /// as it is: the sealed value is not touched, and there is no new version.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretChange, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let change = SecretChange::new().description("billing, live mode");
    /// let info = project.update("STRIPE_KEY", change)?;
    /// assert_eq!(info.description, "billing, live mode");
    /// assert_eq!(info.versions.len(), 1, "the value is the one before");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound); [`InvalidInput`](crate::ErrorKind::InvalidInput)
    /// when a field breaks a rule; [`Revoked`](crate::ErrorKind::Revoked) for a status, because
    /// revoking is final; [`Conflict`](crate::ErrorKind::Conflict) when the change says what it
    /// expects and finds something else; or why the store cannot be written.
    // By value as `put` takes its input; a change is made for one call.
    #[allow(clippy::needless_pass_by_value)]
    pub fn update(&self, name: impl AsRef<str>, change: SecretChange) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.check_may_change(Action::Update, &name)?;
        change.fields.check()?;
        self.change(Action::Update, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            self.check_expected(change.expected, entry)?;
            if stored.info.state == State::Revoked && change.fields.status.is_some() {
                return Err(self.revoked(&name, ", which is final"));
            }
            let mut next = stored.clone();
            change
                .fields
                .apply(&mut next.info, self.core().keys.sub())?;
            if next.info == stored.info {
                return Ok(None);
            }
            next.info = ledger.next_revision(next.info)?;
            Ok(Some(next))
        })
    }

    /// Switches a secret on or off. [`Status::Revoked`] is the same as
    /// [`revoke`](ScopedVault::revoke).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.set_status("STRIPE_KEY", Status::Inactive)?;
    /// let error = project.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Inactive);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound); [`Revoked`](crate::ErrorKind::Revoked) because
    /// revoking is final; or why the store cannot be written.
    pub fn set_status(&self, name: impl AsRef<str>, status: Status) -> Result<SecretInfo> {
        self.switch_to(name.as_ref(), status, Expected::Anything)
    }

    pub(super) fn switch_to(
        &self,
        name: &str,
        status: Status,
        expected: Expected,
    ) -> Result<SecretInfo> {
        let info = self.switch(Action::SetStatus, name, State::from(status), expected)?;
        if status == Status::Revoked {
            self.purge();
        }
        Ok(info)
    }

    /// Puts a secret into a state, if it is not in it already.
    pub(super) fn switch(
        &self,
        action: Action,
        name: &str,
        state: State,
        expected: Expected,
    ) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.change(action, &name, |ledger, entry| {
            self.existing(entry)?;
            self.check_expected(expected, entry)?;
            self.switched(ledger, entry, state)
        })
    }

    /// The secret in a state; `None` if it is in it already.
    pub(super) fn switched(
        &self,
        ledger: &Ledger<'_>,
        entry: &LedgerEntry<'_>,
        state: State,
    ) -> Result<Option<Stored>> {
        let stored = self.existing(entry)?;
        match (stored.info.state, state) {
            (now, then) if now == then => Ok(None),
            (State::Revoked, _) => Err(self.revoked(entry.row.name, ", which is final")),
            (_, State::Revoked) => ledger.tombstone(stored, State::Revoked).map(Some),
            _ => {
                let info = Info {
                    state,
                    ..ledger.next_revision(stored.info.clone())?
                };
                Ok(Some(Stored {
                    info,
                    ..stored.clone()
                }))
            }
        }
    }
}
