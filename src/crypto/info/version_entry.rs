//! The record of one kept version.

use crate::actor::Actor;
use crate::crypto::envelope::COMMITMENT_LEN;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{FieldReader, FieldWriter, array, corrupt, text};
use crate::error::Result;
use crate::record::{Fingerprint, Version};

/// One kept value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionEntry {
    /// Its number.
    pub(crate) version: Version,
    /// Time at which it was stored.
    pub(crate) created_at: Timestamp,
    /// The commitment of its envelope: names the one envelope that may stand for this version.
    pub(crate) commitment: [u8; COMMITMENT_LEN],
    /// Actor that stored it, if there was one.
    pub(crate) created_by: Option<Actor>,
    /// The keyed hash of the value; none if it was stored before there were fingerprints.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The end of the value, if it may be shown.
    pub(crate) hint: Option<String>,
}

/// The tags of the record of one version.
mod tag {
    pub(super) const NUMBER: u8 = 1;
    pub(super) const CREATED_AT: u8 = 2;
    pub(super) const COMMITMENT: u8 = 3;
    pub(super) const CREATED_BY: u8 = 4;
    pub(super) const FINGERPRINT: u8 = 5;
    pub(super) const HINT: u8 = 6;
}

impl VersionEntry {
    pub(super) fn encode(&self) -> Vec<u8> {
        FieldWriter::new()
            .field(tag::NUMBER, &self.version.get().to_be_bytes())
            .field(tag::CREATED_AT, &self.created_at.encode())
            .field(tag::COMMITMENT, &self.commitment)
            .optional(
                tag::CREATED_BY,
                self.created_by
                    .as_ref()
                    .map(|actor| actor.as_str().as_bytes()),
            )
            .optional(
                tag::FINGERPRINT,
                self.fingerprint
                    .as_ref()
                    .map(|one| one.as_bytes().as_slice()),
            )
            .optional(tag::HINT, self.hint.as_deref().map(str::as_bytes))
            .finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(bytes)?;
        let entry = Self {
            version: number(reader.number(tag::NUMBER)?)?,
            created_at: Timestamp::decode(reader.bytes(tag::CREATED_AT)?)?,
            commitment: array(reader.bytes(tag::COMMITMENT)?)?,
            created_by: reader.optional(tag::CREATED_BY)?.map(actor).transpose()?,
            fingerprint: reader
                .optional(tag::FINGERPRINT)?
                .map(array)
                .transpose()?
                .map(Fingerprint::from_bytes),
            hint: Some(text(reader.filled(tag::HINT)?)?.to_owned()).filter(|hint| !hint.is_empty()),
        };
        reader.finish()?;
        Ok(entry)
    }
}

/// The number of a version, which is never 0.
pub(super) fn number(number: u64) -> Result<Version> {
    Version::new(number).ok_or_else(corrupt)
}

/// The name of an actor.
pub(super) fn actor(name: &[u8]) -> Result<Actor> {
    Actor::stored(text(name)?).ok_or_else(corrupt)
}
