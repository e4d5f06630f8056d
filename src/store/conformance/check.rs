//! The runs of all cases.

use super::kit::{Broken, Case, HandleCase, Verdict};
use super::{bounds, crowd, gets, heads, locks, moments, pages, scans, upkeep, visibility, writes};
use crate::store::SecretStore;

/// The cases of one handle.
const CASES: [&[Case]; 7] = [
    gets::CASES,
    writes::CASES,
    heads::CASES,
    bounds::CASES,
    upkeep::CASES,
    scans::CASES,
    pages::CASES,
];

/// The cases of two handles on the same rows.
const HANDLE_CASES: [&[HandleCase]; 6] = [
    visibility::HANDLE_CASES,
    heads::HANDLE_CASES,
    locks::HANDLE_CASES,
    moments::HANDLE_CASES,
    crowd::HANDLE_CASES,
    upkeep::HANDLE_CASES,
];

/// Runs every case, each on a fresh, empty store that `make` gives.
///
/// ```
/// use keyslot::store::{conformance, MemoryStore};
///
/// conformance::check(MemoryStore::new);
/// ```
///
/// # Panics
///
/// When a case fails. The message names the case and what it saw; it holds no bytes of rows.
#[track_caller]
pub fn check<S: SecretStore>(make: impl Fn() -> S) {
    for (name, case) in CASES.into_iter().flatten() {
        report(name, case(&make()));
    }
    for (name, case) in HANDLE_CASES.into_iter().flatten() {
        let store = make();
        report(name, case(&store, &store));
    }
}

/// Runs the cases about concurrency with two handles on the same rows, fresh and empty ones for
/// each case.
///
/// ```
/// use keyslot::store::{conformance, MemoryStore};
///
/// conformance::check_handles(|| {
///     let store = MemoryStore::new();
///     (store.clone(), store)
/// });
/// ```
///
/// # Panics
///
/// As [`check`].
#[track_caller]
pub fn check_handles<S: SecretStore>(make: impl Fn() -> (S, S)) {
    for (name, case) in HANDLE_CASES.into_iter().flatten() {
        let (one, other) = make();
        report(name, case(&one, &other));
    }
}

#[track_caller]
#[expect(
    clippy::panic,
    reason = "a test kit: failing the test is what it is for"
)]
fn report(name: &str, verdict: Verdict) {
    if let Err(Broken(why)) = verdict {
        panic!("store conformance, case `{name}`: {why}");
    }
}
