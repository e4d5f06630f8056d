//! Between records and rows: what is written is sealed for its row, what is read is opened in it.

use std::mem;
use std::time::Duration;

use secrecy::SecretString;
use zeroize::Zeroize;

use super::Core;
use super::keyring::TenantKey;
use crate::crypto::{About, Head, Info, InfoPlace, KeyId, Timestamp, VersionEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{SecretInfo, Version, VersionInfo};
use crate::scope::Scope;
use crate::store::{Kind, Row, RowKey};

/// A scope with the keyed hashes that find its rows.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) scope: Scope,
    pub(super) scope_tag: [u8; 16],
    pub(super) tenant_tag: [u8; 16],
}

/// A secret as it is stored, its info opened, its newest value still sealed.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) info: Info,
    /// The envelope of the newest value; empty when there is none.
    pub(super) body: Vec<u8>,
}

impl Stored {
    /// What is shown of a record; `None` for what was deleted.
    pub(super) fn describe(self) -> Option<SecretInfo> {
        let Self { info, body: _ } = self;
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

    /// The sealed bytes of a kept version: in the secret's own row if it is the newest.
    pub(super) fn sealed_value<'a>(
        &'a self,
        kept: &VersionEntry,
        older: Option<&'a Row>,
    ) -> Result<&'a [u8]> {
        if self.info.newest() == Some(kept) {
            return Ok(&self.body);
        }
        older
            .map(|row| row.body.as_slice())
            .ok_or_else(|| corrupt("a kept version is missing"))
    }

    /// The newest value, or the kept version of a number.
    pub(super) fn kept(&self, version: Option<Version>) -> Option<&VersionEntry> {
        match version {
            Some(version) => self
                .info
                .versions
                .iter()
                .find(|kept| kept.version == version),
            None => self.info.newest(),
        }
    }
}

impl Core {
    pub(super) fn place(&self, scope: &Scope) -> Place {
        let sub = self.keys.sub();
        Place {
            scope_tag: sub.scope_tag(scope),
            tenant_tag: sub.tenant_tag(scope.tenant()),
            scope: scope.clone(),
        }
    }

    pub(super) fn secret_row(&self, place: &Place, name: &SecretName) -> RowKey {
        RowKey {
            kind: Kind::Secret,
            key: self
                .keys
                .sub()
                .row_key(&place.scope_tag, &place.scope, name),
        }
    }

    pub(super) fn version_row(&self, place: &Place, name: &SecretName, version: Version) -> RowKey {
        let key = self
            .keys
            .sub()
            .version_key(&place.scope_tag, &place.scope, name, version);
        RowKey {
            kind: Kind::Version,
            key,
        }
    }

    /// Opens the info in a row of kind [`Kind::Secret`]. Scope and name in it are those that the
    /// row's key is made of; that they are the ones asked for is for the caller to see.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when this vault did not write it into this row.
    pub(super) fn open_info(&self, row: Row, key: &TenantKey) -> Result<Stored> {
        let place = InfoPlace {
            row_key: row.key.key,
            epoch: row.epoch,
        };
        let info = Info::open(self.keys.header(), &place, key.of_any(), &row.info)?;
        key.of(&info.scope)?;
        Ok(Stored {
            info,
            body: row.body,
        })
    }

    /// As [`open_info`](Core::open_info), of a secret that is known by name.
    pub(super) fn open_named_info(
        &self,
        place: &Place,
        name: &SecretName,
        row: Row,
        key: &TenantKey,
    ) -> Result<Stored> {
        let stored = self.open_info(row, key)?;
        if stored.info.scope != place.scope || stored.info.name != *name {
            return Err(corrupt(
                "a secret's record is not of the row it was found in",
            ));
        }
        Ok(stored)
    }

    /// Seals a secret into its row.
    pub(super) fn seal_info(
        &self,
        place: &Place,
        stored: &Stored,
        epoch: u64,
        key: &TenantKey,
    ) -> Result<Row> {
        let row = self.secret_row(place, &stored.info.name);
        let sealed_for = InfoPlace {
            row_key: row.key,
            epoch,
        };
        Ok(Row {
            key: row,
            tenant: place.tenant_tag,
            epoch,
            info: stored
                .info
                .seal(self.keys.header(), &sealed_for, key.of(&place.scope)?)?,
            body: stored.body.clone(),
        })
    }

    /// Opens a value that the record says it keeps.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when the bytes are not the ones that the record names.
    pub(super) fn open_value(
        &self,
        info: &Info,
        version: Version,
        sealed: &[u8],
        key: &TenantKey,
    ) -> Result<SecretString> {
        let mut plain =
            info.open_value(self.keys.header(), version, key.of(&info.scope)?, sealed)?;
        // Exact capacity, so the boxed string takes the bytes over without a copy.
        match String::from_utf8(mem::take(&mut *plain)) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(corrupt("the stored value is not UTF-8"))
            }
        }
    }

    /// Opens the head of a tenant.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it is not what this vault wrote for this tenant.
    pub(super) fn open_head(&self, row: &Row) -> Result<Head> {
        let head = Head::open(self.keys.sub(), &row.tenant, &row.info)?;
        if row.key != head_row(row.tenant) || row.epoch != head.epoch {
            return Err(corrupt("a tenant's head is not of the row it was found in"));
        }
        Ok(head)
    }

    pub(super) fn seal_head(&self, tenant_tag: [u8; 16], head: &Head) -> Result<Row> {
        let (key, info) = (head_row(tenant_tag), head.seal(self.keys.sub())?);
        Ok(Row {
            key,
            tenant: tenant_tag,
            epoch: head.epoch,
            info,
            body: Vec::new(),
        })
    }
}

/// Where the head of a tenant is stored.
pub(super) fn head_row(tenant_tag: [u8; 16]) -> RowKey {
    RowKey {
        kind: Kind::Head,
        key: KeyId(tenant_tag).row_key(),
    }
}

pub(super) fn corrupt(message: &'static str) -> Error {
    Error::new(ErrorKind::Corrupt, message)
}
