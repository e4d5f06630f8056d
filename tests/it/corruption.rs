//! Every byte of a vault's file is changed, one at a time. What comes out is the exact value, or a
//! typed error, or the exact value of the parent scope while `verify` reports the loss; never a
//! wrong value, a panic, or a status that went up, nor a list that lacks a secret while `verify`
//! says that all is well.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{fast_folder, root_key, value};
use keyslot::store::SqliteStore;
use keyslot::{ErrorKind, ScopedVault, SecretChange, SecretInput, Status, Vault};

/// Scope, name, and the exact answer of the undamaged vault.
const ANSWERS: [(&str, &str, Result<&str, ErrorKind>); 10] = [
    ("acme", "A", Ok("parent value of A")),
    ("acme", "B", Ok("parent value of B")),
    ("acme/billing", "A", Ok("child value of A")),
    ("acme/billing", "B", Err(ErrorKind::Revoked)),
    ("acme/billing", "C", Err(ErrorKind::Inactive)),
    ("acme/billing", "D", Err(ErrorKind::Expired)),
    ("acme/billing", "E", Ok("third")),
    ("acme/billing", "E@2", Ok("second")),
    ("globex", "A", Ok("value of another tenant")),
    ("globex", "F", Err(ErrorKind::NotFound)),
];

/// The names that each scope lists; deleted secrets are not among them.
const LISTED: [(&str, &[&str]); 3] = [
    ("acme", &["A", "B"]),
    ("acme/billing", &["A", "B", "C", "D", "E"]),
    ("globex", &["A"]),
];

fn build(file: &Path) {
    let vault = Vault::create(file, &root_key()).unwrap();
    let scope = |scope: &str| vault.scope(scope).unwrap();
    scope("acme").put("A", "parent value of A").unwrap();
    scope("acme").put("B", "parent value of B").unwrap();
    scope("acme/billing").put("A", "child value of A").unwrap();
    scope("acme/billing").put("B", "child value of B").unwrap();
    scope("acme/billing").revoke("B").unwrap();
    scope("acme/billing")
        .put("C", SecretInput::new("inactive value").inactive())
        .unwrap();
    scope("acme/billing").put("D", "expired value").unwrap();
    let expired = SecretChange::default().expires_at(std::time::SystemTime::now());
    scope("acme/billing").update("D", expired).unwrap();
    for value in ["first", "second", "third"] {
        scope("acme/billing").put("E", value).unwrap();
    }
    scope("globex").put("A", "value of another tenant").unwrap();
    scope("globex").put("F", "value that was deleted").unwrap();
    scope("globex").delete("F").unwrap();
}

#[derive(Debug, PartialEq)]
enum Seen {
    /// Opening was refused, or `verify` could not read.
    Refused,
    /// All answers as before, `verify` finds nothing: the byte is of no use to anybody.
    Harmless,
    /// All answers as before or refused, and something said so.
    Reported,
    /// An answer that must never happen.
    Wrong(String),
}

fn look(file: &Path) -> Seen {
    let store = match SqliteStore::open(file) {
        Ok(store) => store,
        Err(_) => return Seen::Refused,
    };
    let Ok(vault) = Vault::builder().store(store).open(&root_key()) else {
        return Seen::Refused;
    };
    let report = vault.verify();
    let told = !report.as_ref().is_ok_and(keyslot::Verification::is_intact);
    let mut refused = false;
    for (scope, name, expected) in ANSWERS {
        let scope: ScopedVault = vault.scope(scope).unwrap();
        let given = value(&scope, name).map_err(|error| error.kind());
        match (expected, &given) {
            (Ok(expected), Ok(given)) if expected == given => {}
            (Err(expected), Err(given)) if expected == *given => {}
            // A value or an answer that is gone: a typed error.
            (_, Err(_)) => refused = true,
            // The child's row is not found any more, so the parent's exact value shows: `verify`
            // must tell.
            (_, Ok(given))
                if parent_of(scope.scope().as_str(), name) == Some(given.as_str()) && told =>
            {
                refused = true
            }
            (_, Ok(given)) => return Seen::Wrong(format!("{} {name}: {given:?}", scope.scope())),
        }
    }
    for (scope, names) in LISTED {
        let listed = vault
            .scope(scope)
            .unwrap()
            .list()
            .filter_map(Result::ok)
            .map(|info| info.name.to_string());
        let listed: BTreeSet<String> = listed.collect();
        if let Some(name) = listed.iter().find(|name| !names.contains(&name.as_str())) {
            return Seen::Wrong(format!("{scope} lists {name}"));
        }
        if listed.len() < names.len() {
            // What is hidden must be told.
            if !told {
                return Seen::Wrong(format!(
                    "{scope} lists {listed:?} only, and nothing says so"
                ));
            }
            refused = true;
        }
    }
    if let Ok(info) = vault.scope("acme/billing").unwrap().info("B") {
        if info.status != Status::Revoked {
            return Seen::Wrong(format!("B is {}", info.status));
        }
    }
    if refused || told {
        Seen::Reported
    } else {
        Seen::Harmless
    }
}

fn parent_of(scope: &str, name: &str) -> Option<&'static str> {
    let at_parent = |&&(parent, its, _): &&(&str, &str, Result<&'static str, ErrorKind>)| {
        its == name
            && scope
                .strip_prefix(parent)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    ANSWERS
        .iter()
        .find(at_parent)
        .and_then(|(_, _, answer)| answer.ok())
}

/// The changes that are tried on each byte; more of them for campaigns.
fn flips() -> Vec<fn(u8) -> u8> {
    match std::env::var("KEYSLOT_SWEEP").as_deref() {
        Ok("full") => vec![|b| b ^ 0x01, |b| b ^ 0x80, |_| 0x00, |_| 0xff],
        _ => vec![|b| b ^ 0x01],
    }
}

#[test]
fn any_changed_byte_gives_the_exact_value_or_an_error() {
    let folder = fast_folder();
    let original = folder.path().join("vault.db");
    build(&original);
    assert_eq!(
        look(&original),
        Seen::Harmless,
        "the undamaged vault answers as it should"
    );
    let bytes = std::fs::read(&original).unwrap();
    assert!(
        !original.with_extension("db-wal").exists(),
        "all of the vault is in its file"
    );

    let counts = [const { AtomicUsize::new(0) }; 3];
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for worker in 0..2 {
            let (bytes, next, counts) = (&bytes, &next, &counts);
            let file: PathBuf = folder.path().join(format!("damaged-{worker}.db"));
            threads.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&byte) = bytes.get(at) else { break };
                    for flip in flips() {
                        if flip(byte) == byte {
                            continue;
                        }
                        let mut damaged = bytes.clone();
                        damaged[at] = flip(byte);
                        replace(&file, &damaged);
                        let slot = match look(&file) {
                            Seen::Refused => 0,
                            Seen::Reported => 1,
                            Seen::Harmless => 2,
                            Seen::Wrong(what) => {
                                panic!("byte {at} {byte:#04x} -> {:#04x}: {what}", flip(byte))
                            }
                        };
                        counts[slot].fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let [refused, reported, harmless] = counts.map(AtomicUsize::into_inner);
    println!(
        "{} bytes: {refused} refused at open, {reported} reported, {harmless} harmless",
        bytes.len()
    );
    assert!(
        refused > 100 && reported > 1000,
        "the sweep hit what it was to hit: {refused} {reported} {harmless}"
    );
}

/// Writes a file anew with the mode of a vault, and without the journals of the one before.
fn replace(file: &Path, bytes: &[u8]) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
    let mut new = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .unwrap();
    new.write_all(bytes).unwrap();
}

/// Without the seals the same sweep would find wrong values: a plain table gives them out.
#[test]
fn a_plain_database_gives_out_wrong_values() {
    let folder = fast_folder();
    let file = folder.path().join("plain.db");
    let plain = rusqlite::Connection::open(&file).unwrap();
    plain
        .execute_batch("CREATE TABLE t(value TEXT); INSERT INTO t VALUES ('parent value of A')")
        .unwrap();
    drop(plain);
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes
        .windows(6)
        .position(|window| window == b"parent")
        .unwrap();
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let plain = rusqlite::Connection::open(&file).unwrap();
    let value: String = plain
        .query_row("SELECT value FROM t", [], |row| row.get(0))
        .unwrap();
    assert_ne!(value, "parent value of A");
}
