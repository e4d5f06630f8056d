//! Files that come into a vault.

use std::fs;

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
