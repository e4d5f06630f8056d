//! Storing, changing, switching, revoking and deleting.

use secrecy::SecretString;

use super::input::{Expected, SecretChange, SecretInput};
use super::ledger::{Entry, Ledger, exhausted};
use super::observer::Action;
use super::scoped::ScopedVault;
use super::sealed::Stored;
use crate::crypto::{About, Info, InfoState as State, random};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{RecordId, Revision, SecretInfo, Version};
use crate::status::Status;
use crate::store::Purge;

impl ScopedVault {
    /// Stores a value: a new secret, or the next version of one that is there.
    ///
    /// A new version leaves the status as it is, unless the input says otherwise. The values before
    /// it are kept, up to [`kept_versions`](crate::VaultBuilder::kept_versions), for references
    /// with a pin.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// let info = project.put("STRIPE_KEY", "sk_live_second")?;
    /// assert_eq!(info.version().unwrap().get(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidName`](ErrorKind::InvalidName) or [`InvalidValue`](ErrorKind::InvalidValue);
    /// [`Revoked`](ErrorKind::Revoked) when the name was revoked (see
    /// [`replace_revoked`](ScopedVault::replace_revoked)); [`Conflict`](ErrorKind::Conflict) when
    /// the input says what it expects and finds something else; or why the store cannot be written.
    pub fn put(&self, name: impl AsRef<str>, input: impl Into<SecretInput>) -> Result<SecretInfo> {
        let (name, input) = self.check_input(Action::Put, name.as_ref(), input.into())?;
        self.change(Action::Put, &name, |ledger, entry| {
            check_expected(input.expected, entry)?;
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
            check_expected(input.expected, entry)?;
            if self.existing(entry)?.info.state == State::Revoked {
                return self.next_value(ledger, None, entry, &input).map(Some);
            }
            let message = format!("secret {name} is not revoked; put stores its next version");
            Err(Error::new(ErrorKind::Conflict, message).with_name(&name))
        })
    }

    /// Changes what is said about a secret, and perhaps whether it is active, and leaves its value
    /// as it is: the sealed value is not touched, and there is no new version.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`InvalidInput`](ErrorKind::InvalidInput) when something
    /// cannot be said; [`Revoked`](ErrorKind::Revoked) for a status, because revoking is final;
    /// [`Conflict`](ErrorKind::Conflict) when the change says what it expects and finds something
    /// else; or why the store cannot be written.
    // By value as `put` takes its input; a change is made for one call.
    #[allow(clippy::needless_pass_by_value)]
    pub fn update(&self, name: impl AsRef<str>, change: SecretChange) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.check_may_change(Action::Update, &name)?;
        change.fields.check()?;
        self.change(Action::Update, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            check_expected(change.expected, entry)?;
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
            next.info = next_revision(next.info, ledger)?;
            Ok(Some(next))
        })
    }

    /// Switches a secret on or off. [`Status::Revoked`] is the same as
    /// [`revoke`](ScopedVault::revoke).
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Revoked`](ErrorKind::Revoked) because revoking is
    /// final; or why the store cannot be written.
    pub fn set_status(&self, name: impl AsRef<str>, status: Status) -> Result<SecretInfo> {
        let info = self.switch(Action::SetStatus, name.as_ref(), State::from(status))?;
        if status == Status::Revoked {
            self.purge();
        }
        Ok(info)
    }

    /// Revokes a secret for good: the values of all its versions are erased, and the name goes on
    /// hiding secrets of the same name above. Revoking twice is no error.
    ///
    /// When this returns, no resolve that starts later, in any process, gets the value.
    /// [`Purge::Pending`] says that its sealed bytes are still in the store's files, because
    /// somebody is reading an older state.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), or why the store cannot be written.
    pub fn revoke(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.switch(Action::Revoke, name.as_ref(), State::Revoked)?;
        Ok(self.purge())
    }

    /// Deletes a secret: its values are erased, and a secret of the same name above shows through
    /// again. What stays is a tombstone, so that identity and version numbers are never used twice.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Revoked`](ErrorKind::Revoked) when it is revoked,
    /// because deleting it lets a secret above show through (see
    /// [`force_delete`](ScopedVault::force_delete)); or why the store cannot be written.
    pub fn delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), false)
    }

    /// As [`delete`](ScopedVault::delete), but also of a revoked name: from then on a secret of the
    /// same name above resolves where this one was refused.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), or why the store cannot be written.
    pub fn force_delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), true)
    }

    /// Puts a secret into a state, if it is not in it already.
    fn switch(&self, action: Action, name: &str, state: State) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.change(action, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            match (stored.info.state, state) {
                (now, then) if now == then => Ok(None),
                (State::Revoked, _) => Err(self.revoked(&name, ", which is final")),
                (_, State::Revoked) => tombstone(stored, State::Revoked, ledger).map(Some),
                _ => {
                    let info = Info {
                        state,
                        ..next_revision(stored.info.clone(), ledger)?
                    };
                    Ok(Some(Stored {
                        info,
                        ..stored.clone()
                    }))
                }
            }
        })
    }

    fn remove(&self, name: &str, force: bool) -> Result<Purge> {
        let name = SecretName::new(name)?;
        self.edit(Action::Delete, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            if stored.info.state == State::Revoked && !force {
                return Err(self.revoked(
                    &name,
                    "; deleting it needs force, because it un-hides a secret above",
                ));
            }
            tombstone(stored, State::Deleted, ledger).map(Some)
        })?;
        Ok(self.purge())
    }

    /// The secret with its next value. `live` is what it continues; `entry` is whatever is under
    /// the name, whose numbers go on.
    fn next_value(
        &self,
        ledger: &mut Ledger<'_>,
        live: Option<&Stored>,
        entry: &Entry<'_>,
        input: &SecretInput,
    ) -> Result<Stored> {
        let mut info = match live {
            Some(stored) => next_revision(stored.info.clone(), ledger)?,
            None => self.new_info(ledger, entry)?,
        };
        input.fields.apply(&mut info, self.core().keys.sub())?;
        self.push(ledger, info, entry, &input.value)
    }

    /// A secret of a name, without a value yet.
    pub(super) fn new_info(&self, ledger: &Ledger<'_>, entry: &Entry<'_>) -> Result<Info> {
        let last = entry.last().map(|stored| &stored.info);
        Ok(Info {
            record: RecordId::from_bytes(random()?),
            scope: self.scope().clone(),
            name: entry.name.clone(),
            state: State::Active,
            revision: next_number(last.map(|info| info.revision))?,
            last_version: last.map_or(Version::FIRST, |info| info.last_version),
            created_at: ledger.now,
            updated_at: ledger.now,
            created_by: ledger.actor.cloned(),
            updated_by: ledger.actor.cloned(),
            about: About::default(),
            versions: Vec::new(),
        })
    }

    /// Enters a value as the next version under a name, and forgets the oldest beyond those that
    /// are kept.
    pub(super) fn push(
        &self,
        ledger: &mut Ledger<'_>,
        info: Info,
        entry: &Entry<'_>,
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

    pub(super) fn existing<'a>(&self, entry: &'a Entry<'_>) -> Result<&'a Stored> {
        entry.current().ok_or_else(|| self.not_here(entry.name))
    }

    pub(super) fn revoked(&self, name: &SecretName, hint: &str) -> Error {
        let scope = self.scope();
        Error::new(
            ErrorKind::Revoked,
            format!("secret {name} is revoked in {scope}{hint}"),
        )
        .with_name(name)
    }

    /// The write is done and stands, so a failure to tidy up after it is not its failure.
    fn purge(&self) -> Purge {
        self.core().store.purge().unwrap_or(Purge::Pending)
    }
}

fn check_expected(expected: Expected, entry: &Entry<'_>) -> Result<()> {
    let met = match expected {
        Expected::Anything => true,
        Expected::Nothing => entry.current().is_none(),
        Expected::Revision(revision) => entry
            .current()
            .is_some_and(|stored| stored.info.revision == revision),
    };
    if met {
        return Ok(());
    }
    let name = entry.name;
    let message = format!("secret {name} was changed by somebody else; read it again");
    Err(Error::new(ErrorKind::Conflict, message).with_name(name))
}

/// A record without values, in a state that has none.
fn tombstone(stored: &Stored, state: State, ledger: &Ledger<'_>) -> Result<Stored> {
    let mut info = Info {
        state,
        versions: Vec::new(),
        ..next_revision(stored.info.clone(), ledger)?
    };
    if state == State::Deleted {
        // Nothing is left of a deleted secret but what keeps numbers from being used twice, and who
        // deleted it.
        info = Info {
            about: About::default(),
            ..info
        };
    }
    Ok(Stored {
        info,
        body: Vec::new(),
    })
}

pub(super) fn next_revision(info: Info, ledger: &Ledger<'_>) -> Result<Info> {
    let revision = next_number(Some(info.revision))?;
    Ok(Info {
        revision,
        updated_at: ledger.now,
        updated_by: ledger.actor.cloned(),
        ..info
    })
}

fn next_number(revision: Option<Revision>) -> Result<Revision> {
    let last = revision.map_or(0, Revision::get);
    last.checked_add(1).map(Revision::new).ok_or_else(exhausted)
}
