//! Threads of every kind: plain ones, those of a runtime, and those of its blocking pool.

use std::num::NonZeroU32;
use std::time::Duration;

use keyslot::ErrorKind;
use keyslot_postgres::PostgresStore;
use tokio::runtime::Builder;

use crate::support::sample::{HEAD, TENANT, counts, step};
use crate::support::server;
use keyslot::store::{Partition, SecretStore};

#[test]
fn opens_works_and_drops_inside_a_runtime() {
    let Some(server) = server() else { return };
    let config = server.config();
    PostgresStore::create(&config).unwrap();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.build().unwrap();
        runtime.block_on(async {
            let store = PostgresStore::open(&config).unwrap();
            // It blocks this thread of the runtime, and works.
            step(&store).unwrap();
            drop(store);
            let config = config.clone();
            let blocking = tokio::task::spawn_blocking(move || {
                let store = PostgresStore::open(&config).unwrap();
                step(&store).unwrap();
                store
            });
            // Made in one thread, dropped in another.
            drop(blocking.await.unwrap());
        });
    }
}

#[test]
fn more_threads_than_connections_wait_for_one() {
    let Some(server) = server() else { return };
    let two = NonZeroU32::new(2).unwrap();
    let config = server.config().pool_size(two);
    let store = PostgresStore::create(&config).unwrap();
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| (0..5).for_each(|_| assert!(step(&store).is_ok())));
        }
    });
    assert_eq!(counts(&store), (40, 40));
}

#[test]
fn a_pool_that_is_empty_and_a_tenant_that_is_locked_are_busy() {
    let Some(server) = server() else { return };
    let config = server.config().patience(Duration::from_millis(50));
    let one = PostgresStore::create(&config.clone().pool_size(NonZeroU32::MIN)).unwrap();
    let other = PostgresStore::open(&config).unwrap();
    step(&one).unwrap();
    let written = one.write(TENANT, &[], &mut |_, tx| {
        let inside = one.get(TENANT, &[HEAD]).unwrap_err();
        assert_eq!(inside.kind(), ErrorKind::Busy);
        let beside = other.write(TENANT, &[], &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(beside.kind(), ErrorKind::Busy);
        // Readers do not wait, and other tenants are free.
        assert_eq!(counts(&other), (1, 1));
        let tenant = Partition([8; 16]);
        other.write(tenant, &[], &mut |_, tx| tx.delete(&HEAD))?;
        tx.delete(&HEAD)
    });
    written.unwrap();
    assert_eq!(counts(&one), (0, 1));
}
