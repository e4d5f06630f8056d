//! Roles with less than all grants.

use keyslot::ErrorKind;
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::sample::{HEAD, TENANT, counts, step};
use crate::support::{Server, fresh, server};
use keyslot::store::SecretStore;

/// A schema with the tables, and a role with these grants on it.
fn role(server: &Server, grants: &[&str]) -> PostgresConfig {
    let (schema, role) = (fresh("t"), fresh("role"));
    let owner = PostgresConfig::new(&server.url)
        .unwrap()
        .schema(&schema)
        .unwrap();
    PostgresStore::create(&owner).unwrap();
    server.sql(&format!("CREATE ROLE {role} LOGIN"));
    for grant in grants {
        let grant = grant.replace("{s}", &schema);
        server.sql(&format!("GRANT {grant} TO {role}"));
    }
    let url = server.url(&role, &server.address(), "postgres");
    PostgresConfig::new(&url).unwrap().schema(&schema).unwrap()
}

const ALL: [&str; 4] = [
    "USAGE ON SCHEMA {s}",
    "SELECT ON {s}.keyslot_meta",
    "SELECT, INSERT, UPDATE, DELETE ON {s}.keyslot_rows",
    "SELECT, INSERT, UPDATE ON {s}.keyslot_locks",
];

#[test]
fn the_documented_grants_are_enough() {
    let Some(server) = server() else { return };
    let config = role(&server, &ALL);
    // It creates nothing, because all is there.
    let store = PostgresStore::create(&config).unwrap();
    step(&store).unwrap();
    assert_eq!(counts(&store), (1, 1));
    store
        .write(TENANT, &[], &mut |_, tx| tx.delete(&HEAD))
        .unwrap();
    assert_eq!(counts(&store), (0, 1));
    assert_eq!(
        store.self_check().unwrap(),
        keyslot::store::SelfCheck::Sound
    );
}

#[test]
fn a_grant_that_lacks_is_named() {
    let Some(server) = server() else { return };
    let named = |grants: &[&str], word: &str| {
        let config = role(&server, grants);
        let error = match PostgresStore::open(&config) {
            Err(error) => error,
            Ok(store) => match step(&store) {
                Err(error) => error,
                Ok(_) => store.get(TENANT, &[HEAD]).unwrap_err(),
            },
        };
        assert_eq!(error.kind(), ErrorKind::StoreDenied, "{error}");
        assert!(
            error.to_string().contains(word),
            "{error} says nothing of {word}"
        );
    };
    named(&[], "USAGE on the schema");
    named(&ALL[..1], "SELECT on keyslot_meta");
    named(&[&ALL[..2], &ALL[3..]].concat(), "SELECT on keyslot_rows");
    named(&ALL[..3], "keyslot_locks");
    let read = "SELECT ON {s}.keyslot_rows";
    named(
        &[&ALL[..2], &[read], &ALL[3..]].concat(),
        "INSERT, UPDATE and DELETE on keyslot_rows",
    );
}

#[test]
fn a_role_that_may_not_make_tables_is_told() {
    let Some(server) = server() else { return };
    let (schema, role) = (fresh("t"), fresh("role"));
    server.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = server.url(&role, &server.address(), "postgres");
    let config = PostgresConfig::new(&url).unwrap().schema(&schema).unwrap();
    let error = PostgresStore::create(&config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StoreDenied, "{error}");
    assert!(error.to_string().contains("CREATE"), "{error}");
}

#[test]
fn a_server_that_only_reads_is_read_only() {
    let Some(server) = server() else { return };
    let config = role(&server, &ALL);
    let store = PostgresStore::open(&config).unwrap();
    step(&store).unwrap();
    let schema = crate::support::schema_of(&store);
    let url = format!(
        "{}?options=-c%20default_transaction_read_only%3Don",
        server.url
    );
    let reader = PostgresConfig::new(&url).unwrap().schema(&schema).unwrap();
    let reader = PostgresStore::open(&reader).unwrap();
    assert_eq!(counts(&reader), (1, 1));
    assert_eq!(step(&reader).unwrap_err().kind(), ErrorKind::ReadOnly);
}
