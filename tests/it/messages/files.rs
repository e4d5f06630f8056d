//! Files of a vault, and stores that answer what they should not.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use keyslot::store::{Kind, Partition, RowKey, SecretStore as _, SqliteStore};
use keyslot::{AnchorMark, FileAnchor, SqliteOptions, Vault};
use rusqlite::Connection;

use super::Messages;
use crate::support::root_key;

pub(super) fn all(messages: &mut Messages) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    messages.of(SqliteStore::open(""));
    messages.of(SqliteStore::open(":memory:"));
    messages.of(SqliteStore::open("a\0b"));
    messages.of(SqliteStore::open(at(&"a".repeat(241))));
    messages.of(SqliteStore::open(at("none/vault.db")));
    messages.of(SqliteStore::open(at("vault.db")));
    fs::write(at("text"), "no database, only a text of some length").unwrap();
    chmod(&at("text"), 0o600);
    messages.of(SqliteStore::open(at("text")));
    messages.of(SqliteStore::open(at("text/vault.db")));
    messages.of(SqliteStore::open(at("text/folder/vault.db")));
    fs::write(at("empty"), "").unwrap();
    chmod(&at("empty"), 0o600);
    messages.of(SqliteStore::open(at("empty")));
    fs::create_dir(at("folder")).unwrap();
    messages.of(SqliteStore::open(at("folder")));
    messages.of(SqliteStore::create(at("folder")));

    let path = at("vault.db");
    drop(Vault::create(&path, &root_key()).unwrap());
    messages.of(SqliteStore::create(&path));
    symlink(&path, at("link.db")).unwrap();
    messages.of(SqliteStore::open(at("link.db")));
    fs::hard_link(&path, at("second.db")).unwrap();
    messages.of(SqliteStore::open(&path));
    fs::remove_file(at("second.db")).unwrap();
    chmod(&path, 0o644);
    messages.of(SqliteStore::open(&path));
    chmod(&path, 0o600);
    chmod(folder.path(), 0o777);
    messages.of(SqliteStore::open(&path));
    chmod(folder.path(), 0o700);
    fs::create_dir(at("vault.db-journal")).unwrap();
    messages.of(SqliteStore::open(&path));
    fs::remove_dir(at("vault.db-journal")).unwrap();

    messages.of(crate::support::memory_vault().backup_to(at("copy.db")));
    anchors(messages, folder.path());

    fs::write(at("gone.db-journal"), "left behind").unwrap();
    messages.of(SqliteStore::create(at("gone.db")));

    for (name, sql) in [
        ("other.db", "PRAGMA application_id = 7; CREATE TABLE a(b)"),
        ("newer.db", "PRAGMA user_version = 99"),
        ("index.db", "DROP INDEX rows_by_epoch"),
    ] {
        drop(SqliteStore::create(at(name)).unwrap());
        let connection = Connection::open(at(name)).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        messages.of(SqliteStore::open(at(name)));
    }

    let options: SqliteOptions = SqliteStore::options().busy_timeout(Duration::from_millis(1));
    let store = options.open(&path).unwrap();
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let lock = RowKey {
        kind: Kind::Head,
        key: [0; 32],
    };
    messages.of(store.write(Partition::VAULT, &[], &mut |_, _| Ok(())));
    drop(writer);
    let reader = SqliteStore::options().read_only(true).open(&path).unwrap();
    messages.of(reader.write(Partition::VAULT, &[], &mut |_, _| Ok(())));
    drop(reader);
    fs::rename(&path, at("moved.db")).unwrap();
    messages.of(store.get(Partition::VAULT, &[lock]));
}

fn chmod(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn anchors(messages: &mut Messages, folder: &Path) {
    let at = |name: &str| folder.join(name);
    messages.of(FileAnchor::open("/"));
    messages.of(FileAnchor::open(at("none")));
    messages.of(FileAnchor::open(at("none/anchor")));
    FileAnchor::create(at("anchor")).unwrap();
    messages.of(FileAnchor::create(at("anchor")));
    messages.of(FileAnchor::open(at("folder")));
    fs::hard_link(at("anchor"), at("second")).unwrap();
    messages.of(FileAnchor::open(at("anchor")));
    fs::remove_file(at("second")).unwrap();
    chmod(&at("anchor"), 0o640);
    messages.of(FileAnchor::open(at("anchor")));
    chmod(&at("anchor"), 0o600);

    let open = || {
        let store = SqliteStore::open_or_create(at("anchored.db")).unwrap();
        let anchor = FileAnchor::open(at("anchor")).unwrap();
        let builder = Vault::builder().store(store).anchor(anchor);
        builder.open_or_create(&root_key())
    };
    let vault = open().unwrap();
    vault.backup_to(at("old.db")).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    drop(vault);
    fs::rename(at("old.db"), at("anchored.db")).unwrap();
    messages.of(open());
    fs::write(at("anchor"), "no anchor").unwrap();
    messages.of(FileAnchor::open(at("anchor")));

    let mark = |head| AnchorMark {
        tenant: [1; 16],
        epoch: 1,
        head: [head; 32],
    };
    messages.of(mark(1).advance(mark(2)));
}
