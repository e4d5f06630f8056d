//! The audit log on the command line.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::{Home, failed};

const VALUE: &str = "hunter2-9f86d081884c";

/// A home whose vault logs changes and uses.
fn logged() -> Home {
    let home = Home::new();
    let settings = "scope = 'acme/billing'\naudit = 'required'\n";
    fs::write(home.project().join("keyslot.toml"), settings).unwrap();
    home
}

#[test]
fn who_follows_gets_entries_as_they_come() {
    let home = logged();
    let mut child = home
        .command(env!("CARGO_BIN_EXE_keyslot"))
        .args(["log", "--follow", "--json", "--action", "put"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It says so once it knows the end of the log.
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(
        notes.next().unwrap().unwrap(),
        "following; interrupt it to end"
    );
    for name in ["ONE", "TWO"] {
        assert!(home.feed(&["set", name], VALUE.as_bytes()).status.success());
        assert!(home.run(&["disable", name]).status.success());
    }
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for name in ["ONE", "TWO"] {
        let line = lines.next().unwrap().unwrap();
        let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(entry["name"], name);
        assert_eq!(entry["action"], "put");
        assert_eq!(entry["actor"], "user:ada");
        assert!(!line.contains("hunter2"));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_log_is_shown_page_by_page() {
    let home = logged();
    for number in 0..5 {
        let value = format!("{VALUE}-{number}");
        assert!(
            home.feed(&["set", "KEY"], value.as_bytes())
                .status
                .success()
        );
    }
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut args = vec!["log", "--json", "--limit", "2"];
        if let Some(after) = &after {
            args.extend(["--after", after.as_str()]);
        }
        let shown = home.run(&args);
        assert!(shown.status.success(), "{shown:?}");
        let page: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        let entries = page["entries"].as_array().unwrap();
        seen.extend(
            entries
                .iter()
                .map(|entry| entry["number"].as_u64().unwrap()),
        );
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[test]
fn an_export_that_was_changed_is_told() {
    let home = logged();
    assert!(
        home.feed(&["set", "KEY"], VALUE.as_bytes())
            .status
            .success()
    );
    assert!(
        home.run(&["get", "KEY", "--reveal", "--yes"])
            .status
            .success()
    );
    assert!(home.run(&["log", "export", "log.jsonl"]).status.success());
    let path = home.project().join("log.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains("hunter2"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    fs::write(&path, text.replace("user:ada", "user:eve")).unwrap();
    let (code, error) = failed(&home.run(&["log", "check", "log.jsonl"]));
    assert_eq!(code, 7, "{error}");
    assert!(error.contains("line 1 of the export"), "{error}");
}

#[test]
fn filters_and_settings_are_not_repeated() {
    let home = logged();
    for args in [
        ["--since", VALUE],
        ["--until", VALUE],
        ["--outcome", VALUE],
        ["--action", VALUE],
        ["--after", VALUE],
        ["--limit", VALUE],
    ] {
        let (code, error) = failed(&home.run(&[&["log"], &args[..]].concat()));
        assert_eq!(code, 2, "{args:?}: {error}");
        assert!(!error.contains("hunter2"), "{args:?}: {error}");
    }
    let settings = format!("scope = 'acme'\naudit = '{VALUE}'\n");
    fs::write(home.project().join("keyslot.toml"), settings).unwrap();
    let (code, error) = failed(&home.run(&["log"]));
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("batched") && !error.contains("hunter2"),
        "{error}"
    );
}
