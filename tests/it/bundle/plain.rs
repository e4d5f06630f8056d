//! Exports in clear.

use keyslot::{BundleReach, ErrorKind, PlainFormat, Scope, SecretInput, Vault};

use super::kit::{REASON, scope};
use crate::support::memory_vault;

fn plain(vault: &Vault, reach: BundleReach, format: PlainFormat) -> Result<String, ErrorKind> {
    let mut file = Vec::new();
    let export = vault.export(reach, REASON).unwrap();
    let outcome = export.plain(format, &mut file);
    outcome.map_err(|error| error.kind())?;
    Ok(String::from_utf8(file).unwrap())
}

#[test]
fn dotenv_has_the_active_secrets_of_one_scope() {
    let vault = memory_vault();
    let project = vault.scope("acme").unwrap();
    project.put("A_1", "old").unwrap();
    project.put("A_1", "two words").unwrap();
    project
        .put("OFF", SecretInput::new("off").inactive())
        .unwrap();
    project.put("GONE", "gone").unwrap();
    project.revoke("GONE").unwrap();
    vault
        .scope("acme/below")
        .unwrap()
        .put("B", "below")
        .unwrap();
    let acme = || Scope::new("acme").unwrap();
    let text = plain(&vault, BundleReach::Scope(acme()), PlainFormat::Dotenv).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.starts_with('#') && first.contains("in clear"));
    assert_eq!(rest, "A_1='two words'\n");
    let below = plain(&vault, BundleReach::Below(acme()), PlainFormat::Dotenv);
    assert_eq!(below, Err(ErrorKind::InvalidInput));
    project.put("not a variable", "value").unwrap();
    let named = plain(&vault, BundleReach::Scope(acme()), PlainFormat::Dotenv);
    assert_eq!(named, Err(ErrorKind::InvalidInput));
}

/// A secret that is left out is not counted, and nobody is told that it went out.
#[test]
fn the_counts_are_those_of_what_was_written() {
    let vault = memory_vault();
    let project = vault.scope("acme").unwrap();
    for value in ["old", "older", "new"] {
        project.put("A", value).unwrap();
    }
    project
        .put("OFF", SecretInput::new("off").inactive())
        .unwrap();
    project.put("GONE", "gone").unwrap();
    project.revoke("GONE").unwrap();
    let counts = |format| {
        let mut told = Vec::new();
        let export = project.export(REASON).unwrap().on_progress(|now| {
            told.push(now);
            std::ops::ControlFlow::Continue(())
        });
        let done = export.plain(format, Vec::new()).unwrap();
        assert_eq!(told.last(), Some(&done));
        (
            done.organizations,
            done.secrets,
            done.tombstones,
            done.values,
        )
    };
    assert_eq!(counts(PlainFormat::Dotenv), (1, 1, 0, 1));
    #[cfg(feature = "json")]
    assert_eq!(counts(PlainFormat::Json), (1, 2, 0, 2));
    let key = keyslot::RootKey::generate().unwrap();
    let sealed = project.export(REASON).unwrap();
    let done = sealed.bundle(&key, Vec::new()).unwrap();
    let control = (
        done.organizations,
        done.secrets,
        done.tombstones,
        done.values,
    );
    assert_eq!(control, (1, 2, 1, 4), "the control");
}

#[test]
fn an_empty_scope_is_an_empty_file() {
    let mut file = Vec::new();
    let export = scope("acme").export(REASON).unwrap();
    let done = export.plain(PlainFormat::Dotenv, &mut file).unwrap();
    let lines = String::from_utf8(file).unwrap().lines().count();
    assert_eq!((done.secrets, lines), (0, 1));
}

#[cfg(feature = "json")]
#[test]
fn json_has_all_that_is_known_and_the_newest_value() {
    let vault = memory_vault();
    vault.scope("acme/a").unwrap().put("A", "old").unwrap();
    let input = SecretInput::new("new \"value\"\n")
        .description("of a test")
        .inactive();
    vault.scope("acme/a").unwrap().put("A", input).unwrap();
    vault.scope("other").unwrap().put("B", "b").unwrap();
    vault.scope("other").unwrap().put("GONE", "gone").unwrap();
    vault.scope("other").unwrap().revoke("GONE").unwrap();
    let text = plain(&vault, BundleReach::Vault, PlainFormat::Json).unwrap();
    let mut list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    list.sort_by_key(|secret| secret["name"].to_string());
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["value"], "new \"value\"\n");
    assert_eq!(
        (&list[0]["scope"], &list[0]["status"]),
        (&"acme/a".into(), &"inactive".into())
    );
    assert_eq!(list[0]["description"], "of a test");
    assert_eq!(list[1]["value"], "b");
    let empty = plain(&memory_vault(), BundleReach::Vault, PlainFormat::Json).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<serde_json::Value>>(&empty)
            .unwrap()
            .len(),
        0
    );
}

/// Values are read back by a shell as they are, and nothing in them is run.
#[cfg(unix)]
#[test]
fn a_shell_reads_dotenv_as_it_is() {
    let folder = crate::support::fast_folder();
    let path = folder.path().join("values.env");
    let ran = folder.path().join("ran");
    let commands = [
        format!("it's `touch {}`", ran.display()),
        format!("it's $(touch {})", ran.display()),
    ];
    let values = [
        "plain",
        "a\nb\n'",
        "two\nlines\r\n",
        "a\\nb",
        "a\\",
        "$HOME '\"\\",
        "\ttab",
        "a\\'b",
        &commands[0],
        &commands[1],
    ];
    for value in values {
        let project = scope("acme");
        project.put("A", value).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let export = project.export(REASON).unwrap();
        export.plain(PlainFormat::Dotenv, file).unwrap();
        let read = std::process::Command::new("sh")
            .args(["-c", ". \"$1\"; printf %s \"$A\"", "sh"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(read.stdout).unwrap(), value);
        assert!(!ran.exists(), "{value}");
    }
    let project = scope("acme");
    project.put("A", "a\0b").unwrap();
    let export = project.export(REASON).unwrap();
    let error = export.plain(PlainFormat::Dotenv, Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
