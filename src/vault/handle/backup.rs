//! Backups of a vault in a file.

use std::ops::ControlFlow;
use std::path::Path;

use super::vault::Vault;
use crate::crypto::Unlock;
use crate::error::Result;
use crate::store::{Purge, SqliteStore};
use crate::vault::backup::BackupProgress;
use crate::vault::high_water::HighWater;
use crate::vault::verify::Verification;

impl Vault {
    /// Copies the vault into a new file, while readers and writers go on, and verifies the copy.
    ///
    /// The copy is of one moment, and has everything that was acknowledged before the call began,
    /// by any process. It is a whole vault in one file, for the same root keys:
    /// [`restore`](Vault::restore) makes a vault of it, and [`open`](Vault::open) opens it. Values
    /// that were revoked or deleted before are not in it. Values that are revoked later are: keep
    /// backups as long as they are needed and no longer.
    ///
    /// The new file is only its owner's (mode 0600), and its folder must be as safe as that of a
    /// vault. It gets its name last, after the copy was verified as [`verify`](Vault::verify) does,
    /// with the keys of this vault. So a file with that name is a whole backup. A process that is
    /// killed meanwhile leaves a file whose name begins with `.keyslot-new-`, which may be removed.
    ///
    /// While the file is copied, the sealed bytes of what is erased stay in the log: a
    /// [purge](Purge) is pending until the copy is made. In a vault with a rollback journal,
    /// writers come in between at first; where they write again and again, they wait in the end.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
    /// let vault = Vault::create(folder.path().join("vault.db"), &key)?;
    /// vault.scope("acme")?.put("API_KEY", "a value")?;
    ///
    /// let backup = vault.backup_to(folder.path().join("monday.db"))?;
    /// assert_eq!(backup.verification.secrets, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultExists`](crate::ErrorKind::VaultExists) when there is something at the path already;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when the vault is damaged, so that no whole copy can
    /// be made; [`Tampered`](crate::ErrorKind::Tampered) when it is older than what this open vault
    /// has seen; [`StorageFull`](crate::ErrorKind::StorageFull),
    /// [`UnsafeFile`](crate::ErrorKind::UnsafeFile) and the other reasons why a file cannot be
    /// created; [`Store`](crate::ErrorKind::Store) when the vault is not in a file. After an error
    /// there is no new file, or the error says that it could not be removed.
    pub fn backup_to(&self, path: impl AsRef<Path>) -> Result<Backup> {
        self.backup_to_with(path, |_| ControlFlow::Continue(()))
    }

    /// Makes a backup as [`backup_to`](Vault::backup_to) does, and tells the progress: of the copy
    /// every 4 MiB, then of its verification. The callback may end the call; then there is no new
    /// file.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{RootKey, Vault};
    ///
    /// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
    /// let vault = Vault::create(folder.path().join("vault.db"), &key)?;
    /// vault.scope("acme")?.put("API_KEY", "a value")?;
    ///
    /// vault.backup_to_with(folder.path().join("monday.db"), |progress| {
    ///     println!("{} of {} bytes", progress.copied, progress.size);
    ///     ControlFlow::Continue(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stopped`](crate::ErrorKind::Stopped) when the callback ends it, and those of `backup_to`.
    pub fn backup_to_with(
        &self,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(BackupProgress) -> ControlFlow<()>,
    ) -> Result<Backup> {
        let verification = self.core.backup_to(path.as_ref(), &mut progress)?;
        Ok(Backup { verification })
    }

    /// Makes a vault of a backup: copies it to a new path, verifies the copy, and opens it.
    ///
    /// The backup itself is only read. Nothing is overwritten: end the processes that use a vault
    /// that is replaced first, and then move it away with the files beside it. The new file gets
    /// its name last, when all of it was verified.
    ///
    /// The files are opened with the default options. With others, such as
    /// [`trust_folder`](crate::SqliteOptions::trust_folder), open the backup with
    /// [`read_only`](crate::SqliteOptions::read_only) as well, and call
    /// [`backup_to`](Vault::backup_to) on it: the options hold for the new file too.
    ///
    /// A backup holds the past: secrets that were revoked, deleted or narrowed after it was made
    /// are as they were. Revoke them again.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
    /// let vault = Vault::create(folder.path().join("vault.db"), &key)?;
    /// vault.scope("acme")?.put("API_KEY", "a value")?;
    /// vault.backup_to(folder.path().join("monday.db"))?;
    ///
    /// let path = folder.path().join("restored.db");
    /// let restored = Vault::restore(folder.path().join("monday.db"), &path, &key)?;
    /// assert_eq!(restored.scope("acme")?.names()?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`open`](Vault::open) for the backup, [`Corrupt`](crate::ErrorKind::Corrupt) when
    /// anything in it is damaged or missing, and those of [`backup_to`](Vault::backup_to) for the
    /// new path. After an error there is no new file, unless it is of opening that file.
    pub fn restore(
        backup: impl AsRef<Path>,
        to: impl AsRef<Path>,
        key: &dyn Unlock,
    ) -> Result<Self> {
        let backup = SqliteStore::options().at_rest().open(backup)?;
        let backup = Self::builder().store(backup).open(key)?;
        backup.backup_to(to.as_ref())?;
        // By the keys that are there: a provider that fails when it is asked again would leave a
        // file that nobody was given.
        let restored = Box::new(SqliteStore::open(to)?);
        Ok(Self::of(backup.core.over(restored, HighWater::default())))
    }

    /// Erases what deleted and replaced values left in the files of the store: after a call that
    /// answered [`Purge::Pending`], once whoever read an older state has ended.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::store::Purge;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let vault = Vault::create(folder.path().join("vault.db"), &RootKey::generate()?)?;
    /// let scope = vault.scope("acme")?;
    /// scope.put("TOKEN", "t-1")?;
    /// if scope.revoke("TOKEN")? == Purge::Pending {
    ///     assert_eq!(vault.purge()?, Purge::Done);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SecretStore::purge`](crate::SecretStore::purge).
    pub fn purge(&self) -> Result<Purge> {
        self.core.store.purge()
    }

    /// Gives the space of what was deleted back to the file system, and erases what is left of it
    /// as after a [revocation](crate::ScopedVault::revoke).
    ///
    /// Writes the whole file anew: needs memory and free space on the disk for it once more, and
    /// writers wait meanwhile, of other processes for the busy timeout at most. A store that is not
    /// a file is purged.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::store::Purge;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let vault = Vault::create(folder.path().join("vault.db"), &RootKey::generate()?)?;
    /// assert_eq!(vault.compact()?, Purge::Done);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Busy`](crate::ErrorKind::Busy) when another writer does not end,
    /// [`StorageFull`](crate::ErrorKind::StorageFull), which changes nothing, or why the store
    /// cannot be written.
    pub fn compact(&self) -> Result<Purge> {
        self.core.compact()
    }
}

/// Result of [`Vault::backup_to`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Backup {
    /// Verification of the copy, which is intact, with the number of its tenants and secrets.
    pub verification: Verification,
}
