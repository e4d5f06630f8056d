//! Resolved text leaves nothing on the heap once it is dropped. Wiping is a plain fill that the
//! compiler must be kept from leaving out, so `test.sh` runs this fully optimised too.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeMap;

use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::template::{Engine, JsonText, Structure, Tree};
use keyslot::{ResolveExt, Target, Variables};
use memory::{Needle, is_found, leaves_nothing, secret};

fn variables(seed: u64) -> Variables {
    Variables::new().with("A", secret(seed)).unwrap()
}

#[test]
fn a_string_that_is_not_wiped_is_found() {
    let text = secret(1);
    let needle = Needle::new(text.as_bytes());
    drop(text);
    assert!(is_found(&needle), "the control");
}

#[test]
fn nothing_of_a_text_stays_behind() {
    for (seed, text) in (10..).zip([
        "<<A>>",
        "a <<A>> b <<A>>",
        "<<A|base64>>",
        "<<A|trim|hex>>",
        "<<A|json|url>>",
    ]) {
        let resolved = variables(seed).resolve(text).unwrap();
        leaves_nothing(text, resolved, |resolved| {
            Needle::new(resolved.expose_secret().as_bytes())
        });
        let plain = secret(seed);
        let needle = Needle::new(plain.as_bytes());
        drop(zeroize::Zeroizing::new(plain));
        assert!(!is_found(&needle), "{text}: the value");
    }
    let owned = variables(20).resolve("<<A>>").unwrap().into_owned();
    leaves_nothing("an owned text", owned, |resolved| {
        Needle::new(resolved.expose_secret().as_bytes())
    });
}

#[test]
fn nothing_of_a_failed_call_stays_behind() {
    let plain = secret(30);
    let needle = Needle::new(plain.as_bytes());
    let variables = Variables::new().with("A", plain).unwrap();
    assert!(variables.resolve("<<A|hex>> <<A|trim>> <<B>>").is_err());
    assert!(is_found(&needle), "the control");
    drop(variables);
    assert!(!is_found(&needle));
}

#[test]
fn nothing_of_a_filter_of_the_host_stays_behind() {
    let engine = Engine::new()
        .filter("same", |value, _| Ok(SecretString::from(value)))
        .unwrap();
    let resolved = engine
        .resolve(&variables(40), &Target::tool("test"), "<<A|same|same>>")
        .unwrap();
    leaves_nothing("a filter", resolved, |resolved| {
        Needle::new(resolved.expose_secret().as_bytes())
    });
}

#[test]
fn nothing_of_a_document_stays_behind() {
    let tree = || Tree::of(&BTreeMap::from([("<<A>>", ["x <<A>>", "<<A>>"])])).unwrap();
    let plain = secret(50);
    let needle = Needle::new(plain.as_bytes());
    for keys in [false, true] {
        let variables = Variables::new().with("A", plain.clone()).unwrap();
        let resolved = Engine::new()
            .keys(keys)
            .resolve(&variables, &Target::tool("test"), &tree())
            .unwrap();
        drop(variables);
        assert!(is_found(&needle), "the control");
        drop(resolved);
    }
    drop(zeroize::Zeroizing::new(plain));
    assert!(!is_found(&needle));
}

#[test]
fn nothing_of_a_json_text_stays_behind() {
    let document = JsonText::parse(r#"{"<<A>>": ["x\n<<A>>", "<<A|base64>>"]}"#).unwrap();
    let plain = secret(60);
    let needle = Needle::new(plain.as_bytes());
    for keys in [false, true] {
        let variables = Variables::new().with("A", plain.clone()).unwrap();
        let resolved = Engine::new()
            .keys(keys)
            .resolve(&variables, &Target::tool("test"), &document)
            .unwrap();
        drop(variables);
        assert!(is_found(&needle), "the control");
        drop(resolved);
    }
    // The output of a tool: its text, and its strings, also of one that is not valid.
    let output = |end: &str| {
        let mut text = String::with_capacity(plain.len() + 100);
        text.push_str("[\"\\n");
        text.push_str(&plain);
        text.push_str("\",\"");
        text.push_str(&plain);
        text.push_str(end);
        JsonText::parse(text)
    };
    let parsed = output("\"]").unwrap();
    drop(output("\",]").unwrap_err());
    drop(zeroize::Zeroizing::new(plain.clone()));
    drop(parsed);
    drop(zeroize::Zeroizing::new(plain));
    assert!(!is_found(&needle));
}

/// Resolves a document into which a secret goes as a part of JSON, written by `json`, and looks for
/// what is left of it.
fn leaves_nothing_of_json<T: Structure>(
    document: &T,
    plain: String,
    json: impl Fn(&mut String, &str),
    is_fine: bool,
) {
    let needle = Needle::new(plain.as_bytes());
    let mut value = String::with_capacity(plain.len() * 2 + 100);
    json(&mut value, &plain);
    drop(zeroize::Zeroizing::new(plain));
    let variables = Variables::new().with("A", value).unwrap();
    let resolved = variables.resolve_for(&Target::tool("test"), document);
    assert_eq!(resolved.is_ok(), is_fine);
    drop(variables);
    assert_eq!(is_found(&needle), is_fine, "the control is the document");
    drop(resolved);
    assert!(!is_found(&needle));
}

fn text() -> JsonText {
    JsonText::parse(r#"["<<A|json_value>>", "x"]"#).unwrap()
}

fn tree() -> Tree {
    Tree::of(&["<<A|json_value>>", "x"]).unwrap()
}

#[test]
fn nothing_of_json_in_a_document_stays_behind() {
    // As a key, and as a string.
    let object = |out: &mut String, plain: &str| {
        for part in ["{\"", plain, "\": [true, \"\\n", plain, "\", 1.50]}"] {
            out.push_str(part);
        }
    };
    leaves_nothing_of_json(&text(), secret(200), object, true);
    leaves_nothing_of_json(&tree(), secret(201), object, true);
    #[cfg(feature = "json")]
    leaves_nothing_of_json(
        &serde_json::json!(["<<A|json_value>>"]),
        secret(202),
        object,
        true,
    );
}

#[test]
fn nothing_of_json_that_is_refused_stays_behind() {
    let twice = |out: &mut String, plain: &str| {
        for part in ["{\"a\": \"", plain, "\", \"a\": 1}"] {
            out.push_str(part);
        }
    };
    leaves_nothing_of_json(&tree(), secret(210), twice, false);
    // A number that only JSON as text keeps.
    let digits = |seed| {
        let digits = secret(seed).into_bytes().into_iter();
        let digits = digits.map(|letter| b'0' + letter % 10).collect();
        String::from_utf8(digits).unwrap()
    };
    let number = |out: &mut String, plain: &str| {
        out.push_str("[0.1");
        out.push_str(plain);
        out.push(']');
    };
    leaves_nothing_of_json(&text(), digits(220), number, true);
    leaves_nothing_of_json(&tree(), digits(221), number, false);
}
