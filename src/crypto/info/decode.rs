//! Reading the record inside the envelope of an info.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::version_entry::{actor, number};
use super::{About, Info, InfoState, VersionEntry, tags as tag};
use crate::access::AccessRules;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{Few, FieldReader, array, corrupt, items, text, unsupported};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::{RecordId, Revision};
use crate::scope::Scope;
use crate::target::Surface;

impl Info {
    /// Undoes [`encode`](Info::encode). A record of the `expected` scope and name shares them
    /// instead of holding copies.
    pub(in crate::crypto) fn decode(
        record: RecordId,
        bytes: &[u8],
        expected: Option<(&Scope, &SecretName)>,
    ) -> Result<Self> {
        let mut reader = FieldReader::new(bytes)?;
        let (scope, name) = (reader.text(tag::SCOPE)?, reader.text(tag::NAME)?);
        let mut info = Self {
            record,
            scope: match expected {
                Some((expected, _)) if expected.as_str() == scope => expected.clone(),
                _ => Scope::new(scope).map_err(|_| corrupt())?,
            },
            name: match expected {
                Some((_, expected)) if expected.as_str() == name => expected.clone(),
                _ => SecretName::stored(name).ok_or_else(corrupt)?,
            },
            state: state(reader.array(tag::STATE)?)?,
            revision: Revision::new(reader.number(tag::REVISION)?),
            last_version: number(reader.number(tag::LAST_VERSION)?)?,
            created_at: Timestamp::decode(reader.bytes(tag::CREATED_AT)?)?,
            updated_at: Timestamp::decode(reader.bytes(tag::UPDATED_AT)?)?,
            created_by: None,
            updated_by: None,
            about: About {
                not_before: reader
                    .optional(tag::NOT_BEFORE)?
                    .map(Timestamp::decode)
                    .transpose()?,
                expires_at: reader
                    .optional(tag::EXPIRES_AT)?
                    .map(Timestamp::decode)
                    .transpose()?,
                ..About::default()
            },
            versions: Vec::new(),
        };
        let instructions = reader
            .optional(tag::INSTRUCTIONS)?
            .map(yes)
            .transpose()?
            .is_some();
        text(reader.filled(tag::DESCRIPTION)?)?.clone_into(&mut info.about.description);
        let versions = items(reader.filled(tag::VERSIONS)?)?;
        info.versions = versions
            .into_iter()
            .map(VersionEntry::decode)
            .collect::<Result<_>>()?;
        info.about.metadata = metadata(&texts(reader.filled(tag::METADATA)?)?)?;
        let (tools, hosts) = (
            texts(reader.filled(tag::TOOLS)?)?,
            texts(reader.filled(tag::HOSTS)?)?,
        );
        let surfaces = surfaces(reader.filled(tag::SURFACES)?)?;
        info.about.rules =
            AccessRules::stored(&tools, &hosts, &surfaces, instructions).ok_or_else(corrupt)?;
        info.created_by = reader.optional(tag::CREATED_BY)?.map(actor).transpose()?;
        info.updated_by = reader.optional(tag::UPDATED_BY)?.map(actor).transpose()?;
        info.about.rotation = reader.optional(tag::ROTATION)?.map(seconds).transpose()?;
        reader.finish()?;
        if info.is_sound() {
            Ok(info)
        } else {
            Err(corrupt())
        }
    }

    /// Returns true if the fields agree with each other.
    fn is_sound(&self) -> bool {
        let kept = match self.state {
            InfoState::Active | InfoState::Inactive => !self.versions.is_empty(),
            InfoState::Revoked | InfoState::Deleted => self.versions.is_empty(),
        };
        let ascending = self
            .versions
            .is_sorted_by(|one, next| one.version < next.version);
        let last = self
            .versions
            .last()
            .is_none_or(|last| last.version <= self.last_version);
        kept && ascending && last && self.revision.get() > 0
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

/// The only form of a flag; one that is not set is left out.
fn yes(flag: &[u8]) -> Result<()> {
    if flag == [1] { Ok(()) } else { Err(corrupt()) }
}

fn seconds(number: &[u8]) -> Result<NonZeroU64> {
    NonZeroU64::new(u64::from_be_bytes(array(number)?)).ok_or_else(corrupt)
}

fn texts(list: &[u8]) -> Result<Few<&str>> {
    items(list)?.into_iter().map(text).collect()
}

/// Keys and values in turn, in ascending order of the keys.
fn metadata(pairs: &[&str]) -> Result<BTreeMap<String, String>> {
    let pair = |pair: &[&str]| match *pair {
        [key, value] => Some((key.to_owned(), value.to_owned())),
        _ => None,
    };
    let entries: Option<BTreeMap<_, _>> = pairs.chunks(2).map(pair).collect();
    let keys = pairs.iter().step_by(2);
    entries
        .filter(|_| keys.is_sorted_by(|one, next| one < next))
        .ok_or_else(corrupt)
}

/// In ascending order of their numbers. One that is not known was meant to forbid something.
fn surfaces(numbers: &[u8]) -> Result<Vec<Surface>> {
    if !numbers.is_sorted_by(|one, next| one < next) {
        return Err(corrupt());
    }
    numbers
        .iter()
        .map(|&number| Surface::from_number(number).ok_or_else(unsupported))
        .collect()
}
