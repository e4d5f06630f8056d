//! Lists that are written read back, here and in a shell.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use keyslot::{PlainFormat, RootKey, Vault};
use keyslot_import::dotenv::{self, Dotenv};
use proptest::prelude::*;

/// Values with the characters that lists are made of.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(
            prop::sample::select(vec![
                "'",
                "\"",
                "\\",
                "$",
                "`",
                "\n",
                "\r",
                "\r\n",
                " ",
                "\t",
                "#",
                "=",
                "a",
                "Z9",
                "${A}",
                "$A",
                "\\n",
                "\\'",
                "export ",
                "é",
                "\u{feff}",
                "\u{a0}",
                "-----BEGIN ",
            ]),
            0..12,
        )
        .prop_map(|pieces| pieces.concat()),
        "[^\0]{0,16}",
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(values in prop::collection::vec(value(), 0..6)) {
        let names: Vec<String> = (0..values.len()).map(|number| format!("N{number}")).collect();
        let variables: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        let written = dotenv::write(variables.clone()).unwrap();
        let text = std::str::from_utf8(&written).unwrap();
        let list = Dotenv::read(text).unwrap();
        prop_assert_eq!(list.variables().collect::<Vec<_>>(), &variables[..], "{}", text);
        // Also where references are replaced: what is written has none.
        let list = Dotenv::expanded(text, &BTreeMap::new()).unwrap();
        prop_assert_eq!(list.variables().collect::<Vec<_>>(), variables, "{}", text);
    }

    #[test]
    fn a_value_that_is_put_in_reads_back_and_others_stay(value in value()) {
        let text = "\u{feff}# list\nexport A=1 # one\nB='two words' \n\nC= # none\nD=\"x\ny\"";
        let list = Dotenv::read(text).unwrap();
        prop_assert_eq!(&list.with(|_| None)[..], text.as_bytes());
        for name in ["A", "B", "C", "D"] {
            let written = list.with(|found| (found == name).then_some(value.as_str()));
            let written = std::str::from_utf8(&written).unwrap();
            let changed = Dotenv::read(written).unwrap();
            for ((found, old), (_, new)) in list.variables().zip(changed.variables()) {
                prop_assert_eq!(new, if found == name { value.as_str() } else { old });
            }
            prop_assert_eq!(changed.variables().count(), 4, "{}", written);
        }
    }

    /// A second implementation: a shell.
    #[test]
    fn a_shell_reads_the_same(value in value()) {
        let written = dotenv::write([("V", value.as_str())]).unwrap();
        let script = format!("{}printf %s \"$V\"", std::str::from_utf8(&written).unwrap());
        let shown = Command::new("sh").args(["-c", &script]).output().unwrap();
        prop_assert_eq!(String::from_utf8(shown.stdout).unwrap(), value, "{}", script);
    }

    /// The other writer of lists: an export of a vault in clear.
    #[test]
    fn an_export_in_clear_reads_back(values in prop::collection::vec(value(), 0..6)) {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        let project = vault.scope("acme").unwrap();
        let values: BTreeMap<String, String> = values
            .into_iter()
            .enumerate()
            .filter(|(_, value)| !value.is_empty())
            .map(|(number, value)| (format!("N{number}"), value))
            .collect();
        for (name, value) in &values {
            project.put(name, value.as_str()).unwrap();
        }
        let mut file = Vec::new();
        project.export("a test").unwrap().plain(PlainFormat::Dotenv, &mut file).unwrap();
        let text = String::from_utf8(file).unwrap();
        let list = Dotenv::read(&text).unwrap();
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let read: BTreeMap<String, String> = list.variables().map(own).collect();
        prop_assert_eq!(&read, &values, "{}", text);
        let mut script = text.clone();
        let mut expected = String::new();
        for (name, value) in &values {
            writeln!(script, "printf '%s;' \"${name}\"").unwrap();
            expected.push_str(value);
            expected.push(';');
        }
        let shown = Command::new("sh").args(["-c", &script]).output().unwrap();
        prop_assert_eq!(String::from_utf8(shown.stdout).unwrap(), expected, "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[A='\"\\\\$`#{}:\\-\n\r \t\u{feff}é]{0,40}") {
        let _ = Dotenv::read(&text);
        if let Ok(list) = Dotenv::expanded(&text, &BTreeMap::new()) {
            prop_assert_eq!(&list.with(|_| None)[..], text.as_bytes());
        }
    }
}

#[test]
fn what_no_variable_has_is_not_written() {
    for (name, value) in [
        ("A B", "1"),
        ("1A", "1"),
        ("", "1"),
        ("A-B", "1"),
        ("A", "\0"),
    ] {
        assert!(dotenv::write([(name, value)]).is_err(), "{name:?}");
    }
    assert!(dotenv::write([("_A1", "1")]).is_ok(), "the control");
}
