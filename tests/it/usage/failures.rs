//! Uses that cannot be stored at once, or never.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use keyslot::store::Kind;
use keyslot::{AuditLimits, Error, ErrorKind, Event, Observer, UsageBacklog};

use super::kit::{builder, count, counting};
use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{put, rows};
use crate::support::shelf::Shelf;

/// Notes the errors that it is told.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<ErrorKind>>>);

impl Observer for Noting {
    fn observe(&self, _: &Event<'_>) {}

    fn usage_failed(&self, error: &Error) {
        self.0.lock().unwrap().push(error.kind());
    }
}

#[test]
fn uses_wait_for_a_store_that_cannot_be_written() {
    let store = Shelf::new();
    let scope = counting(store.clone()).scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    let broken = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&broken);
    let hooked = Hooked::new(store.clone(), move |call| match call {
        Call::Write(_) if switch.load(Ordering::SeqCst) => {
            Err(Error::new(ErrorKind::Io, "the disk is gone"))
        }
        _ => Ok(()),
    });
    let vault = counting(hooked);
    let own = vault.scope("acme").unwrap();
    for round in 1..=3 {
        own.resolve("<<$secret.A>>").unwrap();
        assert_eq!(vault.flush_usage().unwrap_err().kind(), ErrorKind::Io);
        let UsageBacklog { waiting, lost, .. } = vault.usage_backlog();
        assert_eq!((waiting, lost), (round, 0));
    }
    broken.store(false, Ordering::SeqCst);
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((3, 0)));
    assert_eq!(vault.usage_backlog(), UsageBacklog::default());
}

#[test]
fn a_commit_that_may_have_happened_counts_once() {
    for is_stored in [true, false] {
        let store = Shelf::new();
        let scope = counting(store.clone()).scope("acme").unwrap();
        scope.put("A", "a value").unwrap();
        let failures = Arc::new(AtomicUsize::new(2));
        let left = Arc::clone(&failures);
        let hooked = Hooked::new(store.clone(), move |call| {
            let is_told = match call {
                Call::Written => is_stored,
                Call::Write(_) => !is_stored,
                _ => false,
            };
            let fails = is_told && left.load(Ordering::SeqCst) > 0;
            if fails {
                left.fetch_sub(1, Ordering::SeqCst);
                return Err(Error::new(ErrorKind::Unsettled, "the answer was lost"));
            }
            Ok(())
        });
        let vault = counting(hooked);
        let own = vault.scope("acme").unwrap();
        own.resolve("<<$secret.A>><<$secret.A@1>>").unwrap();
        vault.flush_usage().unwrap_err();
        // Another process counts in between.
        let other = counting(store.clone());
        other
            .scope("acme")
            .unwrap()
            .resolve("<<$secret.A>>")
            .unwrap();
        other.flush_usage().unwrap();
        own.resolve("<<$secret.A>>").unwrap();
        vault.flush_usage().unwrap_err();
        vault.flush_usage().unwrap();
        assert_eq!(failures.load(Ordering::SeqCst), 0);
        assert_eq!(count(&scope, "A"), Some((4, 0)), "stored: {is_stored}");
        assert!(other.verify().unwrap().is_intact());
    }
}

#[test]
fn uses_without_room_are_lost_counted_and_told() {
    let store = Shelf::new();
    let scope = counting(store.clone()).scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    let broken = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&broken);
    let hooked = Hooked::new(store.clone(), move |call| match call {
        Call::Write(_) if switch.load(Ordering::SeqCst) => {
            Err(Error::new(ErrorKind::StorageFull, "the disk is full"))
        }
        _ => Ok(()),
    });
    let told = Noting::default();
    let limits = AuditLimits::new()
        .queue(2)
        .delay(std::time::Duration::from_secs(3600));
    let vault = builder(hooked).audit_limits(limits).observer(told.clone());
    let vault = vault.open(&root_key()).unwrap();
    let own = vault.scope("acme").unwrap();
    own.resolve("<<$secret.A>>").unwrap();
    assert!(told.0.lock().unwrap().is_empty());
    // The second secret fills the room: it is made by storing, which fails.
    for name in ["B", "A", "B", "C", "C", "A"] {
        own.resolve(format!("<<$secret.{name}>>").as_str()).unwrap();
    }
    assert!(
        told.0
            .lock()
            .unwrap()
            .iter()
            .all(|kind| *kind == ErrorKind::StorageFull)
    );
    assert!(!told.0.lock().unwrap().is_empty());
    let backlog = vault.usage_backlog();
    assert_eq!(backlog.waiting + backlog.lost, 7);
    assert!(backlog.lost > 0, "{backlog:?}");
    broken.store(false, Ordering::SeqCst);
    vault.flush_usage().unwrap();
    let counted = ["A", "B", "C"].map(|name| count(&scope, name).map_or(0, |(uses, _)| uses));
    assert_eq!(counted.iter().sum::<u64>(), backlog.waiting);
    assert_eq!(vault.usage_backlog().lost, backlog.lost);
}

/// While a thread stores, it has room for as many again. What finds none is lost, and told: no call
/// waits for the store of another one.
#[test]
fn uses_that_find_no_room_beside_a_slow_store_are_told() {
    let store = Shelf::new();
    let scope = counting(store.clone()).scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    let (entered, is_entered) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let (entered, may_go_on) = (Mutex::new(entered), Mutex::new(may_go_on));
    let hooked = Hooked::new(store.clone(), move |call| {
        if matches!(call, Call::Write(_)) {
            let _ = entered.lock().unwrap().send(());
            let _ = may_go_on.lock().unwrap().recv();
        }
        Ok(())
    });
    let told = Noting::default();
    let limits = AuditLimits::new()
        .queue(1)
        .delay(std::time::Duration::from_secs(3600));
    let vault = builder(hooked).audit_limits(limits).observer(told.clone());
    let vault = vault.open(&root_key()).unwrap();
    let own = vault.scope("acme").unwrap();
    std::thread::scope(|threads| {
        threads.spawn(|| own.resolve("<<$secret.A>>").map(drop).unwrap());
        is_entered.recv().unwrap();
        own.resolve("<<$secret.B>>").unwrap();
        assert!(told.0.lock().unwrap().is_empty(), "it waits");
        own.resolve("<<$secret.C>>").unwrap();
        own.resolve("<<$secret.B>>").unwrap();
        assert_eq!(*told.0.lock().unwrap(), [ErrorKind::Busy]);
        drop(go_on);
    });
    vault.flush_usage().unwrap();
    let UsageBacklog { waiting, lost, .. } = vault.usage_backlog();
    assert_eq!((waiting, lost), (0, 1));
    let counted = ["A", "B", "C"].map(|name| count(&scope, name).map_or(0, |(uses, _)| uses));
    assert_eq!(counted, [1, 2, 0]);
}

/// A head that a later version wrote, or of which somebody changed a byte, is not read by waiting.
#[test]
fn a_head_of_another_format_holds_up_no_other_organization() {
    let store = Shelf::new();
    let vault = counting(store.clone());
    let [acme, other] = ["acme", "other"].map(|scope| vault.scope(scope).unwrap());
    for scope in [&acme, &other] {
        scope.put("A", "a value").unwrap();
    }
    acme.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    let place = rows(&store, Kind::Usage)[0].partition;
    let heads = rows(&store, Kind::Head);
    let head = heads.iter().find(|head| head.partition == place).unwrap();
    put(&store, &head.with(|row| row.info[1] ^= 0x40));
    for round in 1..=2 {
        for scope in [&acme, &other] {
            scope.resolve("<<$secret.A>>").unwrap();
        }
        let error = vault.flush_usage().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
        let backlog = vault.usage_backlog();
        assert_eq!((backlog.waiting, backlog.lost), (0, round));
        assert_eq!(count(&other, "A"), Some((round, 0)));
    }
}
