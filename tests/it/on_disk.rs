//! Nothing readable at rest: after a whole life, cut off without closing, no file holds a trace of
//! a value, a name, a scope or a description.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::path::Path;

use crate::support::scanner::Scanner;
use crate::support::{again, root_key, value};
use keyslot::{SecretInput, Status, Vault};

const SCOPES: [&str; 3] = [
    "canary-organization",
    "canary-organization/canary-project-x",
    "second-tenant-canary",
];
const NAMES: [&str; 3] = [
    "CANARY_STRIPE_NAME",
    "Canary Name With Spaces",
    "canary.dotted-name_7",
];
const VALUES: [&str; 4] = [
    "canary-value-sk_live_4eC39HqLyjWDarjtT1",
    "canary-older-value-4242424242",
    "-----BEGIN CANARY KEY-----\nQ2FuYXJ5S2V5TWF0ZXJpYWw\n-----END CANARY KEY-----\n",
    "canary-value-that-is-revoked-99",
];
const DESCRIPTION: &str = "canary description of the payments account";

/// The variable that makes this program live the life in a folder and then be cut off.
const CHILD: &str = "KEYSLOT_ON_DISK_FOLDER";

#[test]
fn no_file_holds_a_trace_after_a_life_cut_off() {
    if let Some(folder) = std::env::var_os(CHILD) {
        live(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let status = again(module_path!(), "no_file_holds_a_trace_after_a_life_cut_off")
        .arg("--nocapture")
        .env(CHILD, folder.path())
        .env("TMPDIR", folder.path())
        .env("SQLITE_TMPDIR", folder.path())
        .output()
        .unwrap();
    let lived = folder.path().join("lived");
    assert!(
        lived.exists(),
        "the child did not get to its end: {}",
        String::from_utf8_lossy(&status.stderr)
    );
    assert!(
        folder.path().join("vault.db-wal").metadata().unwrap().len() > 0,
        "the journal is looked through as well"
    );

    let words = SCOPES
        .iter()
        .flat_map(|scope| scope.split('/'))
        .chain(NAMES)
        .chain(VALUES)
        .chain([DESCRIPTION]);
    let scanner = Scanner::new(words);
    assert_eq!(scanner.find_in(folder.path()), Vec::<String>::new());

    // The life was real: the vault opens and holds what was stored.
    let vault = Vault::open(folder.path().join("vault.db"), &root_key()).unwrap();
    let scope = vault.scope(SCOPES[1]).unwrap();
    assert_eq!(value(&scope, NAMES[0]).unwrap(), VALUES[0]);
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(
        scanner.find_in(folder.path()),
        Vec::<String>::new(),
        "also after recovery"
    );
}

fn live(folder: &Path) -> ! {
    let vault = Vault::create(folder.join("vault.db"), &root_key()).unwrap();
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        for name in NAMES {
            scope.put(name, VALUES[1]).unwrap();
            scope
                .put(name, SecretInput::new(VALUES[0]).description(DESCRIPTION))
                .unwrap();
            scope.set_status(name, Status::Inactive).unwrap();
            scope.set_status(name, Status::Active).unwrap();
        }
        scope.put("CANARY_REVOKED_NAME", VALUES[3]).unwrap();
        scope.put("CANARY_DELETED_NAME", VALUES[2]).unwrap();
        scope.revoke("CANARY_REVOKED_NAME").unwrap();
        scope.delete("CANARY_DELETED_NAME").unwrap();
        scope
            .replace_revoked("CANARY_REVOKED_NAME", VALUES[2])
            .unwrap();
        assert_eq!(scope.names().unwrap().len(), 4);
        let text = format!("<<$secret.{}>> <<$secret.{}@1>>", NAMES[0], NAMES[1]);
        scope.resolve(&text).unwrap();
        scope
            .resolve("<<$secret.CANARY_MISSING_NAME>>")
            .unwrap_err();
    }
    assert!(vault.verify().unwrap().is_intact());
    // Leaves the last writes in the journal.
    vault
        .scope(SCOPES[0])
        .unwrap()
        .put(NAMES[0], VALUES[0])
        .unwrap();
    std::fs::write(folder.join("lived"), "").unwrap();
    // No destructor runs, no connection is closed: what SQLite left in its journal stays there.
    std::process::abort();
}

/// The scanner finds what it looks for: in a plain database, and in each encoding at each
/// alignment.
#[test]
fn the_scanner_finds_what_is_planted() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = Scanner::new(VALUES.into_iter().chain(NAMES));
    assert!(scanner.find_in(folder.path()).is_empty());
    let plain = rusqlite::Connection::open(folder.path().join("plain.db")).unwrap();
    plain
        .execute_batch("CREATE TABLE secrets(name TEXT, value TEXT)")
        .unwrap();
    assert!(scanner.find_in(folder.path()).is_empty());
    plain
        .execute(
            "INSERT INTO secrets VALUES (?1, ?2)",
            ["some name", VALUES[0]],
        )
        .unwrap();
    assert_eq!(scanner.find_in(folder.path()).len(), 1);

    let hex: String = NAMES[0].bytes().map(|byte| format!("{byte:02X}")).collect();
    assert!(scanner.find(hex.as_bytes()).is_some());
    for prefix in ["", "x", "xy"] {
        // `base64` of `prefix ‖ value ‖ "!"`, by the crate's own filter.
        use keyslot::secrecy::ExposeSecret;
        use keyslot::template::ResolveExt;
        let variables = keyslot::Variables::new()
            .with("V", format!("{prefix}{}!", VALUES[1]))
            .unwrap();
        for filter in ["base64", "base64url"] {
            let text = format!("<<V|{filter}>>");
            let encoded = variables.resolve(&text).unwrap();
            assert!(
                scanner.find(encoded.expose_secret().as_bytes()).is_some(),
                "{filter} after {prefix:?}"
            );
        }
    }
    assert!(
        scanner
            .find(b"nothing of the kind is in here, only words")
            .is_none()
    );
}
