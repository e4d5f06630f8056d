//! Storing values.

use secrecy::{ExposeSecret, SecretString};

use super::input::{SecretInput, check_surfaces};
use super::ledger::{Ledger, LedgerEntry};
use crate::crypto::{Info, InfoState as State};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{SecretInfo, Version};
use crate::vault::numbers::exhausted;
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;

impl ScopedVault {
    /// Stores a value: a new secret, or the next version of one that is there.
    ///
    /// A new version leaves the status as it is, unless the input says otherwise. The values before
    /// it are kept, up to [`kept_versions`](crate::VaultBuilder::kept_versions), for references
    /// with a pin.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// let info = project.put("STRIPE_KEY", "sk_live_second")?;
    /// assert_eq!(info.version().unwrap().get(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidName`](ErrorKind::InvalidName); [`InvalidValue`](ErrorKind::InvalidValue), also
    /// for a value with a line end too many for every surface that its rules allow;
    /// [`Revoked`](ErrorKind::Revoked) when the name was revoked (see
    /// [`replace_revoked`](ScopedVault::replace_revoked)); [`Conflict`](ErrorKind::Conflict) when
    /// the input says what it expects and finds something else; [`Denied`](ErrorKind::Denied)
    /// without [`MANAGE`](crate::Permissions::MANAGE), before the store is asked; or the error of
    /// the store.
    pub fn put(&self, name: impl AsRef<str>, input: impl Into<SecretInput>) -> Result<SecretInfo> {
        let (name, input) = self.check_input(Action::Put, name.as_ref(), input.into())?;
        self.change(Action::Put, &name, |ledger, entry| {
            self.check_expected(input.change.expected, entry)?;
            if entry
                .last()
                .is_some_and(|stored| stored.info.state == State::Revoked)
            {
                return Err(self.revoked(&name, "; replace_revoked puts a new secret in its place"));
            }
            let live = entry.last().filter(|stored| stored.info.state.is_live());
            self.next_value(ledger, live, entry, &input).map(Some)
        })
    }

    /// Puts a new secret under a revoked name, in one step, so that a secret of the same name above
    /// never shows through.
    ///
    /// It has an identity of its own and the next version number; nothing of the revoked one comes
    /// back.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.revoke("STRIPE_KEY")?;
    /// assert_eq!(project.put("STRIPE_KEY", "new").unwrap_err().kind(), ErrorKind::Revoked);
    /// let info = project.replace_revoked("STRIPE_KEY", "new")?;
    /// assert_eq!(info.version().unwrap().get(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is no such name,
    /// [`Conflict`](ErrorKind::Conflict) when it is not revoked, and as [`put`](ScopedVault::put).
    pub fn replace_revoked(
        &self,
        name: impl AsRef<str>,
        input: impl Into<SecretInput>,
    ) -> Result<SecretInfo> {
        let (name, input) =
            self.check_input(Action::ReplaceRevoked, name.as_ref(), input.into())?;
        self.change(Action::ReplaceRevoked, &name, |ledger, entry| {
            self.check_expected(input.change.expected, entry)?;
            if self.existing(entry)?.info.state == State::Revoked {
                return self.next_value(ledger, None, entry, &input).map(Some);
            }
            let message = format!("secret {name} is not revoked; put stores its next version");
            Err(Error::new(ErrorKind::Conflict, message).with_name(&name))
        })
    }

    /// The secret with its next value. `live` is the secret that it continues; `entry` is the name,
    /// whose numbers go on.
    pub(super) fn next_value(
        &self,
        ledger: &mut Ledger<'_>,
        live: Option<&Stored>,
        entry: &LedgerEntry<'_>,
        input: &SecretInput,
    ) -> Result<Stored> {
        let mut info = match live {
            Some(stored) => ledger.next_revision(stored.info.clone())?,
            None => ledger.new_info(entry)?,
        };
        input
            .change
            .fields
            .apply(&mut info, self.core().keys.sub())?;
        check_surfaces(input.value.expose_secret(), &info.about.rules)?;
        self.push(ledger, info, entry, &input.value)
    }

    /// Enters a value as the next version under a name, and forgets the oldest beyond those that
    /// are kept.
    pub(super) fn push(
        &self,
        ledger: &mut Ledger<'_>,
        info: Info,
        entry: &LedgerEntry<'_>,
        value: &SecretString,
    ) -> Result<Stored> {
        let version = match entry.last() {
            Some(stored) => stored.info.last_version.next().ok_or_else(exhausted)?,
            None => Version::FIRST,
        };
        let mut next = ledger.push(info, version, value)?;
        let surplus = next
            .info
            .versions
            .len()
            .saturating_sub(self.core().kept_versions);
        next.info.versions.drain(..surplus);
        Ok(next)
    }

    fn check_input(
        &self,
        action: Action,
        name: &str,
        input: SecretInput,
    ) -> Result<(SecretName, SecretInput)> {
        let name = self.core().names.apply(name)?;
        self.check_may_change(action, &name)?;
        input.check(self.core().max_value)?;
        Ok((name, input))
    }
}
