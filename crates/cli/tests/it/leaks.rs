//! No value in arguments, messages or settings.

use std::fs;

use crate::support::{Home, failed};

const VALUE: &str = "hunter2-9f86d081884c";

#[test]
fn a_value_as_an_argument_is_refused_and_not_repeated() {
    let home = Home::new();
    let key_value = format!("KEY={VALUE}");
    let option = format!("--value={VALUE}");
    for args in [
        &["set", "KEY", VALUE][..],
        &["set", "KEY", &option],
        &["set", &key_value],
        &["set", "KEY", "--expires", VALUE],
        &["set", "KEY", "--metadata", VALUE],
        &["rules", "KEY", "--surface", VALUE],
        &["rules", "KEY", "--host", "hunter2 9f86d081884c"],
        &["rollback", "KEY", "--to", VALUE],
        &["list", "--scope", "hunter2//"],
        &["list", "--color", VALUE],
        &["list", "--vault", "postgres://app:hunter2@127.0.0.1/app"],
    ] {
        for json in [false, true] {
            let mut args = args.to_vec();
            if json {
                args.push("--json");
            }
            let output = home.feed(&args, b"another value");
            let (code, error) = failed(&output);
            assert_eq!(code, 2, "{args:?}: {error}");
            assert!(!error.contains("hunter2"), "{args:?}: {error}");
            assert!(output.stdout.is_empty(), "{output:?}");
        }
    }
    let missing = home.run(&["show", "hunter2"]);
    assert!(
        failed(&missing).1.contains("hunter2"),
        "the control: a name is shown"
    );
}

#[test]
fn the_file_of_settings_is_not_repeated() {
    let home = Home::new();
    let path = home.project().join("keyslot.toml");
    for text in [
        format!("password = '{VALUE}'"),
        format!("scope = {VALUE}"),
        "vault = 'postgres://app:hunter2@127.0.0.1/app'".to_owned(),
    ] {
        fs::write(&path, &text).unwrap();
        let (code, error) = failed(&home.run(&["list"]));
        assert_eq!(code, 2, "{text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.contains("keyslot.toml"), "{error}");
    }
}
