//! The values of a tenant's secrets: the newest in the row of its secret, older ones in rows of
//! their own.

use std::collections::HashSet;

use super::finding::Finding;
use super::tenant::Tenant;
use crate::crypto::{Envelope, Info, VersionEntry};
use crate::error::Result;
use crate::store::{PAGE, RowKey};
use crate::vault::rows::get_in;

/// An older value, and the secret that keeps it.
struct Older<'s> {
    /// The place of the secret in its page.
    at: usize,
    info: &'s Info,
    kept: &'s VersionEntry,
    key: RowKey,
}

impl Tenant<'_> {
    /// Looks for the values of secrets.
    pub(super) fn values(&mut self, secrets: &[(Info, Vec<u8>)]) -> Result<()> {
        let mut broken: HashSet<usize> = HashSet::new();
        // The older ones of many secrets are read at once, as many as are a page if they are as
        // long as the newest.
        let (mut older, mut bytes) = (Vec::new(), 0);
        for (at, (info, body)) in secrets.iter().enumerate() {
            let newest_is_whole = match info.newest() {
                Some(kept) => self.opens(info, kept, body),
                None => body.is_empty(),
            };
            if !newest_is_whole {
                broken.insert(at);
            }
            let scope = self.core.hashed(&info.scope);
            for kept in info.older() {
                older.push(Older {
                    at,
                    info,
                    kept,
                    key: self.core.version_row(&scope, &info.name, kept.version),
                });
                bytes += body.len();
                if bytes > PAGE.bytes || older.len() >= PAGE.rows.get() as usize {
                    self.older(&older, &mut broken)?;
                    older.clear();
                    bytes = 0;
                }
            }
        }
        self.older(&older, &mut broken)?;
        for (at, (info, _)) in secrets.iter().enumerate() {
            if broken.contains(&at) {
                self.find(Finding::Value {
                    scope: info.scope.clone(),
                    name: info.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Looks for older values, which lie in rows of their own.
    fn older(&mut self, older: &[Older<'_>], broken: &mut HashSet<usize>) -> Result<()> {
        if older.is_empty() {
            return Ok(());
        }
        let keys: Vec<RowKey> = older.iter().map(|older| older.key).collect();
        for (older, row) in older.iter().zip(get_in(self.tx, &keys)?) {
            self.found.older += u64::from(row.is_some());
            if !row.is_some_and(|row| self.opens(older.info, older.kept, &row.body)) {
                broken.insert(older.at);
            }
        }
        Ok(())
    }

    /// Returns true if a kept value opens.
    fn opens(&self, info: &Info, kept: &VersionEntry, sealed: &[u8]) -> bool {
        let Ok(sealed) = Envelope::parse(sealed) else {
            return false;
        };
        let key = self.keys.get(sealed.key_id());
        key.is_some_and(|key| {
            let value = self.core.open_value(info, kept.version, &sealed, key);
            value.is_ok()
        })
    }
}
