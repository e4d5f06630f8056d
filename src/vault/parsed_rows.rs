//! Rows whose envelopes are parsed, once each, with the data keys that open them.

use super::core::Core;
use super::data_keys::DataKeys;
use super::hashed_scope::HashedScope;
use crate::crypto::{Envelope, Info, Refused, SealedInfo};
use crate::error::Result;
use crate::name::SecretName;
use crate::store::{Partition, Row};

/// Rows by key as they were read, and the data keys that they are sealed with.
pub(super) struct ParsedRows<'r> {
    pub(super) rows: Vec<Option<ParsedRow<'r>>>,
    pub(super) keys: DataKeys,
}

/// A row of a secret or of an older version. Bytes that are no envelope are an error only for
/// somebody who opens them.
pub(super) struct ParsedRow<'r> {
    row: &'r Row,
    /// The info. Rows of older versions have none.
    info: Result<SealedInfo<'r>, Refused>,
    pub(super) value: Result<Envelope<'r>, Refused>,
}

impl<'r> ParsedRows<'r> {
    /// Parses rows of a tenant, and reads the data keys that are not known yet, with one `get` or
    /// none.
    pub(super) fn of(core: &Core, tenant: Partition, rows: &'r [Option<Row>]) -> Result<Self> {
        let parse = |row: &'r Option<Row>| row.as_ref().map(ParsedRow::of);
        let rows: Vec<Option<ParsedRow<'r>>> = rows.iter().map(parse).collect();
        let ids = rows.iter().flatten().flat_map(|row| {
            let (info, value) = (row.info.as_ref().ok(), row.value.as_ref().ok());
            [info.map(SealedInfo::key_id), value.map(Envelope::key_id)]
        });
        let keys = core.data_keys(tenant, ids.flatten())?;
        Ok(Self { rows, keys })
    }
}

impl<'r> ParsedRow<'r> {
    fn of(row: &'r Row) -> Self {
        Self {
            row,
            info: SealedInfo::parse(&row.info),
            value: Envelope::parse(&row.body),
        }
    }

    /// The sealed bytes of the value.
    pub(super) fn body(&self) -> &'r [u8] {
        &self.row.body
    }

    /// The number of sealed bytes.
    pub(super) fn len(&self) -> usize {
        self.row.info.len() + self.row.body.len()
    }

    /// Opens the info of a secret that was asked for by name.
    #[inline]
    pub(super) fn open_info(
        &self,
        core: &Core,
        keys: &DataKeys,
        scope: &HashedScope,
        name: &SecretName,
    ) -> Result<Info> {
        let sealed = self.info?;
        let key = core.key_among(keys, sealed.key_id())?;
        core.open_named_info(scope, name, self.row, &sealed, &key)
    }
}

impl Core {
    /// Opens the row of a listing, whose name is not known before.
    pub(super) fn open_listed(&self, tenant: Partition, row: &Row) -> Result<Info> {
        let sealed = SealedInfo::parse(&row.info)?;
        self.open_info(row, &sealed, &*self.key_for(tenant, sealed.key_id())?)
    }

    /// Opens the row that was read for a name.
    pub(super) fn open_named(
        &self,
        scope: &HashedScope,
        name: &SecretName,
        row: &Row,
    ) -> Result<Info> {
        let sealed = SealedInfo::parse(&row.info)?;
        let key = self.key_for(scope.partition, sealed.key_id())?;
        self.open_named_info(scope, name, row, &sealed, &key)
    }
}
