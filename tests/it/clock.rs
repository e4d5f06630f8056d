//! A clock that once told a time far ahead, and how a host forgets it.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{refusal, root_key, value};
use keyslot::secrecy::ExposeSecret;
use keyslot::{ErrorKind, ScopedVault, SecretInput, Snapshot, Vault};

const TODAY: u64 = 1_700_000_000;
const EXPIRY: u64 = TODAY + 86_400;
const YEAR_2100: u64 = 4_102_444_800;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A vault, its clock, and a scope with one secret that expires tomorrow.
fn vault() -> (Vault, Arc<AtomicU64>, ScopedVault) {
    let now = Arc::new(AtomicU64::new(TODAY));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope
        .put("A", SecretInput::new("v").expires_at(at(EXPIRY)))
        .unwrap();
    assert_eq!(value(&scope, "A").unwrap(), "v", "the control");
    (vault, now, scope)
}

fn in_run(run: &Snapshot) -> Result<String, ErrorKind> {
    run.resolve("<<$secret.A>>")
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| error.kind())
}

fn snapshot(scope: &ScopedVault) -> Snapshot {
    scope
        .snapshot(&scope.references("<<$secret.A>>").unwrap())
        .unwrap()
}

#[test]
fn a_clock_that_jumped_ahead_expires_secrets_until_the_latest_time_is_forgotten() {
    let (vault, now, scope) = vault();
    let clone = vault.clone();
    let other = clone.scope("acme").unwrap();
    let before = snapshot(&scope);

    now.store(YEAR_2100, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "A"), ErrorKind::Expired);
    let during = snapshot(&scope);
    now.store(TODAY + 60, Ordering::SeqCst);
    for handle in [&scope, &other] {
        assert_eq!(
            refusal(handle, "A"),
            ErrorKind::Expired,
            "it was later once"
        );
    }
    for run in [&before, &during] {
        assert_eq!(in_run(run), Err(ErrorKind::Expired));
    }

    // By any of the clones, for all of them.
    clone.forget_latest_time();
    for handle in [&scope, &other] {
        assert_eq!(value(handle, "A").unwrap(), "v");
    }
    for run in [&before, &during] {
        assert_eq!(in_run(run).unwrap(), "v");
    }
}

#[test]
fn what_is_forgotten_is_only_the_past() {
    let (vault, now, scope) = vault();
    now.store(EXPIRY, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "A"), ErrorKind::Expired);
    vault.forget_latest_time();
    assert_eq!(
        refusal(&scope, "A"),
        ErrorKind::Expired,
        "the clock still says so"
    );
    // And what the clock says from then on is remembered as before.
    now.store(TODAY, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "A"), ErrorKind::Expired);
    vault.forget_latest_time();
    assert_eq!(value(&scope, "A").unwrap(), "v");
}

#[test]
fn each_opened_vault_has_a_latest_time_of_its_own() {
    let (first, now, scope) = vault();
    let (second, later, other) = vault();
    for clock in [&now, &later] {
        clock.store(YEAR_2100, Ordering::SeqCst);
    }
    assert_eq!(
        (refusal(&scope, "A"), refusal(&other, "A")),
        (ErrorKind::Expired, ErrorKind::Expired)
    );
    for clock in [&now, &later] {
        clock.store(TODAY, Ordering::SeqCst);
    }
    first.forget_latest_time();
    assert_eq!(value(&scope, "A").unwrap(), "v");
    assert_eq!(refusal(&other, "A"), ErrorKind::Expired);
    second.forget_latest_time();
    assert_eq!(value(&other, "A").unwrap(), "v");
}
