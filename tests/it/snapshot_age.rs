//! A snapshot that may be of some age: how often it asks, and what it sees at once all the same.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::MemoryStore;
use keyslot::{Error, ErrorKind, ScopedVault, SecretChange, SecretInput, Snapshot, Status, Vault};

use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::two_vaults::{NOON, TwoVaults};

/// So long that no test takes it by the clock of the system: only the vault's own clock ends it.
const AGE: Duration = Duration::from_secs(3_600);
const TEXT: &str = "<<$secret.A>>";

fn given() -> TwoVaults {
    TwoVaults::with(|builder| builder)
}

/// A snapshot that may be of that age.
fn run(given: &TwoVaults) -> Snapshot {
    let scope = given.scope();
    let run = scope.snapshot(&scope.references(TEXT).unwrap()).unwrap();
    run.with_max_age(AGE)
}

fn get(run: &Snapshot) -> Result<String, ErrorKind> {
    run.resolve(TEXT)
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| error.kind())
}

#[test]
fn the_store_is_asked_once_in_that_time() {
    let given = given();
    let run = run(&given);
    given.calls();
    for passed in [0, 1_800, 1_799] {
        given.pass(passed);
        assert_eq!(get(&run).unwrap(), "value");
        assert_eq!(given.calls(), 0, "within the age");
    }
    given.pass(1);
    for expected in [1, 0] {
        assert_eq!(get(&run).unwrap(), "value");
        assert_eq!(given.calls(), expected, "at its end, and for another age");
    }
}

#[test]
fn without_an_age_or_with_none_the_store_is_asked_each_time() {
    let given = given();
    let scope = given.scope();
    let exact = scope.snapshot(&scope.references(TEXT).unwrap()).unwrap();
    let aged = exact.clone().with_max_age(AGE);
    for run in [exact, aged.clone().with_max_age(Duration::ZERO)] {
        given.calls();
        assert_eq!(get(&run).unwrap(), "value");
        assert_eq!(get(&run).unwrap(), "value");
        assert_eq!(given.calls(), 2);
    }
    assert_eq!(get(&aged).unwrap(), "value");
    assert_eq!(given.calls(), 0, "the control");
}

#[test]
fn a_real_age_ends_although_the_clock_of_the_vault_stands_still() {
    let given = given();
    let run = run(&given).with_max_age(Duration::from_millis(1));
    given.elsewhere().revoke("A").unwrap();
    thread::sleep(Duration::from_millis(2));
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
}

#[test]
fn whatever_this_open_vault_writes_is_seen_at_once() {
    type Write = fn(&ScopedVault, &ScopedVault);
    let cases: [(&str, Write, ErrorKind); 6] = [
        (
            "revoked",
            |scope, _| assert!(scope.revoke("A").is_ok()),
            ErrorKind::Revoked,
        ),
        (
            "off",
            |scope, _| drop(scope.set_status("A", Status::Inactive).unwrap()),
            ErrorKind::Inactive,
        ),
        (
            "deleted",
            |scope, _| assert!(scope.delete("A").is_ok()),
            ErrorKind::Revoked,
        ),
        (
            "replaced",
            |scope, _| {
                scope.delete("A").unwrap();
                scope.put("A", "of another life").unwrap();
            },
            ErrorKind::Revoked,
        ),
        (
            "narrowed",
            |scope, _| {
                let rules = keyslot::AccessRules::new().tool("stripe").unwrap();
                let change = SecretChange::new().rules(rules);
                scope.update("A", change).unwrap();
            },
            ErrorKind::Denied,
        ),
        (
            "blocked by a nearer one",
            |_, near| {
                near.put("A", "nearer").unwrap();
                near.revoke("A").unwrap();
            },
            ErrorKind::Revoked,
        ),
    ];
    for (what, write, kind) in cases {
        let given = given();
        let run = run(&given);
        assert_eq!(get(&run).unwrap(), "value", "the control");
        // By handles of their own.
        let vault = given.vault.clone();
        let far = vault.scope("acme").unwrap();
        write(&far, &vault.scope("acme/billing").unwrap());
        assert_eq!(get(&run), Err(kind), "{what}");
        given.calls();
        assert_eq!(get(&run), Err(kind), "{what}");
        assert_eq!(given.calls(), 0, "{what}: asked once");
    }
}

#[test]
fn what_others_write_is_seen_when_the_age_is_over() {
    let given = given();
    let run = run(&given);
    given.elsewhere().revoke("A").unwrap();
    given.pass(3_599);
    assert_eq!(get(&run).unwrap(), "value", "this is what is traded");
    given.pass(1);
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
}

#[test]
fn what_this_open_vault_learns_of_others_ends_the_age() {
    let given = given();
    let run = run(&given);
    given.elsewhere().revoke("A").unwrap();
    assert_eq!(get(&run).unwrap(), "value", "the control");
    // Another write of this vault reads the head that the other one left.
    given.scope().put("B", "another").unwrap();
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
}

#[test]
fn a_write_that_may_have_happened_ends_the_age() {
    let rows = MemoryStore::new();
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = Arc::clone(&broken);
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let store = Hooked::new(rows, move |call| {
        counted.fetch_add(usize::from(call == Call::Head), Ordering::SeqCst);
        if call == Call::Written && is_broken.load(Ordering::SeqCst) {
            return Err(Error::new(
                ErrorKind::Unsettled,
                "cut off within the commit",
            ));
        }
        Ok(())
    });
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "value").unwrap();
    let run = scope.snapshot(&scope.references(TEXT).unwrap()).unwrap();
    let run = run.with_max_age(AGE);
    assert_eq!(get(&run).unwrap(), "value");

    broken.store(true, Ordering::SeqCst);
    assert_eq!(scope.revoke("A").unwrap_err().kind(), ErrorKind::Unsettled);
    let before = asked.load(Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(get(&run), Err(ErrorKind::Revoked));
    }
    assert_eq!(
        asked.load(Ordering::SeqCst) - before,
        1,
        "once for each doubt"
    );
    // A call that was refused before the commit is no doubt.
    assert_eq!(
        scope.revoke("NONE").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
    assert_eq!(asked.load(Ordering::SeqCst) - before, 1);
}

#[test]
fn a_clock_that_goes_back_extends_no_age() {
    let given = given();
    let run = run(&given);
    given.elsewhere().revoke("A").unwrap();
    given.now.store(NOON - 1, Ordering::SeqCst);
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
}

#[test]
fn times_are_judged_at_each_use() {
    let given = given();
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let input = SecretInput::new("value").expires_at(at(NOON + 60));
    given.vault.scope("acme").unwrap().put("A", input).unwrap();
    let run = run(&given);
    given.calls();
    given.pass(59);
    assert_eq!(get(&run).unwrap(), "value");
    given.pass(1);
    assert_eq!(get(&run), Err(ErrorKind::Expired));
    assert_eq!(given.calls(), 0, "although nobody asked the store");
}

#[test]
fn a_refresh_and_an_accepted_rollback_do_not_wait_for_the_age() {
    let given = given();
    let run = run(&given);
    given.elsewhere().put("A", "newer").unwrap();
    assert_eq!(get(&run).unwrap(), "value", "the control");
    run.refresh().unwrap();
    assert_eq!(get(&run).unwrap(), "newer");

    given.elsewhere().revoke("A").unwrap();
    assert_eq!(get(&run).unwrap(), "newer", "the control");
    given.vault.accept_rollback("a test").unwrap();
    assert_eq!(get(&run), Err(ErrorKind::Revoked));
}

#[test]
fn many_threads_ask_once() {
    let given = given();
    let run = run(&given);
    given.pass(3_600);
    given.calls();
    let begin = Barrier::new(8);
    thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                begin.wait();
                assert_eq!(get(&run).unwrap(), "value");
            });
        }
    });
    assert_eq!(given.calls(), 1);
}
