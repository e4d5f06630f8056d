//! A vault on a file system that is full to the last byte. Only root can mount one, so elsewhere
//! these tests say that they test nothing. With `KEYSLOT_MUST_MOUNT` that is a failure.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::SqliteStore;
use keyslot::{ErrorKind, RootKey, ScopedVault, SecretChange, Vault};
use tempfile::TempDir;

const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

fn key() -> RootKey {
    RootKey::from_base64(KEY).unwrap()
}

/// A small file system in memory, unmounted at the end.
struct Disk(TempDir);

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
            return Some(Self(folder));
        }
        assert!(
            std::env::var_os("KEYSLOT_MUST_MOUNT").is_none(),
            "not tested: no mount"
        );
        eprintln!("NOT TESTED: this process may not mount");
        None
    }

    fn vault(&self) -> PathBuf {
        self.0.path().join("vault.db")
    }

    /// Writes until not a byte more fits, beside what was written before.
    fn fill(&self) {
        let number = fs::read_dir(self.0.path()).unwrap().count();
        let mut file = File::create(self.0.path().join(format!("filler-{number}"))).unwrap();
        let block = vec![7; 1 << 16];
        let mut length = block.len();
        while length > 0 {
            match file.write(&block[..length]) {
                Ok(0) | Err(_) => length /= 2,
                Ok(_) => {}
            }
        }
        assert!(file.write(&[7]).is_err(), "a byte more fits");
    }

    fn empty(&self) {
        for entry in fs::read_dir(self.0.path()).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("filler")
            {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn value(scope: &ScopedVault, name: &str) -> String {
    match scope.resolve(&format!("<<$secret.{name}>>")) {
        Ok(text) => text.expose_secret().chars().take(8).collect(),
        Err(error) => error.kind().to_string(),
    }
}

/// Puts until it is refused: what is free inside the vault's own files is used up too.
fn is_refused(scope: &ScopedVault) -> bool {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    (0..700).any(|_| {
        let name = format!("MORE_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let refused = scope.put(name, "m".repeat(20_000));
        refused.is_err_and(|error| error.kind() == ErrorKind::StorageFull)
    })
}

fn create(file: &Path, rollback: bool) -> Vault {
    let options = SqliteStore::options().rollback_journal(rollback);
    let store = options.open_or_create(file).unwrap();
    Vault::builder()
        .store(store)
        .open_or_create(&key())
        .unwrap()
}

#[test]
fn a_secret_is_revoked_on_a_full_disk_twice() {
    for rollback in [false, true] {
        let Some(disk) = Disk::new("12m") else { return };
        let vault = create(&disk.vault(), rollback);
        let scope = vault.scope("acme").unwrap();
        for name in ["A", "B", "C", "D", "E"] {
            scope.put(name, "v".repeat(1000)).unwrap();
        }
        // All that a vault keeps unless it is told otherwise.
        for _ in 0..10 {
            scope.put("LARGE", "l".repeat(60_000)).unwrap();
        }
        for name in ["A", "B"] {
            disk.fill();
            assert!(is_refused(&scope), "the control: the disk is full");
            scope.revoke(name).unwrap();
            assert_eq!(value(&scope, name), "revoked");
        }
        disk.fill();
        scope.revoke("LARGE").unwrap();
        assert_eq!(value(&scope, "LARGE"), "revoked");
        disk.fill();
        scope.delete("C").unwrap();
        assert_eq!(value(&scope, "C"), "not_found");
        assert!(vault.verify().unwrap().is_intact());
        drop((vault, scope));
        // By a process that was not there before the disk was full.
        for name in ["D", "E"] {
            disk.fill();
            let vault = Vault::open(disk.vault(), &key()).unwrap();
            let scope = vault.scope("acme").unwrap();
            assert_eq!(value(&scope, name), "vvvvvvvv");
            disk.fill();
            assert!(is_refused(&scope), "the control: the disk is full");
            scope.revoke(name).unwrap();
            assert_eq!(value(&scope, name), "revoked");
        }
        disk.empty();
        let vault = Vault::open(disk.vault(), &key()).unwrap();
        assert!(vault.verify().unwrap().is_intact());
        let scope = vault.scope("acme").unwrap();
        scope.put("MORE", "m".repeat(20_000)).unwrap();
        for name in ["A", "B", "D", "E", "LARGE"] {
            assert_eq!(value(&scope, name), "revoked");
        }
    }
}

#[test]
fn what_cannot_be_revoked_on_a_full_disk_is_as_it_was() {
    let Some(disk) = Disk::new("32m") else { return };
    let store = SqliteStore::create(disk.vault()).unwrap();
    let builder = Vault::builder().store(store).max_value(Vault::MAX_VALUE);
    let vault = builder.create(&key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    for _ in 0..5 {
        scope.put("HUGE", "h".repeat(1_000_000)).unwrap();
    }
    scope.put("SMALL", "s".repeat(1000)).unwrap();
    for _ in 0..2 {
        disk.fill();
        let error = scope.revoke("HUGE").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        assert_eq!(value(&scope, "HUGE"), "hhhhhhhh");
        assert!(vault.verify().unwrap().is_intact());
    }
    // Nor is the ballast gone.
    disk.fill();
    scope.revoke("SMALL").unwrap();
    disk.empty();
    scope.revoke("HUGE").unwrap();
    assert_eq!(value(&scope, "HUGE"), "revoked");
    assert!(vault.verify().unwrap().is_intact());
}

/// A revoke on a full disk leaves less than the whole. It is for the next one, not for the values
/// that others put.
#[test]
fn what_is_left_of_the_ballast_is_kept_for_the_next_revoke() {
    for rollback in [false, true] {
        let Some(disk) = Disk::new("12m") else { return };
        let scope = create(&disk.vault(), rollback).scope("acme").unwrap();
        scope.put("A", "v".repeat(1000)).unwrap();
        drop(scope);
        let ballast = disk.0.path().join("vault.db-ballast");
        let length = || fs::metadata(&ballast).map_or(0, |found| found.len());
        assert_eq!(length(), 1 << 20);
        let file = File::options().write(true).open(&ballast).unwrap();
        file.set_len(700_000).unwrap();
        drop(file);
        disk.fill();
        let vault = Vault::open(disk.vault(), &key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        assert!(is_refused(&scope), "the control: the disk is full");
        assert!(length() > 500_000, "{} bytes are left", length());
        scope.revoke("A").unwrap();
        assert_eq!(value(&scope, "A"), "revoked");
        // With space again, the whole comes back.
        disk.empty();
        scope.put("B", "v").unwrap();
        scope.revoke("B").unwrap();
        assert_eq!(length(), 1 << 20);
    }
}

/// A fact about a secret without a value is no reason to touch the space that is kept for erasing.
#[test]
fn descriptions_of_revoked_secrets_take_nothing_of_the_ballast() {
    let Some(disk) = Disk::new("12m") else { return };
    let scope = create(&disk.vault(), false).scope("acme").unwrap();
    scope.put("A", "v".repeat(1000)).unwrap();
    for number in 0..300 {
        scope.put(format!("R_{number}"), "v").unwrap();
        scope.revoke(format!("R_{number}")).unwrap();
    }
    disk.fill();
    assert!(is_refused(&scope), "the control: the disk is full");
    let before = fs::metadata(disk.0.path().join("vault.db-ballast")).unwrap();
    let refused = (0..300).find_map(|number| {
        let change = SecretChange::new().description("d".repeat(4000));
        scope.update(format!("R_{number}"), change).err()
    });
    assert_eq!(refused.unwrap().kind(), ErrorKind::StorageFull);
    let after = fs::metadata(disk.0.path().join("vault.db-ballast")).unwrap();
    assert_eq!((after.ino(), after.len()), (before.ino(), before.len()));
    scope.revoke("A").unwrap();
    assert_eq!(value(&scope, "A"), "revoked");
}

/// The copy goes to a disk that is too small for it.
#[test]
fn a_backup_that_does_not_fit_leaves_nothing() {
    let Some(disk) = Disk::new("4m") else { return };
    let folder = tempfile::tempdir().unwrap();
    for rollback in [false, true] {
        let vault = create(&folder.path().join(format!("{rollback}.db")), rollback);
        let scope = vault.scope("acme").unwrap();
        scope.put("SMALL", "v").unwrap();
        let path = disk.0.path().join("copy.db");
        vault.backup_to(&path).unwrap();
        fs::remove_file(&path).unwrap();
        for number in 0..100 {
            scope
                .put(format!("A_{number}"), "v".repeat(60_000))
                .unwrap();
        }
        let error = vault.backup_to(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        assert_eq!(fs::read_dir(disk.0.path()).unwrap().count(), 0);
        assert_eq!(value(&scope, "A_99"), "vvvvvvvv");
    }
}
