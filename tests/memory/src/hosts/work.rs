//! The work of a host that takes no care: it copies a value that it was given, and drops the
//! copies.

use std::hint::black_box;

use keyslot::secrecy::ExposeSecret;
use keyslot::{RootKey, Vault};

use crate::memory::{Needle, secret, traces};

/// The traces of a value after all that holds it is dropped.
pub fn traces_after_use() -> Vec<String> {
    let value = secret(42);
    let needle = Needle::new(value.as_bytes());
    let vault = Vault::in_memory(&RootKey::generate().expect("a key")).expect("a vault");
    let scope = vault.scope("acme").expect("a scope");
    scope.put("TOKEN", value.as_str()).expect("a secret");
    drop(value);
    let resolved = scope.resolve("<<$secret.TOKEN>>").expect("a value");
    use_carelessly(resolved.expose_secret());
    assert!(
        !traces(&needle).is_empty(),
        "the control: a value that is held is not found"
    );
    drop((resolved, scope, vault));
    traces(&needle)
}

/// A header, a body of JSON that is written and read again, and a text that grows.
fn use_carelessly(value: &str) {
    let header = format!("Bearer {value}");
    let body = serde_json::to_string(&[value]).expect("JSON");
    let read: Vec<String> = serde_json::from_str(&body).expect("JSON");
    let mut grown = String::new();
    for part in value.split_inclusive('a') {
        grown.push_str(part);
    }
    black_box((header, body, read, grown));
}
