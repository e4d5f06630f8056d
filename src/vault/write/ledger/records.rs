//! The records and values that a ledger reads and writes.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::entry::{LedgerEntry, Was};
use super::named_row::NamedRow;
use super::transaction::Ledger;
use crate::crypto::{Envelope, Info, SealedInfo, VersionEntry};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::Version;
use crate::store::Row;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::rows::corrupt;
use crate::vault::stored::Stored;

impl Ledger<'_> {
    /// Reads the secret under a name.
    pub(in crate::vault::write) fn read<'p>(
        &mut self,
        row: NamedRow<'p>,
    ) -> Result<LedgerEntry<'p>> {
        let found = self.get_one(row.key)?;
        let was = found
            .map(|found| self.open_row(row.scope, row.name, found))
            .transpose()?;
        let found = was.as_ref().map(|was| (&was.stored.info, &was.commitment));
        self.guard.check(self.core, &row.key, found)?;
        Ok(LedgerEntry { row, was })
    }

    fn open_row(&mut self, scope: &HashedScope, name: &SecretName, row: Row) -> Result<Was> {
        let account = self.account.as_ref();
        if account.is_none_or(|account| account.first_key.is_some()) {
            return Err(corrupt("a tenant has secrets but no head"));
        }
        let sealed = SealedInfo::parse(&row.info)?;
        let key = self.key_of(sealed.key_id())?;
        let info = self
            .core
            .open_named_info(scope, name, &row, &sealed, &key)?;
        let body = row.body;
        Ok(Was::new(Stored { info, body }, &sealed))
    }

    /// Writes the secret that is under a name from now on.
    pub(in crate::vault::write) fn write(
        &mut self,
        entry: &LedgerEntry<'_>,
        next: &Stored,
    ) -> Result<()> {
        let epoch = self.begun()?.head.epoch;
        self.move_versions(entry, next, epoch)?;
        self.write_record(entry, next)
    }

    /// Writes the secret that is under a name from now on, of which nothing was here before, with
    /// the values of its older versions.
    pub(in crate::vault::write) fn write_with_history(
        &mut self,
        entry: &LedgerEntry<'_>,
        next: &Stored,
        older: &[(Version, Vec<u8>)],
    ) -> Result<()> {
        let (core, row) = (self.core, &entry.row);
        let row_of = |version| core.version_row(row.scope, row.name, version);
        let epoch = self.begun()?.head.epoch;
        let before = entry.last().map(|stored| stored.info.older());
        for gone in before.unwrap_or_default() {
            self.tx.delete(&row_of(gone.version))?;
        }
        for (version, body) in older {
            self.tx.put(&Row {
                key: row_of(*version),
                epoch,
                info: Vec::new(),
                body: body.clone(),
            })?;
        }
        self.write_record(entry, next)
    }

    /// Writes the row of a secret, and accounts for it.
    fn write_record(&mut self, entry: &LedgerEntry<'_>, next: &Stored) -> Result<()> {
        let core = self.core;
        let account = self.begun()?;
        let (epoch, key) = (account.head.epoch, Arc::clone(&account.key));
        let row = core.seal_info(entry.row.scope, entry.row.key, next, epoch, &key)?;
        let account = self.account()?;
        if let Some(was) = &entry.was {
            account.withdraw(core, &was.stored, &was.commitment)?;
        }
        account.enter(core, next, SealedInfo::parse(&row.info)?.commitment())?;
        self.note(&next.info);
        self.tx.put(&row)
    }

    /// Seals a value as a version of a secret.
    pub(in crate::vault::write) fn seal_value(
        &mut self,
        info: &Info,
        version: Version,
        value: &SecretString,
    ) -> Result<Vec<u8>> {
        let key = Arc::clone(&self.account()?.key);
        let (header, bytes) = (self.core.keys.header(), value.expose_secret().as_bytes());
        info.seal_value(header, version, key.of(&info.scope)?, bytes)
    }

    /// Seals a value as the next version of a secret, and enters it there.
    pub(in crate::vault::write) fn push(
        &mut self,
        mut info: Info,
        version: Version,
        value: &SecretString,
    ) -> Result<Stored> {
        let body = self.seal_value(&info, version, value)?;
        let (keys, bytes) = (&self.core.keys, value.expose_secret().as_bytes());
        info.last_version = version;
        info.versions.push(VersionEntry {
            version,
            created_at: self.now,
            commitment: *Envelope::parse(&body)?.commitment(),
            created_by: self.actor.cloned(),
            fingerprint: Some(keys.sub().fingerprint(info.scope.tenant(), bytes)),
            hint: self.core.hint(value.expose_secret()),
        });
        Ok(Stored { info, body })
    }

    /// Opens a value that is kept.
    pub(in crate::vault::write) fn value(
        &mut self,
        scope: &HashedScope,
        stored: &Stored,
        kept: &VersionEntry,
    ) -> Result<SecretString> {
        let row = if stored.info.newest() == Some(kept) {
            None
        } else {
            let key = self
                .core
                .version_row(scope, &stored.info.name, kept.version);
            self.get_one(key)?
        };
        let sealed = stored.envelope(kept, row.as_ref())?;
        let key = self.key_of(sealed.key_id())?;
        self.core
            .open_value(&stored.info, kept.version, &sealed, &key)
    }

    /// Writes and deletes the rows of older versions, so that they are those that `next` keeps. The
    /// envelope of the version that was the newest moves byte for byte.
    fn move_versions(&mut self, entry: &LedgerEntry<'_>, next: &Stored, epoch: u64) -> Result<()> {
        let Some(last) = entry.last() else {
            return Ok(());
        };
        let (core, row) = (self.core, &entry.row);
        let row_of = |kept: &VersionEntry| core.version_row(row.scope, row.name, kept.version);
        let (before, after) = (last.info.older(), next.info.older());
        for gone in before.iter().filter(|kept| !after.contains(kept)) {
            self.tx.delete(&row_of(gone))?;
        }
        for moved in after.iter().filter(|kept| !before.contains(kept)) {
            self.tx.put(&Row {
                key: row_of(moved),
                epoch,
                info: Vec::new(),
                body: last.body.clone(),
            })?;
        }
        Ok(())
    }
}
