//! Exports: who may make one, what it waits for, and what is in it.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::Kind;
use keyslot::{
    Action, Actor, AuditAction, AuditMode, BundleReach, Error, ErrorKind, Event, Permissions,
    PlainFormat, Scope, Target, Vault,
};

use super::kit::{REASON, key, of_scope, of_vault, open, scope};
use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{delete, put, rows};
use crate::support::shelf::{Shelf, shelf_vault};
use crate::support::{SINGLE, root_key};

#[test]
fn an_export_needs_reveal_and_copy_and_a_reason() {
    let project = scope("acme/billing");
    project.put("A", "value-of-a").unwrap();
    for one in SINGLE {
        for other in SINGLE {
            let both = one | other;
            let export = project.with(both).export(REASON);
            let may = both.contains(Permissions::REVEAL | Permissions::COPY);
            match export {
                Ok(_) => assert!(may, "{both:?}"),
                Err(error) => {
                    assert!(!may, "{both:?}");
                    assert_eq!(error.kind(), ErrorKind::Denied);
                }
            }
        }
    }
    for reason in ["", "  ", "a\nb", &"x".repeat(1025)] {
        assert_eq!(
            project.export(reason).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
    let bound = project.for_target(Target::tool("stripe"));
    assert_eq!(bound.export(REASON).unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn what_is_reached_is_what_is_in_it() {
    let vault = shelf_vault();
    for (scope, name) in [
        ("acme", "A"),
        ("acme/billing", "B"),
        ("acme/billing/mailer", "C"),
        ("acme/billing-2", "D"),
        ("other", "E"),
    ] {
        vault.scope(scope).unwrap().put(name, "a value").unwrap();
    }
    let names = |file: &[u8]| {
        let mut names = Vec::new();
        let summary = open(file).inspect(|entry| names.push(entry.name.to_string()));
        names.sort();
        (names.concat(), summary.unwrap().reach)
    };
    let below = |scope: &str| BundleReach::Below(Scope::new(scope).unwrap());
    for (reach, expected) in [
        (BundleReach::Scope(Scope::new("acme/billing").unwrap()), "B"),
        (below("acme/billing"), "BC"),
        (below("acme"), "ABCD"),
        (below("nobody"), ""),
        (BundleReach::Vault, "ABCDE"),
    ] {
        let mut file = Vec::new();
        let export = vault.export(reach.clone(), REASON).unwrap();
        export.bundle(&key(), &mut file).unwrap();
        assert_eq!(names(&file), (expected.to_owned(), reach));
    }
    let project = vault.scope("acme/billing").unwrap();
    assert_eq!(names(&of_scope(&project)).0, "B");
    assert_eq!(names(&of_vault(&vault)).0, "ABCDE");
}

#[test]
fn nothing_in_a_bundle_can_be_read() {
    let project = scope("acme/billing");
    let ada = project.acting_as(Actor::new("user:ada").unwrap());
    ada.put("STRIPE_KEY", "sk_live_canary").unwrap();
    let file = of_scope(&ada);
    for told in ["sk_live_canary", "STRIPE_KEY", "acme", "billing", "ada"] {
        let found = file
            .windows(told.len())
            .any(|window| window == told.as_bytes());
        assert!(!found, "{told}");
    }
    assert!(file.starts_with(b"ksbundle"), "the control");
}

/// A vault whose store cannot be written while the switch is on, and that tells its events.
fn lab(mode: AuditMode) -> (Vault, Arc<AtomicBool>, Arc<Mutex<Vec<String>>>) {
    let (is_full, told) = (Arc::<AtomicBool>::default(), Arc::default());
    let switch = Arc::clone(&is_full);
    let store = Hooked::new(Shelf::new(), move |call| match call {
        Call::Write(_) if switch.load(Ordering::SeqCst) => {
            Err(Error::new(ErrorKind::StorageFull, "the disk is full"))
        }
        _ => Ok(()),
    });
    let heard = Arc::<Mutex<Vec<String>>>::clone(&told);
    let observer = move |event: &Event<'_>| {
        if matches!(event.action, Action::ExportBundle | Action::ExportPlain) {
            heard
                .lock()
                .unwrap()
                .push(format!("{} {}", event.action, event.name));
        }
    };
    let builder = Vault::builder().store(store).audit(mode).observer(observer);
    (builder.create(&root_key()).unwrap(), is_full, told)
}

#[test]
fn an_export_waits_for_its_entry_in_every_mode() {
    for mode in [AuditMode::Off, AuditMode::Batched, AuditMode::Required] {
        let (vault, is_full, told) = lab(mode);
        let project = vault.scope("acme/billing").unwrap();
        project.put("A", "value-of-a").unwrap();
        let ada = project.acting_as(Actor::new("user:ada").unwrap());
        of_scope(&ada.for_run("run-7").unwrap());
        let newest = vault
            .audit("acme")
            .unwrap()
            .entries()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(newest.action, AuditAction::ExportBundle);
        assert_eq!(newest.scope.as_ref().unwrap().as_str(), "acme/billing");
        assert_eq!(newest.actor, ada.actor().cloned());
        assert_eq!(newest.reason.as_deref(), Some(REASON));
        assert_eq!(newest.run.as_deref(), Some("run-7"));
        assert_eq!(*told.lock().unwrap(), ["export_bundle A"]);

        is_full.store(true, Ordering::SeqCst);
        for is_plain in [false, true] {
            let mut file = Vec::new();
            let export = project.export(REASON).unwrap();
            let outcome = if is_plain {
                export.plain(PlainFormat::Dotenv, &mut file)
            } else {
                export.bundle(&key(), &mut file)
            };
            assert_eq!(
                outcome.unwrap_err().kind(),
                ErrorKind::StorageFull,
                "{mode:?}"
            );
            assert!(!String::from_utf8_lossy(&file).contains("value-of-a"));
        }
        assert_eq!(told.lock().unwrap().len(), 1, "nothing left");
        is_full.store(false, Ordering::SeqCst);
    }
}

#[test]
fn a_log_that_was_begun_has_the_exports_of_every_open_vault() {
    let store = Shelf::new();
    let builder = || Vault::builder().store(store.clone());
    let vault = builder().audit(AuditMode::Off).create(&root_key()).unwrap();
    vault.scope("acme").unwrap().put("A", "value").unwrap();
    vault.scope("other").unwrap().put("B", "value").unwrap();
    let other = builder().open(&root_key()).unwrap();
    of_vault(&other);
    for organization in ["acme", "other"] {
        let log = vault.audit(organization).unwrap();
        let newest = log.entries().next().unwrap().unwrap();
        assert_eq!(newest.action, AuditAction::ExportBundle);
        assert_eq!(newest.scope.as_ref().unwrap().as_str(), organization);
        assert_eq!(newest.reason.as_deref(), Some(REASON));
    }
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_vault_without_a_log_exports() {
    let project = scope("acme");
    project.put("A", "value").unwrap();
    assert_eq!(
        open(&of_scope(&project)).inspect(|_| ()).unwrap().secrets,
        1
    );
}

#[test]
fn a_refused_export_is_noted() {
    let (vault, ..) = lab(AuditMode::Batched);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value").unwrap();
    project.with(Permissions::USE).export(REASON).unwrap_err();
    vault.flush_audit().unwrap();
    let newest = vault
        .audit("acme")
        .unwrap()
        .entries()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(newest.action, AuditAction::ExportBundle);
    assert_eq!(newest.outcome, Err(ErrorKind::Denied));
}

#[test]
fn an_export_tells_its_progress_and_may_be_stopped() {
    let project = scope("acme");
    for number in 0..600 {
        project.put(format!("KEY_{number}"), "value").unwrap();
    }
    let mut told = Vec::new();
    let export = project.export(REASON).unwrap().on_progress(|progress| {
        told.push(progress.secrets);
        ControlFlow::Continue(())
    });
    let done = export.bundle(&key(), Vec::new()).unwrap();
    assert_eq!(told, [256, 512, 600]);
    assert_eq!(
        (done.secrets, done.values, done.organizations),
        (600, 600, 1)
    );

    let mut file = Vec::new();
    let export = project.export(REASON).unwrap();
    let export = export.on_progress(|_| ControlFlow::Break(()));
    let error = export.bundle(&key(), &mut file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
    assert_eq!(
        super::kit::refused(&file).unwrap().kind(),
        ErrorKind::Corrupt
    );
}

#[test]
fn a_vault_that_is_not_whole_is_not_exported() {
    let store = Shelf::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("A", "first").unwrap();
    vault
        .scope("acme/sales")
        .unwrap()
        .put("B", "value")
        .unwrap();
    project.put("A", "second").unwrap();
    // Opened anew: nobody remembers a head.
    let export = || {
        let vault = Vault::builder()
            .store(store.clone())
            .open(&root_key())
            .unwrap();
        let project = vault.scope("acme/billing").unwrap();
        let outcome = project.export(REASON).unwrap().bundle(&key(), Vec::new());
        outcome.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(export(), Ok(()), "the control");
    let mut lost = 0;
    for kind in [Kind::Secret, Kind::Version, Kind::DataKey] {
        for row in rows(&store, kind) {
            delete(&store, &row);
            assert_eq!(
                export(),
                Err(ErrorKind::Corrupt),
                "without a row of {kind:?}"
            );
            put(&store, &row);
            lost += 1;
        }
    }
    assert_eq!((lost, export()), (4, Ok(())));
}

#[test]
fn an_organization_whose_head_is_gone_is_not_left_out() {
    let store = Shelf::new();
    let vault = Vault::builder().store(store.clone());
    let vault = vault.create(&root_key()).unwrap();
    for scope in ["acme/billing", "other"] {
        vault.scope(scope).unwrap().put("A", "value").unwrap();
    }
    let place = rows(&store, Kind::Secret)[0].partition;
    let head = rows(&store, Kind::Head);
    let head = head.iter().find(|head| head.partition == place).unwrap();
    delete(&store, head);
    let fresh = || {
        Vault::builder()
            .store(store.clone())
            .open(&root_key())
            .unwrap()
    };
    let export = |reach| {
        let export = fresh().export(reach, REASON).unwrap();
        export.bundle(&key(), Vec::new())
    };
    let error = export(BundleReach::Vault).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let scopes = ["acme", "other"].map(|scope| {
        let reach = BundleReach::Below(Scope::new(scope).unwrap());
        export(reach).map(|done| done.secrets)
    });
    let ends = scopes.map(|end| end.map_err(|error| error.kind()));
    assert!(ends.contains(&Ok(1)), "the control: {ends:?}");
    assert!(ends.contains(&Err(ErrorKind::Corrupt)), "{ends:?}");
    put(&store, head);
    assert_eq!(export(BundleReach::Vault).unwrap().secrets, 2);
}
