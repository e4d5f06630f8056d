//! Encrypted connections.

use std::fs::read;

use keyslot::ErrorKind;
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::{Server, fresh};

/// The server, if it can encrypt.
fn server() -> Option<Server> {
    let server = crate::support::server()?;
    if std::env::var_os("KEYSLOT_POSTGRES_TLS").is_none() {
        eprintln!("NOT TESTED: this server encrypts nothing");
        return None;
    }
    Some(server)
}

/// Configuration for a host name that leads to the server of the tests.
fn config(server: &Server, user: &str, host: &str) -> PostgresConfig {
    let port = server.address().split(':').nth(1).unwrap().to_owned();
    let text = format!("host={host} hostaddr=127.0.0.1 port={port} user={user} dbname=postgres");
    PostgresConfig::new(&text)
        .unwrap()
        .schema(&fresh("t"))
        .unwrap()
}

fn roots(server: &Server, name: &str) -> Vec<u8> {
    read(server.folder.join(name)).unwrap()
}

#[test]
fn a_certificate_for_the_host_by_a_given_root_is_taken() {
    let Some(server) = server() else { return };
    let config = config(&server, "postgres", "localhost");
    let config = config.tls_roots(roots(&server, "root.crt")).unwrap();
    PostgresStore::create(&config).unwrap();
    PostgresStore::open(&config).unwrap();
}

#[test]
fn another_name_or_another_root_is_refused() {
    let Some(server) = server() else { return };
    for (host, root) in [("host-c8.example", "root.crt"), ("localhost", "other.crt")] {
        let config = config(&server, "postgres", host);
        let config = config.tls_roots(roots(&server, root)).unwrap();
        let error = PostgresStore::create(&config).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidInput,
            "{host} {root}: {error}"
        );
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(!format!("{error:?}").contains("-c8"), "{error:?}");
    }
}

#[test]
fn a_client_certificate_is_shown() {
    let Some(server) = server() else { return };
    server.sql(
        "DO $$ BEGIN CREATE ROLE keyslot_certified LOGIN SUPERUSER; EXCEPTION WHEN \
         duplicate_object THEN NULL; END $$",
    );
    let config = config(&server, "keyslot_certified", "localhost");
    let root = roots(&server, "root.crt");
    let without = config.clone().tls_roots(&root).unwrap();
    let error = PostgresStore::create(&without).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    let (chain, key) = (roots(&server, "client.crt"), roots(&server, "client.key"));
    let with = config.tls_certificate(&root, chain, key).unwrap();
    PostgresStore::create(&with).unwrap();
}

#[test]
fn a_server_without_encryption_is_refused() {
    let Some(server) = server() else { return };
    // PgBouncer offers none here.
    let Some(bouncer) = &server.bouncer else {
        eprintln!("NOT TESTED: no PgBouncer");
        return;
    };
    let config = PostgresConfig::new(&bouncer.replace("127.0.0.1", "localhost")).unwrap();
    let config = config.tls_roots(roots(&server, "root.crt")).unwrap();
    let error = PostgresStore::create(&config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains("ssl"), "{error}");
}

#[test]
fn what_is_no_certificate_is_refused_without_an_echo() {
    let config = || PostgresConfig::new("postgres://app@localhost/app").unwrap();
    let errors = [
        config().tls_roots("pem-c9").unwrap_err(),
        config().tls_roots("").unwrap_err(),
        config()
            .tls_certificate("pem-c9", "pem-c9", "pem-c9")
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!format!("{error:?}").contains("-c9"));
    }
}
