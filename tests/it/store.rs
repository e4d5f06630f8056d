//! Every store keeps the contract, and the suite that says so can tell a store that does not.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod contents;
mod faults;
mod flaw;
mod flawed;
mod hasty;
mod list_store;
mod locks;
mod lossy;
mod mixed;

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Once};

use keyslot::store::{MemoryStore, SecretStore, conformance};

use flaw::Flaw;
use flawed::Flawed;
use hasty::{Haste, Hasty};
use list_store::ListStore;
use mixed::{Mix, Mixed};

#[test]
fn memory() {
    conformance::check(MemoryStore::new);
    conformance::check_handles(|| {
        let store = MemoryStore::new();
        (store.clone(), store)
    });
}

#[test]
fn memory_boxed_and_shared() {
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(MemoryStore::new()) });
    conformance::check(|| -> Arc<dyn SecretStore> { Arc::new(MemoryStore::new()) });
    conformance::check_handles(|| {
        let store: Arc<dyn SecretStore> = Arc::new(MemoryStore::new());
        (Arc::clone(&store), store)
    });
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;
    use keyslot::store::SqliteStore;
    use std::time::Duration;
    use tempfile::TempDir;

    /// A vault in a folder that lives until the test ends.
    fn fresh(folder: &TempDir) -> std::path::PathBuf {
        let number = std::fs::read_dir(folder.path()).unwrap().count();
        folder.path().join(format!("{number}.db"))
    }

    #[test]
    fn one_handle() {
        let folder = tempfile::tempdir().unwrap();
        conformance::check(|| SqliteStore::create(fresh(&folder)).unwrap());
    }

    #[test]
    fn boxed_and_shared() {
        let folder = tempfile::tempdir().unwrap();
        conformance::check(|| -> Box<dyn SecretStore> {
            Box::new(SqliteStore::create(fresh(&folder)).unwrap())
        });
        conformance::check(|| -> Arc<dyn SecretStore> {
            Arc::new(SqliteStore::create(fresh(&folder)).unwrap())
        });
    }

    #[test]
    fn two_handles_on_one_file() {
        two_handles(false);
    }

    /// Of an older SQLite each vault is such a one.
    #[test]
    fn two_handles_on_one_file_with_a_rollback_journal() {
        two_handles(true);
    }

    fn two_handles(rollback: bool) {
        let folder = tempfile::tempdir().unwrap();
        // A write inside a write of the other handle waits this long before it is refused. A crowd
        // of writers needs longer where each commit syncs four times.
        let options = SqliteStore::options()
            .busy_timeout(Duration::from_millis(if rollback { 3000 } else { 500 }))
            .rollback_journal(rollback);
        conformance::check_handles(|| {
            let path = fresh(&folder);
            (options.create(&path).unwrap(), options.open(&path).unwrap())
        });
    }
}

#[test]
fn a_store_of_somebody_else() {
    conformance::check(ListStore::default);
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(ListStore::default()) });
    conformance::check_handles(|| {
        let store = Arc::new(ListStore::default());
        (Arc::clone(&store), store)
    });
}

thread_local! {
    static EXPECTS_PANIC: Cell<bool> = const { Cell::new(false) };
}

/// The message that the suite fails with, or none if it passes. Keeps it out of the test's output.
fn verdict(check: impl FnOnce()) -> Option<String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXPECTS_PANIC.get() {
                report(panic);
            }
        }));
    });
    EXPECTS_PANIC.set(true);
    let caught = panic::catch_unwind(AssertUnwindSafe(check)).err();
    EXPECTS_PANIC.set(false);
    let caught = caught?;
    Some(
        caught
            .downcast::<String>()
            .map_or_else(|_| "not a message".to_owned(), |message| *message),
    )
}

/// The store that every flaw is put into.
#[test]
fn the_suite_passes_the_store_without_a_flaw() {
    conformance::check(|| Flawed::new(None));
    conformance::check_handles(|| {
        let store = Arc::new(Flawed::new(None));
        (Arc::clone(&store), store)
    });
}

#[test]
fn the_suite_catches_broken_stores() {
    let flaws = [
        (Flaw::HalfWrites, "a write whose work fails changes nothing"),
        (
            Flaw::AnswersInOrderOfKeys,
            "get answers in the order of the keys",
        ),
        (Flaw::IgnoresLimit, "a page has at most so many rows"),
        (
            Flaw::IgnoresBytes,
            "a page ends before it has more bytes than asked for",
        ),
        (Flaw::TakesLongRows, "a row that is too long is refused"),
        (Flaw::SoundsTheAlarm, "a store that nobody damaged is sound"),
        (
            Flaw::MissesCommits,
            "no commit is missed by a question for the head",
        ),
        (
            Flaw::JudgesByTheEpoch,
            "no commit is missed by a question for the head",
        ),
        (
            Flaw::NeverGoesOn,
            "scans find the same rows in pages of every size",
        ),
        (
            Flaw::RepeatsPages,
            "scans find the same rows in pages of every size",
        ),
        (
            Flaw::ScansBackwards,
            "scans find the same rows in pages of every size",
        ),
        (Flaw::ForgetsBodies, "put replaces the whole row"),
        (
            Flaw::SendsBodies,
            "a scan without bodies leaves only them empty",
        ),
        (
            Flaw::ForgetsScope,
            "scans find the same rows in pages of every size",
        ),
        (Flaw::LosesEmptyBytes, "put replaces the whole row"),
        (Flaw::TakesAnyEpoch, "epochs up to i64::MAX are kept"),
        (Flaw::OldHead, "the head is the row at its key"),
        (Flaw::HeadOfAnyTenant, "the head is the row at its key"),
        (Flaw::DeleteOfAbsentFails, "delete removes a row"),
        (Flaw::DirtyReads, "a write whose work fails changes nothing"),
        (Flaw::TruncatesLargeBodies, "a body of a mebibyte"),
        (Flaw::PurgeErases, "purge keeps what is there"),
        (
            Flaw::EpochCursorSkipsEqual,
            "scans find the same rows in pages of every size",
        ),
        (Flaw::GetsFewKeys, "a get of tens of thousands of keys"),
        (Flaw::PutsFewRows, "a write of thousands of rows"),
        (
            Flaw::EpochScansShowDeletedRows,
            "scans find no deleted row, in any order",
        ),
        (
            Flaw::AnswersOnceInAWrite,
            "get in a write answers in the order of the keys",
        ),
    ];
    for (flaw, case) in flaws {
        let message = verdict(|| conformance::check(|| Flawed::new(Some(flaw))));
        assert!(
            message
                .as_ref()
                .is_some_and(|message| message.contains(case)),
            "{flaw:?}: {message:?}"
        );
    }
}

#[test]
fn the_suite_catches_stores_that_are_broken_between_threads() {
    for (flaw, case) in [
        (Flaw::DirtyReads, "nobody sees an open write"),
        (Flaw::ReadersWait, "no reader waits for it"),
        // Threads may meet in either of two cases.
        (
            Flaw::LosesUpdates,
            "writes to one partition do not overlap|writes to an empty partition do not overlap",
        ),
        (
            Flaw::ForgetsOtherLocks,
            "of two writes to different partitions none is lost",
        ),
        (Flaw::TornReads, "a get is of one moment"),
        (Flaw::TornPages, "a page of a scan is of one moment"),
        (
            Flaw::LocksForFewWriters,
            "many writers on partitions of their own lose nothing",
        ),
    ] {
        let message = verdict(|| {
            conformance::check_handles(|| {
                let store = Arc::new(Flawed::new(Some(flaw)));
                (Arc::clone(&store), store)
            });
        });
        assert!(
            message
                .as_ref()
                .is_some_and(|message| case.split('|').any(|case| message.contains(case))),
            "{flaw:?}: {message:?}"
        );
    }
}

#[test]
fn the_suite_catches_stores_that_mix_partitions_up() {
    let apart = "the same key in two partitions is two rows";
    let listed = "partitions are listed in order, by pages";
    let emptied = "a partition without rows is not listed";
    for (mix, case) in [
        (Mix::GetsFromAny, apart),
        (Mix::GetsFromAnyInAWrite, apart),
        (
            Mix::EpochScansOfAll,
            "scans find the same rows in pages of every size",
        ),
        (Mix::HeadsFromAny, apart),
        (Mix::DeletesInAll, apart),
        (Mix::ListsEmptied, emptied),
        (Mix::ListsLocked, emptied),
        (Mix::ListsBackwards, listed),
        (Mix::Skips, listed),
        (Mix::Repeats, listed),
        (Mix::ListsFromTheFirst, listed),
        (Mix::IgnoresLimit, listed),
    ] {
        let message = verdict(|| conformance::check(|| Mixed::new(mix)));
        assert!(
            message
                .as_ref()
                .is_some_and(|message| message.contains(case)),
            "{mix:?}: {message:?}"
        );
    }
}

/// A file with a rollback journal is such a store.
#[test]
fn the_suite_takes_stores_whose_writers_wait_for_reads() {
    let message = verdict(|| conformance::check(|| Hasty::new(Haste::ReadsHoldWritersUp)));
    assert_eq!(message, None);
}

#[test]
fn the_suite_catches_stores_that_read_or_write_at_the_wrong_moment() {
    // A flaw may show in one of two cases, by the order of threads.
    let runs = "one run of the work counts, and none sees what an earlier one did";
    let long_read = "writers go on during a read, which does not see it";
    for (haste, case) in [
        (Haste::ReadsOfNow, "all reads of a read are of one moment"),
        (Haste::ReadsWaitForWriters, "no reader waits for it"),
        (Haste::ReadsForgetErrors, long_read),
        (
            Haste::FirstInOrderOfKeys,
            "get in a write answers in the order of the keys",
        ),
        (
            Haste::FirstTooFew,
            "get in a write answers in the order of the keys",
        ),
        (
            Haste::FirstBeforeTheLock,
            "writes to one partition do not overlap|read first are read under its lock",
        ),
        (Haste::RunsAgainAfterCommit, runs),
        (Haste::RunsAgainOnChanges, runs),
        (
            Haste::EmptyPartitionHasNoLock,
            "writes to an empty partition do not overlap either",
        ),
    ] {
        let message = verdict(|| conformance::check(|| Hasty::new(haste)));
        assert!(
            message
                .as_ref()
                .is_some_and(|message| case.split('|').any(|case| message.contains(case))),
            "{haste:?}: {message:?}"
        );
    }
}
