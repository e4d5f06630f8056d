//! Writers that go on while a server or its processes end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keyslot::{ErrorKind, Result};
use keyslot_postgres::PostgresStore;

use super::sample::{HEAD, TENANT, counts, step};
use keyslot::store::SecretStore;

/// Writes in several threads until `work` is done. The count of acknowledged writes, and of those
/// that nobody can tell.
pub(crate) fn under_load(store: &PostgresStore, work: impl FnOnce()) -> (u64, u64) {
    let (acknowledged, unsettled) = (AtomicU64::new(0), AtomicU64::new(0));
    let is_over = AtomicBool::new(false);
    thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let written: Result<u64> = step(store);
                    match written.map_err(|error| error.kind()) {
                        Ok(_) => acknowledged.fetch_add(1, Ordering::SeqCst),
                        Err(ErrorKind::Unsettled) => unsettled.fetch_add(1, Ordering::SeqCst),
                        Err(ErrorKind::Unavailable | ErrorKind::Busy) => 0,
                        Err(other) => panic!("{other}"),
                    };
                }
            });
        }
        work();
        is_over.store(true, Ordering::SeqCst);
    });
    (acknowledged.into_inner(), unsettled.into_inner())
}

/// Waits until so many more writes are there.
pub(crate) fn wait_for_writes(store: &PostgresStore, more: u64) {
    let epoch = || loop {
        if let Ok(found) = store.get(TENANT, &[HEAD]) {
            return found[0].as_ref().map_or(0, |head| head.epoch);
        }
    };
    let (before, deadline) = (epoch(), Instant::now() + Duration::from_secs(60));
    while epoch() < before + more {
        assert!(Instant::now() < deadline, "nothing is written any more");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn check(store: &PostgresStore, (acknowledged, unsettled): (u64, u64)) {
    let (epoch, rows) = counts(store);
    assert_eq!(
        u64::try_from(rows).unwrap(),
        epoch,
        "a write is there in part"
    );
    let most = acknowledged + unsettled;
    assert!(
        (acknowledged..=most).contains(&epoch),
        "{epoch} writes are there, {acknowledged} were acknowledged, {unsettled} are unsettled"
    );
    assert!(acknowledged > 0);
}
