//! A secret as a write works on it.

use std::time::Duration;

use super::rows::corrupt;
use crate::crypto::{About, Envelope, Info, Timestamp, VersionEntry};
use crate::error::Result;
use crate::record::{SecretInfo, Version, VersionInfo};
use crate::store::Row;

/// A secret as it is stored, its info opened, its newest value still sealed.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) info: Info,
    /// The envelope of the newest value; empty without one.
    pub(super) body: Vec<u8>,
}

impl Stored {
    /// The envelope of a kept version: in the secret's own row if it is the newest, else in
    /// `older`.
    pub(super) fn envelope<'a>(
        &'a self,
        kept: &VersionEntry,
        older: Option<&'a Row>,
    ) -> Result<Envelope<'a>> {
        let sealed = if self.info.newest() == Some(kept) {
            &self.body
        } else {
            let row = older.ok_or_else(|| corrupt("a kept version is missing"))?;
            &row.body
        };
        Ok(Envelope::parse(sealed)?)
    }
}

/// The newest value, or the kept version of a number.
pub(super) fn kept(info: &Info, version: Option<Version>) -> Option<&VersionEntry> {
    match version {
        Some(version) => info.versions.iter().find(|kept| kept.version == version),
        None => info.newest(),
    }
}

/// The parts of an info that are shown; `None` for a deleted secret.
pub(super) fn describe(info: Info) -> Option<SecretInfo> {
    let status = info.state.status()?;
    let About {
        not_before,
        expires_at,
        rotation,
        rules,
        description,
        metadata,
    } = info.about;
    let version = |kept: VersionEntry| VersionInfo {
        version: kept.version,
        created_at: kept.created_at.time(),
        created_by: kept.created_by,
        fingerprint: kept.fingerprint,
        hint: kept.hint,
    };
    Some(SecretInfo {
        scope: info.scope,
        name: info.name,
        record: info.record,
        status,
        revision: info.revision,
        versions: info.versions.into_iter().map(version).collect(),
        description,
        metadata,
        created_at: info.created_at.time(),
        created_by: info.created_by,
        updated_at: info.updated_at.time(),
        updated_by: info.updated_by,
        not_before: not_before.map(Timestamp::time),
        expires_at: expires_at.map(Timestamp::time),
        rotate_every: rotation.map(|seconds| Duration::from_secs(seconds.get())),
        rules,
    })
}
