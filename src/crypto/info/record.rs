//! The record inside the envelope of an info.

use super::{Info, InfoState, VersionEntry};
use crate::crypto::canonical;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{Reader, Writer, array, corrupt, items, text, unsupported};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::scope::Scope;

/// The tags of the record. 13 to 19 are reserved: metadata, tools, hosts, surfaces, who created it, who changed it last,
/// rotation interval.
mod tag {
    pub(super) const SCOPE: u8 = 1;
    pub(super) const NAME: u8 = 2;
    pub(super) const STATE: u8 = 3;
    pub(super) const REVISION: u8 = 4;
    pub(super) const LAST_VERSION: u8 = 5;
    pub(super) const CREATED_AT: u8 = 6;
    pub(super) const UPDATED_AT: u8 = 7;
    pub(super) const NOT_BEFORE: u8 = 8;
    pub(super) const EXPIRES_AT: u8 = 9;
    pub(super) const INSTRUCTIONS: u8 = 10;
    pub(super) const DESCRIPTION: u8 = 11;
    pub(super) const VERSIONS: u8 = 12;
}

/// The tags of the record of one version. 4 is reserved: who stored it.
mod version_tag {
    pub(super) const NUMBER: u8 = 1;
    pub(super) const CREATED_AT: u8 = 2;
    pub(super) const COMMITMENT: u8 = 3;
}

impl Info {
    /// All of it but the record id, which is stored outside.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let entries: Vec<_> = self.versions.iter().map(VersionEntry::encode).collect();
        let versions = canonical::encode(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
        Writer::new()
            .field(tag::SCOPE, self.scope.as_str().as_bytes())
            .field(tag::NAME, self.name.as_str().as_bytes())
            .field(tag::STATE, &[self.state as u8])
            .field(tag::REVISION, &self.revision.get().to_be_bytes())
            .field(tag::LAST_VERSION, &self.last_version.get().to_be_bytes())
            .field(tag::CREATED_AT, &self.created_at.encode())
            .field(tag::UPDATED_AT, &self.updated_at.encode())
            .optional(tag::NOT_BEFORE, self.not_before.map(Timestamp::encode).as_ref().map(<[u8; 8]>::as_slice))
            .optional(tag::EXPIRES_AT, self.expires_at.map(Timestamp::encode).as_ref().map(<[u8; 8]>::as_slice))
            .optional(tag::INSTRUCTIONS, self.instructions.then_some(&[1]))
            .optional(tag::DESCRIPTION, Some(self.description.as_bytes()).filter(|text| !text.is_empty()))
            .optional(tag::VERSIONS, Some(versions.as_slice()).filter(|list| !list.is_empty()))
            .finish()
    }

    pub(in crate::crypto) fn decode(record: RecordId, bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes)?;
        let info = Self {
            record,
            scope: Scope::new(reader.text(tag::SCOPE)?).map_err(|_| corrupt())?,
            name: SecretName::stored(reader.text(tag::NAME)?).ok_or_else(corrupt)?,
            state: state(reader.array(tag::STATE)?)?,
            revision: Revision::new(reader.number(tag::REVISION)?),
            last_version: version(reader.number(tag::LAST_VERSION)?)?,
            created_at: Timestamp::decode(reader.bytes(tag::CREATED_AT)?)?,
            updated_at: Timestamp::decode(reader.bytes(tag::UPDATED_AT)?)?,
            not_before: reader.optional(tag::NOT_BEFORE)?.map(Timestamp::decode).transpose()?,
            expires_at: reader.optional(tag::EXPIRES_AT)?.map(Timestamp::decode).transpose()?,
            instructions: reader.optional(tag::INSTRUCTIONS)?.map(yes).transpose()?.is_some(),
            description: text(reader.optional(tag::DESCRIPTION)?.map(filled).transpose()?.unwrap_or_default())?
                .to_owned(),
            versions: items(reader.optional(tag::VERSIONS)?.map(filled).transpose()?.unwrap_or_default())?
                .into_iter()
                .map(VersionEntry::decode)
                .collect::<Result<_>>()?,
        };
        reader.finish()?;
        if info.is_sound() { Ok(info) } else { Err(corrupt()) }
    }

    /// What must hold between the fields.
    fn is_sound(&self) -> bool {
        let kept = match self.state {
            InfoState::Active | InfoState::Inactive => !self.versions.is_empty(),
            InfoState::Revoked | InfoState::Deleted => self.versions.is_empty(),
        };
        let ascending = self.versions.is_sorted_by(|one, next| one.version < next.version);
        let last = self.versions.last().is_none_or(|last| last.version <= self.last_version);
        kept && ascending && last && self.revision.get() > 0
    }
}

impl VersionEntry {
    fn encode(&self) -> Vec<u8> {
        Writer::new()
            .field(version_tag::NUMBER, &self.version.get().to_be_bytes())
            .field(version_tag::CREATED_AT, &self.created_at.encode())
            .field(version_tag::COMMITMENT, &self.commitment)
            .finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes)?;
        let entry = Self {
            version: version(reader.number(version_tag::NUMBER)?)?,
            created_at: Timestamp::decode(reader.bytes(version_tag::CREATED_AT)?)?,
            commitment: array(reader.bytes(version_tag::COMMITMENT)?)?,
        };
        reader.finish()?;
        Ok(entry)
    }
}

fn state(number: [u8; 1]) -> Result<InfoState> {
    match number {
        [1] => Ok(InfoState::Active),
        [2] => Ok(InfoState::Inactive),
        [3] => Ok(InfoState::Revoked),
        [4] => Ok(InfoState::Deleted),
        _ => Err(unsupported()),
    }
}

fn version(number: u64) -> Result<Version> {
    Version::new(number).ok_or_else(corrupt)
}

/// The only form of a flag; one that is not set is left out.
fn yes(flag: &[u8]) -> Result<()> {
    if flag == [1] { Ok(()) } else { Err(corrupt()) }
}

/// A field that could have been left out must not be empty.
fn filled(field: &[u8]) -> Result<&[u8]> {
    if field.is_empty() { Err(corrupt()) } else { Ok(field) }
}
