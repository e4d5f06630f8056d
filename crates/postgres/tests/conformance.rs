//! The conformance suite of stores.

use std::sync::Arc;

use keyslot::store::{SecretStore, conformance};
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::{config, server, store};

/// Two handles on the same rows, with connections of their own.
fn handles(config: &PostgresConfig) -> (PostgresStore, PostgresStore) {
    let one = PostgresStore::create(config).unwrap();
    (one, PostgresStore::open(config).unwrap())
}

#[test]
fn a_store_keeps_the_contract() {
    let Some(server) = server() else { return };
    conformance::check(|| store(&server.url));
}

#[test]
fn a_boxed_one_and_a_shared_one_do_too() {
    let Some(server) = server() else { return };
    conformance::check(|| Box::new(store(&server.url)) as Box<dyn SecretStore>);
    conformance::check_handles(|| {
        let shared = Arc::new(store(&server.url));
        (Arc::clone(&shared), shared)
    });
}

#[test]
fn two_handles_keep_the_contract() {
    let Some(server) = server() else { return };
    conformance::check_handles(|| handles(&config(&server.url)));
}

#[test]
fn named_statements_and_moments_keep_the_contract() {
    let Some(server) = server() else { return };
    let named = || config(&server.url).named_statements(true).one_primary(true);
    conformance::check(|| PostgresStore::create(&named()).unwrap());
    conformance::check_handles(|| handles(&named()));
}

#[test]
fn connections_of_a_pooler_keep_the_contract() {
    let Some(server) = server() else { return };
    let Some(bouncer) = &server.bouncer else {
        eprintln!("NOT TESTED: no PgBouncer");
        return;
    };
    conformance::check(|| store(bouncer));
    conformance::check_handles(|| handles(&config(bouncer)));
}
