//! A vault with both logs of an organization, made once and kept for ever. The second
//! implementation in `tests/interop` reads it, too.
//!
//! The one test that is ignored by default made it. It refuses to make it again.

use std::path::PathBuf;

use keyslot::store::SqliteStore;
use keyslot::{
    Actor, AuditEntry, AuditMode, AuditRetention, RootKey, Status, Surface, Target, Vault,
};
use serde_json::{Value, json};

use super::kit::{entries, ticking};
use crate::support::repository;

/// A key that opens nothing else.
const KEY: &str = "8f3a1c0be7d2495a6618f90347bce521d07a9e43b6581f2c94e70d3ab85c6f12";

fn place(name: &str) -> PathBuf {
    repository().join("tests/vectors").join(name)
}

fn key() -> RootKey {
    RootKey::from_hex(KEY).unwrap()
}

/// A life in which nearly every field of an entry has something.
fn live(vault: &Vault) {
    let actor = Actor::new("user:Ada Löwe").unwrap();
    let billing = vault.scope("acme/billing").unwrap().acting_as(actor);
    for number in 0..3 {
        billing.put("OLD", format!("value-{number}")).unwrap();
    }
    let newest = AuditRetention::new().max_entries(1);
    vault
        .audit("acme")
        .unwrap()
        .prune(&newest, "an exercise")
        .unwrap();
    vault
        .scope("acme")
        .unwrap()
        .put("ABOVE", "value-above")
        .unwrap();
    let run = billing
        .for_run("run-17")
        .unwrap()
        .because("ticket 12")
        .unwrap();
    let target = Target::tool("stripe")
        .with_url("https://api.stripe.com/v1")
        .unwrap()
        .with_surface(Surface::Header);
    run.resolve_for(&target, "<<$secret.ABOVE>> <<$secret.OLD>>")
        .unwrap();
    run.resolve("<<$secret.NOT_THERE>>").unwrap_err();
    run.resolve_for(&Target::instructions(), "<<$secret.OLD>>")
        .unwrap_err();
    run.reveal("OLD").unwrap();
    run.set_status("OLD", Status::Inactive).unwrap();
    run.revoke("OLD").unwrap();
    vault.rotate_data_key("acme").unwrap();
    vault.rewrap("acme").unwrap().finish().unwrap();
    vault.flush_audit().unwrap();
}

#[test]
#[ignore = "made the vault, once"]
fn make() {
    assert!(!place("audit-1.db").exists(), "made once and for all");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit-1.db");
    let builder = Vault::builder().store(SqliteStore::create(&path).unwrap());
    let vault = ticking(builder)
        .audit(AuditMode::Required)
        .create(&key())
        .unwrap();
    live(&vault);
    let json = json!({
        "comment": "Frozen. A vault with the log of changes and the log of uses of acme.",
        "root_key": KEY,
        "entries": entries(&vault),
    });
    drop(vault);
    std::fs::copy(path, place("audit-1.db")).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    std::fs::write(place("audit-1.json"), text).unwrap();
}

#[test]
fn the_golden_log_is_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    std::fs::write(&path, std::fs::read(place("audit-1.db")).unwrap()).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let vault = Vault::open(&path, &key()).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    let text = std::fs::read_to_string(place("audit-1.json")).unwrap();
    let vector: Value = serde_json::from_str(&text).unwrap();
    let found: Vec<AuditEntry> = entries(&vault);
    assert!(found.len() > 10);
    assert_eq!(serde_json::to_value(found).unwrap(), vector["entries"]);
}
