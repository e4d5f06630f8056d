//! Paths and files that are no vault, or not only one: a typed error or an older consistent state,
//! never a wrong row.
#![cfg(all(feature = "sqlite", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use keyslot::store::{Kind, Partition, Purge, Row, RowKey, SecretStore, SelfCheck, SqliteStore};
use keyslot::{ErrorKind, Result};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::again;
use crate::support::rows::{all_of, partitions};

const TENANT: Partition = Partition([2; 16]);

fn row(number: u8) -> Row {
    let key = RowKey {
        kind: Kind::Secret,
        key: [number; 32],
    };
    Row {
        key,
        epoch: 1,
        info: vec![number; 60],
        body: vec![number; 300],
    }
}

fn put(store: &SqliteStore, row: &Row) -> Result<()> {
    store.write(TENANT, &[], &mut |_, tx| tx.put(row))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A closed vault with the row 1.
fn vault_in(folder: &Path) -> PathBuf {
    let path = folder.join("vault.db");
    put(&SqliteStore::create(&path).unwrap(), &row(1)).unwrap();
    path
}

fn opens(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    assert_eq!(store.get(TENANT, &[row(1).key]).unwrap(), [Some(row(1))]);
    put(&store, &row(2)).unwrap();
}

/// Neither opened nor touched, and what is said about it does not repeat the path.
#[track_caller]
fn refused(path: impl AsRef<Path>, kind: ErrorKind) {
    let path = path.as_ref();
    let before = fs::symlink_metadata(path)
        .ok()
        .filter(fs::Metadata::is_file)
        .map(|_| fs::read(path).unwrap());
    let error = SqliteStore::open(path).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let texts = format!(
        "{error} {error:?} {:?}",
        std::error::Error::source(&error).map(ToString::to_string)
    );
    assert!(
        !texts.contains("canary") && !texts.contains(".db"),
        "{texts}"
    );
    if let Some(before) = before {
        assert!(fs::read(path).unwrap() == before, "the file changed");
    }
}

#[track_caller]
fn never_created(path: impl AsRef<Path>, kind: ErrorKind) {
    let path = path.as_ref();
    let error = SqliteStore::create(path).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let error = SqliteStore::open_or_create(path).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Returns true if new vaults have a write-ahead log. With an older SQLite linked they have a
/// rollback journal.
fn write_ahead_log() -> bool {
    rusqlite::version_number() >= 3_051_003
}

/// Returns the same as [`write_ahead_log`], for tests that are about nothing else.
fn needs_write_ahead_log() -> bool {
    if !write_ahead_log() {
        eprintln!("NOT TESTED: the linked SQLite is older than 3.51.3");
    }
    write_ahead_log()
}

// ---- 88: paths

#[test]
fn bad_input_88_paths_that_name_no_file() {
    let folder = folder();
    let inside = |end: &str| format!("{}/{end}", folder.path().display());
    let canary = "canary".repeat(700);
    for path in [
        "",
        ":memory:",
        "/",
        ".",
        "..",
        &inside(""),
        &inside("."),
        &inside("a/.."),
        &inside("a.db/"),
        &inside(":memory:"),
    ]
    .into_iter()
    .chain([
        "nul\0canary",
        &canary,
        &inside(&"canary".repeat(42)),
        &inside(&"d/".repeat(300)),
        &inside("a\0b"),
    ]) {
        refused(path, ErrorKind::InvalidInput);
        never_created(path, ErrorKind::InvalidInput);
    }
    assert!(names(folder.path()).is_empty());
    opens(&vault_in(folder.path()));
}

#[test]
fn bad_input_88_paths_like_uris_are_literal() {
    let folder = folder();
    // The working folder is that of all tests, so this one goes on in a process of its own.
    if std::env::var_os(CHILD).is_none() {
        let alone = again(module_path!(), "bad_input_88_paths_like_uris_are_literal")
            .env(CHILD, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&alone.stdout);
        assert!(
            alone.status.success() && said.contains(" 1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&alone.stderr)
        );
        return;
    }
    fs::create_dir(folder.path().join("file:%2e%2e")).unwrap();
    fs::create_dir(folder.path().join("file:")).unwrap();
    let literal = [
        "file:x?mode=memory",
        "file:x?immutable=1",
        "file:%2e%2e/x",
        "file:/x?vfs=memdb",
        "a?b",
        "a#b",
        "a%2eb",
        "a%00b",
    ];
    let home = std::env::current_dir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let stores = literal.map(|path| SqliteStore::create(path).unwrap());
    std::env::set_current_dir(home).unwrap();
    for (path, store) in literal.into_iter().zip(stores) {
        // Needs a second connection, which must find the same file.
        put(&store, &row(1)).unwrap();
        drop(store);
        let file = folder.path().join(path);
        assert!(
            fs::symlink_metadata(&file).unwrap().len() > 4096,
            "{path} is not on disk"
        );
        opens(&file);
    }
    let top = [
        "a#b",
        "a%00b",
        "a%2eb",
        "a?b",
        "file:",
        "file:%2e%2e",
        "file:x?immutable=1",
        "file:x?mode=memory",
    ];
    // What lies beside each vault has its name, too.
    let vaults = |folder: &Path| {
        let mut names = names(folder);
        names.retain(|name| !name.ends_with("-queue") && !name.ends_with("-ballast"));
        names
    };
    assert_eq!(vaults(folder.path()), top);
    assert_eq!(vaults(&folder.path().join("file:%2e%2e")), ["x"]);
    assert_eq!(vaults(&folder.path().join("file:")), ["x?vfs=memdb"]);
}

#[test]
fn bad_input_88_a_path_that_is_not_utf_8_works() {
    let folder = folder();
    let path = folder.path().join(OsStr::from_bytes(b"vault-\xFF\xFE.db"));
    put(&SqliteStore::create(&path).unwrap(), &row(1)).unwrap();
    assert!(path.is_file());
    opens(&path);
}

#[test]
fn bad_input_88_what_is_not_a_file() {
    let folder = folder();
    let fifo = folder.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    let file = fs::File::open(vault_in(folder.path())).unwrap();
    let descriptor = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    for path in [
        &fifo,
        &directory,
        Path::new("/dev/null"),
        Path::new("/dev/full"),
        &descriptor,
    ] {
        refused(path, ErrorKind::UnsafeFile);
        never_created(path, ErrorKind::UnsafeFile);
    }
    refused(folder.path().join("vault.db/inside"), ErrorKind::UnsafeFile);
    opens(&folder.path().join("vault.db"));
}

#[test]
fn bad_input_88_no_file_and_no_folder() {
    let folder = folder();
    refused(folder.path().join("none.db"), ErrorKind::VaultNotFound);
    refused(folder.path().join("none/none.db"), ErrorKind::VaultNotFound);
    never_created(folder.path().join("none/none.db"), ErrorKind::VaultNotFound);
    assert!(names(folder.path()).is_empty());
}

// ---- 89: links, folders, file systems

#[test]
fn bad_input_89_a_symbolic_link() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let link = folder.path().join("link.db");
    symlink(&vault, &link).unwrap();
    refused(&link, ErrorKind::UnsafeFile);
    never_created(&link, ErrorKind::UnsafeFile);
    let dangling = folder.path().join("dangling.db");
    symlink(folder.path().join("nowhere"), &dangling).unwrap();
    never_created(&dangling, ErrorKind::UnsafeFile);
    assert!(!folder.path().join("nowhere").exists());
    // A link to the folder is no harm: it is followed once, before the checks.
    symlink(folder.path(), folder.path().join("here")).unwrap();
    opens(&folder.path().join("here/vault.db"));
}

#[test]
fn bad_input_89_a_hard_link() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let second = folder.path().join("second.db");
    fs::hard_link(&vault, &second).unwrap();
    refused(&vault, ErrorKind::UnsafeFile);
    refused(&second, ErrorKind::UnsafeFile);
    fs::remove_file(&second).unwrap();
    opens(&vault);
}

#[test]
fn bad_input_89_the_second_name_of_a_creation_that_was_killed_is_removed() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let twin = folder.path().join(".keyslot-new-00");
    fs::hard_link(&vault, &twin).unwrap();
    let other = folder.path().join(".keyslot-new-01");
    fs::write(&other, "of another creation").unwrap();
    opens(&vault);
    assert!(!twin.exists());
    assert!(other.exists());
}

#[test]
fn bad_input_89_a_folder_where_others_may_replace_files() {
    let folder = folder();
    let vault = vault_in(folder.path());
    for mode in [0o777, 0o770, 0o707] {
        chmod(folder.path(), mode);
        refused(&vault, ErrorKind::UnsafeFile);
        never_created(folder.path().join("new.db"), ErrorKind::UnsafeFile);
    }
    for mode in [0o1777, 0o755, 0o700] {
        chmod(folder.path(), mode);
        opens(&vault);
    }
}

#[test]
fn bad_input_89_a_log_beside_the_vault_that_is_a_link_or_open_to_others() {
    let folder = folder();
    let vault = vault_in(folder.path());
    for suffix in ["-wal", "-shm", "-journal", "-queue", "-ballast"] {
        let log = beside(&vault, suffix);
        let _ = fs::remove_file(&log);
        symlink("/dev/null", &log).unwrap();
        refused(&vault, ErrorKind::UnsafeFile);
        fs::remove_file(&log).unwrap();
        fs::write(&log, "").unwrap();
        chmod(&log, 0o644);
        refused(&vault, ErrorKind::UnsafeFile);
        fs::remove_file(&log).unwrap();
    }
    opens(&vault);
}

/// A file system in memory, unmounted at the end; none where this process may not mount.
struct Mounted(TempDir);

impl Mounted {
    fn new(options: &str) -> Option<Self> {
        let folder = folder();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            chmod(folder.path(), 0o700);
            return Some(Self(folder));
        }
        eprintln!("NOT TESTED: this process may not mount a file system");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn bad_input_89_a_read_only_file_system() {
    let Some(mounted) = Mounted::new("size=4m") else {
        return;
    };
    let vault = vault_in(mounted.0.path());
    let remount = |how| {
        Command::new("mount")
            .args(["-o", how])
            .arg(mounted.0.path())
            .status()
            .unwrap()
            .success()
    };
    assert!(remount("remount,ro"));
    refused(&vault, ErrorKind::ReadOnly);
    never_created(mounted.0.path().join("new.db"), ErrorKind::ReadOnly);
    assert!(remount("remount,rw"));
    opens(&vault);
}

#[test]
fn bad_input_89_a_full_file_system() {
    let Some(mounted) = Mounted::new("size=400k") else {
        return;
    };
    let vault = vault_in(mounted.0.path());
    let store = SqliteStore::open(&vault).unwrap();
    let long = |number: u8| Row {
        body: vec![number; 20_000],
        ..row(number)
    };
    let full = (2..=u8::MAX).find_map(|number| {
        put(&store, &long(number))
            .err()
            .map(|error| (number, error))
    });
    let (first_lost, error) = full.unwrap();
    assert!(first_lost > 3, "the first write failed");
    assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    // What was acknowledged is there, what was refused is not.
    let keys: Vec<_> = (1..=first_lost).map(|number| row(number).key).collect();
    let expected: Vec<_> = (1..=first_lost)
        .map(|number| {
            (number < first_lost).then(|| if number == 1 { row(1) } else { long(number) })
        })
        .collect();
    assert!(store.get(TENANT, &keys).unwrap() == expected);
    drop(store);
    assert!(
        SqliteStore::open(&vault)
            .unwrap()
            .get(TENANT, &keys)
            .unwrap()
            == expected
    );
    let error = (0..50)
        .find_map(|number| SqliteStore::create(mounted.0.path().join(format!("{number}.db"))).err())
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    assert!(
        names(mounted.0.path())
            .iter()
            .all(|name| !name.starts_with('.')),
        "something unfinished stayed"
    );
}

// ---- 90: permissions

#[test]
fn bad_input_90_a_file_that_others_have_access_to() {
    let folder = folder();
    let vault = vault_in(folder.path());
    assert_eq!(mode(&vault), 0o600);
    for open_to_others in [0o644, 0o666, 0o640, 0o604, 0o620, 0o601] {
        chmod(&vault, open_to_others);
        refused(&vault, ErrorKind::UnsafeFile);
        assert_eq!(mode(&vault), open_to_others);
        drop(
            SqliteStore::options()
                .fix_permissions(true)
                .open(&vault)
                .unwrap(),
        );
        assert_eq!(mode(&vault), 0o600);
        opens(&vault);
    }
}

#[test]
fn bad_input_90_all_files_of_a_vault_are_private() {
    let folder = folder();
    let store = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    put(&store, &row(1)).unwrap();
    let files: &[&str] = if write_ahead_log() {
        &[
            "vault.db",
            "vault.db-ballast",
            "vault.db-queue",
            "vault.db-shm",
            "vault.db-wal",
        ]
    } else {
        &["vault.db", "vault.db-ballast", "vault.db-queue"]
    };
    assert_eq!(names(folder.path()), files);
    for name in names(folder.path()) {
        assert_eq!(mode(&folder.path().join(name)), 0o600);
    }
}

// ---- 91: files that are cut, left alone or mixed

#[test]
fn bad_input_91_files_cut_short() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let whole = fs::read(&vault).unwrap();
    for length in [
        0,
        1,
        15,
        16,
        99,
        100,
        511,
        512,
        4095,
        4096,
        4097,
        whole.len() - 4096,
        whole.len() - 1,
    ] {
        fs::write(&vault, &whole[..length]).unwrap();
        let before = fs::read(&vault).unwrap();
        let Err(error) = SqliteStore::open(&vault).and_then(|store| {
            let found = store.get(TENANT, &[row(1).key])?;
            // What is cut off may be a part that this row does not use.
            assert!(found == [Some(row(1))], "{length} bytes: a wrong answer");
            Ok(())
        }) else {
            assert!(length > 4096 * 2, "{length} bytes were taken for a vault");
            continue;
        };
        assert!(
            matches!(error.kind(), ErrorKind::NotAVault | ErrorKind::Corrupt),
            "{length} bytes: {error}"
        );
        assert!(
            fs::read(&vault).unwrap() == before,
            "{length} bytes: the file changed"
        );
    }
    fs::write(&vault, &whole).unwrap();
    opens(&vault);
}

#[test]
fn bad_input_91_an_empty_file_has_one_story() {
    let folder = folder();
    let path = folder.path().join("vault.db");
    fs::write(&path, "").unwrap();
    chmod(&path, 0o600);
    let story = "the file at the path of the vault is empty; remove it, or give another path";
    for outcome in [
        SqliteStore::open(&path),
        SqliteStore::create(&path),
        SqliteStore::open_or_create(&path),
        SqliteStore::options().read_only(true).open(&path),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotAVault);
        assert_eq!(error.to_string(), story);
    }
    assert_eq!(fs::read(&path).unwrap(), b"");
    // Another file is not called a vault by any of them.
    fs::write(&path, "a letter").unwrap();
    refused(&path, ErrorKind::NotAVault);
    let error = SqliteStore::create(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VaultExists);
    assert!(error.to_string().contains("if it is a vault"), "{error}");
    fs::remove_file(&path).unwrap();
    SqliteStore::open_or_create(&path).unwrap();
}

#[test]
fn bad_input_91_a_header_and_nothing_behind_it() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let mut bytes = fs::read(&vault).unwrap();
    bytes[100..].fill(0);
    fs::write(&vault, &bytes).unwrap();
    refused(&vault, ErrorKind::Corrupt);
}

#[test]
fn bad_input_91_a_log_without_its_vault() {
    if !needs_write_ahead_log() {
        return;
    }
    let folder = folder();
    let vault = folder.path().join("vault.db");
    let store = SqliteStore::create(&vault).unwrap();
    put(&store, &row(1)).unwrap();
    let log = fs::read(beside(&vault, "-wal")).unwrap();
    assert!(!log.is_empty());
    drop(store);
    fs::remove_file(&vault).unwrap();
    for suffix in ["-wal", "-journal"] {
        fs::write(beside(&vault, suffix), &log).unwrap();
        refused(&vault, ErrorKind::VaultNotFound);
        never_created(&vault, ErrorKind::NotAVault);
        assert!(
            fs::read(beside(&vault, suffix)).unwrap() == log,
            "it may be all that is left of the vault"
        );
        fs::remove_file(beside(&vault, suffix)).unwrap();
    }
    SqliteStore::create(&vault).unwrap();
}

#[test]
fn bad_input_91_a_vault_copied_without_its_log_is_an_older_one() {
    if !needs_write_ahead_log() {
        return;
    }
    let folder = folder();
    let vault = vault_in(folder.path());
    let store = SqliteStore::open(&vault).unwrap();
    put(&store, &row(2)).unwrap();
    let copy = folder.path().join("copy.db");
    // Opening the file beside SQLite would drop its locks; it holds none at this moment.
    fs::copy(&vault, &copy).unwrap();
    let copied = SqliteStore::open(&copy).unwrap();
    assert_eq!(
        copied.get(TENANT, &[row(1).key, row(2).key]).unwrap(),
        [Some(row(1)), None]
    );
    assert_eq!(
        store.get(TENANT, &[row(1).key, row(2).key]).unwrap(),
        [Some(row(1)), Some(row(2))]
    );
}

/// The journal of another database that was killed while it wrote, with pages of its own in it.
fn hot_journal(folder: &Path) -> Vec<u8> {
    let path = folder.join("other.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "PRAGMA journal_mode = DELETE; CREATE TABLE t(a);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
             INSERT INTO t SELECT randomblob(3000) FROM n;
             PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = randomblob(3000)",
        )
        .unwrap();
    let journal = fs::read(beside(&path, "-journal")).unwrap();
    assert!(
        journal.len() > 4096 && journal[0] != 0,
        "the journal is not hot"
    );
    journal
}

#[test]
fn bad_input_91_the_hot_journal_of_another_database() {
    if !needs_write_ahead_log() {
        return;
    }
    let folder = folder();
    let vault = vault_in(folder.path());
    let journal = hot_journal(folder.path());
    fs::write(beside(&vault, "-journal"), &journal).unwrap();
    chmod(&beside(&vault, "-journal"), 0o600);
    refused(&vault, ErrorKind::UnsafeFile);
    fs::write(beside(&vault, "-wal"), "").unwrap();
    chmod(&beside(&vault, "-wal"), 0o600);
    refused(&vault, ErrorKind::UnsafeFile);
    for suffix in ["-journal", "-wal"] {
        fs::remove_file(beside(&vault, suffix)).unwrap();
    }
    opens(&vault);

    // What the refusal is for: SQLite itself writes the pages of the journal into the vault.
    let before = fs::read(&vault).unwrap();
    fs::write(beside(&vault, "-journal"), &journal).unwrap();
    let plain = Connection::open(&vault).unwrap();
    let _ = plain.query_row("SELECT count(*) FROM rows", (), |_| Ok(()));
    drop(plain);
    assert!(
        fs::read(&vault).unwrap() != before,
        "the journal did no harm, so this test shows nothing"
    );
}

/// A write was cut off in the middle: half of its pages are in the file, and the journal beside it
/// has the pages that were there before. A reader who may not put them back must not read either.
#[test]
fn bad_input_91_a_write_that_was_cut_off_is_not_read_by_who_only_reads() {
    let folder = folder();
    let (whole, torn) = (
        folder.path().join("whole.db"),
        folder.path().join("torn.db"),
    );
    let store = SqliteStore::options()
        .rollback_journal(true)
        .create(&whole)
        .unwrap();
    (1..200).for_each(|number| put(&store, &row(number)).unwrap());
    drop(store);
    let writer = Connection::open(&whole).unwrap();
    writer
        .execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE rows SET body = zeroblob(300)")
        .unwrap();
    for suffix in ["", "-journal"] {
        fs::copy(beside(&whole, suffix), beside(&torn, suffix)).unwrap();
        chmod(&beside(&torn, suffix), 0o600);
    }
    drop(writer);
    let keys: Vec<RowKey> = (1..200).map(|number| row(number).key).collect();
    let rows: Vec<Option<Row>> = (1..200).map(|number| Some(row(number))).collect();

    let reader = SqliteStore::options().read_only(true);
    let error = reader.open(&torn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
    assert!(error.to_string().contains("cut off"), "{error}");
    // The control: who writes puts the pages back, and then all can read.
    let store = SqliteStore::open(&torn).unwrap();
    assert!(store.get(TENANT, &keys).unwrap() == rows);
    assert!(reader.open(&torn).unwrap().get(TENANT, &keys).unwrap() == rows);
}

#[test]
fn bad_input_91_a_journal_that_is_not_hot_is_ignored() {
    let folder = folder();
    let vault = vault_in(folder.path());
    fs::write(beside(&vault, "-journal"), vec![0; 5000]).unwrap();
    chmod(&beside(&vault, "-journal"), 0o600);
    opens(&vault);
}

#[test]
fn bad_input_91_a_vault_with_the_log_of_another() {
    if !needs_write_ahead_log() {
        return;
    }
    let folder = folder();
    let [one, other] = ["one", "other"].map(|name| {
        let inside = folder.path().join(name);
        fs::create_dir(&inside).unwrap();
        vault_in(&inside)
    });
    // The rows of the other vault have the same keys and more of them, and bodies of their own.
    let foreign = |number| Row {
        body: vec![0xEE; 9_000],
        ..row(number)
    };
    let store = SqliteStore::open(&other).unwrap();
    (1..40)
        .try_for_each(|number| put(&store, &foreign(number)))
        .unwrap();
    let log = fs::read(beside(&other, "-wal")).unwrap();
    assert!(log.len() > 100_000);
    let mixed = beside(&one, "-wal");
    fs::write(&mixed, log).unwrap();
    chmod(&mixed, 0o600);
    // SQLite takes the log for the vault's own. All that a store can promise is not to make rows
    // up: each is one vault's or the other's, or an error. That they are the wrong vault's is seen
    // by who has the key.
    let kinds = [ErrorKind::Corrupt, ErrorKind::NotAVault];
    match SqliteStore::open(&one) {
        Err(error) => assert!(kinds.contains(&error.kind()), "{error}"),
        Ok(store) => {
            for number in 1..40 {
                match store.get(TENANT, &[row(number).key]) {
                    Err(error) => assert!(kinds.contains(&error.kind()), "{error}"),
                    Ok(found) => {
                        let found = found.into_iter().next().unwrap();
                        assert!(
                            found.is_none_or(
                                |found| found == row(number) || found == foreign(number)
                            )
                        );
                    }
                }
            }
        }
    }
}

// ---- 92: other formats

/// Does something to a closed vault as another program would.
fn tamper(vault: &Path, sql: &str) {
    let connection = Connection::open(vault).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}

#[test]
fn bad_input_92_other_versions_and_applications() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let sound = fs::read(&vault).unwrap();
    for (sql, kind) in [
        ("PRAGMA user_version = 2", ErrorKind::UnsupportedFormat),
        (
            "PRAGMA user_version = 2147483647",
            ErrorKind::UnsupportedFormat,
        ),
        ("PRAGMA user_version = 0", ErrorKind::Corrupt),
        ("PRAGMA user_version = -1", ErrorKind::Corrupt),
        ("PRAGMA application_id = 0", ErrorKind::NotAVault),
        ("PRAGMA application_id = 1", ErrorKind::NotAVault),
        ("PRAGMA application_id = -1", ErrorKind::NotAVault),
    ] {
        tamper(&vault, sql);
        refused(&vault, kind);
        fs::write(&vault, &sound).unwrap();
    }
    tamper(&vault, "SELECT 1");
    opens(&vault);
}

#[test]
fn bad_input_92_files_of_other_programs() {
    let folder = folder();
    let path = folder.path().join("other.db");
    tamper(
        &path,
        "CREATE TABLE secrets(name TEXT, value TEXT); INSERT INTO secrets VALUES('canary', \
         'canary')",
    );
    chmod(&path, 0o600);
    refused(&path, ErrorKind::NotAVault);
    fs::remove_file(&path).unwrap();

    // As a file of SQLCipher looks: nothing but random bytes in whole pages.
    let noise: Vec<u8> = (0..4096_u32 * 2)
        .flat_map(|word| word.wrapping_mul(0x9E37_79B9).rotate_left(9).to_le_bytes())
        .collect();
    let dump = b"PGDMP\x01\x0e\x00\x04\x08\x01\x01canary".repeat(500);
    let sql =
        b"--\n-- PostgreSQL database dump\n--\nCREATE TABLE rows(kind integer);\n".repeat(100);
    for bytes in [noise, dump, sql, b"KSL1 canary".to_vec()] {
        fs::write(&path, bytes).unwrap();
        chmod(&path, 0o600);
        refused(&path, ErrorKind::NotAVault);
    }
}

// ---- 93: vaults that another program changed or rebuilt

/// A vault built by hand: what `before` says first, then the tables, each as `change` wants it.
fn forge(path: &Path, journal: &str, before: &str, change: Change) {
    let folder = folder();
    let genuine = Connection::open(vault_in(folder.path())).unwrap();
    let mut statement = genuine
        .prepare("SELECT sql FROM sqlite_schema ORDER BY rowid")
        .unwrap();
    let tables = statement
        .query_map((), |row| row.get::<_, String>(0))
        .unwrap()
        .map(|sql| change(&sql.unwrap()) + ";");
    let pragma = |name: &str| {
        genuine
            .query_row(&format!("PRAGMA {name}"), (), |row| row.get::<_, i32>(0))
            .unwrap()
    };
    let (application, version) = (pragma("application_id"), pragma("user_version"));
    tamper(
        path,
        &format!(
            "{before}; BEGIN; PRAGMA application_id = {application}; PRAGMA user_version = \
             {version}; {} COMMIT; PRAGMA journal_mode = {journal};
             INSERT INTO rows(partition, kind, key, epoch, info, body)
             VALUES(x'02020202020202020202020202020202', 6, zeroblob(32), 1, x'00', x'00')",
            tables.collect::<String>(),
        ),
    );
    chmod(path, 0o600);
}

type Change = fn(&str) -> String;

#[test]
fn bad_input_93_vaults_rebuilt_by_another_program() {
    let folder = folder();
    let path = folder.path().join("forged.db");
    let same: Change = str::to_owned;
    let journal = if write_ahead_log() { "WAL" } else { "DELETE" };
    let cases: [(&str, Change); 14] = [
        ("PRAGMA page_size = 512", same),
        ("PRAGMA page_size = 65536", same),
        ("PRAGMA encoding = 'UTF-16le'", same),
        ("PRAGMA encoding = 'UTF-16be'", same),
        ("PRAGMA auto_vacuum = FULL", same),
        ("PRAGMA auto_vacuum = INCREMENTAL", same),
        ("", |sql| {
            sql.replace(
                ") STRICT",
                ", PRIMARY KEY(kind, key)) STRICT, WITHOUT ROWID",
            )
        }),
        ("", |sql| sql.replace(" STRICT", "")),
        ("", |sql| {
            sql.replace("key BLOB NOT NULL", "key BLOB COLLATE NOCASE NOT NULL")
        }),
        ("", |sql| {
            sql.replace(
                ") STRICT",
                ", twice BLOB GENERATED ALWAYS AS (body)) STRICT",
            )
        }),
        ("", |sql| {
            sql.replace(
                "body BLOB NOT NULL",
                "body BLOB NOT NULL CHECK(length(body) >= 0)",
            )
        }),
        ("", |sql| sql.replace("UNIQUE INDEX", "INDEX")),
        ("", |sql| {
            sql.replace("rows_by_epoch ON", "rows_by_other ON")
        }),
        (
            "CREATE TABLE n(i INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO n VALUES(9); UPDATE \
             sqlite_sequence SET seq = -1",
            same,
        ),
    ];
    for (before, change) in cases {
        forge(&path, journal, before, change);
        refused(&path, ErrorKind::Corrupt);
        fs::remove_file(&path).unwrap();
    }
    // The same by hand, but unchanged, is a vault.
    forge(&path, journal, "", same);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(
        store
            .scan(TENANT, &all_of(Kind::Secret))
            .unwrap()
            .rows
            .len(),
        1
    );
}

#[test]
fn bad_input_93_a_rollback_journal_is_for_every_sqlite_and_a_write_ahead_log_for_new_ones() {
    let folder = folder();
    let path = folder.path().join("forged.db");
    forge(&path, "DELETE", "", str::to_owned);
    put(&SqliteStore::open(&path).unwrap(), &row(1)).unwrap();
    // It is never converted: others may use it with an older SQLite.
    assert_eq!(fs::read(&path).unwrap()[18..20], [1, 1]);
    opens(&path);
    fs::remove_file(&path).unwrap();
    forge(&path, "WAL", "", str::to_owned);
    if write_ahead_log() {
        put(&SqliteStore::open(&path).unwrap(), &row(1)).unwrap();
        opens(&path);
    } else {
        refused(&path, ErrorKind::UnsafeSqlite);
    }
    assert_eq!(fs::read(&path).unwrap()[18..20], [2, 2]);
}

#[test]
fn bad_input_93_tables_that_were_changed_later() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let sound = fs::read(&vault).unwrap();
    for sql in [
        "CREATE TABLE copies(body); CREATE TRIGGER t AFTER INSERT ON rows BEGIN INSERT INTO copies \
         VALUES(new.body); END",
        "CREATE TRIGGER t BEFORE UPDATE ON rows BEGIN SELECT raise(IGNORE); END",
        "CREATE VIEW secrets AS SELECT * FROM rows",
        "CREATE TABLE canary(a)",
        "CREATE INDEX more ON rows(body)",
        "DROP INDEX rows_by_key",
        "DROP INDEX rows_by_epoch",
        "DROP INDEX rows_by_epoch; CREATE INDEX rows_by_epoch ON rows(partition, epoch, kind, key)",
        "ALTER TABLE rows RENAME TO other; CREATE VIEW rows AS SELECT * FROM other",
        "ALTER TABLE rows RENAME COLUMN body TO corpse",
        "ALTER TABLE rows ADD COLUMN more BLOB",
        "DROP TABLE rows",
        "ANALYZE; CREATE VIEW stat AS SELECT * FROM sqlite_stat1",
        "ANALYZE; DROP INDEX rows_by_epoch",
        "ANALYZE; PRAGMA writable_schema = 1;
         UPDATE sqlite_schema SET sql = 'CREATE TABLE sqlite_stat1(tbl,idx,stat,more)' \
         WHERE name = 'sqlite_stat1'",
        "ANALYZE; PRAGMA writable_schema = 1;
         UPDATE sqlite_schema SET tbl_name = 'rows' WHERE name = 'sqlite_stat1'",
        "CREATE VIRTUAL TABLE v USING fts5(body)",
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = \
         'rows_by_key'",
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET name = x'00' WHERE name = \
         'rows_by_key'",
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = NULL WHERE name = \
         'rows_by_key'",
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'rows'",
    ] {
        tamper(&vault, sql);
        let error = SqliteStore::open(&vault).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{sql}: {error}");
        fs::write(&vault, &sound).unwrap();
    }
    opens(&vault);
}

/// An operator's care for the file, while it is closed and while it is open.
#[test]
fn a_vault_stays_readable_when_an_operator_tidies_up() {
    for journal in [false, true] {
        let folder = folder();
        let vault = folder.path().join("vault.db");
        let options = SqliteStore::options().rollback_journal(journal);
        let store = options.create(&vault).unwrap();
        for number in 1..60 {
            put(&store, &row(number)).unwrap();
        }
        for sql in [
            "ANALYZE",
            "VACUUM",
            "REINDEX",
            "PRAGMA optimize",
            "ANALYZE; VACUUM; REINDEX",
        ] {
            tamper(&vault, sql);
            assert_eq!(
                store.get(TENANT, &[row(9).key]).unwrap(),
                [Some(row(9))],
                "{sql}"
            );
            put(&store, &row(60)).unwrap();
            assert_eq!(store.self_check().unwrap(), SelfCheck::Sound, "{sql}");
            let anew = SqliteStore::open(&vault).unwrap();
            assert_eq!(
                anew.get(TENANT, &[row(60).key]).unwrap(),
                [Some(row(60))],
                "{sql}"
            );
        }
        drop(store);
        let tables = Connection::open(&vault).unwrap();
        let statistics = tables.query_row("SELECT count(*) FROM sqlite_stat1", (), |found| {
            found.get::<_, i64>(0)
        });
        assert!(
            statistics.unwrap() > 0,
            "the control: ANALYZE left something"
        );
        drop(tables);
        opens(&vault);
    }
}

#[test]
fn a_new_vault_has_a_rollback_journal_where_that_is_asked_for() {
    let folder = folder();
    let vault = folder.path().join("vault.db");
    let options = SqliteStore::options().rollback_journal(true);
    put(&options.create(&vault).unwrap(), &row(1)).unwrap();
    assert_eq!(fs::read(&vault).unwrap()[18..20], [1, 1]);
    // For life: neither opening without the option nor with it changes a vault.
    opens(&vault);
    assert_eq!(fs::read(&vault).unwrap()[18..20], [1, 1]);
    assert_eq!(options.open(&vault).unwrap().purge().unwrap(), Purge::Done);
    let other = folder.path().join("other.db");
    SqliteStore::create(&other).unwrap();
    let before = fs::read(&other).unwrap()[18..20].to_vec();
    drop(options.open_or_create(&other).unwrap());
    assert_eq!(fs::read(&other).unwrap()[18..20], before);
}

#[test]
fn bad_input_93_a_trigger_that_is_added_to_an_open_vault_does_not_run() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let store = SqliteStore::open(&vault).unwrap();
    put(&store, &row(2)).unwrap();
    let other = Connection::open(&vault).unwrap();
    let add = "CREATE TABLE copies(body); CREATE TRIGGER t AFTER INSERT ON rows BEGIN INSERT INTO \
               copies VALUES(new.body); END";
    other.execute_batch(add).unwrap();
    let copies = || {
        other
            .query_row("SELECT count(*) FROM copies", (), |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
    };
    put(&store, &row(3)).unwrap();
    assert_eq!(copies(), 0);
    // In a connection of another program it does.
    other
        .execute_batch("INSERT INTO rows SELECT partition, 7, key, epoch, info, body FROM rows")
        .unwrap();
    assert_eq!(copies(), 3);
}

// ---- 94: columns of a wrong shape

#[test]
fn bad_input_94_columns_of_a_wrong_length_or_sign() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let sound = fs::read(&vault).unwrap();
    for sql in [
        "UPDATE rows SET epoch = -1",
        "UPDATE rows SET epoch = -9223372036854775808",
    ] {
        tamper(&vault, sql);
        let store = SqliteStore::open(&vault).unwrap();
        assert_eq!(
            store.get(TENANT, &[row(1).key]).unwrap_err().kind(),
            ErrorKind::Corrupt,
            "{sql}"
        );
        let scanned = store.scan(TENANT, &all_of(Kind::Secret));
        assert_eq!(scanned.unwrap_err().kind(), ErrorKind::Corrupt, "{sql}");
        // One bad row spoils no other.
        put(&store, &row(2)).unwrap();
        assert_eq!(store.get(TENANT, &[row(2).key]).unwrap(), [Some(row(2))]);
        drop(store);
        fs::write(&vault, &sound).unwrap();
    }
    // A row that has no partition is no row of any; whoever lists or checks is told.
    for sql in [
        "UPDATE rows SET partition = x''",
        "UPDATE rows SET partition = zeroblob(17)",
        "UPDATE rows SET partition = zeroblob(15)",
    ] {
        tamper(&vault, sql);
        let store = SqliteStore::open(&vault).unwrap();
        assert_eq!(store.get(TENANT, &[row(1).key]).unwrap(), [None]);
        assert!(
            store
                .scan(TENANT, &all_of(Kind::Secret))
                .unwrap()
                .rows
                .is_empty()
        );
        let listed = partitions(&store);
        assert_eq!(listed.unwrap_err().kind(), ErrorKind::Corrupt, "{sql}");
        let checked = store.self_check();
        assert_eq!(checked.unwrap_err().kind(), ErrorKind::Corrupt, "{sql}");
        put(&store, &row(2)).unwrap();
        assert_eq!(store.get(TENANT, &[row(2).key]).unwrap(), [Some(row(2))]);
        drop(store);
        fs::write(&vault, &sound).unwrap();
    }
    tamper(&vault, "UPDATE rows SET key = zeroblob(31)");
    let store = SqliteStore::open(&vault).unwrap();
    let scanned = store.scan(TENANT, &all_of(Kind::Secret));
    assert_eq!(scanned.unwrap_err().kind(), ErrorKind::Corrupt);
}

// ---- 100: files that go away while they are open

#[test]
fn bad_input_100_a_vault_that_is_deleted_or_replaced_while_it_is_open() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let store = SqliteStore::open(&vault).unwrap();
    put(&store, &row(2)).unwrap();
    let away = folder.path().join("away.db");
    fs::rename(&vault, &away).unwrap();
    assert_eq!(put(&store, &row(3)).unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(store.purge().unwrap_err().kind(), ErrorKind::Store);
    fs::copy(&away, &vault).unwrap();
    chmod(&vault, 0o600);
    assert_eq!(put(&store, &row(3)).unwrap_err().kind(), ErrorKind::Store);
    fs::rename(&away, &vault).unwrap();
    put(&store, &row(3)).unwrap();
}

// ---- 101: creations at the same instant

#[test]
fn bad_input_101_of_many_creations_at_once_one_wins() {
    let folder = folder();
    for round in 0..10 {
        let path = folder.path().join(format!("{round}.db"));
        let start = Barrier::new(8);
        let created = thread::scope(|threads| {
            let create = || {
                start.wait();
                SqliteStore::create(&path).map(drop)
            };
            let all: Vec<_> = (0..8).map(|_| threads.spawn(create)).collect();
            all.into_iter()
                .map(|thread| thread.join().unwrap())
                .collect::<Vec<_>>()
        });
        assert_eq!(
            created.iter().filter(|created| created.is_ok()).count(),
            1,
            "{created:?}"
        );
        for error in created.into_iter().filter_map(Result::err) {
            assert_eq!(error.kind(), ErrorKind::VaultExists, "{error}");
        }
    }
    assert_eq!(names(folder.path()).len(), 10);
}

const CHILD: &str = "KEYSLOT_TEST_VAULT";

/// The part of the next test that runs in a process of its own; does nothing by itself.
#[test]
fn opens_or_creates_in_a_child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let store = SqliteStore::open_or_create(path).unwrap();
    let number = u8::try_from(std::process::id() % 251).unwrap();
    for epoch in 1..20 {
        put(
            &store,
            &Row {
                epoch,
                ..row(number)
            },
        )
        .unwrap();
    }
}

#[test]
fn bad_input_101_of_many_processes_all_open_the_one_vault() {
    let folder = folder();
    let path = folder.path().join("vault.db");
    let child = || {
        again(module_path!(), "opens_or_creates_in_a_child")
            .env(CHILD, &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut children: Vec<_> = (0..6).map(|_| child()).collect();
    let ids: Vec<_> = children
        .iter()
        .map(|child| u8::try_from(child.id() % 251).unwrap())
        .collect();
    assert!(
        children
            .iter_mut()
            .all(|child| child.wait().unwrap().success())
    );
    let store = SqliteStore::open(&path).unwrap();
    for number in ids {
        assert_eq!(
            store.get(TENANT, &[row(number).key]).unwrap(),
            [Some(Row {
                epoch: 19,
                ..row(number)
            })]
        );
    }
    drop(store);
    assert_eq!(
        names(folder.path()),
        ["vault.db", "vault.db-ballast", "vault.db-queue"]
    );
}

// ---- what purge promises

#[test]
fn purge_leaves_nothing_of_a_deleted_row_in_the_files() {
    let folder = folder();
    let vault = folder.path().join("vault.db");
    let store = SqliteStore::create(&vault).unwrap();
    let canary = b"canary-0123456789abcdef".repeat(400);
    put(
        &store,
        &Row {
            body: canary.clone(),
            ..row(1)
        },
    )
    .unwrap();
    let _ = store.purge().unwrap();
    let found = || {
        ["", "-wal"].into_iter().any(|suffix| {
            fs::read(beside(&vault, suffix))
                .unwrap_or_default()
                .windows(23)
                .any(|window| window == &canary[..23])
        })
    };
    assert!(found(), "the search does not find what is there");
    store
        .write(TENANT, &[], &mut |_, tx| tx.delete(&row(1).key))
        .unwrap();
    assert_eq!(store.purge().unwrap(), keyslot::store::Purge::Done);
    assert!(!found());
}

#[test]
fn purge_is_pending_while_somebody_reads_an_older_state() {
    if !needs_write_ahead_log() {
        return;
    }
    let folder = folder();
    let vault = vault_in(folder.path());
    let store = SqliteStore::options()
        .busy_timeout(Duration::from_millis(50))
        .open(&vault)
        .unwrap();
    let reader = Connection::open(&vault).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM rows")
        .unwrap();
    put(&store, &row(2)).unwrap();
    assert_eq!(store.purge().unwrap(), keyslot::store::Purge::Pending);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(store.purge().unwrap(), keyslot::store::Purge::Done);
}
