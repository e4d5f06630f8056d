//! Entries about uses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore};
use keyslot::template::Grants;
use keyslot::{
    Actor, AuditLimits, AuditMode, Cache, ErrorKind, Permissions, Reference, Scope, ScopedVault,
    SecretName, Surface, Target, Vault,
};

use super::kit::{builder, entries, logged, told};
use crate::support::counting::Counting;
use crate::support::root_key;
use crate::support::rows::{Stored, rows};

fn name(name: &str) -> SecretName {
    SecretName::new(name).unwrap()
}

/// A project that has a secret of its own and one above it, and a revoked one.
fn project(vault: &Vault) -> ScopedVault {
    let project = vault.scope("acme/billing").unwrap();
    project.put("OWN", "value-own").unwrap();
    vault
        .scope("acme")
        .unwrap()
        .put("ABOVE", "value-above")
        .unwrap();
    project.put("GONE", "value-gone").unwrap();
    project.revoke("GONE").unwrap();
    project
}

/// Entries of the log behind the changes of [`project`].
fn uses(vault: &Vault) -> Vec<String> {
    vault.flush_audit().unwrap();
    let mut told = told(vault);
    assert_eq!(told.remove(3), "revoke acme/billing GONE");
    told.split_off(3)
}

/// Uses secrets in every way that gives a value, and in some that give none.
fn use_all(project: &ScopedVault) {
    let target = Target::tool("stripe").with_host("api.stripe.com").unwrap();
    let text = "<<$secret.OWN>> <<$secret.ABOVE>> <<$secret.OWN@1>>";
    project.resolve_for(&target, text).unwrap();
    let run = project.snapshot(&[Reference::secret(name("OWN"))]).unwrap();
    run.resolve("<<$secret.OWN>>").unwrap();
    project.reveal("OWN").unwrap();
    project.redactor(["OWN", "GONE"]).unwrap();
    let written = "<<$secret.OWN>> <<$secret.ABOVE>>";
    let grants = Grants::new().name("OWN").unwrap();
    project
        .resolve_model_args(&target, written, &grants)
        .unwrap();
    let denied = project.resolve("<<$secret.GONE>> <<$secret.NO>> <<$secret.OWN@7>>");
    assert!(denied.is_err());
    assert!(project.with(Permissions::USE).reveal("OWN").is_err());
    let bound = project.for_target(Target::tool("mail"));
    assert!(bound.resolve_for(&target, "<<$secret.OWN>>").is_err());
}

const GIVEN: [&str; 9] = [
    "use acme/billing OWN @1",
    "use acme/billing ABOVE @1",
    "use acme/billing OWN @1",
    "use acme/billing OWN @1",
    "reveal acme/billing OWN @1",
    "redact acme/billing OWN @1",
    "redact acme/billing GONE",
    "use acme/billing OWN @1",
    "attempt acme/billing ABOVE denied",
];

const REFUSED: [&str; 5] = [
    "use acme/billing GONE revoked",
    "use acme/billing NO not_found",
    "use acme/billing OWN @7 no_such_version",
    "reveal acme/billing OWN not_found",
    "use acme/billing OWN denied",
];

#[test]
fn every_use_is_logged() {
    for mode in [AuditMode::Batched, AuditMode::Required] {
        let store = MemoryStore::new();
        let vault = logged(&store, mode);
        use_all(&project(&vault));
        let mut told = uses(&vault);
        let mut expected: Vec<&str> = GIVEN.into_iter().chain(REFUSED).collect();
        if mode == AuditMode::Required {
            // Refusals are stored later than values.
            told.sort_unstable();
            expected.sort_unstable();
        }
        assert_eq!(told, expected, "{mode:?}");
        let report = vault.verify().unwrap();
        assert!(report.is_intact(), "{:?}", report.findings);
        assert_eq!(
            (report.tenants, vault.organizations().unwrap().len()),
            (1, 1)
        );
    }
    let vault = logged(&MemoryStore::new(), AuditMode::Off);
    use_all(&project(&vault));
    assert_eq!(uses(&vault), [""; 0], "uses are not logged");
}

#[test]
fn uses_of_what_is_held_in_memory_are_logged_too() {
    let store = MemoryStore::new();
    let builder = builder(&store).audit(AuditMode::Required);
    let vault = builder.cache(Cache::new()).create(&root_key()).unwrap();
    let project = project(&vault);
    for _ in 0..4 {
        project
            .resolve("<<$secret.OWN>> <<$secret.ABOVE>>")
            .unwrap();
    }
    let one = ["use acme/billing OWN @1", "use acme/billing ABOVE @1"];
    assert_eq!(uses(&vault), [one; 4].concat());
}

#[test]
fn an_entry_says_where_a_value_went() {
    for mode in [AuditMode::Batched, AuditMode::Required] {
        let vault = logged(&MemoryStore::new(), mode);
        let ada = Actor::new("user:ada").unwrap();
        let handle = project(&vault)
            .acting_as(ada.clone())
            .for_run("run-17")
            .unwrap();
        let target = Target::tool("stripe")
            .with_url("https://api.stripe.com/a-path")
            .unwrap()
            .with_surface(Surface::Header);
        let info = vault.scope("acme").unwrap().info("ABOVE").unwrap();
        handle.resolve_for(&target, "<<$secret.ABOVE>>").unwrap();
        vault.flush_audit().unwrap();
        let used = entries(&vault).pop().unwrap();
        assert_eq!((used.number, used.actor), (1, Some(ada)));
        assert_eq!(used.scope.as_ref().unwrap().as_str(), "acme/billing");
        assert_eq!(used.found_in.unwrap().as_str(), "acme");
        assert_eq!(used.record, Some(info.record));
        assert_eq!(used.fingerprint, info.versions[0].fingerprint);
        assert_eq!(used.tool.as_deref(), Some("stripe"));
        assert_eq!(used.host.as_deref(), Some("api.stripe.com:443"));
        assert_eq!(used.surface, Some(Surface::Header));
        assert_eq!(used.run.as_deref(), Some("run-17"));
    }
}

#[test]
fn a_use_changes_nothing_of_the_secrets() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Required);
    let project = project(&vault);
    let own = rows(&store, Kind::Secret)[0].partition;
    let of_tenant = || -> Vec<Stored> {
        let all = crate::support::rows::all_rows(&store).into_iter();
        all.filter(|row| row.partition == own).collect()
    };
    let before = of_tenant();
    use_all(&project);
    vault.flush_audit().unwrap();
    assert_eq!(of_tenant(), before);
    let elsewhere = rows(&store, Kind::Audit).into_iter();
    assert!(elsewhere.filter(|row| row.partition != own).count() > 5);
}

#[test]
fn a_call_costs_one_write_if_it_is_required_and_none_if_not() {
    for (mode, writes) in [
        (AuditMode::Off, 0),
        (AuditMode::Batched, 0),
        (AuditMode::Required, 1),
    ] {
        let store = Arc::new(Counting::default());
        let limits = AuditLimits::new().delay(Duration::from_secs(3600));
        let builder = Vault::builder().store(Arc::clone(&store));
        let builder = builder.audit(mode).audit_limits(limits);
        let vault = builder.create(&root_key()).unwrap();
        let project = project(&vault);
        let text = "<<$secret.OWN>> <<$secret.ABOVE>> <<$secret.OWN@1>>";
        project.resolve(text).unwrap();
        let run = project
            .snapshot(&project.references(text).unwrap())
            .unwrap();
        run.resolve(text).unwrap();
        let count = |calls: &AtomicUsize| calls.swap(0, Ordering::SeqCst);
        let all = [&store.writes, &store.gets, &store.heads, &store.in_writes];
        let _ = all.map(count);
        project.resolve(text).unwrap();
        assert_eq!(all.map(count), [writes, 1, 0, 0], "{mode:?}");
        // A commit of uses makes a snapshot look at its rows once more, and no more than that.
        run.resolve(text).unwrap();
        assert_eq!(all.map(count), [writes, writes, 1, 0], "{mode:?}");
    }
}

/// Uses of others cost a snapshot one look at its rows for each commit, and no more than that: not
/// one for each use of them, nor one for each use of its own.
#[test]
fn a_snapshot_looks_at_its_rows_once_after_a_commit_of_uses() {
    let store = Arc::new(Counting::default());
    let limits = AuditLimits::new().delay(Duration::from_secs(3600));
    let open = |mode| {
        let builder = Vault::builder().store(Arc::clone(&store)).audit(mode);
        let builder = builder.audit_limits(limits);
        builder.open_or_create(&root_key()).unwrap()
    };
    let text = "<<$secret.OWN>> <<$secret.ABOVE>>";
    let vault = open(AuditMode::Batched);
    let own = project(&vault);
    let run = own.snapshot(&own.references(text).unwrap()).unwrap();
    let count = |calls: &AtomicUsize| calls.swap(0, Ordering::SeqCst);
    let calls = [&store.gets, &store.heads, &store.writes];
    let asked = || {
        let _ = calls.map(count);
        run.resolve(text).unwrap();
        calls.map(count)
    };
    run.resolve(text).unwrap();
    assert_eq!(asked(), [0, 1, 0], "it is warm");
    for mode in [AuditMode::Batched, AuditMode::Required] {
        let others = open(mode);
        let other = others.scope("acme/billing").unwrap();
        for _ in 0..5 {
            other.resolve(text).unwrap();
        }
        others.flush_audit().unwrap();
        assert_eq!(asked(), [1, 1, 0], "{mode:?}: one look");
        for _ in 0..5 {
            assert_eq!(asked(), [0, 1, 0], "{mode:?}: and no more");
        }
    }
    // Entries of its own are stored together as well.
    vault.flush_audit().unwrap();
    assert_eq!([asked(), asked()], [[1, 1, 0], [0, 1, 0]]);
}

#[test]
fn entries_that_wait_are_stored_in_time_and_when_the_vault_is_closed() {
    let store = MemoryStore::new();
    let open = |limits| {
        let builder = builder(&store).audit(AuditMode::Batched);
        builder
            .audit_limits(limits)
            .open_or_create(&root_key())
            .unwrap()
    };
    let slow = AuditLimits::new().delay(Duration::from_secs(3600));
    let stored = |count: usize| {
        let reader = builder(&store).open(&root_key()).unwrap();
        entries(&reader).len() == count
    };
    let wait_for = |count| {
        while !stored(count) {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    // By time.
    let vault = open(AuditLimits::new().delay(Duration::from_millis(1)));
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    project.resolve("<<$secret.A>>").unwrap();
    wait_for(2);
    drop((vault, project));
    // By number.
    let vault = open(slow.batch(3));
    let project = vault.scope("acme").unwrap();
    project.resolve("<<$secret.A>>").unwrap();
    project.resolve("<<$secret.A>>").unwrap();
    assert_eq!(vault.audit_backlog().waiting, 2);
    project.resolve("<<$secret.A>>").unwrap();
    wait_for(5);
    // By the end.
    project.resolve("<<$secret.A>>").unwrap();
    assert!(stored(5));
    drop(vault);
    assert!(stored(5), "there is a handle on a scope");
    drop(project);
    assert!(stored(6));
}

#[test]
fn two_vaults_on_one_store_write_one_log() {
    let store = MemoryStore::new();
    let vaults = [(); 2].map(|()| logged(&store, AuditMode::Required));
    vaults[0]
        .scope("acme")
        .unwrap()
        .put("A", "value-1")
        .unwrap();
    std::thread::scope(|threads| {
        for vault in &vaults {
            threads.spawn(|| {
                let project = vault.scope("acme").unwrap();
                for _ in 0..20 {
                    let value = project.resolve("<<$secret.A>>").unwrap();
                    assert_eq!(value.expose_secret(), "value-1");
                }
            });
        }
    });
    for vault in &vaults {
        let numbers = entries(vault).into_iter().skip(1).map(|entry| entry.number);
        assert!(numbers.eq(1..=40));
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn a_change_that_is_refused_is_no_use() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Batched);
    let project = vault.scope("acme").unwrap();
    let reader = project.with(Permissions::READ);
    assert_eq!(reader.put("A", "x").unwrap_err().kind(), ErrorKind::Denied);
    vault.flush_audit().unwrap();
    assert_eq!(told(&vault), [""; 0]);
    assert_eq!(rows(&store, Kind::Audit).len(), 0);
}

#[test]
fn a_log_of_uses_is_no_organization_and_has_no_keys() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    project.resolve("<<$secret.A>>").unwrap();
    let elsewhere = vault.scope("globex").unwrap();
    assert!(elsewhere.resolve("<<$secret.A>>").is_err());
    vault.flush_audit().unwrap();
    assert_eq!(rows(&store, Kind::Head).len(), 3, "the control");
    let acme = vec![Scope::new("acme").unwrap()];
    assert_eq!(vault.organizations().unwrap(), acme);
    let status = vault.key_status().unwrap().organizations;
    let told: Vec<_> = status
        .into_iter()
        .map(|one| (one.organization, one.keys.len()))
        .collect();
    assert_eq!(told, [(Some(acme[0].clone()), 1)]);
    let mut counted = 0;
    let report = vault.verify_with(|progress| {
        counted = progress.organizations;
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!((report.unwrap().tenants, counted), (1, 1));
}
