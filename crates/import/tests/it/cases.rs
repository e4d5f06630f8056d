//! The rules of other programs, as cases in a file: with their result, ours, and the reason where
//! the two differ.

use std::collections::BTreeMap;

use keyslot_import::Entries;
use serde_json::Value;

use crate::support::pairs;

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../cases/dotenv.json")).unwrap()
}

/// The variables of an object of texts.
fn variables(object: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(object.clone()).unwrap()
}

#[test]
fn lists_are_read_by_the_rules_of_other_programs() {
    let (mut same, mut refused) = (0, 0);
    for case in cases() {
        let input = case["input"].as_str().unwrap().as_bytes();
        let read = match case.get("expand") {
            Some(given) => Entries::expanded(input, &variables(given)),
            None => Entries::dotenv(input),
        };
        if let Some(why) = case["refused"].as_str() {
            let error = read.unwrap_err().to_string();
            assert!(error.contains(why), "{case}: {error}");
            refused += 1;
        } else {
            let found = read.map_err(|error| format!("{case}: {error}")).unwrap();
            let found: BTreeMap<String, String> = pairs(&found).into_iter().collect();
            assert_eq!(found, variables(&case["ours"]), "{case}");
            same += usize::from(case["ours"] == case["theirs"]);
        }
        // A difference has a reason, and nothing else has one.
        let differs = case.get("ours") != case.get("theirs");
        assert_eq!(differs, case.get("why").is_some(), "{case}");
    }
    assert!(same > 40 && refused > 15, "{same} {refused}");
}

#[test]
fn dollar_signs_stand_for_themselves_unless_asked() {
    for case in cases().iter().filter(|case| case.get("expand").is_some()) {
        let input = case["input"].as_str().unwrap();
        let found = pairs(&Entries::dotenv(input.as_bytes()).unwrap());
        let dollars = |text: &str| text.matches('$').count();
        let kept: usize = found.iter().map(|(_, value)| dollars(value)).sum();
        assert_eq!(kept, dollars(input), "{input}");
    }
}
