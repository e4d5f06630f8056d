//! Tests of the command, on the program itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cli {
    //! The way from nothing to a stored secret.

    use std::fs;
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    fn keyslot(home: &Path, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyslot"))
            .args(args)
            .current_dir(home)
            .env_clear()
            .env("HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    #[test]
    fn a_value_goes_in_and_comes_out() {
        let home = tempfile::tempdir().unwrap();
        let made = keyslot(home.path(), &["init", "--scope", "acme"], "");
        assert!(made.status.success(), "{made:?}");
        let toml = fs::read_to_string(home.path().join("keyslot.toml")).unwrap();
        assert_eq!(toml, "scope = \"acme\"\n");
        let set = keyslot(home.path(), &["set", "KEY"], "tok_9f86d081884c7d\n");
        assert!(set.status.success(), "{set:?}");
        let got = keyslot(home.path(), &["get", "KEY", "--reveal", "--yes"], "");
        assert_eq!(got.stdout, b"tok_9f86d081884c7d", "{got:?}");
        let refused = keyslot(home.path(), &["get", "KEY", "--reveal"], "");
        assert_eq!(
            (refused.status.code(), &*refused.stdout),
            (Some(2), &b""[..])
        );
        let none = keyslot(home.path(), &["get", "KEI", "--reveal", "--yes"], "");
        assert_eq!(none.status.code(), Some(3), "{none:?}");
    }
}
