//! Connections that are lost around a commit: nothing is written twice, and nothing that was
//! acknowledged is lost.

use keyslot::store::{SecretStore, conformance};
use keyslot::{ErrorKind, OnExisting, Vault};
use keyslot_postgres::PostgresStore;

use crate::support::proxy::{Cut, Proxy};
use crate::support::sample::{HEAD, TENANT, counts, row, step};
use crate::support::{Server, config, root_key, schema_of, server};

/// Cuts of each kind; a campaign sets more.
fn times() -> u32 {
    let times = std::env::var("KEYSLOT_POSTGRES_CUTS");
    times.map_or(20, |times| times.parse().unwrap())
}

fn proxied(server: &Server) -> (Proxy, PostgresStore) {
    let proxy = Proxy::before(&server.address());
    let store = PostgresStore::create(&config(&server.url("postgres", &proxy.address, "postgres")));
    (proxy, store.unwrap())
}

#[test]
fn a_commit_that_was_cut_happens_once() {
    let Some(server) = server() else { return };
    for cut in [Cut::Before, Cut::After, Cut::With] {
        let (proxy, store) = proxied(&server);
        let mut count = 0;
        for _ in 0..times() {
            proxy.cut(&[cut]);
            count += 1;
            assert_eq!(step(&store).unwrap(), count, "{cut:?}");
        }
        assert_eq!(proxy.cuts(), times(), "{cut:?}");
        assert_eq!(
            counts(&store),
            (count, usize::try_from(count).unwrap()),
            "{cut:?}"
        );
    }
}

#[test]
fn a_commit_that_is_cut_again_and_again_is_unavailable_and_nothing_is_written() {
    let Some(server) = server() else { return };
    let (proxy, store) = proxied(&server);
    step(&store).unwrap();
    proxy.cut(&[Cut::Before; 4]);
    assert_eq!(step(&store).unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(proxy.cuts(), 4);
    assert_eq!(counts(&store), (1, 1));
    // Three of them do not matter.
    proxy.cut(&[Cut::Before; 3]);
    assert_eq!(step(&store).unwrap(), 2);
    assert_eq!(counts(&store), (2, 2));
}

#[test]
fn an_error_of_the_work_writes_nothing_and_is_handed_on() {
    let Some(server) = server() else { return };
    let (_proxy, store) = proxied(&server);
    step(&store).unwrap();
    let refused = store.write(TENANT, &[HEAD], &mut |_, tx| {
        tx.put(&row(9))?;
        tx.scan(&crate::support::sample::ALL)?;
        Err(keyslot::Error::new(ErrorKind::Conflict, "no"))
    });
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(counts(&store), (1, 1));
}

#[test]
fn other_writers_beside_lost_commits_lose_nothing() {
    let Some(server) = server() else { return };
    let (proxy, store) = proxied(&server);
    let writers = 4;
    let each = times();
    std::thread::scope(|threads| {
        for _ in 0..writers {
            threads.spawn(|| {
                for _ in 0..each {
                    proxy.cut(&[Cut::After]);
                    // The traces of both rows are there: nobody replaces the second one.
                    step(&store).unwrap();
                }
            });
        }
    });
    let all = u64::from(writers * each);
    assert_eq!(counts(&store), (all, usize::try_from(all).unwrap()));
    assert!(proxy.cuts() > each);
}

#[test]
fn a_commit_whose_traces_others_hide_is_unsettled() {
    let Some(server) = server() else { return };
    let (proxy, store) = proxied(&server);
    let direct = PostgresStore::open(&{
        let schema = crate::support::schema_of(&store);
        config(&server.url).schema(&schema).unwrap()
    });
    let direct = direct.unwrap();
    step(&direct).unwrap();
    // Once the answer is lost, another writer replaces the head, which is all that was written.
    proxy.hold_after_cut(true);
    proxy.cut(&[Cut::After]);
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            store.write(TENANT, &[HEAD], &mut |first, tx| {
                let mut head = first[0].clone().unwrap();
                head.info = b"mine".to_vec();
                tx.put(&head)
            })
        });
        while proxy.cuts() == 0 {
            std::thread::yield_now();
        }
        step(&direct).unwrap();
        proxy.hold_after_cut(false);
        let ended = writer.join().unwrap();
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Unsettled);
    });
    assert!(!ErrorKind::Unsettled.is_retryable());
}

#[test]
fn a_put_that_is_cut_while_another_puts_the_same_name_is_not_acknowledged() {
    let Some(server) = server() else { return };
    let (proxy, store) = proxied(&server);
    let config = config(&server.url).schema(&schema_of(&store)).unwrap();
    let mine = Vault::builder().store(store).create(&root_key()).unwrap();
    let mine = mine.scope("acme/billing").unwrap();
    let other = PostgresStore::open(&config).unwrap();
    let other = Vault::builder().store(other).open(&root_key()).unwrap();
    let other = other.scope("acme/billing").unwrap();
    mine.put("KEY", "the first").unwrap();
    // The commit never arrives, and another writer is next: both move the first value, alike.
    proxy.hold_after_cut(true);
    proxy.cut(&[Cut::Before]);
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| mine.put("KEY", "mine"));
        while proxy.cuts() == 0 {
            std::thread::yield_now();
        }
        let info = other.put("KEY", "of the other").unwrap();
        assert_eq!(info.version().unwrap().get(), 2);
        proxy.hold_after_cut(false);
        let ended = writer.join().unwrap();
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Unsettled);
    });
    assert!(other.matches("KEY", "of the other").unwrap());
}

#[test]
fn a_whole_part_of_an_import_that_is_cut_happens_once() {
    let Some(server) = server() else { return };
    for cut in [Cut::Before, Cut::After] {
        let (proxy, store) = proxied(&server);
        let vault = Vault::builder().store(store).create(&root_key()).unwrap();
        // The first write of a tenant has a data key and a head beside its secrets.
        let scope = vault.scope("acme/billing").unwrap();
        proxy.cut(&[cut]);
        let items = (0..256).map(|number| (format!("KEY_{number}"), "a value"));
        let done = scope.put_all(items, OnExisting::Fail).unwrap();
        assert_eq!((done.changed, proxy.cuts()), (256, 1), "{cut:?}");
        assert_eq!(vault.verify().unwrap().secrets, 256, "{cut:?}");
    }
}

#[test]
fn a_read_is_asked_once_more() {
    let Some(server) = server() else { return };
    let (_proxy, store) = proxied(&server);
    step(&store).unwrap();
    let schema = crate::support::schema_of(&store);
    for _ in 0..3 {
        server.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \
             '%\"{schema}\"%' AND pid <> pg_backend_pid()"
        ));
        assert_eq!(counts(&store), (1, 1));
    }
}

/// A store, and the proxy before its server.
struct Proxied(PostgresStore, Proxy);

impl std::fmt::Debug for Proxied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl SecretStore for Proxied {
    crate::hand_on!(0: get scan read write head partitions purge self_check);
}

#[test]
fn the_suite_with_cuts_is_kept() {
    let Some(server) = server() else { return };
    let make = || {
        let (proxy, store) = proxied(&server);
        Proxied(store, proxy)
    };
    let faults = conformance::check_faults(make, |Proxied(_, proxy), cut| match cut {
        conformance::Cut::Now => proxy.cut_all(),
        conformance::Cut::BeforeCommit => proxy.cut(&[Cut::Before]),
        conformance::Cut::AfterCommit => proxy.cut(&[Cut::After]),
        other => panic!("{other:?}"),
    });
    // It settles each of them.
    assert_eq!((faults.unavailable, faults.unsettled), (0, 0));
    assert!(faults.done > 0);
}

#[test]
fn a_named_statement_that_its_table_outgrew_is_dropped() {
    let Some(server) = server() else { return };
    let config = server.config().named_statements(true);
    let store = PostgresStore::create(&config).unwrap();
    step(&store).unwrap();
    let schema = crate::support::schema_of(&store);
    let alter = |to: &str| {
        server.sql(&format!(
            "ALTER TABLE {schema}.keyslot_rows ALTER epoch TYPE {to}"
        ));
    };
    for _ in 0..3 {
        // Once it is named, its columns are those of now.
        assert_eq!(counts(&store), (1, 1));
        alter("numeric");
        let error = store.get(TENANT, &[HEAD]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        alter("bigint");
    }
    assert_eq!(counts(&store), (1, 1));
    assert_eq!(step(&store).unwrap(), 2);
}
