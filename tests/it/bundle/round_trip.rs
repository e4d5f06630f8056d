//! Imports of exports: the vault comes in as it went out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::{AccessRules, Actor, OnExisting, SecretChange, Status, Surface, Vault};
use proptest::prelude::*;
use proptest::sample::select;

use super::kit::{of_vault, open};
use crate::support::{root_key, value};

const SCOPES: [&str; 5] = ["acme", "acme/a", "acme/a/b", "other", "other/a"];
const NAMES: [&str; 4] = ["A", "B", "C d", "E"];

/// A step in the life of a vault.
#[derive(Clone, Debug)]
enum Step {
    Put(usize, String),
    Describe(String, BTreeMap<String, String>),
    Rules(usize),
    Times(Option<u64>, Option<u64>),
    Status(bool),
    RollBack,
    Revoke,
    ReplaceRevoked(String),
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_usize, "[ -~]{1,40}|\\PC{1,20}|[a-z\n]{100}")
            .prop_map(|(actor, value)| Step::Put(actor, value)),
        1 => ("[a-z ]{0,20}", prop::collection::btree_map("[a-z]{1,8}", "[a-z ]{0,8}", 0..3))
            .prop_map(|(text, metadata)| Step::Describe(text, metadata)),
        1 => (0..4_usize).prop_map(Step::Rules),
        1 => (prop::option::of(0..9_u64), prop::option::of(10..19_u64))
            .prop_map(|(from, to)| Step::Times(from, to)),
        1 => any::<bool>().prop_map(Step::Status),
        1 => Just(Step::RollBack),
        1 => Just(Step::Revoke),
        1 => "[a-z]{1,9}".prop_map(Step::ReplaceRevoked),
        1 => Just(Step::Delete),
    ]
}

fn vault() -> Vault {
    let seconds = Arc::new(AtomicU64::new(1_800_000_000));
    let clock = move || UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst));
    Vault::builder()
        .clock(clock)
        .kept_versions(3)
        .create(&root_key())
        .unwrap()
}

/// Some steps are refused, which is as good.
fn act(vault: &Vault, scope: &str, name: &str, step: &Step) {
    let scope = vault.scope(scope).unwrap();
    let update = |change: SecretChange| drop(scope.update(name, change));
    match step {
        Step::Put(actor, value) => {
            let handle = match actor {
                0 => scope.clone(),
                number => scope.acting_as(Actor::new(format!("user:{number}")).unwrap()),
            };
            drop(handle.put(name, value.as_str()));
        }
        Step::Describe(text, metadata) => {
            let change = SecretChange::new().description(text.as_str());
            let with = |change: SecretChange, (key, value): (&String, &String)| {
                change.metadata(key.as_str(), value.as_str())
            };
            update(metadata.iter().fold(change, with));
        }
        Step::Rules(kind) => {
            let rules = match kind {
                0 => AccessRules::default(),
                1 => AccessRules::new()
                    .tool("stripe")
                    .and_then(|rules| rules.tool("crm-*"))
                    .unwrap(),
                2 => AccessRules::new().host("api.example.com").unwrap(),
                _ => AccessRules::new()
                    .surface(Surface::Header)
                    .surface(Surface::Json)
                    .in_instructions(true),
            };
            update(SecretChange::new().rules(rules));
        }
        Step::Times(from, to) => {
            let at = |days: &u64| UNIX_EPOCH + Duration::from_secs(1_800_000_000 + days * 86_400);
            let mut change = SecretChange::new().rotate_every(Duration::from_secs(3600));
            if let Some(from) = from {
                change = change.not_before(at(from));
            }
            if let Some(to) = to {
                change = change.expires_at(at(to));
            }
            update(change);
        }
        Step::Status(on) => {
            let status = if *on {
                Status::Active
            } else {
                Status::Inactive
            };
            drop(scope.set_status(name, status));
        }
        Step::RollBack => {
            if let Ok(info) = scope.info(name) {
                if let Some(first) = info.versions.first() {
                    drop(scope.rollback(name, first.version));
                }
            }
        }
        Step::Revoke => drop(scope.revoke(name)),
        Step::ReplaceRevoked(value) => drop(scope.replace_revoked(name, value.as_str())),
        Step::Delete => drop(scope.force_delete(name)),
    }
}

/// All that is known of the secrets of a vault but identities, revisions and fingerprints.
fn known(vault: &Vault) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        for name in scope.names().unwrap() {
            let info = scope.info(&name).unwrap();
            let mut json = serde_json::to_value(&info).unwrap();
            let object = json.as_object_mut().unwrap();
            // Another vault has others.
            for own in ["record", "revision", "fingerprint"] {
                object.remove(own);
            }
            for version in object["versions"].as_array_mut().unwrap() {
                version
                    .as_object_mut()
                    .unwrap()
                    .remove("fingerprint")
                    .unwrap();
            }
            known.insert(format!("{} {name}", scope.scope()), json.to_string());
        }
    }
    known
}

/// Every value that is kept. Makes all secrets usable before.
fn values(vault: &Vault) -> Vec<String> {
    let mut values = Vec::new();
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        for name in scope.names().unwrap() {
            let free = SecretChange::new().clear_times().rules(AccessRules::new());
            let info = scope.update(&name, free).unwrap();
            if info.status == Status::Inactive {
                scope.set_status(&name, Status::Active).unwrap();
            }
            for kept in &info.versions {
                let value = value(&scope, &format!("{name}@{}", kept.version)).unwrap();
                values.push(format!("{} {name}@{} {value}", scope.scope(), kept.version));
            }
        }
    }
    values
}

/// The next version of each name, which says what was ever given there.
fn next_versions(vault: &Vault) -> Vec<u64> {
    let mut numbers = Vec::new();
    for scope in SCOPES {
        for name in NAMES {
            let scope = vault.scope(scope).unwrap();
            let put = scope
                .put(name, "next")
                .or_else(|_| scope.replace_revoked(name, "next"));
            numbers.push(put.unwrap().version().unwrap().get());
        }
    }
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_import_of_an_export_is_the_same_vault(
        steps in prop::collection::vec((select(&SCOPES[..]), select(&NAMES[..]), step()), 0..40)
    ) {
        let (from, to) = (vault(), Vault::builder().kept_versions(3).create(&root_key()).unwrap());
        for (scope, name, step) in &steps {
            act(&from, scope, name, step);
        }
        let file = of_vault(&from);
        let done = open(&file).import(OnExisting::Fail).into_vault(&to).unwrap();
        prop_assert_eq!(done.skipped, 0);
        prop_assert_eq!(known(&from), known(&to));
        prop_assert!(to.verify().unwrap().is_intact());
        // What was imported, exported again, has the same contents.
        let entries = |file: &[u8]| {
            let mut entries = BTreeMap::new();
            open(file).inspect(|entry| {
                entries.insert(format!("{} {}", entry.scope, entry.name), entry.clone());
            }).unwrap();
            entries
        };
        prop_assert_eq!(entries(&file), entries(&of_vault(&to)));
        prop_assert_eq!(values(&from), values(&to));
        prop_assert_eq!(next_versions(&from), next_versions(&to));
    }
}
