//! The values that a secret had, and what may be told of them.

use secrecy::{ExposeSecret, SecretString};

use super::lifecycle::next_revision;
use super::observer::Action;
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::sealed::Stored;
use crate::crypto::{InfoState as State, VersionEntry, equal, key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{SecretInfo, Version};

impl ScopedVault {
    /// Makes the value of an older version the newest again, as a *new* version: nothing is
    /// renumbered, and what was the newest is kept like any other.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault, Version};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
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
        let name = SecretName::new(name)?;
        self.change(Action::RollBack, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            if stored.info.state == State::Revoked {
                return Err(self.revoked(&name, ", and no value of it is left"));
            }
            let kept = stored
                .kept(Some(to))
                .ok_or_else(|| self.no_such_version(&name))?;
            let value = ledger.value(self.own(), stored, kept)?;
            let info = next_revision(stored.info.clone(), ledger)?;
            self.push(ledger, info, entry, &value).map(Some)
        })
    }

    /// The value of a secret of this very scope, for somebody who may see it. Its rules are not
    /// asked, and it may be inactive or out of its time.
    ///
    /// Tools do not need this: what they get is [resolved](ScopedVault::resolve_for).
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without [`Permissions::REVEAL`];
    /// [`Revoked`](ErrorKind::Revoked); or why the store cannot be read.
    pub fn reveal(&self, name: impl AsRef<str>) -> Result<SecretString> {
        let name = SecretName::new(name)?;
        let revealed = self
            .find(&name, Permissions::REVEAL)
            .and_then(|stored| Ok((self.newest_value(&stored)?, stored)));
        self.tell_stored(
            Action::Reveal,
            &name,
            revealed.as_ref().map(|(_, stored)| stored),
        );
        revealed.map(|(value, _)| value)
    }

    /// Whether a value is the one that is stored: "is this the key that we have?". Whoever may ask
    /// this may guess, so it needs [`Permissions::MANAGE`] or [`Permissions::REVEAL`].
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without permission; [`Revoked`](ErrorKind::Revoked),
    /// because nothing is left to compare with; or why the store cannot be read.
    pub fn matches(&self, name: impl AsRef<str>, value: impl Into<SecretString>) -> Result<bool> {
        let (name, value) = (SecretName::new(name)?, value.into());
        let needed = if self.may(Permissions::MANAGE) {
            Permissions::MANAGE
        } else {
            Permissions::REVEAL
        };
        let stored = self.find(&name, needed)?;
        let fingerprint = |value: &SecretString| {
            let bytes = value.expose_secret().as_bytes();
            self.core()
                .keys
                .sub()
                .fingerprint(self.scope().tenant(), bytes)
        };
        let kept = self.newest(&stored)?;
        let known = match kept.fingerprint {
            Some(known) => known,
            // Stored before there were fingerprints.
            None => fingerprint(&self.newest_value(&stored)?),
        };
        Ok(equal(known.as_bytes(), fingerprint(&value).as_bytes()))
    }

    fn newest<'a>(&self, stored: &'a Stored) -> Result<&'a VersionEntry> {
        stored
            .info
            .newest()
            .ok_or_else(|| self.revoked(&stored.info.name, ", and no value of it is left"))
    }

    fn newest_value(&self, stored: &Stored) -> Result<SecretString> {
        let kept = self.newest(stored)?;
        let key = self.core().key_for(key_id(&stored.body)?)?;
        self.core()
            .open_value(&stored.info, kept.version, &stored.body, &key)
    }

    fn no_such_version(&self, name: &SecretName) -> Error {
        let message = format!("secret {name} has no such version in {}", self.scope());
        Error::new(ErrorKind::NoSuchVersion, message).with_name(name)
    }
}
