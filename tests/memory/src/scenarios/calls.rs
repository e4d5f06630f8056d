//! Calls that copy a value: what they leave in the registers, from where it could land in memory.

use keyslot::redact::Redactor;
use keyslot::secrecy::ExposeSecret;
use keyslot::template::ResolveExt;
use keyslot::{ScopedVault, SecretInput, Variables, Vault};

use super::{Scenario, from_hex};
use crate::given::Given;

pub const ALL: &[Scenario] = &[
    ("a put", |given| {
        on_a_vault(given, |scope| put(given, scope, "OTHER"));
    }),
    ("a put that is refused", |given| {
        on_a_vault(given, |scope| {
            let value = given.hex();
            assert!(scope.put("", value.as_str()).is_err());
        });
    }),
    ("an input that is not used", |given| {
        let value = given.hex();
        drop(SecretInput::from(value.as_str()));
        let spaced = [value.as_str(), "\n"].concat();
        drop(SecretInput::from(spaced).trimmed());
        drop(value);
        given.is_gone("after the drop of the inputs");
    }),
    ("a text that is resolved", |given| {
        on_a_vault(given, |scope| {
            let resolved = scope.resolve("Bearer <<$secret.DIGITS>>").unwrap();
            assert_eq!(resolved.expose_secret().len(), 7 + 64);
        });
    }),
    ("a text with filters that is resolved", |given| {
        on_a_vault(given, |scope| {
            let resolved = scope.resolve("<<$secret.DIGITS | json>>").unwrap();
            assert_eq!(resolved.expose_secret().len(), 64);
        });
    }),
    ("a text that is not resolved for another name", |given| {
        on_a_vault(given, |scope| {
            let text = "<<$secret.DIGITS>> <<$secret.NOTHING>>";
            assert!(scope.resolve(text).is_err());
        });
    }),
    ("a document that is resolved", |given| {
        on_a_vault(given, |scope| {
            let document = serde_json::json!({"key": ["<<$secret.DIGITS>>"]});
            drop(scope.resolve_json(&document).unwrap());
        });
    }),
    ("a value that is looked at", |given| {
        on_a_vault(given, |scope| {
            drop(scope.reveal("DIGITS").unwrap());
            let value = given.hex();
            assert!(scope.matches("DIGITS", value.as_str()).unwrap());
        });
    }),
    ("a named value of a host", |given| {
        let value = given.hex();
        let variables = Variables::new().with("DIGITS", value.as_str()).unwrap();
        drop(value);
        drop(variables.resolve("<<DIGITS>>").unwrap());
        drop(variables);
        given.is_gone("after the drop of the variables");
    }),
    ("a text that is redacted", |given| {
        on_a_vault(given, |scope| {
            let redactor = scope.redactor(["DIGITS"]).unwrap();
            let value = given.hex();
            let text = redactor.redact(value.as_str());
            assert!(!text.contains(value.as_str()));
        });
    }),
    ("a redactor of an answer", |given| {
        on_a_vault(given, |scope| {
            let resolved = scope.resolve("<<$secret.DIGITS>>").unwrap();
            drop(Redactor::of(&resolved).unwrap());
        });
    }),
];

/// Does what is looked at with a vault in which a value is the digits of the given key, because the
/// search knows those.
fn on_a_vault(given: &Given, work: impl FnOnce(&ScopedVault)) {
    let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    put(given, &scope, "DIGITS");
    work(&scope);
    given.is_gone("right after the call");
}

fn put(given: &Given, scope: &ScopedVault, name: &str) {
    let value = given.hex();
    scope.put(name, value.as_str()).unwrap();
}
