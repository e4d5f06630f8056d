//! All that a vault knows of a secret besides its values.

use zeroize::Zeroizing;

use super::{About, InfoState, VersionEntry};
use crate::actor::Actor;
use crate::crypto::context::{Context, InfoPlace};
use crate::crypto::envelope::{Envelope, seal};
use crate::crypto::header::Header;
use crate::crypto::key::SymmetricKey;
use crate::crypto::primitives::equal;
use crate::crypto::timestamp::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::scope::Scope;

/// All that is known of a secret besides its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    /// Its identity. Stored in front of the envelope, which is bound to it.
    pub(crate) record: RecordId,
    /// Scope that it lives in.
    pub(crate) scope: Scope,
    /// Its name.
    pub(crate) name: SecretName,
    /// Its state.
    pub(crate) state: InfoState,
    /// The number of writes to it, from 1.
    pub(crate) revision: Revision,
    /// The highest version ever given under this name, also to secrets that were here before.
    pub(crate) last_version: Version,
    /// Time at which it was first stored.
    pub(crate) created_at: Timestamp,
    /// Time of the last change of any part of it.
    pub(crate) updated_at: Timestamp,
    /// Actor that first stored it, if there was one.
    pub(crate) created_by: Option<Actor>,
    /// Actor of the last change, if there was one.
    pub(crate) updated_by: Option<Actor>,
    /// Statements of its owners.
    pub(crate) about: About,
    /// The kept values, in ascending order of their versions; none if revoked or deleted, else at
    /// least one.
    pub(crate) versions: Vec<VersionEntry>,
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
    pub(crate) fn seal(
        &self,
        header: &Header,
        place: &InfoPlace,
        key: &SymmetricKey,
    ) -> Result<Vec<u8>> {
        let context = Context::info(header, self.record, place);
        let envelope = seal(key, &context, &self.encode())?;
        Ok([&self.record.as_bytes()[..], &envelope].concat())
    }

    /// Seals a value as `version` of this secret.
    pub(crate) fn seal_value(
        &self,
        header: &Header,
        version: Version,
        key: &SymmetricKey,
        value: &[u8],
    ) -> Result<Vec<u8>> {
        seal(key, &self.value_context(header, version), value)
    }

    /// Opens a kept value, if it is in the very envelope that this info names.
    pub(crate) fn open_value(
        &self,
        header: &Header,
        version: Version,
        key: &SymmetricKey,
        envelope: &Envelope<'_>,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let kept = self.versions.iter().rfind(|kept| kept.version == version);
        match kept {
            Some(kept) if equal(&kept.commitment, envelope.commitment()) => {
                let value = envelope.open(key, &self.value_context(header, version))?;
                Ok(value.exact())
            }
            _ => Err(Error::new(
                ErrorKind::Corrupt,
                "a stored value does not match the record of its secret; restore the vault from a \
                 backup",
            )),
        }
    }

    fn value_context(&self, header: &Header, version: Version) -> Context {
        Context::value(header, self.record, &self.scope, &self.name, version)
    }
}
