//! Entries about uses that cannot be stored.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyslot::store::MemoryStore;
use keyslot::{
    AuditLimits, AuditMode, Cache, Error, ErrorKind, Event, Observer, Reference, SecretName, Vault,
};

use super::kit::{entries, say, ticking};
use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;

type Told = Arc<Mutex<Vec<String>>>;

/// Writes down what it is told.
struct Listener(Told);

impl Observer for Listener {
    fn observe(&self, event: &Event<'_>) {
        let outcome = event
            .outcome
            .err()
            .map_or("ok".to_owned(), |kind| kind.to_string());
        let told = format!("{} {} {outcome}", event.action, event.name);
        self.0.lock().unwrap().push(told);
    }

    fn audit_failed(&self, error: &Error) {
        self.0
            .lock()
            .unwrap()
            .push(format!("audit {}", error.kind()));
    }
}

/// A vault whose store can be written or not.
struct Lab {
    vault: Vault,
    is_full: Arc<AtomicBool>,
    told: Told,
}

impl Lab {
    fn new(mode: AuditMode, limits: AuditLimits, cache: Option<Cache>) -> Self {
        let (is_full, told) = (Arc::<AtomicBool>::default(), Told::default());
        let switch = Arc::clone(&is_full);
        let store = Hooked::new(MemoryStore::new(), move |call| match call {
            Call::Write(_) if switch.load(Ordering::SeqCst) => {
                Err(Error::new(ErrorKind::StorageFull, "the disk is full"))
            }
            _ => Ok(()),
        });
        let mut builder = ticking(Vault::builder().store(store))
            .audit(mode)
            .audit_limits(limits.delay(Duration::from_secs(3600)))
            .observer(Listener(Arc::clone(&told)));
        if let Some(cache) = cache {
            builder = builder.cache(cache);
        }
        let vault = builder.create(&root_key()).unwrap();
        let lab = Self {
            vault,
            is_full,
            told,
        };
        lab.vault
            .scope("acme")
            .unwrap()
            .put("A", "value-1")
            .unwrap();
        lab.told();
        lab
    }

    fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

#[test]
fn no_value_leaves_without_its_entry() {
    no_value_leaves(&Lab::new(AuditMode::Required, AuditLimits::new(), None));
}

#[test]
fn no_value_in_memory_leaves_without_its_entry() {
    let cache = Some(Cache::new());
    no_value_leaves(&Lab::new(AuditMode::Required, AuditLimits::new(), cache));
}

fn no_value_leaves(lab: &Lab) {
    let project = lab.vault.scope("acme").unwrap();
    let reference = Reference::secret(SecretName::new("A").unwrap());
    let run = project.snapshot(&[reference]).unwrap();
    let calls = || {
        [
            project.resolve("<<$secret.A>>").map(drop),
            run.resolve("<<$secret.A>>").map(drop),
            project.reveal("A").map(drop),
            project.redactor(["A"]).map(drop),
        ]
    };
    // From here on it may be held in memory.
    project.resolve("<<$secret.A>>").unwrap();
    lab.told();
    lab.fill(true);
    for refused in calls() {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert!(!format!("{error} {error:?}").contains("value-1"));
    }
    let told = lab.told();
    let expected = ["use A", "use A", "reveal A", "redact A"];
    assert_eq!(told, expected.map(|what| format!("{what} storage_full")));
    // What gives no value is answered.
    let unknown = project.resolve("<<$secret.NOT_THERE>>").unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    assert!(project.info("A").is_ok());
    lab.fill(false);
    for given in calls() {
        given.unwrap();
    }
    lab.vault.flush_audit().unwrap();
    let all = entries(&lab.vault);
    let refused = all
        .iter()
        .filter(|entry| entry.outcome == Err(ErrorKind::StorageFull));
    assert_eq!(refused.count(), 4, "they waited");
    assert!(lab.vault.verify().unwrap().is_intact());
}

#[test]
fn a_chain_does_not_pass_over_a_use_that_was_not_logged() {
    let lab = Lab::new(AuditMode::Required, AuditLimits::new(), None);
    let fallback = keyslot::Variables::new()
        .with("A", "of somebody else")
        .unwrap();
    let chain = keyslot::Chain::new()
        .then(lab.vault.scope("acme").unwrap())
        .then(fallback);
    lab.fill(true);
    let error = keyslot::ResolveExt::resolve(&chain, "<<A>>").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}

/// A vault whose writes are told of before they begin and after they were committed.
fn hooked(hook: impl Fn(Call) -> keyslot::Result<()> + Send + Sync + 'static) -> Vault {
    let limits = AuditLimits::new().delay(Duration::from_secs(3600)).batch(2);
    let store = Hooked::new(MemoryStore::new(), hook);
    let builder = ticking(Vault::builder().store(store))
        .audit(AuditMode::Batched)
        .audit_limits(limits);
    let vault = builder.create(&root_key()).unwrap();
    vault.scope("acme").unwrap().put("A", "value-1").unwrap();
    vault
}

#[test]
fn entries_of_a_write_that_may_be_committed_are_stored_once() {
    for is_committed in [true, false] {
        let fails = Arc::<AtomicBool>::default();
        let switch = Arc::clone(&fails);
        let vault = hooked(move |call| {
            let is_here = match call {
                Call::Written => is_committed,
                Call::Write(_) => !is_committed,
                _ => false,
            };
            if is_here && switch.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Unsettled, "the connection was lost"));
            }
            Ok(())
        });
        let project = vault.scope("acme").unwrap();
        let run = |number: usize| project.for_run(format!("run-{number}")).unwrap();
        let mut number = 0;
        let mut used = || {
            number += 1;
            run(number).resolve("<<$secret.A>>").unwrap();
        };
        used();
        fails.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            let error = vault.flush_audit().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsettled);
            used();
        }
        fails.store(false, Ordering::SeqCst);
        vault.flush_audit().unwrap();
        let runs: Vec<_> = entries(&vault)
            .into_iter()
            .filter_map(|entry| entry.run)
            .collect();
        assert_eq!(runs, ["run-1", "run-2", "run-3", "run-4"], "{is_committed}");
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn a_flush_waits_for_what_another_thread_stores() {
    let (begun, go_on) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let is_slow = Arc::<AtomicBool>::default();
    let hooks = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&is_slow));
    let vault = hooked(move |call| {
        let (begun, go_on, is_slow) = &hooks;
        let is_here = matches!(call, Call::Write(_)) && is_slow.swap(false, Ordering::SeqCst);
        if is_here {
            begun.store(true, Ordering::SeqCst);
            while !go_on.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
        Ok(())
    });
    let project = vault.scope("acme").unwrap();
    is_slow.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        project.resolve("<<$secret.A>>").unwrap();
    }
    // The thread has taken both entries and is storing them.
    while !begun.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    let stored = std::thread::scope(|threads| {
        let flush = threads.spawn(|| {
            vault.flush_audit().unwrap();
            entries(&vault).len()
        });
        // Long enough for a flush that does not wait.
        std::thread::sleep(Duration::from_millis(200));
        go_on.store(true, Ordering::SeqCst);
        flush.join().unwrap()
    });
    assert_eq!(stored, 3);
}

#[test]
fn entries_that_are_being_stored_take_their_room_and_a_use_waits_for_it() {
    let (begun, go_on) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let is_slow = Arc::<AtomicBool>::default();
    let hooks = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&is_slow));
    let store = Hooked::new(MemoryStore::new(), move |call| {
        let (begun, go_on, is_slow) = &hooks;
        if matches!(call, Call::Write(_)) && is_slow.swap(false, Ordering::SeqCst) {
            begun.store(true, Ordering::SeqCst);
            while !go_on.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
        Ok(())
    });
    let limits = AuditLimits::new().delay(Duration::from_secs(3600)).queue(3);
    let builder = ticking(Vault::builder().store(store)).audit(AuditMode::Batched);
    let vault = builder.audit_limits(limits).create(&root_key()).unwrap();
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    is_slow.store(true, Ordering::SeqCst);
    let use_it = |times: usize| {
        for _ in 0..times {
            project.resolve("<<$secret.A>>").unwrap();
        }
    };
    std::thread::scope(|threads| {
        threads.spawn(|| use_it(3));
        // The third one has the queue stored.
        while !begun.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let waiting = vault.audit_backlog();
        assert_eq!((waiting.waiting, waiting.lost), (3, 0));
        let more = threads.spawn(|| use_it(4));
        // Long enough for a use that does not wait.
        std::thread::sleep(Duration::from_millis(200));
        let is_over = more.is_finished();
        assert_eq!(vault.audit_backlog().waiting, 3, "no more than the limit");
        go_on.store(true, Ordering::SeqCst);
        assert!(!is_over);
    });
    vault.flush_audit().unwrap();
    let backlog = vault.audit_backlog();
    assert_eq!((backlog.waiting, backlog.lost), (0, 0));
    assert_eq!(entries(&vault).len(), 1 + 7);
}

#[test]
fn the_thread_of_a_vault_ends_with_it() {
    let count = || {
        let threads = std::fs::read_dir("/proc/self/task").unwrap();
        let name = |thread: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(thread.ok()?.path().join("comm")).ok()
        };
        let names = threads.filter_map(name);
        names.filter(|name| name == "keyslot-audit\n").count()
    };
    if !std::path::Path::new("/proc/self/task").exists() {
        return;
    }
    let vaults = [(); 50].map(|()| hooked(|_| Ok(())));
    // The control: they have begun.
    while count() < 50 {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(vaults);
    // The thread is told, so it need not wait for half of its delay of an hour.
    while count() >= 50 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn entries_that_are_lost_are_counted_and_told() {
    // The thread stores nothing meanwhile.
    let hour = Duration::from_secs(3600);
    let limits = AuditLimits::new().queue(3).delay(hour);
    let lab = Lab::new(AuditMode::Batched, limits, None);
    let project = lab.vault.scope("acme").unwrap();
    lab.fill(true);
    for _ in 0..5 {
        project.resolve("<<$secret.A>>").unwrap();
    }
    let backlog = lab.vault.audit_backlog();
    assert_eq!((backlog.waiting, backlog.lost), (3, 2));
    assert!(lab.told().contains(&"audit storage_full".to_owned()));
    assert_eq!(
        lab.vault.flush_audit().unwrap_err().kind(),
        ErrorKind::StorageFull
    );
    lab.fill(false);
    lab.vault.flush_audit().unwrap();
    let backlog = lab.vault.audit_backlog();
    assert_eq!((backlog.waiting, backlog.lost), (0, 2));
    let mut all = entries(&lab.vault);
    all.sort_by_key(|entry| (entry.action.is_use(), entry.number));
    let told: Vec<String> = all.iter().map(say).collect();
    let one = "use acme A @1";
    assert_eq!(told, ["put acme A @1", "lost acme", one, one, one]);
    assert_eq!(all[1].count, Some(2));
    assert!(lab.vault.verify().unwrap().is_intact());
}
