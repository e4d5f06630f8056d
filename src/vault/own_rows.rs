//! The vault's own rows, held against those seen before. The directory of the key slots is to them
//! what the head is to the rows of a tenant: each write to them raises its epoch.

use super::core::Core;
use super::high_water::{Mark, rolled_back};
use super::opening::VAULT_SECRET;
use super::rows::corrupt;
use super::tenant_key::TenantKey;
use crate::crypto::{Envelope, KeyId, KeySlotDirectory, VaultKey};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Partition, Row};

impl Core {
    /// The row of the vault secret.
    pub(super) fn vault_secret(&self) -> Result<Row> {
        let row = self.get_one(Partition::VAULT, VAULT_SECRET)?;
        row.ok_or_else(|| corrupt("the vault secret is missing"))
    }

    /// The directory of the key slots, as the row of the vault secret has it, and its mark. `seen`
    /// is what was seen before the row was read.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) when this vault did not seal it;
    /// [`VaultKeyReplaced`](ErrorKind::VaultKeyReplaced); and [`Tampered`](ErrorKind::Tampered)
    /// when it is that of a vault key which this process knows to be replaced, put back.
    pub(super) fn open_directory(
        &self,
        vault_secret: &Row,
        seen: Option<Mark>,
    ) -> Result<(KeySlotDirectory, Mark)> {
        self.check_vault_secret(vault_secret, seen)?;
        self.directory_under(self.keys.vault_keys().current(), vault_secret)
    }

    fn directory_under(&self, key: &VaultKey, row: &Row) -> Result<(KeySlotDirectory, Mark)> {
        let directory = key.open_key_slot_directory(self.keys.header(), &row.info)?;
        let mark = Mark::at(row, directory.epoch)?;
        Ok((directory, mark))
    }

    /// The directory of the key slots as a view of the store has it, which is noted. `seen` is what
    /// was seen before the view began.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when it is older than the one that was seen, or another
    /// one of the same epoch; those of [`open_directory`](Core::open_directory).
    pub(super) fn admit_directory(
        &self,
        vault_secret: &Row,
        seen: Option<Mark>,
    ) -> Result<(KeySlotDirectory, Mark)> {
        let (directory, mark) = self.open_directory(vault_secret, seen)?;
        if self.seen.is_older(Partition::VAULT, mark, seen) {
            return Err(rolled_back());
        }
        self.note_own_rows(mark);
        Ok((directory, mark))
    }

    /// The directory of the key slots as it is stored now.
    ///
    /// # Errors
    ///
    /// Those of [`admit_directory`](Core::admit_directory).
    pub(super) fn read_directory(&self) -> Result<KeySlotDirectory> {
        let seen = self.seen.of(Partition::VAULT);
        let (directory, _) = self.admit_directory(&self.vault_secret()?, seen)?;
        Ok(directory)
    }

    /// Notes a directory that is stored.
    pub(super) fn note_own_rows(&self, mark: Mark) {
        // No data key seals these rows.
        self.seen.note(Partition::VAULT, mark, KeyId::VAULT_SECRET);
    }

    /// Refuses to go on with a vault key that is not current any more.
    ///
    /// # Errors
    ///
    /// [`VaultKeyReplaced`](ErrorKind::VaultKeyReplaced), [`Tampered`](ErrorKind::Tampered) when
    /// the one before it was put back, or why the store cannot be read.
    pub(super) fn check_vault_key(&self) -> Result<()> {
        let seen = self.seen.of(Partition::VAULT);
        let row = self.get_one(Partition::VAULT, VAULT_SECRET)?;
        row.map_or(Ok(()), |row| self.check_vault_secret(&row, seen))
    }

    /// Confirms a write that made a data key, once it is committed: what is under a vault key that
    /// was replaced meanwhile may be lost, also if this process replaced it.
    ///
    /// # Errors
    ///
    /// [`VaultKeyReplaced`](ErrorKind::VaultKeyReplaced), or [`Unsettled`](ErrorKind::Unsettled)
    /// when the store cannot be read.
    pub(super) fn confirm_vault_key(&self, made: &TenantKey) -> Result<()> {
        let wrapping = Envelope::parse(made.wrapped())?.key_id();
        self.check_vault_key().map_err(|error| match error.kind() {
            ErrorKind::VaultKeyReplaced | ErrorKind::Tampered => error,
            _ => Error::new(
                ErrorKind::Unsettled,
                "the store could not be asked if the vault key was replaced during the write; \
                 read the secret to see",
            )
            .with_source(error),
        })?;
        if wrapping == self.keys.vault_keys().current().id() {
            Ok(())
        } else {
            Err(replaced())
        }
    }

    /// The error for something that does not open: another process may have replaced the vault key.
    pub(super) fn explained(&self, error: Error) -> Error {
        if error.kind() != ErrorKind::Corrupt {
            return error;
        }
        let checked = self.check_vault_key().err();
        let reasons = [ErrorKind::VaultKeyReplaced, ErrorKind::Tampered];
        let is_reason = |error: &Error| reasons.contains(&error.kind());
        checked.filter(is_reason).unwrap_or(error)
    }

    /// Refuses a row of the vault secret that is sealed under another vault key.
    fn check_vault_secret(&self, row: &Row, seen: Option<Mark>) -> Result<()> {
        let keys = self.keys.vault_keys();
        // A bit that was flipped in one of them is damage.
        let names = [&row.info, &row.body].map(|sealed| {
            let sealed = Envelope::parse(sealed).ok()?;
            Some(sealed.key_id())
        });
        match names {
            [Some(one), Some(other)] if one == other && one != keys.current().id() => {
                // One that the current one replaced tells how old its rows are.
                let is_older = match self.directory_under(keys.of(&row.info), row) {
                    Ok((_, mark)) => self.seen.is_older(Partition::VAULT, mark, seen),
                    // One that was dropped does not, but was so before the row was read, unless
                    // another thread did it meanwhile.
                    Err(_) => {
                        keys.has_dropped(one)
                            && seen.is_some()
                            && seen == self.seen.of(Partition::VAULT)
                    }
                };
                Err(if is_older { rolled_back() } else { replaced() })
            }
            _ => Ok(()),
        }
    }
}

/// The error for a vault key that is not current any more.
pub(super) fn replaced() -> Error {
    Error::new(
        ErrorKind::VaultKeyReplaced,
        "the vault key was replaced since this vault was opened; open it again",
    )
}
