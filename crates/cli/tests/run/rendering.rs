//! Files that are rendered.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::{Home, VALUE, has};

#[test]
fn files_get_their_values_in_their_format() {
    let home = Home::new();
    home.done(&["set", "ODD"], "a \"quoted\"\nyes: # 'it' \\");
    for (name, text, expected) in [
        ("a.json", "{\"b\":1.50, \"a\": \"<<$secret.ODD>>\"}", None),
        (
            "a.jsonc",
            "// <<NAME>>\n{\"a\": \"<<$secret.ODD>>\",}",
            None,
        ),
        (
            "a.yaml",
            "# lost\na: <<$secret.ODD>>\nb: [yes, \"1\"]\n",
            None,
        ),
        ("a.toml", "a = \"<<$secret.ODD>>\"\nb = 1979-05-27\n", None),
        (".env", "# kept\nexport A=<<$secret.ODD>> # kept\n", None),
        (
            "a.txt",
            "key: <<$secret.TOKEN>>\n",
            Some(format!("key: {VALUE}\n")),
        ),
    ] {
        home.write(name, text);
        fs::create_dir_all(home.path().join("out")).unwrap();
        home.done(&["render", name, "-o", "out"], "");
        let path = home.path().join("out").join(name);
        let made = fs::read_to_string(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        if let Some(expected) = expected {
            assert_eq!(made, expected);
        }
        let value = match name {
            "a.json" => serde_json::from_str::<serde_json::Value>(&made).unwrap()["a"].clone(),
            "a.yaml" => serde_saphyr::from_str::<serde_json::Value>(&made).unwrap()["a"].clone(),
            "a.toml" => toml::from_str::<toml::Table>(&made).unwrap()["a"]
                .as_str()
                .unwrap()
                .into(),
            _ => continue,
        };
        assert_eq!(value, "a \"quoted\"\nyes: # 'it' \\", "{name}: {made}");
        if name == "a.json" {
            assert!(made.starts_with("{\"b\":1.50, \"a\": "), "{made}");
        }
    }
    let made = fs::read_to_string(home.path().join("out/.env")).unwrap();
    assert!(
        made.starts_with("# kept\nexport A=\"") && made.ends_with(" # kept\n"),
        "{made}"
    );
    assert!(
        fs::read_to_string(home.path().join("out/a.jsonc"))
            .unwrap()
            .starts_with("// <<NAME>>")
    );
}

#[test]
fn the_output_is_standard_output_or_a_file_that_is_replaced() {
    let home = Home::new();
    home.write("a.txt", "<<$secret.TOKEN>>");
    assert_eq!(home.done(&["render", "a.txt"], ""), VALUE);
    home.write("made", "old");
    home.done(&["render", "a.txt", "-o", "made"], "");
    assert_eq!(fs::read_to_string(home.path().join("made")).unwrap(), VALUE);

    // Never over the file itself, and nothing at all where one of several fails.
    assert_eq!(
        home.call(&["render", "a.txt", "-o", "a.txt"], b"")
            .status
            .code(),
        Some(2)
    );
    home.write("b.txt", "<<$secret.NONE>>");
    fs::create_dir(home.path().join("out")).unwrap();
    let output = home.call(&["render", "a.txt", "b.txt", "-o", "out"], b"");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_dir(home.path().join("out")).unwrap().count(), 0);
    assert!(!has(&output.stderr, VALUE));

    // A terminal is asked for first.
    let (screen, code) = home
        .at_terminal(env!("CARGO_BIN_EXE_keyslot"), &["render", "a.txt"])
        .end();
    assert_eq!(code, 2);
    assert!(!screen.contains(VALUE), "{screen}");
    let args = ["render", "--yes", "a.txt"];
    let (screen, _) = home.at_terminal(env!("CARGO_BIN_EXE_keyslot"), &args).end();
    assert!(screen.contains(VALUE), "the control");
}

#[test]
fn a_check_writes_nothing_and_says_what_is_wrong() {
    let home = Home::new();
    home.write("good.txt", "a <<$secret.TOKEN>>");
    home.write("near.txt", "one\nkey: <<TOKEN >> and ${TOKEN}\n");
    home.write("bad.json", "{\"a\": \"<<$secret.TOKEM>>\"}");
    let check = |files: &[&str]| home.call(&[&["render", "--check"], files].concat(), b"");

    let output = check(&["good.txt"]);
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b""[..]));
    let output = check(&["good.txt", "near.txt"]);
    assert_eq!(output.status.code(), Some(10));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("near.txt:2:6: "), "{shown}");
    let output = check(&["near.txt", "bad.json"]);
    assert_eq!(output.status.code(), Some(3));
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(
        shown.contains("bad.json") && shown.contains("did you mean TOKEN?"),
        "{shown}"
    );
    let output = check(&["--json", "near.txt", "bad.json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["remarks"][0]["place"], "near.txt:2:6");
    assert_eq!(json["failures"][0]["error"]["code"], "not_found");
}

#[test]
fn syntax_and_surfaces_are_chosen() {
    let home = Home::new();
    home.done(&["set", "ODD"], "a&b c");
    home.write("a.txt", "{{$secret.ODD}} <<$secret.ODD>>");
    let made = home.done(&["render", "--syntax", "mustache", "a.txt"], "");
    assert_eq!(made, "a&b c <<$secret.ODD>>");
    home.write("u.txt", "https://x.example/?q=<<$secret.ODD>>");
    let made = home.done(&["render", "--surface", "url", "u.txt"], "");
    assert_eq!(made, "https://x.example/?q=a%26b%20c");
    home.write(
        "m.json",
        "{\"url\": \"https://x.example/?q=<<$secret.ODD>>\", \"k\": \"<<$secret.ODD>>\"}",
    );
    let made = home.done(&["render", "--surface", "/url=url", "m.json"], "");
    assert_eq!(
        made,
        "{\"url\": \"https://x.example/?q=a%26b%20c\", \"k\": \"a&b c\"}"
    );
}

#[test]
fn a_file_that_is_not_of_its_format_is_refused_without_its_text() {
    let home = Home::new();
    for (name, text) in [
        ("a.json", "{\"hush\""),
        ("a.yaml", "a: [hush"),
        ("a.toml", "hush"),
        ("a.env", "hush"),
    ] {
        home.write(name, text);
        let output = home.call(&["render", name], b"");
        assert_eq!(output.status.code(), Some(2), "{name}");
        let shown = String::from_utf8(output.stderr).unwrap();
        assert!(!shown.contains("hush"), "{shown}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_disk_without_room_leaves_the_old_file() {
    let home = Home::new();
    let text = "<<$secret.TOKEN>>\n".repeat(9_000);
    home.write("large.txt", &text);
    fs::create_dir(home.path().join("out")).unwrap();
    home.write("out/made", "old");
    let keyslot = env!("CARGO_BIN_EXE_keyslot");
    // The signal is ignored, so that a write fails as on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f $1; {keyslot} render large.txt -o out/made");
    let render = |blocks: &str| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, "sh", blocks]);
        home.set(&mut command);
        command.output().unwrap()
    };
    let output = render("400");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(has(&output.stderr, "cannot write out/made"), "{output:?}");
    assert!(!has(&output.stderr, VALUE));
    assert_eq!(
        fs::read_to_string(home.path().join("out/made")).unwrap(),
        "old"
    );
    let left = fs::read_dir(home.path().join("out")).unwrap().count();
    assert_eq!(left, 1, "no temporary file is left");

    assert_eq!(render("unlimited").status.code(), Some(0), "the control");
    let made = fs::read_to_string(home.path().join("out/made")).unwrap();
    assert_eq!(made, format!("{VALUE}\n").repeat(9_000));
}
