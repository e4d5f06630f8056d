//! One secret of a scope: its info and its value.

use std::iter;

use secrecy::{ExposeSecret, SecretString};

use crate::crypto::{InfoState as State, VersionEntry, equal};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::vault::observer::{Action, Event};
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::{self, Stored};

impl ScopedVault {
    /// All that is known of a secret of this very scope, besides its value.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let info = project.info("STRIPE_KEY")?;
    /// assert_eq!((info.status, info.versions.len()), (Status::Active, 1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none in this scope, also if there is
    /// one above; or why the store cannot be read.
    pub fn info(&self, name: impl AsRef<str>) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        let stored = self.find(&name, Permissions::READ)?;
        stored::describe(stored.info).ok_or_else(|| self.not_here(&name))
    }

    /// The value of a secret of this very scope, for somebody who may see it. Its rules are not
    /// asked, and it may be inactive or out of its time.
    ///
    /// Tools do not need this: what they get is [resolved](ScopedVault::resolve_for).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Permissions, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(project.reveal("STRIPE_KEY")?.expose_secret(), "sk_live_...");
    /// assert!(project.with(Permissions::USE).reveal("STRIPE_KEY").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), also without [`Permissions::REVEAL`];
    /// [`Revoked`](crate::ErrorKind::Revoked); or why the store cannot be read.
    pub fn reveal(&self, name: impl AsRef<str>) -> Result<SecretString> {
        let name = SecretName::new(name)?;
        let begun = self.begin();
        let revealed = self
            .find(&name, Permissions::REVEAL)
            .and_then(|stored| Ok((self.newest_value(&stored)?, stored)))
            .and_then(|(value, stored)| {
                let found = Ok(&stored.info);
                let event = self.outcome_event(begun, Action::Reveal, &name, found);
                self.log_required(iter::once(event))?;
                Ok((value, stored))
            });
        let info = revealed.as_ref().map(|(_, stored)| &stored.info);
        self.tell(|| Event {
            generation: revealed.as_ref().map_or(0, |((_, by), _)| *by),
            ..self.outcome_event(begun, Action::Reveal, &name, info)
        });
        revealed.map(|((value, _), _)| value)
    }

    /// Returns true if a value is the one that is stored: "is this the key that we have?". Somebody
    /// who may ask this may guess, so it needs [`Permissions::MANAGE`] or [`Permissions::REVEAL`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert!(project.matches("STRIPE_KEY", "sk_live_...")?);
    /// assert!(!project.matches("STRIPE_KEY", "sk_test_...")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), also without permission;
    /// [`Revoked`](crate::ErrorKind::Revoked), because nothing is left to compare with; or why the
    /// store cannot be read.
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
            None => fingerprint(&self.newest_value(&stored)?.0),
        };
        Ok(equal(known.as_bytes(), fingerprint(&value).as_bytes()))
    }

    fn newest<'a>(&self, stored: &'a Stored) -> Result<&'a VersionEntry> {
        stored
            .info
            .newest()
            .ok_or_else(|| self.revoked(&stored.info.name, ", and no value of it is left"))
    }

    /// The newest value, and the generation of the data key that sealed it.
    fn newest_value(&self, stored: &Stored) -> Result<(SecretString, u32)> {
        let kept = self.newest(stored)?;
        let sealed = stored.envelope(kept, None)?;
        let key = self.core().key_for(self.partition(), sealed.key_id())?;
        let value = self
            .core()
            .open_value(&stored.info, kept.version, &sealed, &key)?;
        Ok((value, key.about().generation))
    }

    /// Reads a secret of this scope; revoked ones are there, deleted ones are not. Without the
    /// permission, none is there.
    fn find(&self, name: &SecretName, permission: Permissions) -> Result<Stored> {
        let key = self.core().secret_row(self.own(), name);
        let row = self.core().get_guarded(self.partition(), &[key])?.pop();
        let Some(row) = row.flatten().filter(|_| self.may(permission)) else {
            return Err(self.not_here(name));
        };
        let info = self.core().open_named(self.own(), name, &row)?;
        if info.state == State::Deleted {
            return Err(self.not_here(name));
        }
        Ok(Stored {
            info,
            body: row.body,
        })
    }
}
