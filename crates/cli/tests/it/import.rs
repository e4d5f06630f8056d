//! Files that come into a vault.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::{Child, Stdio};

use crate::support::{Home, failed};

/// A value, which no output may show.
const VALUE: &str = "tok_9f86d081884c7d65";

#[test]
fn a_list_comes_in_as_standard_input_and_no_output_has_its_values() {
    let home = Home::new();
    let list = format!("A={VALUE}\nB='{VALUE} two'\n");
    for args in [
        &["import", "-", "--dry-run"][..],
        &["import", "-", "--dry-run", "--json"],
        &["import", "-", "--json"],
        &["import", "-"],
    ] {
        let done = home.feed(args, list.as_bytes());
        assert!(done.status.success(), "{done:?}");
        let shown = format!("{done:?}");
        assert!(!shown.contains("9f86"), "{shown}");
    }
    let got = home.run(&["get", "A", "--reveal", "--yes"]);
    assert_eq!(got.stdout, VALUE.as_bytes(), "the control");
    for broken in [
        format!("A={VALUE}\nB='{VALUE}"),
        format!("{VALUE}\n"),
        format!("`{VALUE}`=1"),
    ] {
        let refused = home.feed(&["import", "-"], broken.as_bytes());
        let (code, error) = failed(&refused);
        assert_eq!(code, 2, "{error}");
        assert!(
            !error.contains("9f86") && error.contains("(line "),
            "{error}"
        );
    }
}

#[test]
fn secrets_are_not_erased_unasked() {
    let home = Home::new();
    assert!(home.feed(&["import", "-"], b"A=1").status.success());
    let replace = ["import", "-", "--on-collision", "replace"];
    // What erases nothing asks nothing.
    assert!(home.feed(&replace, b"A=1\nB=2").status.success());
    let (code, error) = failed(&home.feed(&replace, b"A=2"));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("--yes"), "{error}");
    let got = home.run(&["get", "A", "--reveal", "--yes"]);
    assert_eq!(got.stdout, b"1");
    let confirmed = [&replace[..], &["--yes"]].concat();
    assert!(home.feed(&confirmed, b"A=2").status.success());
    let got = home.run(&["get", "A", "--reveal", "--yes"]);
    assert_eq!(got.stdout, b"2", "the control");
}

#[test]
fn exit_codes_and_formats() {
    let home = Home::new();
    let write = |name: &str, text: &str| fs::write(home.project().join(name), text).unwrap();
    let code = |args: &[&str]| failed(&home.run(args)).0;
    write("a.json", "{\"A\": \"1\"}");
    write("a.txt", "{\"A\": \"1\"}");
    assert_eq!(code(&["import", "a.txt"]), 2, "no list");
    assert_eq!(
        code(&["import", "a.txt", "--format", "json", "--dry-run"]),
        0
    );
    assert_eq!(code(&["import", "a.json"]), 0);
    write("b.env", "A=2\nB=${A}\n");
    assert_eq!(code(&["import", "b.env"]), 4, "a collision");
    assert_eq!(code(&["import", "b.env", "--dry-run"]), 10);
    assert_eq!(
        code(&["import", "b.env", "--expand", "--on-collision", "version"]),
        0
    );
    let got = home.run(&["get", "B", "--reveal", "--yes"]);
    assert_eq!(got.stdout, b"2");
    assert_eq!(code(&["revoke", "A", "--yes"]), 0);
    assert_eq!(
        code(&["import", "b.env", "--expand", "--on-collision", "version"]),
        4,
        "revoked"
    );
    assert_eq!(
        code(&["import", "b.env", "--expand", "--on-collision", "skip"]),
        0
    );
    write("big.env", &format!("A={}", "x".repeat(33 << 20)));
    assert_eq!(code(&["import", "big.env"]), 2, "too long");
    assert_eq!(
        code(&["import", "b.env", "--map", "A=B"]),
        2,
        "two that become one"
    );
}

#[test]
fn an_export_in_clear_comes_back_with_all_values_or_is_refused() {
    let home = Home::new();
    let values = [
        "plain",
        "it's \\",
        " two\nlines\t#\r\n",
        "\"$HOME\" `id`",
        "é🔑=\\'",
    ];
    for (number, value) in values.iter().enumerate() {
        let set = ["set", &format!("K{number}"), "--exact"];
        assert!(home.feed(&set, value.as_bytes()).status.success());
    }
    for format in ["dotenv", "json"] {
        let export = [
            "export", format, "--plain", format, "--reason", "a move", "--yes",
        ];
        let done = home.run(&export);
        assert!(done.status.success(), "{done:?}");
    }
    let import = |scope| home.run(&["import", "dotenv", "--json", "--scope", scope]);
    let same = import("acme/billing");
    let json: serde_json::Value = serde_json::from_slice(&same.stdout).unwrap();
    assert_eq!(
        (&json["counts"]["stored"], &json["counts"]["left"]),
        (&0.into(), &5.into())
    );
    // And into another scope.
    assert!(import("acme/sales").status.success());
    for (number, value) in values.iter().enumerate() {
        let name = format!("K{number}");
        let got = home.run(&["get", &name, "--reveal", "--yes", "--scope", "acme/sales"]);
        assert_eq!(got.stdout, value.as_bytes());
    }
    let refused = home.run(&[
        "import",
        "json",
        "--format",
        "json",
        "--scope",
        "acme/other",
    ]);
    let (code, error) = failed(&refused);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("import a bundle"), "{error}");
}

/// Waits until a mask of signals of a process is as it should be, which `/proc` tells.
#[cfg(target_os = "linux")]
fn wait_for(child: &Child, mask: &str, is_right: impl Fn(u64) -> bool) {
    let status = format!("/proc/{}/status", child.id());
    loop {
        let text = fs::read_to_string(&status).unwrap();
        let bits = text.lines().find_map(|line| line.strip_prefix(mask));
        if is_right(u64::from_str_radix(bits.unwrap().trim(), 16).unwrap()) {
            return;
        }
        assert!(!text.contains("State:\tZ"), "it ended before");
        std::thread::yield_now();
    }
}

/// An import of 600 entries that gets signals while another writer has the lock of its vault.
#[cfg(target_os = "linux")]
fn import_with_signals(home: &Home, json: bool, signals: &[&str]) -> std::process::Output {
    use keyslot::store::{Partition, SecretStore as _};
    let list: Vec<String> = (0..600)
        .map(|number| format!("K{number}=v{number}"))
        .collect();
    fs::write(home.project().join("long.env"), list.join("\n")).unwrap();
    let vault = home.path().join(".local/share/keyslot/vault.db");
    let store = keyslot::SqliteStore::open(vault).unwrap();
    let mut child = None;
    // Another partition: the lock is that of the file.
    let held = store.write(Partition([7; 16]), &[], &mut |_, _| {
        let mut command = home.command(env!("CARGO_BIN_EXE_keyslot"));
        command.args(["import", "long.env"]);
        if json {
            command.arg("--json");
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = command.spawn().unwrap();
        // The one that is caught last.
        wait_for(&started, "SigCgt:", |caught| caught & (1 << 14) != 0);
        for signal in signals {
            let pid = started.id().to_string();
            let sent = std::process::Command::new("kill")
                .args([*signal, pid.as_str()])
                .status();
            assert!(sent.unwrap().success());
            // Two that wait at once would be one.
            wait_for(&started, "ShdPnd:", |waiting| waiting == 0);
        }
        child = Some(started);
        Ok(())
    });
    held.unwrap();
    child.unwrap().wait_with_output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_an_import_between_two_writes_and_it_says_what_is_stored() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let home = Home::new();
        let done = import_with_signals(&home, false, &[signal]);
        let (code, error) = failed(&done);
        assert_eq!(code, 11, "{signal}: {error}");
        assert!(
            error.contains("256 of 600 entries are stored, 344 are not"),
            "{error}"
        );
        let shown = String::from_utf8(done.stdout).unwrap();
        assert_eq!(shown.matches(" stored").count(), 256);
        assert_eq!(shown.matches(" not_stored").count(), 344);
        let listed = String::from_utf8(home.run(&["list"]).stdout).unwrap();
        assert_eq!(listed.matches("active").count(), 256, "{listed}");
    }
    let home = Home::new();
    let done = import_with_signals(&home, true, &["-TERM"]);
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["counts"]["stored"], 256);
    assert_eq!(report["counts"]["not_stored"], 344);
    // The same command goes on.
    let again = home.run(&["import", "long.env"]);
    assert!(again.status.success(), "{again:?}");
    let listed = String::from_utf8(home.run(&["list"]).stdout).unwrap();
    assert_eq!(listed.matches("active").count(), 600);
    // The control: without a signal it stores all.
    let home = Home::new();
    let done = import_with_signals(&home, false, &[]);
    assert!(done.status.success(), "{done:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_signal_ends_an_import_at_once() {
    use std::os::unix::process::ExitStatusExt as _;
    let home = Home::new();
    let done = import_with_signals(&home, false, &["-INT", "-INT"]);
    assert_eq!(done.status.signal(), Some(2), "{done:?}");
    let listed = String::from_utf8(home.run(&["list"]).stdout).unwrap();
    assert!(!listed.contains("active"), "{listed}");
}
