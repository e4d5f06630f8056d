//! Entries about changes.

use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::MemoryStore;
use keyslot::{
    Actor, AuditMode, ErrorKind, OnExisting, Permissions, SecretChange, Status, Vault, Version,
};

use super::kit::{builder, entries, logged, told};
use crate::support::root_key;

#[test]
fn every_change_is_logged() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let [billing, sales] = ["acme/billing", "acme/sales"].map(|scope| vault.scope(scope).unwrap());
    billing.put("A", "value-1").unwrap();
    billing.put("A", "value-2").unwrap();
    let change = SecretChange::new().description("live mode");
    billing.update("A", change.clone()).unwrap();
    // Nothing changes, so nothing is told.
    billing.update("A", change).unwrap();
    billing.set_status("A", Status::Inactive).unwrap();
    billing.set_status("A", Status::Inactive).unwrap();
    billing.rollback("A", Version::FIRST).unwrap();
    billing.clone_to("A", &sales).unwrap();
    billing.revoke("A").unwrap();
    billing.replace_revoked("A", "value-4").unwrap();
    billing
        .put_all([("B", "b"), ("C", "c")], OnExisting::Fail)
        .unwrap();
    billing.delete("B").unwrap();
    vault.rotate_data_key("acme").unwrap();
    vault.rewrap("acme").unwrap().finish().unwrap();
    vault.destroy_data_key("acme", 1).unwrap();
    let _ = vault.rebuild_head("acme", "an exercise").unwrap();
    vault.erase_tenant("acme").unwrap();
    let expected = [
        "put acme/billing A @1",
        "put acme/billing A @2",
        "update acme/billing A @2",
        "set_status acme/billing A @2",
        "roll_back acme/billing A @3",
        "clone_to acme/sales A @1",
        "revoke acme/billing A",
        "replace_revoked acme/billing A @4",
        "put acme/billing B @1",
        "put acme/billing C @1",
        "delete acme/billing B",
        "rotate acme",
        "rewrap acme",
        "destroy acme",
        "rebuild_head acme",
        "erase acme",
    ];
    assert_eq!(told(&vault), expected);
    let all = entries(&vault);
    let numbers: Vec<u64> = all.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<u64>>());
    let [rotated, rewrapped, destroyed, rebuilt, erased] = &all[11..] else {
        panic!("as many as before");
    };
    assert_eq!(rotated.generation, Some(2));
    assert_eq!((rewrapped.generation, rewrapped.count), (Some(2), Some(4)));
    assert_eq!(destroyed.generation, Some(1));
    assert_eq!(rebuilt.reason.as_deref(), Some("an exercise"));
    assert_eq!(erased.generation, Some(3));
    // The newest first is the same backwards.
    let log = vault.audit("acme").unwrap();
    let backwards: Vec<_> = log.entries().map(Result::unwrap).collect();
    assert!(backwards.iter().rev().eq(&all));
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn an_entry_says_who_when_what_and_why() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let ada = Actor::new("user:ada").unwrap();
    let handle = vault.scope("acme/billing").unwrap().acting_as(ada.clone());
    let handle = handle.for_run("run-17").unwrap();
    let handle = handle.because("ticket 12").unwrap();
    let before = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let info = handle.put("A", "value-1").unwrap();
    let entry = entries(&vault).pop().unwrap();
    assert!(entry.time > before && entry.time < before + Duration::from_secs(60));
    assert_eq!(entry.actor, Some(ada));
    assert_eq!(entry.run.as_deref(), Some("run-17"));
    assert_eq!(entry.reason.as_deref(), Some("ticket 12"));
    assert_eq!(entry.record, Some(info.record));
    assert_eq!(entry.fingerprint, info.versions[0].fingerprint);
    assert_eq!((entry.outcome, entry.found_in), (Ok(()), None));
    for flaw in ["", " x", "a\nb", &"x".repeat(129)] {
        let error = handle.for_run(flaw).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(flaw.trim().is_empty() || !error.to_string().contains(flaw));
    }
    for flaw in ["", " ", "a\u{7}b", &"x".repeat(1025)] {
        assert_eq!(
            handle.because(flaw).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
}

#[test]
fn what_is_refused_is_not_logged() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    let reader = project.with(Permissions::USE);
    assert_eq!(reader.put("A", "x").unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(
        project.delete("NOT_THERE").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let twice = [("B", "b"), ("A", "a")];
    assert!(project.put_all(twice, OnExisting::Fail).is_err());
    assert_eq!(told(&vault), ["put acme A @1"]);
}

#[test]
fn a_log_that_was_begun_goes_on_without_the_setting() {
    let store = MemoryStore::new();
    let plain = builder(&store).create(&root_key()).unwrap();
    let (acme, other) = (plain.scope("acme").unwrap(), plain.scope("other").unwrap());
    acme.put("A", "before").unwrap();
    assert_eq!(told(&plain), [""; 0], "there is no log");
    let with = logged(&store, AuditMode::Off);
    with.scope("acme").unwrap().put("A", "with").unwrap();
    acme.put("A", "without").unwrap();
    other.put("A", "without").unwrap();
    for vault in [&plain, &with] {
        assert_eq!(told(vault), ["put acme A @2", "put acme A @3"]);
        let log = vault.audit("other").unwrap();
        assert_eq!(log.entries().count(), 0, "another organization");
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn many_secrets_of_one_write_are_many_entries() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let project = vault.scope("acme").unwrap();
    let items = (0..700).map(|number| (format!("KEY_{number:03}"), "a value"));
    project.put_all(items, OnExisting::Fail).unwrap();
    let all = entries(&vault);
    let names: Vec<String> = (0..700).map(|number| format!("KEY_{number:03}")).collect();
    let logged: Vec<String> = all
        .iter()
        .map(|entry| entry.name.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(logged, names);
    let rows = crate::support::rows::rows(&store, keyslot::store::Kind::Audit);
    assert_eq!(rows.len(), 3, "one for each write");
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_scope_within_an_organization_has_no_log_of_its_own() {
    let vault = Vault::in_memory(&root_key()).unwrap();
    let error = vault.audit("acme/billing").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidScope);
}
