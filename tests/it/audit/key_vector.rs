//! A vault with a log of the keys that open it, made once and kept for ever. The second
//! implementation in `tests/interop` reads it, too.
//!
//! The one test that is ignored by default made it. It refuses to make it again.

use std::path::PathBuf;

use keyslot::store::SqliteStore;
use keyslot::{Actor, AuditEntry, AuditMode, AuditRetention, RootKey, Vault};
use serde_json::{Value, json};

use super::kit::ticking;
use crate::support::repository;

/// Keys that open nothing else.
const KEY: &str = "3d90b7a41e5f6c82d4470913be8a65fc21e9d80457b3a6c19f0e72d85b4c613a";
const NEXT: &str = "c58e1f93a07b64d2b91035ef78a4d60c4e27fb8913d56a0972ce84b15f3d9068";

fn place(name: &str) -> PathBuf {
    repository().join("tests/vectors").join(name)
}

fn key(text: &str) -> RootKey {
    RootKey::from_hex(text).unwrap()
}

fn entries(vault: &Vault) -> Vec<AuditEntry> {
    let log = vault.key_log();
    log.oldest_first().collect::<keyslot::Result<_>>().unwrap()
}

/// A life with each action on keys, and entries that were taken away.
fn live(vault: &Vault) {
    let ada = vault.acting_as(Actor::new("user:Ada Löwe").unwrap());
    let ada = ada.because("ticket 12").unwrap();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    let new = || RootKey::generate().unwrap();
    ada.add_key("gone", &new()).unwrap();
    ada.add_key("Büro", &new()).unwrap();
    let newest = AuditRetention::new().max_entries(1);
    assert_eq!(vault.key_log().prune(&newest, "an exercise").unwrap(), 1);
    ada.remove_key("gone").unwrap();
    vault.change_root_key(&key(KEY), &key(NEXT)).unwrap();
    ada.add_key("lost", &new()).unwrap();
    let _ = ada.replace_vault_key(&[&key(NEXT)]).unwrap();
    let _ = vault.rewrap_data_keys().unwrap();
    ada.drop_previous_vault_keys().unwrap();
    vault.add_key("last", &new()).unwrap();
}

#[test]
#[ignore = "made the vault, once"]
fn make() {
    assert!(!place("key-log-1.db").exists(), "made once and for all");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key-log-1.db");
    let builder = Vault::builder().store(SqliteStore::create(&path).unwrap());
    let vault = ticking(builder).audit(AuditMode::Off).create(&key(KEY));
    let vault = vault.unwrap();
    live(&vault);
    let json = json!({
        "comment": "Frozen. A vault with a log of the keys that open it.",
        "root_key": NEXT,
        "entries": entries(&vault),
    });
    drop(vault);
    std::fs::copy(path, place("key-log-1.db")).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    std::fs::write(place("key-log-1.json"), text).unwrap();
}

#[test]
fn the_golden_log_of_keys_is_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    std::fs::write(&path, std::fs::read(place("key-log-1.db")).unwrap()).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let vault = Vault::open(&path, &key(NEXT)).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    let text = std::fs::read_to_string(place("key-log-1.json")).unwrap();
    let vector: Value = serde_json::from_str(&text).unwrap();
    let found = entries(&vault);
    assert_eq!(found.len(), 12);
    assert_eq!(serde_json::to_value(found).unwrap(), vector["entries"]);
    // It is no frozen one: it goes on.
    vault.remove_key("last").unwrap();
    assert_eq!(entries(&vault).len(), 13);
    assert!(vault.verify().unwrap().is_intact());
}
