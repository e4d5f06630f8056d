//! Sealing secrets for their rows, and opening them in their rows.

use std::mem;

use secrecy::SecretString;
use zeroize::Zeroize;

use super::core::Core;
use super::hashed_scope::HashedScope;
use super::rows::corrupt;
use super::stored::Stored;
use super::tenant_key::TenantKey;
use crate::crypto::{Envelope, Info, InfoPlace, SealedInfo};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::Version;
use crate::store::{Row, RowKey};

impl Core {
    /// Opens the info in a row of a secret. Scope and name in it are those that the row's key is
    /// made of; the caller makes sure that they are the ones that were asked for.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when this vault did not write it into this row.
    pub(super) fn open_info(
        &self,
        row: &Row,
        sealed: &SealedInfo<'_>,
        key: &TenantKey,
    ) -> Result<Info> {
        let info = sealed.open(self.keys.header(), &place_of(row), key.of_any(), None)?;
        key.of(&info.scope)?;
        Ok(info)
    }

    /// Opens the info in the row that was read for a name. The row's key is not hashed again: the
    /// store was asked for it by the hash of this scope and name, and the record inside must be of
    /// both.
    ///
    /// # Errors
    ///
    /// Those of [`open_info`](Core::open_info).
    #[inline]
    pub(super) fn open_named_info(
        &self,
        scope: &HashedScope,
        name: &SecretName,
        row: &Row,
        sealed: &SealedInfo<'_>,
        key: &TenantKey,
    ) -> Result<Info> {
        let expected = Some((&scope.scope, name));
        let info = sealed.open(self.keys.header(), &place_of(row), key.of_any(), expected)?;
        if info.scope != scope.scope || info.name != *name {
            return Err(corrupt("the record of a secret was moved to another row"));
        }
        key.of(&scope.scope)?;
        Ok(info)
    }

    /// Seals a secret into the row of its name.
    pub(super) fn seal_info(
        &self,
        scope: &HashedScope,
        row_key: RowKey,
        stored: &Stored,
        epoch: u64,
        key: &TenantKey,
    ) -> Result<Row> {
        let place = InfoPlace {
            row_key: row_key.key,
            epoch,
        };
        let key = key.of(&scope.scope)?;
        Ok(Row {
            key: row_key,
            epoch,
            info: stored.info.seal(self.keys.header(), &place, key)?,
            body: stored.body.clone(),
        })
    }

    /// Opens a value that the record says it keeps.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when the bytes are not the ones that the record
    /// names.
    pub(super) fn open_value(
        &self,
        info: &Info,
        version: Version,
        sealed: &Envelope<'_>,
        key: &TenantKey,
    ) -> Result<SecretString> {
        let key = key.of(&info.scope)?;
        let mut plain = info.open_value(self.keys.header(), version, key, sealed)?;
        // Exact capacity, so the boxed string takes the bytes over without a copy.
        match String::from_utf8(mem::take(&mut *plain)) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(corrupt("the stored value is not UTF-8"))
            }
        }
    }
}

fn place_of(row: &Row) -> InfoPlace {
    InfoPlace {
        row_key: row.key.key,
        epoch: row.epoch,
    }
}
