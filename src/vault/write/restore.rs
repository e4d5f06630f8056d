//! Secrets that come in with their histories.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::bulk::OnExisting;
use super::fields::Fields;
use super::ledger::{Ledger, LedgerEntry, NamedRow};
use crate::crypto::{
    About, BundledSecret, Envelope, Info, InfoState as State, Timestamp, VersionEntry, random,
};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{RecordId, Version};
use crate::scope::Scope;
use crate::store::RowKey;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::numbers::{exhausted, next_revision};
use crate::vault::stored::Stored;

/// A secret that comes in, in the scope where it will be.
pub(in crate::vault) struct Incoming {
    pub(in crate::vault) scope: HashedScope,
    pub(in crate::vault) secret: BundledSecret,
}

/// Rule for a part of the secrets that come in.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Restoring {
    pub(in crate::vault) existing: OnExisting,
    /// True to look if all of it could be stored, and to store nothing.
    pub(in crate::vault) is_trial: bool,
}

impl Core {
    /// Stores a part of the secrets that come in, in one write. Gives the infos that were stored,
    /// or would be; none for a secret that is skipped.
    ///
    /// # Errors
    ///
    /// The number of the secret that is refused, if it is one, and why.
    pub(in crate::vault) fn restore(
        &self,
        tenant: &HashedScope,
        call: Call<'_>,
        part: &[Incoming],
        rule: Restoring,
    ) -> Result<Vec<Option<Info>>, (Option<usize>, Error)> {
        let rows: Vec<NamedRow<'_>> = part
            .iter()
            .map(|one| NamedRow::new(self, &one.scope, &one.secret.info.name))
            .collect();
        let first: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
        let mut at = None;
        let written = self.write(tenant, call, &first, |ledger| {
            let mut infos = Vec::with_capacity(part.len());
            for (number, (one, row)) in part.iter().zip(&rows).enumerate() {
                at = None;
                let entry = ledger.read(*row)?;
                at = Some(number);
                infos.push(self.restore_one(ledger, &entry, one, rule)?);
            }
            at = None;
            Ok(infos)
        });
        written.map_err(|error| (at, error))
    }

    fn restore_one(
        &self,
        ledger: &mut Ledger<'_>,
        entry: &LedgerEntry<'_>,
        incoming: &Incoming,
        rule: Restoring,
    ) -> Result<Option<Info>> {
        let info = &incoming.secret.info;
        let last = entry.last().map(|stored| &stored.info);
        if !is_taken(info, last, rule.existing)? {
            return Ok(None);
        }
        let next = self.restored_info(incoming, last)?;
        if rule.is_trial {
            return Ok(Some(next));
        }
        let next = self.seal_history(ledger, entry, incoming, next)?;
        Ok(Some(next))
    }

    /// The info of a secret that comes in: a new identity, and numbers that go on from those that
    /// were ever given under its name.
    fn restored_info(&self, incoming: &Incoming, last: Option<&Info>) -> Result<Info> {
        let (info, name) = (&incoming.secret.info, &incoming.secret.info.name);
        self.names.check(name)?;
        let shift = last.map_or(0, |last| last.last_version.get());
        let shifted = |version: Version| {
            let number = version.get().checked_add(shift);
            number.and_then(Version::new).ok_or_else(exhausted)
        };
        let mut next = Info {
            record: RecordId::from_bytes(random()?),
            scope: incoming.scope.scope.clone(),
            revision: next_revision(last.map(|last| last.revision))?,
            last_version: if info.state.is_live() {
                shifted(info.last_version)?
            } else {
                // A tombstone gives no number, so it takes none.
                last.map_or(info.last_version, |last| {
                    last.last_version.max(info.last_version)
                })
            },
            about: About::default(),
            versions: Vec::with_capacity(info.versions.len()),
            ..info.clone()
        };
        let fields = fields_of(&info.about);
        fields
            .check()
            .and_then(|()| fields.apply(&mut next, self.keys.sub()))
            .map_err(|error| error.with_name(name))?;
        for (kept, value) in self.kept(&incoming.secret) {
            let length = value.expose_secret().len();
            if length > self.max_value {
                let message = format!("a secret value may have {} bytes at most", self.max_value);
                return Err(Error::new(ErrorKind::InvalidValue, message).with_name(name));
            }
            next.versions.push(VersionEntry {
                version: shifted(kept.version)?,
                ..kept.clone()
            });
        }
        Ok(next)
    }

    /// The newest versions, as many as this vault keeps.
    fn kept<'s>(
        &self,
        secret: &'s BundledSecret,
    ) -> impl Iterator<Item = (&'s VersionEntry, &'s SecretString)> {
        let surplus = secret.values.len().saturating_sub(self.kept_versions);
        secret
            .info
            .versions
            .iter()
            .zip(&secret.values)
            .skip(surplus)
    }

    /// Seals the values of a secret, and writes it with all of them.
    fn seal_history(
        &self,
        ledger: &mut Ledger<'_>,
        entry: &LedgerEntry<'_>,
        incoming: &Incoming,
        mut info: Info,
    ) -> Result<Info> {
        let mut bodies = Vec::with_capacity(info.versions.len());
        let mut sealed = Vec::with_capacity(info.versions.len());
        for (kept, (_, value)) in info.versions.iter().zip(self.kept(&incoming.secret)) {
            let body = ledger.seal_value(&info, kept.version, value)?;
            let bytes = value.expose_secret().as_bytes();
            sealed.push(VersionEntry {
                commitment: *Envelope::parse(&body)?.commitment(),
                fingerprint: Some(self.keys.sub().fingerprint(info.scope.tenant(), bytes)),
                hint: self.hint(value.expose_secret()),
                ..kept.clone()
            });
            bodies.push(body);
        }
        info.versions = sealed;
        let body = bodies.pop().unwrap_or_default();
        let older = info.older().iter().map(|kept| kept.version).zip(bodies);
        let older: Vec<(Version, Vec<u8>)> = older.collect();
        let next = Stored { info, body };
        ledger.write_with_history(entry, &next, &older)?;
        Ok(next.info)
    }
}

/// Returns true if a secret that comes in takes its name.
fn is_taken(info: &Info, last: Option<&Info>, existing: OnExisting) -> Result<bool> {
    let (name, scope) = (&info.name, last.map(|last| &last.scope));
    let Some(last) = last else { return Ok(true) };
    match (last.state, info.state) {
        // A name that was given more versions already keeps its own tombstone.
        (State::Deleted, State::Deleted) => Ok(last.last_version < info.last_version),
        (State::Deleted, _) => Ok(true),
        // The bundle has nothing to put here.
        (_, State::Deleted) => Ok(false),
        _ => match existing {
            OnExisting::Skip => Ok(false),
            OnExisting::Replace if last.state != State::Revoked => Ok(true),
            OnExisting::Replace if info.state == State::Revoked => Ok(false),
            OnExisting::Replace => Err(refused(
                ErrorKind::Revoked,
                name,
                scope,
                "is revoked, and no import brings it back; OnExisting::Skip leaves it",
            )),
            OnExisting::Fail | OnExisting::Version => Err(refused(
                ErrorKind::Conflict,
                name,
                scope,
                "exists already; OnExisting says what else to do",
            )),
        },
    }
}

fn refused(kind: ErrorKind, name: &SecretName, scope: Option<&Scope>, what: &str) -> Error {
    let place = scope
        .map(|scope| format!(" in {scope}"))
        .unwrap_or_default();
    Error::new(kind, format!("secret {name}{place} {what}")).with_name(name)
}

/// The statements of a secret, to be checked as those of a caller are.
fn fields_of(about: &About) -> Fields {
    let metadata = about.metadata.iter();
    Fields {
        description: Some(about.description.clone()),
        metadata: metadata
            .map(|(key, value)| (key.clone(), Some(value.clone())))
            .collect(),
        not_before: about.not_before.map(Timestamp::time),
        expires_at: about.expires_at.map(Timestamp::time),
        rotation: about
            .rotation
            .map(|seconds| Duration::from_secs(seconds.get())),
        rules: Some(about.rules.clone()),
        may_be_expired: true,
        ..Fields::default()
    }
}
