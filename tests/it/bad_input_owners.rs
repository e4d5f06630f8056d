//! Files and folders that other users own, or can replace: neither opened nor created in, nor
//! changed.
//!
//! Only root can give files away, so elsewhere than as root these tests say that they test nothing.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use keyslot::{ErrorKind, FileAnchor, Result, RollbackAnchor as _, RootKey, SqliteStore, Vault};
use tempfile::TempDir;

use crate::support::again;

/// Users other than the one that runs the tests.
const NOBODY: u32 = 65534;
const STRANGER: u32 = 54321;

/// Base64 of a key that is no secret.
const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

/// A folder of this user, unless this user is not root.
fn folder_of_root() -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    if fs::metadata(folder.path()).unwrap().uid() == 0 {
        return Some(folder);
    }
    eprintln!("NOT TESTED: only root can give files to other users");
    None
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), None).unwrap();
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

fn key() -> RootKey {
    RootKey::from_base64(KEY).unwrap()
}

/// The chain of folders `canary/b/c` in a folder, all of this user, and a vault in the last one.
fn vault_below(folder: &Path) -> (Vec<PathBuf>, PathBuf) {
    let folders: Vec<PathBuf> = ["canary", "canary/b", "canary/b/c"]
        .iter()
        .map(|name| folder.join(name))
        .collect();
    for folder in &folders {
        fs::create_dir(folder).unwrap();
        chmod(folder, 0o755);
    }
    let vault = folder.join("canary/b/c/vault.db");
    drop(Vault::create(&vault, &key()).unwrap());
    (folders, vault)
}

/// Owner, mode and bytes at a path, to see that nothing changed.
fn state(path: &Path) -> (u32, u32, Option<Vec<u8>>) {
    let found = fs::symlink_metadata(path).unwrap();
    (
        found.uid(),
        found.mode(),
        found.is_file().then(|| fs::read(path).unwrap()),
    )
}

#[track_caller]
fn is_unsafe<T>(outcome: Result<T>, what: &str) {
    let Err(error) = outcome else {
        panic!("{what}: not refused")
    };
    assert_eq!(error.kind(), ErrorKind::UnsafeFile, "{what}: {error}");
    let texts = format!("{error} {error:?}");
    assert!(
        !texts.contains("canary") && !texts.contains(".db"),
        "{what}: {texts}"
    );
}

/// By every road: the vault is not opened, and no other is created beside it.
#[track_caller]
fn refused(vault: &Path, what: &str) {
    let before = state(vault);
    is_unsafe(Vault::open(vault, &key()), what);
    is_unsafe(Vault::open_or_create(vault, &key()), what);
    is_unsafe(
        SqliteStore::options().fix_permissions(true).open(vault),
        what,
    );
    assert!(state(vault) == before, "{what}: the file changed");
}

#[track_caller]
fn never_created(vault: &Path, what: &str) {
    let names = || fs::read_dir(vault.parent().unwrap()).unwrap().count();
    let before = names();
    is_unsafe(Vault::create(vault, &key()), what);
    is_unsafe(Vault::open_or_create(vault, &key()), what);
    assert_eq!(names(), before, "{what}: something was left behind");
}

#[track_caller]
fn opens(vault: &Path) {
    drop(Vault::open(vault, &key()).unwrap());
    drop(Vault::open_or_create(vault, &key()).unwrap());
}

// ---- vaults

#[test]
fn a_vault_that_belongs_to_another_user_is_refused() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (_, vault) = vault_below(folder.path());
    opens(&vault);
    for mode in [0o600, 0o644] {
        give(&vault, STRANGER);
        chmod(&vault, mode);
        refused(&vault, &format!("{mode:o}"));
    }
    give(&vault, 0);
    chmod(&vault, 0o600);
    opens(&vault);
}

#[test]
fn a_log_beside_the_vault_that_belongs_to_another_user_is_refused() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (_, vault) = vault_below(folder.path());
    for suffix in ["-wal", "-shm", "-journal"] {
        let log = beside(&vault, suffix);
        fs::write(&log, "").unwrap();
        chmod(&log, 0o600);
        give(&log, STRANGER);
        refused(&vault, suffix);
        // All of one owner, who is still not this user.
        give(&vault, STRANGER);
        refused(&vault, suffix);
        give(&vault, 0);
        fs::remove_file(&log).unwrap();
        opens(&vault);
    }
}

#[test]
fn a_folder_of_another_user_on_the_way_to_the_vault_is_refused() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, vault) = vault_below(folder.path());
    let new = vault.with_file_name("new.db");
    for place in &folders {
        // In a sticky folder its owner may still rename what belongs to others.
        for mode in [0o755, 0o700, 0o1777, 0o1755] {
            let what = format!("{} folders up, {mode:o}", folders.len());
            give(place, STRANGER);
            chmod(place, mode);
            refused(&vault, &what);
            never_created(&new, &what);
        }
        give(place, 0);
        chmod(place, 0o755);
        opens(&vault);
    }
    drop(Vault::create(&new, &key()).unwrap());
}

#[test]
fn a_folder_on_the_way_to_the_vault_that_others_may_write_to_is_refused() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, vault) = vault_below(folder.path());
    let new = vault.with_file_name("new.db");
    for place in &folders {
        for mode in [0o777, 0o757, 0o775, 0o2775, 0o722] {
            chmod(place, mode);
            let what = format!("{mode:o}");
            if Some(place.as_path()) == vault.parent() {
                is_unsafe(Vault::open(&vault, &key()), &what);
                is_unsafe(Vault::open_or_create(&vault, &key()), &what);
            } else {
                refused(&vault, &what);
            }
            never_created(&new, &what);
        }
        for mode in [0o1777, 0o1775, 0o755, 0o700, 0o2755] {
            chmod(place, mode);
            opens(&vault);
        }
    }
}

/// The folder of the vault is this user's to close; those above it are the business of others too.
#[test]
fn the_folder_of_the_vault_is_closed_where_that_is_asked_for() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, vault) = vault_below(folder.path());
    let own = vault.parent().unwrap();
    let mode = |place: &Path| fs::metadata(place).unwrap().mode() & 0o7777;
    let fix = SqliteStore::options().fix_permissions(true);
    for (open, closed) in [(0o777, 0o755), (0o2775, 0o2755), (0o722, 0o700)] {
        chmod(own, open);
        is_unsafe(Vault::open(&vault, &key()), "the control");
        drop(fix.open(&vault).unwrap());
        assert_eq!(mode(own), closed);
        opens(&vault);
    }
    let above = folders.first().unwrap();
    chmod(above, 0o777);
    is_unsafe(fix.open(&vault), "a folder above");
    assert_eq!(mode(above), 0o777, "it was changed");
}

/// The attack: whoever may rename the folder above puts a vault of their own in the place of the
/// vault.
#[test]
fn a_link_to_a_folder_is_judged_by_where_it_leads() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, vault) = vault_below(folder.path());
    let link = folder.path().join("link");
    symlink(vault.parent().unwrap(), &link).unwrap();
    let linked = link.join("vault.db");
    opens(&linked);
    chmod(folders.first().unwrap(), 0o777);
    is_unsafe(Vault::open(&linked, &key()), "a link");
    is_unsafe(Vault::create(link.join("new.db"), &key()), "a link");
    chmod(folders.first().unwrap(), 0o755);
    opens(&linked);
}

// ---- key files

#[test]
fn a_key_file_of_another_user_or_in_a_folder_of_another_user_is_refused() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, _) = vault_below(folder.path());
    let file = folder.path().join("canary/b/c/key");
    fs::write(&file, KEY).unwrap();
    chmod(&file, 0o600);
    let reads = || drop(RootKey::from_file(&file).unwrap());
    reads();
    give(&file, STRANGER);
    is_unsafe(RootKey::from_file(&file), "the file");
    give(&file, 0);
    reads();
    for place in &folders {
        give(place, STRANGER);
        is_unsafe(RootKey::from_file(&file), "a folder of another user");
        give(place, 0);
        for mode in [0o777, 0o775] {
            chmod(place, mode);
            is_unsafe(RootKey::from_file(&file), "a folder that others write to");
        }
        chmod(place, 0o1777);
        reads();
        chmod(place, 0o755);
        reads();
    }
}

// ---- as another user than root

const CHILD: &str = "KEYSLOT_TEST_OWNER";

/// The part of the next test that runs as another user; does nothing by itself.
#[test]
fn as_nobody_in_a_child() {
    let Some(root) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let own = root.join("own");
    // Folders of root are good, up to the root.
    let vault = own.join("vault.db");
    drop(Vault::create(&vault, &key()).unwrap());
    opens(&vault);
    fs::write(own.join("key"), KEY).unwrap();
    chmod(&own.join("key"), 0o600);
    drop(RootKey::from_file(own.join("key")).unwrap());
    // Files of root are not this user's, and root does not keep vaults in folders of others.
    refused_unread(&own.join("of-root.db"));
    refused_unread(&own.join("of-stranger.db"));
    refused_unread(&root.join("strangers/vault.db"));
    is_unsafe(
        Vault::create(root.join("strangers/new.db"), &key()),
        "a folder of a third user",
    );
    is_unsafe(
        Vault::create(root.join("strangers/sticky/new.db"), &key()),
        "below a folder of a third user",
    );
    is_unsafe(
        RootKey::from_file(root.join("strangers/key")),
        "a key of a third user",
    );
}

#[track_caller]
fn refused_unread(vault: &Path) {
    is_unsafe(Vault::open(vault, &key()), "open");
    is_unsafe(Vault::open_or_create(vault, &key()), "open or create");
    is_unsafe(
        SqliteStore::options().fix_permissions(true).open(vault),
        "fix",
    );
}

#[test]
fn another_user_than_root_takes_what_is_its_own_below_folders_of_root() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    chmod(folder.path(), 0o755);
    let place = |name: &str| folder.path().join(name);
    for (name, user, mode) in [
        ("own", NOBODY, 0o700),
        ("strangers", STRANGER, 0o755),
        ("strangers/sticky", NOBODY, 0o755),
    ] {
        fs::create_dir(place(name)).unwrap();
        give(&place(name), user);
        chmod(&place(name), mode);
    }
    let files = [
        ("own/of-root.db", 0),
        ("own/of-stranger.db", STRANGER),
        ("strangers/vault.db", NOBODY),
    ];
    for (name, user) in files.into_iter().chain([("strangers/key", STRANGER)]) {
        fs::write(place(name), KEY).unwrap();
        chmod(&place(name), 0o600);
        give(&place(name), user);
    }
    let child = again(module_path!(), "as_nobody_in_a_child")
        .arg("--nocapture")
        .env(CHILD, folder.path())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output();
    match child {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success(),
                "{text}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(text.contains("1 passed"), "the child ran nothing: {text}");
        }
        Err(error) => eprintln!("NOT TESTED: no process of another user: {error}"),
    }
}

#[test]
fn backups_and_anchors_keep_away_from_other_users() {
    let Some(folder) = folder_of_root() else {
        return;
    };
    let (folders, file) = vault_below(folder.path());
    let vault = Vault::open(&file, &key()).unwrap();
    let (copy, anchor) = (folders[2].join("copy.db"), folders[2].join("anchor"));
    drop(FileAnchor::create(&anchor).unwrap());
    for theirs in &folders {
        give(theirs, STRANGER);
        is_unsafe(
            vault.backup_to(&copy),
            "a backup in the folder of another user",
        );
        is_unsafe(
            FileAnchor::open(&anchor),
            "an anchor in the folder of another user",
        );
        is_unsafe(
            FileAnchor::create(folders[2].join("new")),
            "a new anchor in the folder of another user",
        );
        give(theirs, 0);
    }
    for name in ["anchor", "anchor-lock"] {
        give(&folders[2].join(name), STRANGER);
        let opened = FileAnchor::open(&anchor).and_then(|anchor| anchor.advance(&[1; 16], &[]));
        is_unsafe(opened, name);
        give(&folders[2].join(name), 0);
    }
    let opened = FileAnchor::open(&anchor).unwrap();
    opened.advance(&[1; 16], &[]).unwrap();
    // Nothing was made meanwhile.
    assert!(!copy.exists() && !folders[2].join("new").exists());
    vault.backup_to(&copy).unwrap();
    // What is restored may be no file of somebody else.
    give(&copy, STRANGER);
    is_unsafe(
        Vault::restore(&copy, folders[2].join("new.db"), &key()),
        "their backup",
    );
    give(&copy, 0);
    Vault::restore(&copy, folders[2].join("new.db"), &key()).unwrap();
}
