//! Files that `export` writes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Home, failed};

fn home() -> Home {
    let home = Home::new();
    let stored = home.feed(&["set", "STRIPE_KEY"], b"sk_live_canary");
    assert!(stored.status.success(), "{stored:?}");
    assert!(home.run(&["keygen", "bundle.key"]).status.success());
    home
}

const KEY: [&str; 4] = ["--bundle-key-file", "bundle.key", "--reason", "a test"];
const PLAIN: [&str; 5] = ["--plain", "json", "--reason", "a test", "--yes"];

#[test]
fn an_export_is_for_its_owner_alone() {
    let home = home();
    for (name, options, has_value) in [("a", &KEY[..], false), ("b", &PLAIN[..], true)] {
        let done = home.run(&[&["export", name], options].concat());
        assert!(done.status.success(), "{done:?}");
        let path = home.project().join(name);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        let bytes = fs::read(&path).unwrap();
        let value = b"sk_live_canary";
        let found = bytes.windows(value.len()).any(|window| window == value);
        assert_eq!(found, has_value, "{name}");
    }
}

#[test]
fn an_export_overwrites_nothing_and_leaves_nothing_behind() {
    let home = home();
    fs::write(home.project().join("a"), "mine").unwrap();
    assert_eq!(
        failed(&home.run(&[&["export", "a"], &KEY[..]].concat())).0,
        2
    );
    assert_eq!(fs::read(home.project().join("a")).unwrap(), b"mine");
    // A name that no dotenv file can hold, found while the file is written.
    let stored = home.feed(&["set", "a name"], b"sk_live_canary");
    assert!(stored.status.success(), "{stored:?}");
    let options = ["--plain", "dotenv", "--reason", "a test", "--yes"];
    assert_eq!(
        failed(&home.run(&[&["export", "b"], &options[..]].concat())).0,
        2
    );
    assert!(!home.project().join("b").exists());
}
