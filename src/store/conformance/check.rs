//! The runs of all cases.

use super::cut::{CUTS, Cut, Faults};
use super::faults::{self, BEGINS};
use super::kit::{Broken, Case, HandleCase, Verdict};
use super::{
    bounds, crowd, gets, heads, locks, lost_reads, moments, pages, partitions, runs, scans, upkeep,
    visibility, writes,
};
use crate::store::SecretStore;

/// The cases of one handle.
const CASES: [&[Case]; 9] = [
    gets::CASES,
    writes::CASES,
    heads::CASES,
    runs::CASES,
    bounds::CASES,
    upkeep::CASES,
    scans::CASES,
    pages::CASES,
    partitions::CASES,
];

/// The cases of two handles on the same rows.
const HANDLE_CASES: [&[HandleCase]; 8] = [
    visibility::HANDLE_CASES,
    heads::HANDLE_CASES,
    locks::HANDLE_CASES,
    runs::HANDLE_CASES,
    moments::HANDLE_CASES,
    crowd::HANDLE_CASES,
    partitions::HANDLE_CASES,
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

/// Runs the cases about lost connections, each on a fresh, empty store that `make` gives. For
/// stores that have connections to lose.
///
/// `cut` is the caller's: it cuts the connections of the store at the moment that it is told, once.
/// A proxy between the store and its server can do that, or a test double of the server. The cuts
/// before and after a commit are asked for shortly before it, within the work of a write.
///
/// After [`Unavailable`](crate::ErrorKind::Unavailable) nothing may be written, after
/// [`Unsettled`](crate::ErrorKind::Unsettled) all or nothing. A write that is done is there once.
/// The next calls must work again, after some time to connect.
///
/// Returns what became of the writes that were cut: a caller whose hook has an effect sees other
/// results than [`done`](Faults::done), unless the store settles each of them.
///
/// ```
/// use keyslot::store::{conformance, MemoryStore};
///
/// // There is no connection to cut, so every write is done.
/// let faults = conformance::check_faults(MemoryStore::new, |_store, _cut| {});
/// assert_eq!(faults.unavailable + faults.unsettled, 0);
/// ```
///
/// # Panics
///
/// As [`check`].
#[track_caller]
pub fn check_faults<S: SecretStore>(make: impl Fn() -> S, cut: impl Fn(&S, Cut)) -> Faults {
    let mut all = Faults::default();
    for (name, moment, place) in CUTS {
        for begin in BEGINS {
            let store = make();
            let written = faults::write(&store, begin, place, &|| cut(&store, moment));
            let verdict = written.map(|one| all.add(one));
            report(&format!("a connection is cut {name}"), verdict);
        }
    }
    let store = make();
    let verdict = lost_reads::short(&store, &|| cut(&store, Cut::Now));
    report("a connection is cut before a read", verdict);
    let store = make();
    let verdict = lost_reads::long(&store, &|| cut(&store, Cut::Now));
    report("a connection is cut within a read", verdict);
    all
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
