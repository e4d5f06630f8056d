//! A revoked secret stays away whoever writes at the same time, in this process and in others; and
//! a resolved text outlives everything it came from.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    unreachable_pub,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing
)]

pub(crate) mod child;

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use self::child::{Other, SCOPE};
use crate::support::rows::{all_of, partitions};
use crate::support::{fast_folder, memory_vault, refusal, root_key, value};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Cursor, Kind, MemoryStore, PageSize, Row, Scan, SecretStore, SqliteStore};
use keyslot::template::Template;
use keyslot::{Action, ErrorKind, Event, Resolver, SecretChange, Status, Target, Vault};

/// The rows of a kind; with the tag of a scope, those of the scope.
fn rows(store: &dyn SecretStore, kind: Kind, scope: Option<[u8; 16]>) -> Vec<Row> {
    let scan = Scan {
        scope,
        ..all_of(kind)
    };
    let rows = |partition| store.scan(partition, &scan).unwrap().rows;
    partitions(store)
        .unwrap()
        .into_iter()
        .flat_map(rows)
        .collect()
}

#[test]
fn a_revocation_wins_over_writes_of_another_process() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = Vault::create(&file, &root_key()).unwrap();
    let store = SqliteStore::open(&file).unwrap();
    let scope = vault.scope(SCOPE).unwrap();
    let mut other = Other::start(&file);

    // The control: without a revocation everything is done, and there are values to be found.
    scope.put("CONTROL", "canary value").unwrap();
    let tag = Some(rows(&store, Kind::Secret, None)[0].key.scope());
    assert_eq!(other.tell("write CONTROL"), "writing");
    let said = other.tell("ask CONTROL");
    assert!(said.starts_with("[\"canary value\", "), "{said}");
    for done in [
        "put",
        "roll back",
        "switch on in a change",
        "describe",
        "switch off",
        "switch on",
        "copy",
    ] {
        assert!(
            said.contains(&format!("(\"{done}\", Ok(()))")),
            "{done}: {said}"
        );
    }
    let values = || {
        let all = [Kind::Secret, Kind::Version]
            .map(|kind| rows(&store, kind, tag))
            .concat();
        all.iter().filter(|row| !row.body.is_empty()).count()
    };
    assert!(values() > 1);
    scope.revoke("CONTROL").unwrap();
    assert_eq!(values(), 0);

    let (start, mut round) = (Instant::now(), 0_u32);
    while start.elapsed() < Duration::from_secs(8) || round < 5 {
        round += 1;
        let name = format!("KEY_{round}");
        scope.put(&name, "canary value").unwrap();
        assert_eq!(other.tell(&format!("write {name}")), "writing");
        // Not always at the same place of what the other one does.
        std::thread::sleep(Duration::from_micros(u64::from(round * 977 % 5_000)));
        scope.revoke(&name).unwrap();

        assert_eq!(refusal(&scope, &name), ErrorKind::Revoked, "round {round}");
        assert_eq!(
            refusal(&scope, &format!("{name}@1")),
            ErrorKind::Revoked,
            "round {round}"
        );
        assert_eq!(values(), 0, "round {round}: a sealed value is left");
        let said = other.tell(&format!("ask {name}"));
        let refused = "[\"Revoked\", \"Revoked\"] [(\"put\", Err(Revoked)), (\"roll back\", \
                       Err(Revoked)), (\"switch on in a change\", Err(Revoked)), (\"describe\", \
                       Ok(())), (\"switch off\", Err(Revoked)), (\"switch on\", Err(Revoked)), \
                       (\"copy back\", Err(Conflict)), (\"copy\", Ok(()))]";
        assert_eq!(said, refused, "round {round}");
        assert_eq!(scope.info(&name).unwrap().status, Status::Revoked);
        assert_eq!(values(), 0, "round {round}: a sealed value came back");
        if round % 50 == 1 {
            assert!(vault.verify().unwrap().is_intact(), "round {round}");
        }
    }
    other.end();
    assert!(vault.verify().unwrap().is_intact());
    println!("{round} rounds");
}

#[test]
fn a_snapshot_of_another_process_stops_at_once() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = Vault::create(&file, &root_key()).unwrap();
    let scope = vault.scope(SCOPE).unwrap();
    let mut other = Other::start(&file);
    for round in 0..50 {
        let name = format!("KEY_{round}");
        scope.put(&name, "first").unwrap();
        other.tell(&format!("snapshot {name}"));
        assert_eq!(other.tell(&format!("use {name}")), "first");
        scope.put(&name, "second").unwrap();
        assert_eq!(
            other.tell(&format!("use {name}")),
            "first",
            "the control: a new version does not stop it"
        );
        let kind = match round % 3 {
            0 => {
                scope.revoke(&name).unwrap();
                "Revoked"
            }
            1 => {
                scope.delete(&name).unwrap();
                "Revoked"
            }
            _ => {
                scope.set_status(&name, Status::Inactive).unwrap();
                "Inactive"
            }
        };
        assert_eq!(other.tell(&format!("use {name}")), kind, "round {round}");
    }
    other.end();
}

#[test]
fn bad_input_124_a_hundred_thousand_gets_while_values_rotate() {
    let folder = fast_folder();
    let vault = Vault::create(folder.path().join("vault.db"), &root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "value 1").unwrap();
    let done = AtomicBool::new(false);
    let (rotations, seen) = std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            let mut last = 1;
            while !done.load(Ordering::SeqCst) {
                let next = scope.put("A", format!("value {}", last + 1)).unwrap();
                last = next.version().unwrap().get();
                scope
                    .update(
                        "A",
                        SecretChange::default().description(format!("rotation {last}")),
                    )
                    .unwrap();
            }
            last
        });
        let readers = [(); 2].map(|()| {
            threads.spawn(|| {
                let (mut last, mut changes) = (0, 0);
                for _ in 0..50_000 {
                    let resolved = scope.resolve("<<$secret.A>>").unwrap();
                    let version = resolved.used()[0].version.unwrap().get();
                    assert_eq!(
                        *resolved.expose_secret(),
                        format!("value {version}"),
                        "value and version are one"
                    );
                    assert!(version >= last, "version {version} after {last}");
                    (last, changes) = (version, changes + usize::from(version > last));
                }
                changes
            })
        });
        let seen: usize = readers.map(|reader| reader.join().unwrap()).iter().sum();
        done.store(true, Ordering::SeqCst);
        (writer.join().unwrap(), seen)
    });
    assert!(
        rotations > 2 && seen > 2,
        "it did rotate meanwhile: {rotations}, {seen}"
    );
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn bad_input_119_a_value_outlives_the_store_handle() {
    let folder = fast_folder();
    let sqlite = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let stores: [Box<dyn SecretStore>; 2] = [Box::new(MemoryStore::new()), Box::new(sqlite)];
    for (store, is_file) in stores.into_iter().zip([false, true]) {
        let (resolved, found) = {
            let vault = Vault::builder().store(store).create(&root_key()).unwrap();
            let scope = vault.scope("acme").unwrap();
            scope.put("A", "value").unwrap();
            let references = scope.references("<<$secret.A>>").unwrap();
            let found = scope
                .lookup(&references, &Target::unspecified())
                .unwrap()
                .remove(0)
                .unwrap();
            (scope.resolve("key: <<$secret.A>>").unwrap(), found)
        };
        if is_file {
            std::fs::remove_dir_all(folder.path()).unwrap();
        }
        assert_eq!(resolved.expose_secret(), "key: value");
        assert_eq!(found.expose_secret(), "value");
        assert_eq!(resolved.used()[0], found.used());
    }
}

#[test]
fn bad_input_120_a_value_is_kept_by_another_thread_for_as_long_as_it_likes() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "value").unwrap();
    let (go_on, wait) = channel::<()>();
    let resolved = scope.resolve("key: <<$secret.A>>").unwrap().into_owned();
    let keeper = std::thread::spawn(move || {
        wait.recv().unwrap();
        resolved.expose_secret().to_string()
    });
    scope.revoke("A").unwrap();
    assert_eq!(refusal(&scope, "A"), ErrorKind::Revoked);
    drop((scope, vault));
    go_on.send(()).unwrap();
    assert_eq!(
        keeper.join().unwrap(),
        "key: value",
        "what was given away cannot be taken back"
    );
}

/// Ends the whole run when it is not dropped in time: a deadlock would hang it for ever.
struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    fn new() -> Self {
        let is_done = Arc::new(AtomicBool::new(false));
        let watched = Arc::clone(&is_done);
        std::thread::spawn(move || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(20) {
                if watched.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            eprintln!("a deadlock");
            std::process::abort();
        });
        Self(is_done)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn bad_input_121_an_observer_may_call_the_vault() {
    let _watchdog = Watchdog::new();
    let folder = fast_folder();
    let sqlite = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let stores: [Box<dyn SecretStore>; 2] = [Box::new(MemoryStore::new()), Box::new(sqlite)];
    for store in stores {
        let inner: Arc<OnceLock<Vault>> = Arc::default();
        let (is_inside, actions) = (AtomicBool::new(false), Arc::new(Mutex::new(Vec::new())));
        let (told, own) = (Arc::clone(&actions), Arc::clone(&inner));
        let observer = move |event: &Event<'_>| {
            let Some(vault) = own.get() else { return };
            if is_inside.swap(true, Ordering::SeqCst) {
                return;
            }
            told.lock().unwrap().push(event.action);
            let scope = vault.scope("acme/log").unwrap();
            let info = scope.put("LOG", format!("{:?}", event.action)).unwrap();
            assert_eq!(value(&scope, "LOG").unwrap(), format!("{:?}", event.action));
            assert_eq!(scope.list().count(), 1);
            scope.rollback("LOG", info.version().unwrap()).unwrap();
            let run = scope
                .snapshot(&scope.references("<<$secret.LOG>>").unwrap())
                .unwrap();
            assert!(run.resolve("<<$secret.LOG>>").is_ok());
            is_inside.store(false, Ordering::SeqCst);
        };
        let vault = Vault::builder()
            .store(store)
            .observer(observer)
            .create(&root_key())
            .unwrap();
        inner.set(vault.clone()).unwrap();

        let (scope, other) = (
            vault.scope("acme/billing").unwrap(),
            vault.scope("acme/other").unwrap(),
        );
        scope.put("A", "one").unwrap();
        scope.resolve("<<$secret.A>>").unwrap();
        let run = scope
            .snapshot(&scope.references("<<$secret.A>>").unwrap())
            .unwrap();
        run.resolve("<<$secret.A>>").unwrap();
        scope.reveal("A").unwrap();
        scope.redactor(["A"]).unwrap();
        scope
            .update("A", SecretChange::default().description("d"))
            .unwrap();
        scope.rollback("A", keyslot::Version::FIRST).unwrap();
        scope.clone_to("A", &other).unwrap();
        scope.set_status("A", Status::Inactive).unwrap();
        scope.revoke("A").unwrap();
        scope.replace_revoked("A", "two").unwrap();
        scope.delete("A").unwrap();
        let expected = [
            Action::Put,
            Action::Use,
            Action::Use,
            Action::Reveal,
            Action::Redact,
            Action::Update,
            Action::RollBack,
            Action::CloneTo,
            Action::SetStatus,
            Action::Revoke,
            Action::ReplaceRevoked,
            Action::Delete,
        ];
        assert_eq!(*actions.lock().unwrap(), expected);
        assert!(vault.verify().unwrap().is_intact());
    }
}

/// Is not ready when it is asked for the first time.
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

#[test]
fn bad_input_125_a_call_that_is_given_up_was_told_of_all_the_same() {
    let uses = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&uses);
    let observer = move |event: &Event<'_>| {
        told.fetch_add(
            usize::from(event.action == Action::Use && event.outcome.is_ok()),
            Ordering::SeqCst,
        );
    };
    let vault = Vault::builder()
        .observer(observer)
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "value").unwrap();
    let template = Template::compile("key: <<$secret.A>>").unwrap();
    let filled = AtomicUsize::new(0);
    let call = || async {
        let outcomes = scope
            .lookup(template.references(), &Target::unspecified())
            .unwrap();
        Pause(false).await;
        let text = template.fill(&outcomes).unwrap();
        filled.fetch_add(1, Ordering::SeqCst);
        text.expose_secret().to_string()
    };
    let mut context = Context::from_waker(Waker::noop());
    let mut given_up = Box::pin(call());
    assert!(given_up.as_mut().poll(&mut context).is_pending());
    drop(given_up);
    assert_eq!(
        (uses.load(Ordering::SeqCst), filled.load(Ordering::SeqCst)),
        (1, 0),
        "told, and nothing was made of it"
    );

    let mut waited = Box::pin(call());
    assert!(waited.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        waited.as_mut().poll(&mut context),
        Poll::Ready("key: value".to_owned()),
        "the control"
    );
    assert_eq!(
        (uses.load(Ordering::SeqCst), filled.load(Ordering::SeqCst)),
        (2, 1)
    );
}

#[test]
fn bad_input_127_pages_have_no_size_to_get_wrong() {
    let [own, foreign] = [(); 2].map(|()| {
        let store = MemoryStore::new();
        let vault = Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap();
        let scope = vault.scope("acme").unwrap();
        (0..40).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
        (store, scope)
    });
    // A list takes no limit and gives no cursor; a scan takes both, and has no limit of 0.
    assert_eq!((own.1.list().count(), NonZeroU32::new(0)), (40, None));
    let mine = rows(&own.0, Kind::Secret, None);
    let theirs = rows(&foreign.0, Kind::Secret, None);
    assert!(
        mine.iter()
            .all(|row| theirs.iter().all(|other| other.key != row.key)),
        "two vaults, two sets of keys"
    );
    let tenant = partitions(&own.0).unwrap()[1];
    let tampered = [[0; 32], [0x7F; 32], [0xFF; 32]];
    for key in theirs.iter().map(|row| row.key.key).chain(tampered) {
        let expected: Vec<_> = mine
            .iter()
            .filter(|row| row.key.key > key)
            .cloned()
            .collect();
        for size in [
            PageSize {
                rows: NonZeroU32::MIN,
                ..PageSize::MAX
            },
            PageSize::MAX,
        ] {
            let scan = Scan {
                from: Cursor::Key(Some(key)),
                size,
                ..all_of(Kind::Secret)
            };
            let page = own.0.scan(tenant, &scan).unwrap();
            let most = usize::try_from(size.rows.get())
                .unwrap()
                .min(expected.len());
            assert_eq!(
                page.rows,
                expected[..most],
                "rows of this vault and no others"
            );
        }
        let later = Scan {
            from: Cursor::Epoch(u64::MAX, Some(key)),
            ..all_of(Kind::Secret)
        };
        let later = own.0.scan(tenant, &later);
        assert!(later.is_ok_and(|page| page.rows.is_empty() && page.next.is_none()));
    }
    assert!(
        rows(&own.0, Kind::Secret, Some(theirs[0].key.scope())).is_empty(),
        "a scope of another vault"
    );
    assert_eq!(
        rows(&own.0, Kind::Secret, Some(mine[0].key.scope())).len(),
        40,
        "the control"
    );
}

/// That a resolved config cannot be written by accident is seen by a case which does not compile.
#[test]
fn bad_input_130_a_resolved_config_cannot_be_serialized() {
    let folder = crate::support::repository().join("tests/compile_fail");
    for what in ["resolved", "run_secrets", "found"] {
        let case =
            std::fs::read_to_string(folder.join(format!("refused/serialize_{what}.rs"))).unwrap();
        assert!(case.contains("is_serialize("));
        let said = std::fs::read_to_string(folder.join(format!("refused/serialize_{what}.stderr")))
            .unwrap();
        assert!(
            said.contains("Serialize` is not satisfied")
                || said.contains("Serialize` is not implemented"),
            "{said}"
        );
    }
    let list = std::fs::read_to_string(folder.join("lib.rs")).unwrap();
    assert!(
        list.contains("compile_fail(\"refused/*.rs\")"),
        "all of them are run"
    );
}
