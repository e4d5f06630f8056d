//! The cases of redaction that the suites of all languages share: `tests/vectors/redaction.json`.

use std::collections::BTreeMap;
use std::fs;

use keyslot::Redactor;
use keyslot::template::JsonText;
use serde_json::Value;

use super::name;
use crate::support::repository;

/// Output for the text, the JSON text or the parts of a case.
fn output(case: &Value, redactor: &Redactor) -> String {
    if let Some(text) = case["text"].as_str() {
        return redactor.redact(text).into_owned();
    }
    if let Some(json) = case["json"].as_str() {
        let document = JsonText::parse(json).unwrap();
        return redactor.redact_json_text(&document).into_owned();
    }
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    for part in case["parts"].as_array().unwrap() {
        stream.feed(part.as_str().unwrap().as_bytes(), &mut out);
    }
    stream.finish(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_shared_case_comes_out_as_written() {
    let written = fs::read_to_string(repository().join("tests/vectors/redaction.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&written).unwrap();
    assert!(cases.len() >= 22, "only {} cases", cases.len());
    for case in &cases {
        let values: BTreeMap<String, String> =
            serde_json::from_value(case["values"].clone()).unwrap();
        let builder = values
            .iter()
            .fold(Redactor::builder(), |builder, (of, value)| {
                builder.secret(name(of), value.as_str())
            });
        let redactor = builder.build().unwrap();
        assert_eq!(output(case, &redactor), case["output"], "{}", case["pins"]);
    }
}
