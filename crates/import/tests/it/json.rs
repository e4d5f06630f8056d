//! JSON: its forms, beside a second reader.

use keyslot_import::Entries;
use proptest::prelude::*;

use crate::support::pairs;

fn read(text: &str) -> Vec<(String, String)> {
    pairs(&Entries::json(text.as_bytes()).unwrap())
}

#[test]
fn all_forms_mean_the_same() {
    let expected = [("A", "1"), ("B", "two \"lines\"\n€𝄞")].map(|(name, value)| {
        let owned: (String, String) = (name.into(), value.into());
        owned
    });
    for text in [
        r#"{"A": "1", "B": "two \"lines\"\n€\ud834\udd1e"}"#,
        r#" { "A":1 ,"B":"two \u0022lines\u0022\u000a\u20AC𝄞" } "#,
        r#"[{"name": "A", "value": 1}, {"value": "two \"lines\"\n€𝄞", "name": "B", "id": null}]"#,
        r#"[{"key": "A", "value": "1", "type": "shared", "tags": [{}]},
            {"key": "B", "value": "two \"lines\"\n€𝄞"}]"#,
        r#"{"secrets": [{"secretKey": "A", "secretValue": "1", "version": 3},
                        {"secretKey": "B", "secretValue": "two \"lines\"\n€𝄞"}]}"#,
        r#"{"items": [{"name": "A", "secretString": "1", "description": "one"},
                      {"name": "B", "secretString": "two \"lines\"\n€𝄞", "description": null}]}"#,
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(read("{}"), []);
    assert_eq!(read("[]"), []);
    assert_eq!(
        read("\u{feff}{\"A\": -1.5e+3}"),
        [("A".into(), "-1.5e+3".into())]
    );
    assert_eq!(read("{\"A\": true, \"B\": false}")[1].1, "false");
}

#[test]
fn objects_in_objects_are_scopes() {
    let text = "{\n\"A\": \"1\",\n\"billing\": {\"eu\": {\"B\": \"2\"},\n \"C\": \"3\"}}";
    let entries = Entries::json(text.as_bytes()).unwrap();
    let found: Vec<(String, String, usize)> = entries
        .iter()
        .map(|entry| {
            (
                entry.scope().join("/"),
                entry.name().to_owned(),
                entry.line(),
            )
        })
        .collect();
    let expected = [("", "A", 2), ("billing/eu", "B", 3), ("billing", "C", 4)];
    assert_eq!(
        found,
        expected.map(|(scope, name, line)| (scope.into(), name.into(), line))
    );
    // A member that is called like a list of secrets is a scope, if it has no list.
    let entries = Entries::json(br#"{"secrets": {"A": "1"}}"#).unwrap();
    assert_eq!(entries.iter().next().unwrap().scope(), ["secrets"]);
}

#[test]
fn what_has_no_single_meaning_is_refused() {
    for (text, why) in [
        ("", "no value of JSON here (line 1, column 1)"),
        ("\"text\"", "neither an object nor a list"),
        ("{\"A\": \"1\",}", "without a key"),
        ("{\"A\" \"1\"}", "without \":\""),
        ("{\"A\": \"1\" \"B\": \"2\"}", "without \",\" or \"}\""),
        ("[{} {}]", "without \",\" or \"]\""),
        ("{\"A\": \"1\"} x", "text behind the end"),
        ("{'A': \"1\"}", "without a key"),
        ("{\"A\": \"1\n\"}", "a control character"),
        ("{\"A\": \"1", "a string without its end"),
        ("{\"A\": \"\\x\"}", "an escape that JSON does not have"),
        ("{\"A\": \"\\ud834\"}", "no character"),
        ("{\"A\": \"\\ud834\\u0041\"}", "no character"),
        ("{\"A\": \"\\udd1e\"}", "no character"),
        ("{\"A\": \"\\u+123\"}", "no character"),
        ("{\"A\": \"a\\u0000\"}", "a NUL"),
        ("{\"A\": 01}", "no value of JSON"),
        ("{\"A\": .5}", "no value of JSON"),
        ("{\"A\": 1.}", "no value of JSON"),
        ("{\"A\": NaN}", "no value of JSON"),
        ("{\"A\": +1}", "no value of JSON"),
        ("{\"A\": null}", "no text"),
        ("{\"A\": [\"1\"]}", "no text"),
        (
            "{\"A\": \"1\", \"A\": \"2\"}",
            "has already (line 1, column 12)",
        ),
        ("{\"A\": \"1\", \"\\u0041\": \"2\"}", "has already"),
        ("[\"A\"]", "no object"),
        ("[{\"name\": \"A\"}]", "without \"value\""),
        ("[{\"value\": \"A\"}]", "without \"name\""),
        (
            "[{\"name\": \"A\", \"key\": \"A\", \"value\": \"1\"}]",
            "two keys",
        ),
        ("[{\"name\": \"A\", \"value\": {}}]", "no text"),
        (
            "[{\"scope\":\"a\",\"name\":\"A\",\"record\":\"0\",\"revision\":1,\"value\":\"1\"}]",
            "an export of keyslot",
        ),
    ] {
        let error = Entries::json(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

proptest! {
    /// An object of texts has the values that the second reader finds.
    #[test]
    fn texts_are_those_of_a_second_reader(values in prop::collection::vec("[^\0]{0,12}", 0..5)) {
        let object: serde_json::Map<String, serde_json::Value> = values
            .iter()
            .enumerate()
            .map(|(number, value)| (format!("N{number}"), value.as_str().into()))
            .collect();
        let text = serde_json::to_string(&object).unwrap();
        let found: Vec<String> = read(&text).into_iter().map(|(_, value)| value).collect();
        prop_assert_eq!(found, values);
    }

    /// Ours refuses what the second reader refuses.
    #[test]
    fn other_text_is_refused(text in "[{}\\[\\]\",:\\\\u0-9aA tn.e+-]{0,24}") {
        if Entries::json(text.as_bytes()).is_ok() {
            let parsed = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert!(parsed.is_ok(), "{}", text);
        }
    }
}
