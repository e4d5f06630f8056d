//! Every byte of a vault's file is changed, one at a time. What comes out is the exact value, or a
//! typed error, or the exact value of the parent scope while `verify` reports the loss; never a
//! wrong value, a panic, or a status that went up, nor a list that lacks a secret while `verify`
//! says that all is well. With a guard neither a parent's value nor such a list comes out. The same
//! with each byte of a write-ahead log, where an anchor tells what the log no longer has.
#![cfg(all(feature = "sqlite", feature = "json", unix))]
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
use keyslot::{ErrorKind, FileAnchor, ScopedVault, SecretChange, SecretInput, Status, Vault};

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
    fill(&Vault::create(file, &root_key()).unwrap());
}

fn fill(vault: &Vault) {
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

/// The settings that a vault is opened with.
#[derive(Clone, Copy, PartialEq)]
enum Opened<'a> {
    Plainly,
    Guarded,
    /// With a guard and the anchor in this file.
    Anchored(&'a Path),
}

fn open(file: &Path, opened: Opened<'_>) -> keyslot::Result<Vault> {
    let builder = Vault::builder().store(SqliteStore::open(file)?);
    let builder = match opened {
        Opened::Plainly => builder,
        Opened::Guarded => builder.guard(10_000),
        Opened::Anchored(anchor) => builder
            .guard(10_000)
            .anchor(FileAnchor::open(anchor).unwrap()),
    };
    builder.open(&root_key())
}

fn look(file: &Path, opened: Opened<'_>) -> Seen {
    let Ok(vault) = open(file, opened) else {
        return Seen::Refused;
    };
    let is_guarded = opened != Opened::Plainly;
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
                if parent_of(scope.scope().as_str(), name) == Some(given.as_str())
                    && told
                    && !is_guarded =>
            {
                refused = true
            }
            (_, Ok(given)) => return Seen::Wrong(format!("{} {name}: {given:?}", scope.scope())),
        }
    }
    for (scope, names) in LISTED {
        let listed: Vec<_> = vault.scope(scope).unwrap().list().collect();
        let is_refused = listed.iter().any(Result::is_err);
        let listed = listed.into_iter().filter_map(Result::ok);
        let listed: BTreeSet<String> = listed.map(|info| info.name.to_string()).collect();
        if let Some(name) = listed.iter().find(|name| !names.contains(&name.as_str())) {
            return Seen::Wrong(format!("{scope} lists {name}"));
        }
        if listed.len() < names.len() {
            // What is hidden must be told.
            if !told || is_guarded && !is_refused {
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

/// True for a campaign: every byte is changed in every way.
fn is_full() -> bool {
    std::env::var("KEYSLOT_SWEEP").is_ok_and(|sweep| sweep == "full")
}

/// Changes each byte of a file that `step` divides the place of, and looks at the vault of `others`
/// and that file. Returns how many were refused, reported and harmless.
fn sweep(
    folder: &Path,
    (name, bytes): (&str, &[u8]),
    others: &[(&str, &[u8])],
    step: usize,
    opened: Opened<'_>,
) -> [usize; 3] {
    let counts = [const { AtomicUsize::new(0) }; 3];
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for worker in 0..2 {
            let (next, counts) = (&next, &counts);
            let file: PathBuf = folder.join(format!("damaged-{worker}.db"));
            threads.spawn(move || {
                loop {
                    let at = next.fetch_add(step, Ordering::Relaxed);
                    let Some(&byte) = bytes.get(at) else { break };
                    for flip in flips() {
                        if flip(byte) == byte {
                            continue;
                        }
                        let mut damaged = bytes.to_vec();
                        damaged[at] = flip(byte);
                        replace(&file, others, (name, &damaged));
                        let slot = match look(&file, opened) {
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
    let counts = counts.map(AtomicUsize::into_inner);
    let [refused, reported, harmless] = counts;
    println!(
        "{} bytes of {name:?}: {refused} refused at open, {reported} reported, {harmless} harmless",
        bytes.len()
    );
    counts
}

#[test]
fn any_changed_byte_gives_the_exact_value_or_an_error() {
    let folder = fast_folder();
    let original = folder.path().join("vault.db");
    build(&original);
    let bytes = std::fs::read(&original).unwrap();
    assert!(
        !original.with_extension("db-wal").exists(),
        "all of the vault is in its file"
    );
    // With a guard fewer bytes, but not those of one column.
    let step = if is_full() { 1 } else { 11 };
    for (opened, step) in [(Opened::Plainly, 1), (Opened::Guarded, step)] {
        assert_eq!(
            look(&original, opened),
            Seen::Harmless,
            "the undamaged vault answers as it should"
        );
        let [refused, reported, harmless] = sweep(folder.path(), ("", &bytes), &[], step, opened);
        assert!(
            refused > 100 / step && reported > 1000 / step,
            "the sweep hit what it was to hit: {refused} {reported} {harmless}"
        );
    }
}

#[test]
fn any_changed_byte_of_a_log_gives_the_exact_value_or_an_error() {
    let folder = fast_folder();
    let (original, anchor) = (folder.path().join("vault.db"), folder.path().join("anchor"));
    let opened = Opened::Anchored(&anchor);
    drop(FileAnchor::create(&anchor).unwrap());
    Vault::create(&original, &root_key()).unwrap();
    let vault = open(&original, opened).unwrap();
    // All that is written from now on stays in the log, because somebody reads an older state.
    let reader = rusqlite::Connection::open(&original).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM rows;")
        .unwrap();
    fill(&vault);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let (bytes, log) = (read("vault.db"), read("vault.db-wal"));
    drop((vault, reader));
    let copy = folder.path().join("damaged-0.db");
    replace(&copy, &[("", &bytes)], ("-wal", &log));
    assert_eq!(look(&copy, opened), Seen::Harmless, "as it was copied");
    // The control: without the log, or without an anchor, the past answers.
    replace(&copy, &[("", &bytes)], ("-wal", &[]));
    assert_eq!(look(&copy, opened), Seen::Refused);
    let half = &log[..log.len() / 2];
    replace(&copy, &[("", &bytes)], ("-wal", half));
    assert!(matches!(
        look(&copy, Opened::Guarded),
        Seen::Reported | Seen::Wrong(_)
    ));

    let step = if is_full() { 1 } else { 61 };
    let [refused, reported, harmless] =
        sweep(folder.path(), ("-wal", &log), &[("", &bytes)], step, opened);
    assert!(
        refused > 1000 / step,
        "the sweep hit what it was to hit: {refused} {reported} {harmless}"
    );
}

/// Writes the files of a vault anew, each named by its ending, without those of the one before.
fn replace(file: &Path, others: &[(&str, &[u8])], changed: (&str, &[u8])) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let named = |ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        name
    };
    for ending in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(named(ending));
    }
    for (ending, bytes) in others.iter().chain([&changed]) {
        let mut new = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(named(ending))
            .unwrap();
        new.write_all(bytes).unwrap();
    }
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
