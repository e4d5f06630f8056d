//! Values that go in and come out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Home, failed};

#[test]
fn a_value_comes_out_as_it_went_in() {
    let home = Home::new();
    let lines = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
    for (input, args, value) in [
        ("tok_9f86d081884c\n", &[][..], "tok_9f86d081884c"),
        ("tok_9f86d081884c\n", &["--exact"], "tok_9f86d081884c\n"),
        (lines, &[], lines),
        (lines, &["--from-file", "-"], lines),
    ] {
        let set = home.feed(&[&["set", "KEY"], args].concat(), input.as_bytes());
        assert!(set.status.success(), "{set:?}");
        let got = home.run(&["get", "KEY", "--reveal", "--yes"]);
        assert_eq!(got.stdout, value.as_bytes(), "{got:?}");
        let got = home.run(&["get", "KEY", "--reveal", "--yes", "--json"]);
        let json: serde_json::Value = serde_json::from_slice(&got.stdout).unwrap();
        assert_eq!(
            (&json["name"], &json["value"]),
            (&"KEY".into(), &value.into())
        );
    }
    let history = home.run(&["history", "KEY", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&history.stdout).unwrap();
    assert_eq!(json["versions"].as_array().unwrap().len(), 4);
}

#[test]
fn a_value_goes_nowhere_unasked() {
    let home = Home::new();
    assert!(
        home.feed(&["set", "KEY"], b"tok_9f86d081884c")
            .status
            .success()
    );
    for args in [&["get", "KEY"][..], &["get", "KEY", "--reveal"]] {
        let refused = home.run(args);
        assert_eq!(failed(&refused).0, 2, "{args:?}");
        assert!(refused.stdout.is_empty());
    }
    assert!(
        home.run(&["get", "KEY", "--reveal", "--yes"])
            .status
            .success(),
        "the control"
    );
}

#[test]
fn files_of_the_user_are_his_alone() {
    let home = Home::new();
    for file in [".config/keyslot/key", ".local/share/keyslot/vault.db"] {
        let path = home.path().join(file);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{file}"
        );
        let folder = fs::metadata(path.parent().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700, "{file}");
    }
    let key = home.path().join(".config/keyslot/key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, error) = failed(&home.run(&["list"]));
    assert_eq!(code, 9, "{error}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(home.run(&["list"]).status.success(), "the control");
}

#[test]
fn exit_codes_tell_what_is_wrong() {
    let home = Home::empty();
    let code = |args: &[&str]| failed(&home.run(args)).0;
    assert_eq!(code(&["list", "--scope", "acme"]), 5, "no key");
    assert_eq!(code(&["keygen", "key"]), 0);
    let list = ["list", "--scope", "acme", "--key-file", "key"];
    assert_eq!(code(&list), 6, "no vault");
    assert_eq!(code(&["init", "--key-file", "key"]), 0);
    assert_eq!(code(&list), 0);
    assert_eq!(code(&["init", "--key-file", "key"]), 6, "a vault already");
    assert_eq!(code(&["keygen", "key"]), 2, "never overwritten");
    assert_eq!(code(&["keygen", "other"]), 0);
    assert_eq!(
        code(&["list", "--scope", "acme", "--key-file", "other"]),
        5,
        "a wrong key"
    );
    assert_eq!(code(&["list", "--key-file", "key"]), 2, "no scope");
    assert_eq!(
        code(&["list", "--scope", "a//b", "--key-file", "key"]),
        2,
        "no valid scope"
    );
    assert_eq!(code(&["frobnicate"]), 2);
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn a_damaged_vault_is_found() {
    let home = Home::new();
    for name in ["A", "B", "C"] {
        assert!(
            home.feed(&["set", name], b"tok_9f86d081884c")
                .status
                .success()
        );
    }
    assert_eq!(home.run(&["verify"]).status.code(), Some(0), "the control");
    let backup = home.run(&["backup", "copy.db"]);
    assert!(backup.status.success(), "{backup:?}");
    let restored = home.run(&["restore", "copy.db", "--vault", "restored.db"]);
    assert!(restored.status.success(), "{restored:?}");
    let got = home.run(&["get", "B", "--reveal", "--yes", "--vault", "restored.db"]);
    assert_eq!(got.stdout, b"tok_9f86d081884c", "{got:?}");

    let path = home.project().join("restored.db");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len() - 4096;
    for at in (end - 4096..end).step_by(64) {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    let verified = home.run(&["verify", "--vault", "restored.db"]);
    assert!(
        matches!(verified.status.code(), Some(7 | 10)),
        "{verified:?}"
    );
}

#[test]
fn a_folder_for_a_group_gets_settings_that_are_read() {
    let home = Home::empty();
    let script = "umask 0002; keyslot init --scope acme && keyslot status";
    let made = home.command("sh").args(["-c", script]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// No server is needed: the backup is looked at before it is.
#[cfg(feature = "postgres")]
#[test]
fn a_backup_goes_into_a_database_only_with_its_key() {
    let home = Home::new();
    let made = home.run(&["backup", "copy.db"]);
    assert!(made.status.success(), "{made:?}");
    let made = home.run(&["keygen", "other"]);
    assert!(made.status.success(), "{made:?}");
    let args = [
        "restore",
        "copy.db",
        "--vault",
        "postgres://ada@127.0.0.1:1/ada",
    ];
    let (code, error) = failed(&home.run(&[&args[..], &["--key-file", "other"]].concat()));
    assert_eq!(code, 5, "{error}");
    let (code, error) = failed(&home.run(&args));
    assert_eq!(code, 8, "the control: {error}");
}
