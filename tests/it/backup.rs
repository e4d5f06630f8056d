//! Backups: one moment, whole, private, never over another file, and what restores them.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::store::{CopyCheck, Kind, Partition, Purge, RowKey, SecretStore};
use keyslot::{
    Error, ErrorKind, FileAnchor, KeyContext, MemoryStore, Result, RootKey, RootKeyProvider,
    ScopedVault, SqliteStore, Status, Vault, Version,
};
use tempfile::TempDir;

use crate::support::rows::{partitions, rows};
use crate::support::{again, fast_folder, memory_vault, refusal, root_key, value};

fn vault(folder: &TempDir) -> Vault {
    Vault::create(folder.path().join("vault.db"), &root_key()).unwrap()
}

/// The names in a folder that are not those of `vault.db` and its files.
fn others(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into())
        .filter(|name: &PathBuf| !name.to_str().unwrap().starts_with("vault.db"))
        .collect();
    found.sort();
    found
}

/// The bytes of all files whose names begin like that of a vault.
fn bytes_of(file: &Path) -> Vec<u8> {
    let name = file.file_name().unwrap().to_str().unwrap();
    let mut bytes = Vec::new();
    for entry in fs::read_dir(file.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_str().unwrap().starts_with(name) {
            bytes.extend(fs::read(entry.path()).unwrap());
        }
    }
    bytes
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

#[test]
fn a_backup_holds_what_the_log_of_an_open_vault_holds() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let (organization, project) = (vault.scope("acme").unwrap(), vault.scope("acme/x").unwrap());
    for value in ["one", "two"] {
        project.put("KEY", value).unwrap();
    }
    for name in ["REVOKED", "DELETED", "OFF"] {
        organization.put(name, "of the organization").unwrap();
        project.put(name, "of the project").unwrap();
    }
    project.revoke("REVOKED").unwrap();
    project.delete("DELETED").unwrap();
    project.set_status("OFF", Status::Inactive).unwrap();
    vault
        .scope("globex")
        .unwrap()
        .put("KEY", "of another")
        .unwrap();
    project.put("LAST", "written last").unwrap();

    let path = folder.path().join("copy.db");
    let backup = vault.backup_to(&path).unwrap();
    assert!(backup.verification.is_intact());
    assert_eq!(
        (backup.verification.tenants, backup.verification.secrets),
        (2, 7)
    );
    assert_eq!(
        others(folder.path()),
        [PathBuf::from("copy.db")],
        "one file"
    );
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // What a plain copy of the file has at this moment is less.
    let plain = fast_folder();
    let plain = plain.path().join("plain.db");
    fs::copy(folder.path().join("vault.db"), &plain).unwrap();
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o600)).unwrap();
    let lacking =
        Vault::open(&plain, &root_key()).and_then(|vault| value(&vault.scope("acme/x")?, "LAST"));
    assert!(lacking.is_err(), "the control");

    let copy = Vault::open(&path, &root_key()).unwrap();
    let project = copy.scope("acme/x").unwrap();
    assert_eq!(value(&project, "KEY").unwrap(), "two");
    assert_eq!(value(&project, "KEY@1").unwrap(), "one");
    assert_eq!(value(&project, "LAST").unwrap(), "written last");
    assert_eq!(refusal(&project, "REVOKED"), ErrorKind::Revoked);
    assert_eq!(value(&project, "DELETED").unwrap(), "of the organization");
    assert_eq!(refusal(&project, "OFF"), ErrorKind::Inactive);
    assert_eq!(project.info("OFF").unwrap().status, Status::Inactive);
    assert!(copy.verify().unwrap().is_intact());
    // The copy goes on as a vault of its own.
    project.put("KEY", "three").unwrap();
    assert_eq!(project.info("KEY").unwrap().version(), Version::new(3));
}

#[test]
fn writers_go_on_and_all_that_they_were_told_before_is_in_the_copy() {
    for rollback in [false, true] {
        let folder = fast_folder();
        let options = SqliteStore::options().rollback_journal(rollback);
        let store = options.create(folder.path().join("vault.db")).unwrap();
        let vault = Vault::builder().store(store).create(&root_key()).unwrap();
        // So many pages that a copy has many steps.
        let full = vault.scope("full").unwrap();
        for number in 0..90 {
            full.put(format!("FILL_{number}"), "f".repeat(60_000))
                .unwrap();
        }
        let (done, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
        let (mut before, mut meanwhile) = (Vec::new(), 0);
        thread::scope(|threads| {
            let writer = vault.scope("acme").unwrap();
            let (done, acknowledged) = (&done, &acknowledged);
            threads.spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    let next = acknowledged.load(Ordering::SeqCst) + 1;
                    writer.put("COUNT", next.to_string()).unwrap();
                    acknowledged.store(next, Ordering::SeqCst);
                }
            });
            while acknowledged.load(Ordering::SeqCst) < 3 {
                thread::yield_now();
            }
            for number in 0..2 {
                let told = acknowledged.load(Ordering::SeqCst);
                vault
                    .backup_to(folder.path().join(format!("copy-{number}.db")))
                    .unwrap();
                before.push(told);
                meanwhile += acknowledged.load(Ordering::SeqCst) - told;
            }
            done.store(true, Ordering::SeqCst);
        });
        assert!(meanwhile > 0, "nobody wrote while the vault was copied");
        for (number, told) in before.into_iter().enumerate() {
            let copy = folder.path().join(format!("copy-{number}.db"));
            let copy = Vault::open(copy, &root_key()).unwrap();
            let count = value(&copy.scope("acme").unwrap(), "COUNT").unwrap();
            assert!(count.parse::<u64>().unwrap() >= told, "{count} < {told}");
        }
    }
}

#[test]
fn a_backup_takes_no_name_that_is_taken_and_no_folder_that_others_may_write_to() {
    let folder = fast_folder();
    let vault = vault(&folder);
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    let at = |name: &str| folder.path().join(name);

    fs::write(at("taken"), "of somebody else").unwrap();
    symlink(at("nowhere"), at("link")).unwrap();
    fs::create_dir(at("folder")).unwrap();
    fs::create_dir(at("open")).unwrap();
    fs::set_permissions(at("open"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(at("left-wal"), "the log of a vault that is gone").unwrap();
    for (name, kind) in [
        ("taken", ErrorKind::VaultExists),
        ("vault.db", ErrorKind::VaultExists),
        ("link", ErrorKind::UnsafeFile),
        ("folder", ErrorKind::UnsafeFile),
        ("open/copy.db", ErrorKind::UnsafeFile),
        ("nowhere/copy.db", ErrorKind::VaultNotFound),
        ("left", ErrorKind::NotAVault),
        (":memory:", ErrorKind::InvalidInput),
        ("folder/", ErrorKind::InvalidInput),
    ] {
        let error = vault.backup_to(at(name)).unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
    assert_eq!(fs::read(at("taken")).unwrap(), b"of somebody else");
    assert!(!at("nowhere").exists());
    assert_eq!(fs::read_dir(at("open")).unwrap().count(), 0);
    let names: Vec<PathBuf> = ["folder", "left-wal", "link", "open", "taken"]
        .map(PathBuf::from)
        .into();
    assert_eq!(others(folder.path()), names);
    vault.backup_to(at("free")).unwrap();
}

#[test]
fn a_name_that_looks_like_a_uri_is_the_name_of_a_file() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let path = folder.path().join("file:copy.db?mode=memory");
    vault.backup_to(&path).unwrap();
    assert!(path.exists());
    Vault::open(&path, &root_key()).unwrap();
}

#[test]
fn of_a_damaged_vault_no_copy_is_kept() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    vault.backup_to(folder.path().join("before.db")).unwrap();
    let store = SqliteStore::open(folder.path().join("vault.db")).unwrap();
    let damaged = rows(&store, Kind::Secret).pop().unwrap();
    let damaged = damaged.with(|row| *row.body.last_mut().unwrap() ^= 1);
    let put = store.write(damaged.partition, &[], &mut |_, tx| tx.put(&damaged));
    put.unwrap();

    let error = vault.backup_to(folder.path().join("after.db")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert_eq!(others(folder.path()), [PathBuf::from("before.db")]);
}

#[test]
fn an_older_state_than_this_vault_has_seen_is_not_kept() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "one").unwrap();
    let store = SqliteStore::open(folder.path().join("vault.db")).unwrap();
    let past: Vec<_> = [Kind::Secret, Kind::Version, Kind::Head]
        .into_iter()
        .flat_map(|kind| rows(&store, kind))
        .collect();
    scope.put("KEY", "two").unwrap();
    let newer = rows(&store, Kind::Version);
    store
        .write(past[0].partition, &[], &mut |_, tx| {
            newer.iter().try_for_each(|row| tx.delete(&row.key))?;
            past.iter().try_for_each(|row| tx.put(row))
        })
        .unwrap();

    let path = folder.path().join("copy.db");
    let error = vault.backup_to(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered, "{error}");
    assert!(!path.exists());
    // To whoever has seen no more, it is whole.
    let stranger = Vault::open(folder.path().join("vault.db"), &root_key()).unwrap();
    stranger.backup_to(&path).unwrap();
    vault.accept_rollback("a test").unwrap();
    vault.backup_to(folder.path().join("accepted.db")).unwrap();
}

#[test]
fn a_backup_has_no_sealed_byte_of_what_was_revoked_before() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a leaked value").unwrap();
    let file = folder.path().join("vault.db");
    let store = SqliteStore::open(&file).unwrap();
    let row = rows(&store, Kind::Secret).pop().unwrap();
    let path = folder.path().join("copy.db");
    // Somebody reads an older state, so the purge waits.
    store
        .read(row.partition, &mut |tx| {
            assert!(tx.get(&[row.key])?.pop().flatten().is_some());
            assert_eq!(scope.revoke("KEY")?, Purge::Pending);
            assert!(holds(&bytes_of(&file), &row.body), "the control");
            vault.backup_to(&path).map(drop)
        })
        .unwrap();
    assert!(!holds(&fs::read(&path).unwrap(), &row.body));
    let copy = Vault::open(&path, &root_key()).unwrap();
    assert_eq!(
        refusal(&copy.scope("acme").unwrap(), "KEY"),
        ErrorKind::Revoked
    );
}

#[test]
fn a_copy_that_its_check_refuses_is_not_kept() {
    let folder = fast_folder();
    let store = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let path = folder.path().join("copy.db");
    let mut refuse = |copy: Box<dyn SecretStore>| {
        assert!(!path.exists(), "it has its name before it was checked");
        let key = RowKey {
            kind: Kind::Secret,
            key: [1; 32],
        };
        let write = copy.write(Partition([2; 16]), &[], &mut |_, tx| tx.delete(&key));
        assert_eq!(write.unwrap_err().kind(), ErrorKind::ReadOnly);
        Err(keyslot::SecretName::new("").unwrap_err())
    };
    let check: &mut CopyCheck<'_> = &mut refuse;
    let shared: Arc<dyn SecretStore> = Arc::new(store);
    let error = shared
        .as_file()
        .unwrap()
        .backup(&path, &mut |_, _| Ok(()), check)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidName);
    assert_eq!(others(folder.path()), Vec::<PathBuf>::new());
    shared
        .as_file()
        .unwrap()
        .backup(&path, &mut |_, _| Ok(()), &mut |_| Ok(()))
        .unwrap();
    assert_eq!(others(folder.path()), [PathBuf::from("copy.db")]);
}

#[test]
fn a_copy_that_cannot_be_removed_is_told() {
    let folder = fast_folder();
    let store = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let path = folder.path().join("copy.db");
    let refused = store
        .as_file()
        .unwrap()
        .backup(&path, &mut |_, _| Ok(()), &mut |_| {
            // A folder cannot be removed as a file is.
            let copies = others(folder.path())
                .into_iter()
                .map(|name| folder.path().join(name));
            let unfinished = copies.min_by_key(|path| path.as_os_str().len()).unwrap();
            fs::remove_file(&unfinished).unwrap();
            fs::create_dir(&unfinished).unwrap();
            Err(keyslot::SecretName::new("").unwrap_err())
        });
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidName, "as the check said");
    assert!(error.to_string().contains(".keyslot-new-"), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_vault_that_is_only_read_is_copied() {
    let folder = fast_folder();
    let writer = vault(&folder);
    writer.scope("acme").unwrap().put("KEY", "a value").unwrap();
    let options = SqliteStore::options().read_only(true);
    let store = options.open(folder.path().join("vault.db")).unwrap();
    let reader = Vault::builder().store(store).open(&root_key()).unwrap();
    let path = folder.path().join("copy.db");
    reader.backup_to(&path).unwrap();
    assert!(
        Vault::open(&path, &root_key())
            .unwrap()
            .verify()
            .unwrap()
            .is_intact()
    );
    assert_eq!(reader.compact().unwrap_err().kind(), ErrorKind::ReadOnly);
}

#[test]
fn a_vault_in_memory_has_no_backup_and_nothing_to_compact() {
    let folder = fast_folder();
    let path = folder.path().join("copy.db");
    let vault = memory_vault();
    let error = vault.backup_to(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("copy_vault"), "{error}");
    assert!(!path.exists() && MemoryStore::new().as_file().is_none());
    assert_eq!(vault.compact().unwrap(), Purge::Done);
}

#[test]
fn a_restored_backup_is_the_vault_of_its_moment_and_stays_as_it_is() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "monday").unwrap();
    let copy = folder.path().join("monday.db");
    vault.backup_to(&copy).unwrap();
    let bytes = fs::read(&copy).unwrap();
    scope.put("KEY", "tuesday").unwrap();

    let to = folder.path().join("restored.db");
    let restored = Vault::restore(&copy, &to, &root_key()).unwrap();
    assert_eq!(
        value(&restored.scope("acme").unwrap(), "KEY").unwrap(),
        "monday"
    );
    restored
        .scope("acme")
        .unwrap()
        .put("KEY", "wednesday")
        .unwrap();
    assert_eq!(fs::read(&copy).unwrap(), bytes, "the backup was written to");
    for ending in ["-wal", "-shm"] {
        let beside = format!("monday.db{ending}");
        assert!(
            !folder.path().join(&beside).exists(),
            "{beside} was left behind"
        );
    }
    // A backup with a log is one that was opened and written to: that belongs to it.
    let opened = Vault::open(&copy, &root_key()).unwrap();
    opened.scope("acme").unwrap().put("KEY", "sunday").unwrap();
    let again = Vault::restore(&copy, folder.path().join("again.db"), &root_key()).unwrap();
    assert_eq!(
        value(&again.scope("acme").unwrap(), "KEY").unwrap(),
        "sunday"
    );
    assert_eq!(value(&scope, "KEY").unwrap(), "tuesday");
    let mode = fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A safe that gives its key so many times.
#[derive(Debug, Default)]
struct Tired {
    keys: Mutex<HashMap<KeyContext, [u8; 32]>>,
    left: AtomicU64,
}

impl RootKeyProvider for Tired {
    fn name(&self) -> &str {
        "tired"
    }

    fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
        let mut keys = self.keys.lock().unwrap();
        keys.insert(context.clone(), *key.expose_secret());
        Ok(vec![1])
    }

    fn unwrap(&self, _: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        let (before, after) = (Ordering::SeqCst, Ordering::SeqCst);
        let left = |left: u64| left.checked_sub(1);
        if self.left.fetch_update(before, after, left).is_err() {
            return Err(Error::new(ErrorKind::Unavailable, "asked too often"));
        }
        let keys = self.keys.lock().unwrap();
        Ok(SecretBox::new(Box::new(*keys.get(context).unwrap())))
    }
}

#[test]
fn a_restore_asks_for_the_key_once() {
    let folder = fast_folder();
    let at = |name: &str| folder.path().join(name);
    let safe = Arc::new(Tired::default());
    let key: Box<dyn RootKeyProvider> = Box::new(Arc::clone(&safe));
    safe.left.store(100, Ordering::SeqCst);
    let vault = Vault::create(at("vault.db"), &key).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    vault.backup_to(at("copy.db")).unwrap();
    safe.left.store(1, Ordering::SeqCst);
    let restored = Vault::restore(at("copy.db"), at("restored.db"), &key).unwrap();
    let scope = restored.scope("acme").unwrap();
    assert_eq!(value(&scope, "KEY").unwrap(), "a value");
    scope.put("KEY", "another").unwrap();
    assert!(restored.verify().unwrap().is_intact());
    let refused = Vault::restore(at("copy.db"), at("second.db"), &key).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert!(!at("second.db").exists());
}

#[test]
fn only_a_whole_backup_is_restored_and_never_over_a_file() {
    let folder = fast_folder();
    let vault = vault(&folder);
    for scope in ["acme", "globex"] {
        vault.scope(scope).unwrap().put("KEY", "a value").unwrap();
    }
    let copy = folder.path().join("copy.db");
    vault.backup_to(&copy).unwrap();
    let to = folder.path().join("restored.db");
    let refused =
        |copy: &Path, to: &Path, key: &RootKey| Vault::restore(copy, to, key).unwrap_err().kind();
    let over = folder.path().join("vault.db");
    assert_eq!(refused(&copy, &over, &root_key()), ErrorKind::VaultExists);
    assert_eq!(refused(&copy, &copy, &root_key()), ErrorKind::VaultExists);
    assert_eq!(
        refused(&copy, &to, &RootKey::generate().unwrap()),
        ErrorKind::WrongKey
    );
    let none = folder.path().join("none.db");
    assert_eq!(refused(&none, &to, &root_key()), ErrorKind::VaultNotFound);

    // Each row of the copy counts.
    let store = SqliteStore::open(&copy).unwrap();
    for partition in partitions(&store).unwrap() {
        for kind in [
            Kind::Slot,
            Kind::VaultSecret,
            Kind::DataKey,
            Kind::Head,
            Kind::Secret,
        ] {
            for row in rows(&store, kind)
                .iter()
                .filter(|row| row.partition == partition)
            {
                let delete = |tx: &mut dyn keyslot::store::WriteTx| tx.delete(&row.key);
                store
                    .write(partition, &[], &mut |_, tx| delete(tx))
                    .unwrap();
                assert_eq!(
                    refused(&copy, &to, &root_key()),
                    ErrorKind::Corrupt,
                    "{kind:?}"
                );
                store
                    .write(partition, &[], &mut |_, tx| tx.put(row))
                    .unwrap();
            }
        }
    }
    drop(store);
    assert!(!to.exists());
    Vault::restore(&copy, &to, &root_key()).unwrap();
}

#[test]
fn a_compacted_vault_is_smaller_and_holds_nothing_of_the_past() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let file = folder.path().join("vault.db");
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    for number in 0..20 {
        scope
            .put(format!("FILL_{number}"), "f".repeat(60_000))
            .unwrap();
    }
    let store = SqliteStore::open(&file).unwrap();
    let sealed = rows(&store, Kind::Secret);
    let longest = sealed.iter().max_by_key(|row| row.body.len()).unwrap();
    let part = &longest.body[10_000..10_064];
    assert!(holds(&bytes_of(&file), part), "the control");
    for number in 0..20 {
        scope.delete(format!("FILL_{number}")).unwrap();
    }
    let before = fs::metadata(&file).unwrap().len();
    assert_eq!(vault.compact().unwrap(), Purge::Done);
    let after = fs::metadata(&file).unwrap().len();
    assert!(after * 4 < before, "{before} bytes before, {after} after");
    assert!(!holds(&bytes_of(&file), part));
    assert_eq!(
        fs::metadata(folder.path().join("vault.db-wal"))
            .unwrap()
            .len(),
        0
    );
    assert_eq!(value(&scope, "KEY").unwrap(), "a value");
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn compacting_says_that_a_reader_of_an_older_state_keeps_it() {
    let folder = fast_folder();
    let vault = vault(&folder);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    let store = SqliteStore::open(folder.path().join("vault.db")).unwrap();
    let (partition, place) = {
        let row = rows(&store, Kind::Secret).pop().unwrap();
        (row.partition, row.key)
    };
    let (begun, is_begun) = mpsc::channel();
    let (end, is_over) = mpsc::channel::<()>();
    thread::scope(|threads| {
        threads.spawn(|| {
            let (begun, is_over) = (begun, is_over);
            let read = store.read(partition, &mut |tx| {
                tx.get(&[place])?;
                begun.send(()).unwrap();
                is_over.recv().unwrap();
                Ok(())
            });
            read.unwrap();
        });
        is_begun.recv().unwrap();
        assert_eq!(vault.compact().unwrap(), Purge::Pending);
        end.send(()).unwrap();
    });
    assert_eq!(vault.compact().unwrap(), Purge::Done);
}

/// A backup is a rollback that somebody wants: an anchor tells it, and the host accepts it once.
#[test]
fn an_older_backup_that_is_restored_is_told_by_the_anchor_until_it_is_accepted() {
    let folder = fast_folder();
    FileAnchor::create(folder.path().join("anchor")).unwrap();
    let builder = |file: &Path| {
        let store = SqliteStore::open_or_create(file).unwrap();
        let anchor = FileAnchor::open(folder.path().join("anchor")).unwrap();
        Vault::builder().store(store).anchor(anchor)
    };
    let (file, copy) = (
        folder.path().join("vault.db"),
        folder.path().join("monday.db"),
    );
    let vault = builder(&file).create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "monday").unwrap();
    vault.backup_to(&copy).unwrap();
    // The control: what is restored before anything else was written is no rollback.
    let same = folder.path().join("same.db");
    drop(Vault::restore(&copy, &same, &root_key()).unwrap());
    drop(builder(&same).open(&root_key()).unwrap());

    scope.put("KEY", "tuesday").unwrap();
    scope.revoke("KEY").unwrap();
    drop((scope, vault));
    let restored = folder.path().join("restored.db");
    drop(Vault::restore(&copy, &restored, &root_key()).unwrap());
    for _ in 0..2 {
        let error = builder(&restored).open(&root_key()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered, "{error}");
    }
    let accepted = builder(&restored).accept_rollback("the disk of tuesday is lost");
    let vault = accepted.open(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    assert_eq!(value(&scope, "KEY").unwrap(), "monday");
    for day in ["wednesday", "thursday", "friday"] {
        scope.put("KEY", day).unwrap();
    }
    assert_eq!(vault.compact().unwrap(), Purge::Done);
    assert!(vault.verify().unwrap().is_intact());
    drop((scope, vault));
    // From then on it is the vault, and the one of tuesday is another one.
    drop(builder(&restored).open(&root_key()).unwrap());
    assert_eq!(
        builder(&file).open(&root_key()).unwrap_err().kind(),
        ErrorKind::Tampered
    );
}

#[test]
fn a_file_that_was_copied_without_its_log_is_the_past() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    FileAnchor::create(folder.path().join("anchor")).unwrap();
    let open = |file: &Path| {
        let anchor = FileAnchor::open(folder.path().join("anchor"))?;
        let builder = Vault::builder()
            .store(SqliteStore::open(file)?)
            .anchor(anchor);
        builder.open_or_create(&root_key())
    };
    SqliteStore::create(&file).unwrap();
    let vault = open(&file).unwrap();
    // As `cp` does it, while the vault is open. The file is read in another process, because
    // closing it in this one would drop the locks of SQLite.
    let copy = |name: &str| {
        let to = folder.path().join(name);
        let copied = std::process::Command::new("cp")
            .arg("-p")
            .arg(&file)
            .arg(&to)
            .status();
        assert!(copied.unwrap().success());
        to
    };
    // Before the first merge of the log there is nothing else: not even the header.
    let young = copy("young.db");
    let error = Vault::open(&young, &root_key()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAVault);
    assert!(error.to_string().contains("-wal"), "{error}");

    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "one").unwrap();
    assert_eq!(vault.purge().unwrap(), Purge::Done);
    scope.put("KEY", "two").unwrap();
    let older = copy("older.db");
    // Whole in itself, so nothing inside of it tells.
    let stranger = Vault::open(&older, &root_key()).unwrap();
    assert_eq!(
        value(&stranger.scope("acme").unwrap(), "KEY").unwrap(),
        "one"
    );
    assert!(stranger.verify().unwrap().is_intact());
    drop(stranger);
    // The anchor does.
    assert_eq!(open(&older).unwrap_err().kind(), ErrorKind::Tampered);
    let with_log = copy("whole.db");
    fs::copy(
        folder.path().join("vault.db-wal"),
        folder.path().join("whole.db-wal"),
    )
    .unwrap();
    let whole = open(&with_log).unwrap();
    assert_eq!(value(&whole.scope("acme").unwrap(), "KEY").unwrap(), "two");
}

#[test]
fn what_is_erased_is_purged_or_said_to_be_pending() {
    type Erase = fn(&Vault, &ScopedVault) -> Purge;
    let erasures: [(&str, Erase); 4] = [
        ("revoke", |_, scope| scope.revoke("KEY").unwrap()),
        ("delete", |_, scope| scope.delete("KEY").unwrap()),
        ("force_delete", |_, scope| {
            scope.revoke("KEY").unwrap();
            scope.force_delete("KEY").unwrap()
        }),
        ("a version that is not kept", |vault, scope| {
            scope.put("KEY", "second").unwrap();
            vault.purge().unwrap()
        }),
    ];
    for (name, erase) in erasures {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        let store = SqliteStore::create(&file).unwrap();
        let builder = Vault::builder().store(store).kept_versions(1);
        let vault = builder.create(&root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("KEY", "first").unwrap();
        let other = SqliteStore::open(&file).unwrap();
        let row = rows(&other, Kind::Secret).pop().unwrap();
        assert!(holds(&bytes_of(&file), &row.body), "the control");
        other
            .read(row.partition, &mut |tx| {
                tx.get(&[row.key])?;
                assert_eq!(erase(&vault, &scope), Purge::Pending, "{name}");
                assert!(
                    holds(&bytes_of(&file), &row.body),
                    "{name}: it was not pending"
                );
                Ok(())
            })
            .unwrap();
        assert_eq!(vault.purge().unwrap(), Purge::Done, "{name}");
        assert!(
            !holds(&bytes_of(&file), &row.body),
            "{name}: it is still there"
        );
    }
}

/// The variable that makes this program copy the vault in a folder and then be cut off.
const CHILD: &str = "KEYSLOT_BACKUP_FOLDER";

#[test]
fn a_backup_that_is_killed_is_none() {
    if let Some(folder) = std::env::var_os(CHILD) {
        let folder = PathBuf::from(folder);
        let store = SqliteStore::open(folder.join("vault.db")).unwrap();
        let file = store.as_file().unwrap();
        // The copy is whole, and not verified yet.
        let _ = file.backup(&folder.join("copy.db"), &mut |_, _| Ok(()), &mut |_| {
            std::process::exit(0)
        });
    }
    let folder = fast_folder();
    let vault = vault(&folder);
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    let killed = again(module_path!(), "a_backup_that_is_killed_is_none")
        .env(CHILD, folder.path())
        .status();
    assert!(killed.unwrap().success());
    let left = others(folder.path());
    assert!(!left.is_empty(), "the control: it was killed in the middle");
    for name in left {
        assert!(
            name.to_str().unwrap().starts_with(".keyslot-new-"),
            "{name:?}"
        );
    }
    vault.backup_to(folder.path().join("copy.db")).unwrap();
    let error = vault.backup_to(folder.path().join("copy.db")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultExists);
}
