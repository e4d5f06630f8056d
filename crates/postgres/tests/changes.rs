//! Changes since an epoch, and waiting for them, over two handles on one database.

use std::thread;
use std::time::Duration;

use keyslot::{Epoch, RootKey, Vault};
use keyslot_postgres::PostgresStore;

use crate::support::server;

#[test]
fn a_wait_sees_what_another_process_would_write_and_misses_nothing() {
    let Some(server) = server() else { return };
    let (config, key) = (server.config(), RootKey::generate().unwrap());
    let store = PostgresStore::create(&config).unwrap();
    let writer = Vault::builder().store(store).create(&key).unwrap();
    let store = PostgresStore::open(&config).unwrap();
    let reader = Vault::builder().store(store).open(&key).unwrap();
    let reader = reader.scope("acme/billing").unwrap();
    assert_eq!(reader.epoch().unwrap(), Epoch::START);
    let short = reader.wait_for_changes(Epoch::START, Duration::from_millis(20));
    assert!(short.unwrap().is_empty());

    let follows = thread::spawn(move || {
        let (mut since, mut seen) = (Epoch::START, Vec::new());
        while seen.last().map(String::as_str) != Some("N19") {
            let changes = reader
                .wait_for_changes(since, Duration::from_secs(120))
                .unwrap();
            assert!(!changes.is_empty() && changes.epoch > since);
            seen.extend(changes.secrets.iter().map(|one| one.name.to_string()));
            since = changes.epoch;
        }
        seen
    });
    let project = writer.scope("acme/billing").unwrap();
    for number in 0..20 {
        project.put(format!("N{number}"), "a value").unwrap();
    }
    let names: Vec<String> = (0..20).map(|number| format!("N{number}")).collect();
    assert_eq!(follows.join().unwrap(), names, "each once, in order");
}
