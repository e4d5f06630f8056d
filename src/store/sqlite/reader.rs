//! A connection to read with, and the tokens it has read.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::failure::failed;
use super::rows;
use crate::error::Result;
use crate::store::{RowKey, Token};

/// Tenants whose tokens are remembered; a few dozen bytes each.
const REMEMBERED: usize = 1024;

/// A token is asked for on every resolve and seldom new, so it is not read while the database is unchanged.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) connection: Connection,
    version: i64,
    tokens: BTreeMap<RowKey, Token>,
}

impl Reader {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, version: 0, tokens: BTreeMap::new() }
    }

    pub(super) fn token(&mut self, tenant: &RowKey) -> Result<Token> {
        // Changes with every commit of another connection, and this one makes none. It is read before the token: a commit
        // between the two makes what is remembered newer than its version, which the next call sees.
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row((), |row| row.get(0)))
            .map_err(failed)?;
        if version != self.version || self.tokens.len() >= REMEMBERED {
            self.tokens.clear();
            self.version = version;
        }
        if let Some(token) = self.tokens.get(tenant) {
            return Ok(*token);
        }
        let token = rows::token(&self.connection, tenant)?;
        self.tokens.insert(*tenant, token);
        Ok(token)
    }
}
