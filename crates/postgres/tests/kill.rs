//! A server that is killed while it is used, or that nobody else may use. In a program of its own,
//! because both disturb other tests.
#![allow(
    missing_docs,
    dead_code,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::ignored_unit_patterns,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unused_self,
    clippy::unwrap_used
)]

mod support;

use std::sync::Mutex;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{HeadRead, SecretStore};
use keyslot::{ErrorKind, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};
use support::load::{check, under_load, wait_for_writes};
use support::proxy::Proxy;
use support::sample::{HEAD, TENANT, step};
use support::{fresh, root_key, server, store};

/// Ends of the server by a signal; a campaign sets more.
fn kills() -> u32 {
    let kills = std::env::var("KEYSLOT_POSTGRES_KILLS");
    kills.map_or(2, |kills| kills.parse().unwrap())
}

/// One test at a time has the server.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn a_server_that_is_killed_has_all_that_was_acknowledged() {
    let Some(server) = server() else { return };
    let _turn = TURN.lock().unwrap();
    let store = store(&server.url);
    let written = under_load(&store, || {
        for _ in 0..kills() {
            wait_for_writes(&store, 5);
            server.command("kill");
            server.command("start");
        }
        wait_for_writes(&store, 5);
    });
    check(&store, written);
}

#[test]
fn a_synchronous_standby_has_all_that_was_acknowledged() {
    let Some(server) = server() else { return };
    let _turn = TURN.lock().unwrap();
    server.command("standby");
    let standby = std::env::var("KEYSLOT_STANDBY_PORT").unwrap();
    let hosts = format!("127.0.0.1:{standby},{}", server.address());
    let config = PostgresConfig::new(&server.url("postgres", &hosts, "postgres")).unwrap();
    let config = config.schema(&fresh("t")).unwrap();
    // The standby is asked first, and refuses writes.
    let store = PostgresStore::create(&config).unwrap();
    let written = under_load(&store, || {
        wait_for_writes(&store, 20);
        server.command("fail-over");
        wait_for_writes(&store, 20);
    });
    check(&store, written);
    server.command("start");
}

#[test]
fn a_snapshot_is_used_in_one_flight_while_nobody_writes() {
    let Some(server) = server() else { return };
    let _turn = TURN.lock().unwrap();
    let proxy = Proxy::before(&server.address());
    let url = server.url("postgres", &proxy.address, "postgres");
    let config = PostgresConfig::new(&url)
        .unwrap()
        .schema(&fresh("t"))
        .unwrap();
    let config = config.one_primary(true);
    let store = PostgresStore::create(&config).unwrap();
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme/agents").unwrap();
    scope.put("TOKEN", "t-1").unwrap();
    let run = scope.snapshot(&[keyslot::Reference::secret("TOKEN".parse().unwrap())]);
    let run = run.unwrap();
    let text = "<<$secret.TOKEN>>";
    let used = (0..20).map(|_| {
        let (found, flights) = proxy.flights(|| run.resolve(text).unwrap().expose_secret().len());
        assert_eq!(found, 3);
        flights
    });
    // The server itself may write now and then.
    let alone = used.filter(|&flights| flights == 1).count();
    assert!(alone >= 15, "{alone} of 20 uses made one flight");

    // Another vault revokes it, and the next use says so.
    let store = PostgresStore::open(&config).unwrap();
    let other = Vault::builder().store(store).open(&root_key()).unwrap();
    other.scope("acme/agents").unwrap().revoke("TOKEN").unwrap();
    assert_eq!(run.resolve(text).unwrap_err().kind(), ErrorKind::Revoked);
}

#[test]
fn a_crash_of_one_process_of_the_server_ends_a_moment() {
    let Some(server) = server() else { return };
    let _turn = TURN.lock().unwrap();
    let config = server.config().one_primary(true);
    let store = PostgresStore::create(&config).unwrap();
    step(&store).unwrap();
    // The server itself may write now and then.
    let moment = loop {
        let HeadRead::Read { moment, .. } = store.head(TENANT, &HEAD, None).unwrap() else {
            panic!("no moment was known");
        };
        let same = store.head(TENANT, &HEAD, moment).unwrap();
        if matches!(same, HeadRead::Unchanged) {
            break moment;
        }
    };
    // The server restarts itself, gives numbers of transactions again, and says that it started
    // when it did.
    let schema = support::schema_of(&store);
    let process = server.sql(&format!(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%\"{schema}\"%' AND pid <> \
         pg_backend_pid()"
    ));
    let killed = std::process::Command::new("kill")
        .args(["-9", &process[0]])
        .status();
    assert!(killed.unwrap().success());
    let after = loop {
        match store.head(TENANT, &HEAD, moment) {
            Ok(after) => break after,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable),
        }
    };
    assert!(matches!(after, HeadRead::Read { .. }), "{after:?}");
}
