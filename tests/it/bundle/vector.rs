//! Two bundles that were made once and are kept for ever: one of a whole vault, for a root key, and
//! one of a scope, for a passphrase. The second implementation in `tests/interop` reads them, too.
//!
//! The one test that is ignored by default made them. It refuses to make them again.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use keyslot::{
    AccessRules, Actor, Argon2Cost, Bundle, BundleReach, OnExisting, Passphrase, SecretInput,
    Surface, Unlock, Vault,
};
use serde_json::{Value, json};

use super::kit::{REASON, key};
use crate::support::{repository, root_key, value};

const KEY: &str = "d01f5b7ce2934a860c7be15f2a948d36b17ef0428c5ad963471c0ea9f25b86de";
const PASSPHRASE: &str = "copper lantern walks over the ridge";

fn place(name: &str) -> PathBuf {
    repository().join("tests/vectors").join(name)
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE).cost(Argon2Cost::new(19 << 10, 2, 1).unwrap())
}

/// A vault in which nearly every field of a record has something.
fn lived() -> Vault {
    let clock = || UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let vault = Vault::builder().clock(clock).create(&root_key()).unwrap();
    let billing = vault.scope("acme/billing").unwrap();
    let ada = billing.acting_as(Actor::new("user:Ada Löwe").unwrap());
    let day = |days: u64| clock() + Duration::from_secs(days * 86_400);
    let rules = AccessRules::new().tool("stripe").unwrap();
    let rules = rules.host("*.stripe.com").unwrap().surface(Surface::Header);
    let input = SecretInput::new("sk_live_first")
        .description("of the shop")
        .metadata("owner", "billing")
        .not_before(day(0))
        .expires_at(day(90))
        .rotate_every(Duration::from_secs(86_400))
        .rules(rules.in_instructions(true));
    ada.put("STRIPE_KEY", input).unwrap();
    ada.put("STRIPE_KEY", "sk_live_second").unwrap();
    billing
        .put("OFF", SecretInput::new("switched off").inactive())
        .unwrap();
    billing.put("REVOKED", "leaked").unwrap();
    billing.revoke("REVOKED").unwrap();
    billing.put("DELETED", "one").unwrap();
    billing.put("DELETED", "two").unwrap();
    billing.delete("DELETED").unwrap();
    // Longer than a chunk, together.
    let long = |first: u32| -> String {
        let numbers = (first..first + 10_000).map(|number| format!("{:04}", number % 9973));
        numbers.collect()
    };
    for first in [1, 2] {
        vault
            .scope("other")
            .unwrap()
            .put("LONG", long(first))
            .unwrap();
    }
    vault
        .scope("other")
        .unwrap()
        .put("UMLAUT", "schlüssel")
        .unwrap();
    vault
}

/// The contents of a bundle as another vault has them.
fn contents(file: &[u8], key: &dyn Unlock) -> Value {
    let mut entries = Vec::new();
    let mut bundle = Bundle::open(Cursor::new(file), key).unwrap();
    let summary = bundle.inspect(|entry| entries.push(entry.clone())).unwrap();
    let clock = || UNIX_EPOCH + Duration::from_secs(1_800_000_001);
    let vault = Vault::builder().clock(clock).create(&root_key()).unwrap();
    bundle.import(OnExisting::Fail).into_vault(&vault).unwrap();
    let secret = |entry: &keyslot::BundleEntry| {
        let scope = vault.scope(&entry.scope).unwrap();
        let info = scope.info(&entry.name).ok();
        let versions = info.iter().flat_map(|info| &info.versions);
        let newest = scope
            .reveal(&entry.name)
            .ok()
            .map(|value| keyslot::secrecy::ExposeSecret::expose_secret(&value).to_owned());
        json!({
            "scope": entry.scope,
            "name": entry.name,
            "status": entry.status,
            "last_version": entry.last_version,
            "versions": versions.map(|kept| kept.version.get()).collect::<Vec<_>>(),
            "newest": newest,
            "description": entry.description,
        })
    };
    let mut secrets: Vec<Value> = entries.iter().map(secret).collect();
    secrets.sort_by_key(|secret| format!("{} {}", secret["scope"], secret["name"]));
    json!({
        "organizations": summary.organizations,
        "tombstones": summary.tombstones,
        "values": summary.values,
        "secrets": secrets,
    })
}

#[test]
#[ignore = "made the bundles, once"]
fn make() {
    assert!(!place("bundle-1.json").exists(), "made once and for all");
    let vault = lived();
    let (mut whole, mut scope) = (Vec::new(), Vec::new());
    let export = vault.export(BundleReach::Vault, REASON).unwrap();
    export.bundle(&key(), &mut whole).unwrap();
    let export = vault.scope("acme/billing").unwrap().export(REASON).unwrap();
    export.bundle(&passphrase(), &mut scope).unwrap();
    let json = json!({
        "comment": "Frozen. Bundles of a whole vault and of one scope of it.",
        "key": KEY,
        "passphrase": PASSPHRASE,
        "whole": contents(&whole, &key()),
        "scope": contents(&scope, &passphrase()),
    });
    fs::write(place("bundle-1.key.bin"), whole).unwrap();
    fs::write(place("bundle-1.passphrase.bin"), scope).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    fs::write(place("bundle-1.json"), text).unwrap();
}

#[test]
fn the_golden_bundles_are_what_they_were() {
    let text = fs::read_to_string(place("bundle-1.json")).unwrap();
    let vector: Value = serde_json::from_str(&text).unwrap();
    let whole = fs::read(place("bundle-1.key.bin")).unwrap();
    assert_eq!(contents(&whole, &key()), vector["whole"]);
    let scope = fs::read(place("bundle-1.passphrase.bin")).unwrap();
    assert_eq!(contents(&scope, &passphrase()), vector["scope"]);
    assert_eq!(vector["whole"]["secrets"].as_array().unwrap().len(), 6);

    let clock = || UNIX_EPOCH + Duration::from_secs(1_800_000_001);
    let vault = Vault::builder().clock(clock).create(&root_key()).unwrap();
    let mut bundle = Bundle::open(Cursor::new(&scope), &passphrase()).unwrap();
    let project = vault.scope("acme").unwrap();
    bundle
        .import(OnExisting::Fail)
        .into_scope(&project)
        .unwrap();
    let error = value(&project, "STRIPE_KEY").unwrap_err();
    assert_eq!(
        error.kind(),
        keyslot::ErrorKind::Denied,
        "the rules came along"
    );
}
