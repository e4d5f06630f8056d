//! A data key, opened.

use crate::crypto::{DataKeyRecord, DataKeyState, KeyId, SymmetricKey};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::Row;

/// A data key, opened, and the sealed bytes that it was opened from.
#[derive(Debug)]
pub(super) struct TenantKey {
    about: DataKeyRecord,
    key: SymmetricKey,
    info: Box<[u8]>,
    body: Box<[u8]>,
}

impl TenantKey {
    /// The key that was opened from a row, or that the row was made for.
    pub(super) fn new(about: DataKeyRecord, key: SymmetricKey, row: &Row) -> Self {
        Self {
            about,
            key,
            info: row.info.as_slice().into(),
            body: row.body.as_slice().into(),
        }
    }

    pub(super) fn id(&self) -> KeyId {
        self.key.id()
    }

    pub(super) fn tenant(&self) -> &str {
        &self.about.tenant
    }

    /// The record in its row.
    pub(super) fn about(&self) -> &DataKeyRecord {
        &self.about
    }

    /// Operations that the key may serve for.
    pub(super) fn state(&self) -> DataKeyState {
        self.about.state
    }

    /// The key as its row has it: wrapped.
    pub(super) fn wrapped(&self) -> &[u8] {
        &self.body
    }

    /// Returns true if a row holds the very bytes that the key was opened from, so that opening
    /// them again gives the same key in the same state.
    pub(super) fn is_in(&self, row: &Row) -> bool {
        row.key.key == self.id().row_key() && *self.info == *row.info && *self.body == *row.body
    }

    /// The key, for rows of its own tenant only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it is another tenant's.
    pub(super) fn of(&self, scope: &Scope) -> Result<&SymmetricKey> {
        let within = scope.as_str().strip_prefix(self.tenant());
        if within.is_some_and(|path| path.is_empty() || path.starts_with('/')) {
            return Ok(&self.key);
        }
        Err(Error::new(
            ErrorKind::Corrupt,
            "a secret is sealed with the key of another tenant; restore the vault from a backup",
        ))
    }

    /// The key, for a row whose tenant is not known before it is opened.
    pub(super) fn of_any(&self) -> &SymmetricKey {
        &self.key
    }
}
