//! Going back to an older value.

use super::input::Expected;
use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{SecretInfo, Version};
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;

impl ScopedVault {
    /// Makes the value of an older version the newest again, as a *new* version: nothing is
    /// renumbered, and the version that was the newest is kept like any other.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault, Version};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// project.put("STRIPE_KEY", "sk_live_second")?;
    /// let info = project.rollback("STRIPE_KEY", Version::FIRST)?;
    /// assert_eq!(info.version().unwrap().get(), 3);
    /// assert_eq!(project.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_first");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`NoSuchVersion`](ErrorKind::NoSuchVersion) when that one
    /// is not kept; [`Revoked`](ErrorKind::Revoked), because nothing is kept then; or why the store
    /// cannot be written.
    pub fn rollback(&self, name: impl AsRef<str>, to: Version) -> Result<SecretInfo> {
        self.roll_back(name.as_ref(), to, Expected::Anything)
    }

    pub(super) fn roll_back(
        &self,
        name: &str,
        to: Version,
        expected: Expected,
    ) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.change(Action::RollBack, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            self.check_expected(expected, entry)?;
            if stored.info.state == State::Revoked {
                return Err(self.revoked(&name, ", and no value of it is left"));
            }
            let kept = stored::kept(&stored.info, Some(to));
            let kept = kept.ok_or_else(|| self.no_such_version(&name, to))?;
            let value = ledger.value(self.own(), stored, kept)?;
            let info = ledger.next_revision(stored.info.clone())?;
            self.push(ledger, info, entry, &value).map(Some)
        })
    }

    fn no_such_version(&self, name: &SecretName, version: Version) -> Error {
        let message = format!("secret {name} in {} has no version {version}", self.scope());
        Error::new(ErrorKind::NoSuchVersion, message).with_name(name)
    }
}
