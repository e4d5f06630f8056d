//! The suite about lost connections passes stores that say what became of a write, and finds those
//! that do not.

use keyslot::store::MemoryStore;
use keyslot::store::conformance::{self, Faults};

use super::lossy::{Lossy, Manner};
use super::verdict;

fn check(manner: Manner) -> Faults {
    conformance::check_faults(|| Lossy::new(manner), Lossy::cut)
}

#[test]
fn a_store_may_say_what_it_knows() {
    let faults = check(Manner::Honest);
    assert_eq!(
        (faults.done, faults.unavailable, faults.unsettled),
        (0, 8, 4)
    );
}

#[test]
fn a_store_may_settle_a_write() {
    let faults = check(Manner::Settles);
    assert_eq!(
        (faults.done, faults.unavailable, faults.unsettled),
        (4, 8, 0)
    );
}

#[test]
fn a_hook_without_effect_is_told_by_the_counts() {
    let faults = conformance::check_faults(MemoryStore::new, |_, _| {});
    assert_eq!(
        (faults.done, faults.unavailable, faults.unsettled),
        (12, 0, 0)
    );
}

#[test]
fn the_suite_catches_stores_that_lose_or_double_a_write() {
    for (manner, case) in [
        (
            Manner::RunsAgain,
            "after a commit`: it was made more than once, or a part of it",
        ),
        (
            Manner::SaysDone,
            "before a commit`: it is lost, but was said to be done",
        ),
        (
            Manner::SaysUnavailable,
            "after a commit`: it was made, but was said to have failed",
        ),
        (
            Manner::CommitsHalf,
            "before a commit`: it was made more than once, or a part of it",
        ),
        (
            Manner::AlwaysUnsettled,
            "before a write`: it was called unsettled, but no commit was sent",
        ),
        (
            Manner::StaysDown,
            "before a write`: an operation failed: the connection is lost",
        ),
        (Manner::SaysStore, "before a write`: it failed as Store"),
        (
            Manner::FindsNothing,
            "before a read`: a read after the cut has another answer",
        ),
        (
            Manner::ReadsOn,
            "within a read`: rows from before the cut were seen beside rows from after it",
        ),
    ] {
        let message = verdict(|| {
            let _ = check(manner);
        });
        assert!(
            message
                .as_ref()
                .is_some_and(|message| message.contains(case)),
            "{manner:?}: {message:?}"
        );
    }
}
