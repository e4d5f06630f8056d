//! Storing, switching, revoking and deleting.

use super::edit::{Sealer, exhausted};
use super::input::{Expected, SecretInput};
use super::scoped::ScopedVault;
use super::sealed::Stored;
use crate::crypto::{Info, InfoState as State, Timestamp, random};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{RecordId, Revision, SecretInfo, Version};
use crate::status::Status;
use crate::store::Purge;

impl ScopedVault {
    /// Stores a value: a new secret, or the next version of one that is there.
    ///
    /// A new version leaves the status as it is, unless the input says otherwise. The values before it are kept, up to
    /// [`kept_versions`](crate::VaultBuilder::kept_versions), for references with a pin.
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
    /// [`InvalidName`](ErrorKind::InvalidName) or [`InvalidValue`](ErrorKind::InvalidValue); [`Revoked`](ErrorKind::Revoked)
    /// when the name was revoked (see [`replace_revoked`](ScopedVault::replace_revoked)); [`Conflict`](ErrorKind::Conflict)
    /// when the input says what it expects and finds something else; or why the store cannot be written.
    pub fn put(&self, name: impl AsRef<str>, input: impl Into<SecretInput>) -> Result<SecretInfo> {
        let (name, input) = self.check_input(name.as_ref(), input.into())?;
        self.change(&name, &mut |current, sealer| {
            check_expected(input.expected, current, &name)?;
            if current.is_some_and(|stored| stored.info.state == State::Revoked) {
                return Err(self.revoked(&name, "; replace_revoked puts a new secret in its place"));
            }
            self.next_value(current.filter(|stored| stored.info.state.is_live()), current, &name, &input, sealer)
                .map(Some)
        })
    }

    /// Puts a new secret under a revoked name, in one step, so that a secret of the same name above never shows through.
    ///
    /// It has an identity of its own and the next version number; nothing of the revoked one comes back.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is no such name, [`Conflict`](ErrorKind::Conflict) when it is not revoked,
    /// and as [`put`](ScopedVault::put).
    pub fn replace_revoked(&self, name: impl AsRef<str>, input: impl Into<SecretInput>) -> Result<SecretInfo> {
        let (name, input) = self.check_input(name.as_ref(), input.into())?;
        self.change(&name, &mut |current, sealer| {
            check_expected(input.expected, current, &name)?;
            match current.map(|stored| stored.info.state) {
                Some(State::Revoked) => self.next_value(None, current, &name, &input, sealer).map(Some),
                Some(State::Active | State::Inactive) => {
                    let message = format!("secret {name} is not revoked; put stores its next version");
                    Err(Error::new(ErrorKind::Conflict, message).with_name(&name))
                }
                Some(State::Deleted) | None => Err(self.not_here(&name)),
            }
        })
    }

    /// Switches a secret on or off. [`Status::Revoked`] is the same as [`revoke`](ScopedVault::revoke).
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Revoked`](ErrorKind::Revoked) because revoking is final; or why the store cannot be
    /// written.
    pub fn set_status(&self, name: impl AsRef<str>, status: Status) -> Result<SecretInfo> {
        let info = self.switch(name.as_ref(), State::from(status))?;
        if status == Status::Revoked {
            self.purge();
        }
        Ok(info)
    }

    /// Revokes a secret for good: the values of all its versions are erased, and the name goes on hiding secrets of the same
    /// name above. Revoking twice is no error.
    ///
    /// When this returns, no resolve that starts later, in any process, gets the value. [`Purge::Pending`] says that its sealed
    /// bytes are still in the store's files, because somebody is reading an older state.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), or why the store cannot be written.
    pub fn revoke(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.switch(name.as_ref(), State::Revoked)?;
        Ok(self.purge())
    }

    /// Deletes a secret: its values are erased, and a secret of the same name above shows through again. What stays is a
    /// tombstone, so that identity and version numbers are never used twice.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound); [`Revoked`](ErrorKind::Revoked) when it is revoked, because deleting it lets a secret
    /// above show through (see [`force_delete`](ScopedVault::force_delete)); or why the store cannot be written.
    pub fn delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), false)
    }

    /// As [`delete`](ScopedVault::delete), but also of a revoked name: from then on a secret of the same name above resolves
    /// where this one was refused.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), or why the store cannot be written.
    pub fn force_delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), true)
    }

    /// Puts a secret into a state, if it is not in it already.
    fn switch(&self, name: &str, state: State) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        self.change(&name, &mut |current, sealer| {
            let stored = self.existing(current, &name)?;
            match (stored.info.state, state) {
                (now, then) if now == then => Ok(None),
                (State::Revoked, _) => Err(self.revoked(&name, ", which is final")),
                (_, State::Revoked) => tombstone(stored, State::Revoked, sealer.now).map(Some),
                _ => {
                    let info = Info { state, ..next_revision(&stored.info, sealer.now)? };
                    Ok(Some(Stored { info, ..stored.clone() }))
                }
            }
        })
    }

    fn remove(&self, name: &str, force: bool) -> Result<Purge> {
        let name = SecretName::new(name)?;
        self.core().edit(self.own(), &name, &mut |current, sealer| {
            let stored = self.existing(current, &name)?;
            if stored.info.state == State::Revoked && !force {
                return Err(self.revoked(&name, "; deleting it needs force, because it un-hides a secret above"));
            }
            tombstone(stored, State::Deleted, sealer.now).map(Some)
        })?;
        Ok(self.purge())
    }

    /// The secret with its next value. `live` is what it continues; `last` is whatever was under the name before, whose
    /// numbers go on.
    fn next_value(
        &self,
        live: Option<&Stored>,
        last: Option<&Stored>,
        name: &SecretName,
        input: &SecretInput,
        sealer: &Sealer<'_>,
    ) -> Result<Stored> {
        let version = match last {
            Some(stored) => stored.info.last_version.next().ok_or_else(exhausted)?,
            None => Version::FIRST,
        };
        let mut info = match live {
            Some(stored) => next_revision(&stored.info, sealer.now)?,
            None => Info {
                record: RecordId::from_bytes(random()?),
                scope: self.own().scope.clone(),
                name: name.clone(),
                state: State::Active,
                revision: next_number(last.map(|stored| stored.info.revision))?,
                last_version: version,
                created_at: sealer.now,
                updated_at: sealer.now,
                not_before: None,
                expires_at: None,
                instructions: false,
                description: String::new(),
                versions: Vec::new(),
            },
        };
        apply(input, &mut info)?;
        let mut next = sealer.push(info, version, &input.value)?;
        let surplus = next.info.versions.len().saturating_sub(self.core().kept_versions);
        next.info.versions.drain(..surplus);
        Ok(next)
    }

    fn check_input(&self, name: &str, input: SecretInput) -> Result<(SecretName, SecretInput)> {
        let name = SecretName::new(name)?;
        self.core().names.check(&name)?;
        input.check(self.core().max_value)?;
        Ok((name, input))
    }

    fn existing<'a>(&self, current: Option<&'a Stored>, name: &SecretName) -> Result<&'a Stored> {
        current.filter(|stored| stored.info.state != State::Deleted).ok_or_else(|| self.not_here(name))
    }

    fn revoked(&self, name: &SecretName, hint: &str) -> Error {
        let scope = self.scope();
        Error::new(ErrorKind::Revoked, format!("secret {name} is revoked in {scope}{hint}")).with_name(name)
    }

    /// The write is done and stands, so a failure to tidy up after it is not its failure.
    fn purge(&self) -> Purge {
        self.core().store.purge().unwrap_or(Purge::Pending)
    }
}

fn check_expected(expected: Expected, current: Option<&Stored>, name: &SecretName) -> Result<()> {
    let current = current.filter(|stored| stored.info.state != State::Deleted);
    let met = match expected {
        Expected::Anything => true,
        Expected::Nothing => current.is_none(),
        Expected::Revision(revision) => current.is_some_and(|stored| stored.info.revision == revision),
    };
    if met {
        return Ok(());
    }
    let message = format!("secret {name} was changed by somebody else; read it again");
    Err(Error::new(ErrorKind::Conflict, message).with_name(name))
}

/// A record without values, in a state that has none.
fn tombstone(stored: &Stored, state: State, now: Timestamp) -> Result<Stored> {
    let mut info = Info { state, versions: Vec::new(), ..next_revision(&stored.info, now)? };
    if state == State::Deleted {
        // Nothing is left of a deleted secret but what keeps numbers from being used twice.
        info = Info { not_before: None, expires_at: None, instructions: false, description: String::new(), ..info };
    }
    Ok(Stored { info, body: Vec::new() })
}

fn next_revision(info: &Info, now: Timestamp) -> Result<Info> {
    Ok(Info { revision: next_number(Some(info.revision))?, updated_at: now, ..info.clone() })
}

fn next_number(revision: Option<Revision>) -> Result<Revision> {
    let last = revision.map_or(0, Revision::get);
    last.checked_add(1).map(Revision::new).ok_or_else(exhausted)
}

fn apply(input: &SecretInput, info: &mut Info) -> Result<()> {
    if let Some(status) = input.status {
        info.state = State::from(status);
    }
    if let Some(description) = &input.description {
        info.description.clone_from(description);
    }
    if input.clear_times {
        (info.not_before, info.expires_at) = (None, None);
    }
    if let Some(time) = input.not_before {
        info.not_before = Some(Timestamp::of(time)?);
    }
    if let Some(time) = input.expires_at {
        info.expires_at = Some(Timestamp::of(time)?);
    }
    if let Some(allowed) = input.instructions {
        info.instructions = allowed;
    }
    if let (Some(from), Some(to)) = (info.not_before, info.expires_at) {
        if to <= from {
            return Err(Error::new(ErrorKind::InvalidInput, "a secret may not expire before it becomes valid"));
        }
    }
    Ok(())
}
