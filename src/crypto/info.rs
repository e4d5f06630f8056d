//! The info of a secret: the one authority on what it is and whether it may be used.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use zeroize::Zeroizing;

use super::context::Context;
use super::envelope::{COMMITMENT_LEN, commitment, key_id, open, seal};
use super::header::Header;
use super::key::{Key, KeyId};
use super::primitives::equal;
use super::timestamp::Timestamp;
use crate::access::AccessRules;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Revision, Version};
use crate::scope::Scope;
use crate::status::Status;

mod record;

/// What is known of a secret besides its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    /// Its identity. Stored in front of the envelope, which is bound to it.
    pub(crate) record: RecordId,
    /// The scope it lives in.
    pub(crate) scope: Scope,
    /// Its name.
    pub(crate) name: SecretName,
    /// Whether it may be used.
    pub(crate) state: InfoState,
    /// The number of writes to it, from 1.
    pub(crate) revision: Revision,
    /// The highest version ever given under this name, also to secrets that were here before.
    pub(crate) last_version: Version,
    /// When it was first stored.
    pub(crate) created_at: Timestamp,
    /// When anything of it last changed.
    pub(crate) updated_at: Timestamp,
    /// Who first stored it, if that was said.
    pub(crate) created_by: Option<Actor>,
    /// Who last changed it, if that was said.
    pub(crate) updated_by: Option<Actor>,
    /// What its owners say about it.
    pub(crate) about: About,
    /// The kept values, in ascending order of their versions; none if revoked or deleted, else at
    /// least one.
    pub(crate) versions: Vec<VersionEntry>,
}

/// What its owners say about a secret: all that can be set without a value, but for the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// From when on it resolves.
    pub(crate) not_before: Option<Timestamp>,
    /// From when on it resolves no more.
    pub(crate) expires_at: Option<Timestamp>,
    /// After how many seconds a value should be replaced; never 0.
    pub(crate) rotation: Option<NonZeroU64>,
    /// Where it may go.
    pub(crate) rules: AccessRules,
    /// What it is for; may be empty.
    pub(crate) description: String,
    /// What else is said about it.
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Whether a secret may be used, or was there once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum InfoState {
    /// Resolves.
    Active = 1,
    /// Does not resolve until it is made active again.
    Inactive = 2,
    /// Never resolves again.
    Revoked = 3,
    /// A tombstone: nothing is here any more, and no version starts again at 1.
    Deleted = 4,
}

impl InfoState {
    /// Whether there are values.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Inactive)
    }

    /// What is shown of it; nothing of what was deleted.
    pub(crate) fn status(self) -> Option<Status> {
        match self {
            Self::Active => Some(Status::Active),
            Self::Inactive => Some(Status::Inactive),
            Self::Revoked => Some(Status::Revoked),
            Self::Deleted => None,
        }
    }
}

impl From<Status> for InfoState {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Inactive => Self::Inactive,
            Status::Revoked => Self::Revoked,
        }
    }
}

/// One kept value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionEntry {
    /// Its number.
    pub(crate) version: Version,
    /// When it was stored.
    pub(crate) created_at: Timestamp,
    /// The commitment of its envelope: names the one envelope that may stand for this version.
    pub(crate) commitment: [u8; COMMITMENT_LEN],
    /// Who stored it, if that was said.
    pub(crate) created_by: Option<Actor>,
    /// The keyed hash of the value; `None` of what was stored before fingerprints were.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The end of the value, if it may be shown.
    pub(crate) hint: Option<String>,
}

/// The row that an info is stored in, as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InfoPlace {
    /// The key of the row. It begins with the tag of the scope.
    pub(crate) row_key: [u8; 32],
    /// The epoch of its tenant when it was written.
    pub(crate) epoch: u64,
}

impl Info {
    /// The version that resolves without a pin.
    pub(crate) fn newest(&self) -> Option<&VersionEntry> {
        self.versions.last()
    }

    /// The kept versions but the newest, whose values lie in rows of their own.
    pub(crate) fn older(&self) -> &[VersionEntry] {
        self.versions.split_last().map_or(&[], |(_, older)| older)
    }

    /// Seals it for the row of its own scope and name, whose key the caller derived from these:
    /// `record id[16] ‖ envelope`.
    pub(crate) fn seal(&self, header: &Header, place: &InfoPlace, key: &Key) -> Result<Vec<u8>> {
        let envelope = seal(
            key,
            &Context::info(header, self.record, place),
            &self.encode(),
        )?;
        Ok([&self.record.as_bytes()[..], &envelope].concat())
    }

    /// Opens what [`seal`](Self::seal) sealed for this row. The scope and name in it are those that
    /// the row's key is made of, because they are sealed together.
    pub(crate) fn open(
        header: &Header,
        place: &InfoPlace,
        key: &Key,
        sealed: &[u8],
    ) -> Result<Self> {
        let (record, envelope) = split(sealed)?;
        Self::decode(
            record,
            &open(key, &Context::info(header, record, place), envelope)?,
        )
    }

    /// The name of the key that a sealed info was sealed under. Nothing is checked.
    pub(crate) fn key_id(sealed: &[u8]) -> Result<KeyId> {
        Ok(key_id(split(sealed)?.1)?)
    }

    /// The commitment of a sealed info. Nothing is checked.
    pub(crate) fn commitment(sealed: &[u8]) -> Result<[u8; COMMITMENT_LEN]> {
        Ok(commitment(split(sealed)?.1)?)
    }

    /// Seals a value as `version` of this secret.
    pub(crate) fn seal_value(
        &self,
        header: &Header,
        version: Version,
        key: &Key,
        value: &[u8],
    ) -> Result<Vec<u8>> {
        seal(key, &self.value_context(header, version), value)
    }

    /// Opens a kept value, if it is in the very envelope that this info names.
    pub(crate) fn open_value(
        &self,
        header: &Header,
        version: Version,
        key: &Key,
        envelope: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let kept = self.versions.iter().find(|kept| kept.version == version);
        match kept {
            Some(kept) if equal(&kept.commitment, &commitment(envelope)?) => {
                Ok(open(key, &self.value_context(header, version), envelope)?)
            }
            _ => Err(Error::new(
                ErrorKind::Corrupt,
                "a stored value is not the one that its secret names",
            )),
        }
    }

    fn value_context(&self, header: &Header, version: Version) -> Context {
        Context::value(header, self.record, &self.scope, &self.name, version)
    }
}

/// A sealed info is the identity of the secret, then the envelope.
fn split(sealed: &[u8]) -> Result<(RecordId, &[u8])> {
    let (record, envelope) = sealed.split_first_chunk().ok_or_else(|| {
        Error::new(
            ErrorKind::Corrupt,
            "the stored record of a secret is cut off",
        )
    })?;
    Ok((RecordId::from_bytes(*record), envelope))
}
