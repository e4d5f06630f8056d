//! What was resolved leaves nothing on the heap once it is dropped. Wiping is a plain fill that the compiler must be kept from
//! leaving out, so `test.sh` runs this fully optimised too.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

#[path = "support/memory.rs"]
mod memory;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::template::{Engine, Tree};
use keyslot::{Redactor, ResolveExt, RunSecrets, SecretName, Target, Variables};
use memory::{Needle, is_found, leaves_nothing};

const LENGTH: usize = 16 << 10;

/// Letters that are nowhere else, in a string that never grew. Each `seed` has its own.
fn secret(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        // xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let letter = (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 60) as u8;
        text.push(char::from(b'a' + letter));
    }
    text
}

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
    for (seed, text) in (10..).zip(["<<A>>", "a <<A>> b <<A>>", "<<A|base64>>", "<<A|trim|hex>>", "<<A|json|url>>"]) {
        let resolved = variables(seed).resolve(text).unwrap();
        leaves_nothing(text, resolved, |resolved| Needle::new(resolved.expose_secret().as_bytes()));
        let plain = secret(seed);
        let needle = Needle::new(plain.as_bytes());
        drop(zeroize::Zeroizing::new(plain));
        assert!(!is_found(&needle), "{text}: the value");
    }
    let owned = variables(20).resolve("<<A>>").unwrap().into_owned();
    leaves_nothing("an owned text", owned, |resolved| Needle::new(resolved.expose_secret().as_bytes()));
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
    let engine = Engine::new().filter("same", |value, _| Ok(SecretString::from(value))).unwrap();
    let resolved = engine.resolve(&variables(40), &Target::tool("test"), "<<A|same|same>>").unwrap();
    leaves_nothing("a filter", resolved, |resolved| Needle::new(resolved.expose_secret().as_bytes()));
}

#[test]
fn nothing_of_a_document_stays_behind() {
    let tree = || Tree::of(&BTreeMap::from([("<<A>>", ["x <<A>>", "<<A>>"])])).unwrap();
    let plain = secret(50);
    let needle = Needle::new(plain.as_bytes());
    for keys in [false, true] {
        let variables = Variables::new().with("A", plain.clone()).unwrap();
        let resolved = Engine::new().keys(keys).resolve(&variables, &Target::tool("test"), &tree()).unwrap();
        drop(variables);
        assert!(is_found(&needle), "the control");
        drop(resolved);
    }
    drop(zeroize::Zeroizing::new(plain));
    assert!(!is_found(&needle));
}

/// The value, and some of the ways to write it: they are as much the secret as it is.
fn writings(value: &str) -> Vec<Needle> {
    let hex = zeroize::Zeroizing::new(base16ct::lower::encode_string(value.as_bytes()));
    // Written in place: a string that grew would leave what is looked for.
    let mut units = zeroize::Zeroizing::new(String::with_capacity(value.len() * 6));
    value.bytes().for_each(|byte| write!(units, "\\u{byte:04x}").unwrap());
    vec![Needle::new(value.as_bytes()), Needle::new(hex.as_bytes()), Needle::new(units.as_bytes())]
}

/// Only one redactor at a time: as `\uXXXX`, what is looked for at once are two letters, which the value of another has too.
static REDACTORS: Mutex<()> = Mutex::new(());

#[test]
fn nothing_of_a_redactor_stays_behind() {
    let _alone = REDACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let plain = zeroize::Zeroizing::new(secret(60)[..160].to_owned());
    let name = || SecretName::new("A").unwrap();
    let needles = writings(&plain);
    let redactor = Redactor::builder().secret(name(), plain.as_str()).build().unwrap();
    let text = zeroize::Zeroizing::new(format!("({})", &**plain));
    assert_eq!(redactor.redact(&text), "(<<$secret.A>>)");
    // Held back in the middle of the value, and grown on the way.
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    text.as_bytes()[..100].chunks(20).for_each(|part| stream.feed(part, &mut out));
    assert_eq!(out, b"(");
    let merged = redactor.clone().merge(&redactor).unwrap();
    drop((plain, text));
    for (nth, needle) in needles.iter().enumerate() {
        assert!(is_found(needle), "{nth}: the control");
    }
    drop((redactor, stream));
    assert!(is_found(&needles[0]), "what was merged holds it");
    drop(merged);
    for (nth, needle) in needles.iter().enumerate() {
        assert!(!is_found(needle), "{nth}");
    }
}

#[test]
fn nothing_of_a_redacted_resolve_stays_behind() {
    let _alone = REDACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let plain = zeroize::Zeroizing::new(secret(70)[..160].to_owned());
    let needles = writings(&plain);
    let secrets = RunSecrets::new().with("A", plain.as_str()).unwrap();
    let resolved = secrets.resolve("<<A|hex>> <<A|json|trim>>").unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    let error = std::io::Error::other(plain.as_str());
    assert_eq!(redactor.error(&error).to_string(), "<<$secret.A>>");
    // An error is not wiped by whoever made it; here it is only the control.
    drop((plain, secrets, resolved));
    assert!(needles.iter().all(is_found), "the control");
    drop(redactor);
    assert!(
        is_found(&needles[0]) && !is_found(&needles[1]) && !is_found(&needles[2]),
        "the error alone holds the value"
    );
}
