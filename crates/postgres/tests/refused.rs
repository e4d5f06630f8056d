//! Connections and tables that are refused: each with a typed error that holds no part of the
//! connection string.

use std::error::Error as _;
use std::net::TcpListener;
use std::time::Duration;

use keyslot::ErrorKind;
use keyslot_postgres::{PostgresConfig, PostgresStore, SqlState};

use crate::support::{Server, fresh, server, store};

/// Opens a store and gives its error; none of these words may be in it. A configuration shows its
/// hosts, but an error does not.
fn refused(config: &PostgresConfig, words: &[&str]) -> keyslot::Error {
    let error = PostgresStore::open(config).unwrap_err();
    let mut said = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(inner) = source {
        assert!(inner.downcast_ref::<SqlState>().is_some(), "{inner}");
        said.push_str(&format!("{inner} {inner:?}"));
        source = inner.source();
    }
    for word in words {
        assert!(!said.contains(word), "{word} is in {said}");
    }
    error
}

fn code(error: &keyslot::Error) -> Option<&str> {
    let state = error.source()?.downcast_ref::<SqlState>()?;
    Some(state.code())
}

#[test]
fn a_text_that_is_no_connection_string_is_not_echoed() {
    for text in [
        "postgres://usr-c4:pwd-c4@[host-c4/db-c4",
        "postgres://usr-c4:pwd-c4@host-c4/db-c4?sslmode=pwd-c4",
        "postgres://usr-c4:pwd-c4@host-c4/db-c4?pwd-c4=1",
        "host=host-c4 user=usr-c4 password=pwd-c4 port=pwd-c4",
        "postgres://host-c4/db-c4",
        "user=usr-c4 password=pwd-c4",
        "postgres://usr-c4:pwd-c4@host-c4/db-c4?target_session_attrs=read-only",
        "postgres://usr-c4:pwd-c4@host-c4:1,host2-c4:2,host3-c4/db-c4?port=1,2",
        "",
    ] {
        let error = PostgresConfig::new(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.source().is_none());
        assert!(!format!("{error} {error:?}").contains("-c4"), "{error:?}");
    }
}

#[test]
fn debug_shows_hosts_and_no_user_database_or_password() {
    let text = "postgres://usr-c5:pwd-c5@host-c5,other-host/db-c5?application_name=app-c5";
    let config = PostgresConfig::new(text).unwrap().password("pwd2-c5");
    let shown = format!("{config:?}").replace("host-c5", "");
    assert!(!shown.contains("-c5"), "{shown}");
    assert!(shown.contains("other-host"), "{shown}");
}

#[test]
fn plain_text_stays_on_this_machine() {
    for text in [
        "postgres://app@192.0.2.7/app",
        "postgres://app@192.0.2.7/app?sslmode=disable",
        "postgres://app@127.0.0.1,192.0.2.7/app",
        "host=localhost hostaddr=192.0.2.7 user=app",
        "postgres://app@127.0.0.1/app?sslmode=require",
    ] {
        let config = PostgresConfig::new(text).unwrap();
        let error = refused(&config, &["192.0.2.7"]);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
    }
    // The control: it is tried, and nobody answers.
    let config = PostgresConfig::new("postgres://app@192.0.2.7/app?connect_timeout=1").unwrap();
    let error = refused(&config.insecure_plaintext(), &["192.0.2.7"]);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[test]
fn a_socket_file_and_the_next_host_are_used() {
    let Some(server) = server() else { return };
    let (folder, address) = (server.folder.display(), server.address());
    let port = address.split(':').nth(1).unwrap();
    let socket = format!("host={folder} port={port} user=postgres dbname=postgres");
    // Nobody listens at the first one.
    let next = server.url("postgres", &format!("127.0.0.1:1,{address}"), "postgres");
    for text in [socket, next] {
        let config = PostgresConfig::new(&text).unwrap();
        let config = config.schema(&fresh("t")).unwrap();
        PostgresStore::create(&config).unwrap();
        PostgresStore::open(&config).unwrap();
    }
}

#[test]
fn a_host_that_does_not_answer_is_unavailable() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let silent = format!("postgres://app:pwd-c6@127.0.0.1:{port}/db-c6");
    // It accepts, and never says a word.
    let config = PostgresConfig::new(&silent).unwrap();
    let config = config.timeout(Duration::from_millis(200));
    assert_eq!(refused(&config, &["-c6"]).kind(), ErrorKind::Unavailable);
    drop(free);
    assert_eq!(refused(&config, &["-c6"]).kind(), ErrorKind::Unavailable);
    let unknown = PostgresConfig::new("postgres://app@host-c6.invalid/db-c6").unwrap();
    let error = refused(&unknown.insecure_plaintext(), &["-c6"]);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[test]
fn a_wrong_user_password_or_database_is_invalid_input() {
    let Some(server) = server() else { return };
    let address = server.address();
    server.sql(
        "DO $$ BEGIN CREATE ROLE keyslot_password LOGIN PASSWORD 'right'; EXCEPTION WHEN \
         duplicate_object THEN NULL; END $$",
    );
    for (user, database, expected) in [
        ("usr-c7:pwd-c7", "postgres", "28000"),
        ("keyslot_password:pwd-c7", "postgres", "28P01"),
        ("postgres", "db-c7", "3D000"),
    ] {
        let config = PostgresConfig::new(&server.url(user, &address, database)).unwrap();
        let error = refused(&config, &["-c7"]);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{user}");
        assert_eq!(code(&error), Some(expected));
    }
    let url = server.url("keyslot_password", &address, "postgres");
    let without = PostgresConfig::new(&url).unwrap();
    assert_eq!(refused(&without, &[]).kind(), ErrorKind::InvalidInput);
    // The control: this one is let in, and finds no tables.
    let schema = fresh("t");
    let right = without.password("right").schema(&schema).unwrap();
    assert_eq!(refused(&right, &[]).kind(), ErrorKind::VaultNotFound);
}

#[test]
fn what_is_no_postgresql_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = std::io::Write::write_all(&mut &stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let config = PostgresConfig::new(&format!("postgres://app@127.0.0.1:{port}/app")).unwrap();
    let kind = refused(&config, &[]).kind();
    assert!(
        matches!(kind, ErrorKind::InvalidInput | ErrorKind::Unavailable),
        "{kind}"
    );
}

#[test]
fn tables_are_made_once_and_checked_by_whoever_opens_them() {
    let Some(server) = server() else { return };
    let config = server.config();
    assert_eq!(refused(&config, &[]).kind(), ErrorKind::VaultNotFound);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| PostgresStore::create(&config).unwrap());
        }
    });
    PostgresStore::open(&config).unwrap();
    PostgresStore::create(&config).unwrap();
}

/// Configuration of a store whose tables were changed by this SQL, with its schema as `{s}`.
fn changed(server: &Server, change: &str) -> PostgresConfig {
    let schema = fresh("t");
    let config = PostgresConfig::new(&server.url)
        .unwrap()
        .schema(&schema)
        .unwrap();
    PostgresStore::create(&config).unwrap();
    server.sql(&change.replace("{s}", &schema));
    config
}

#[test]
fn tables_of_another_shape_are_corrupt() {
    let Some(server) = server() else { return };
    for change in [
        "DROP TABLE {s}.keyslot_locks; CREATE VIEW {s}.keyslot_locks AS SELECT ''::bytea AS \
         partition",
        "ALTER TABLE {s}.keyslot_rows DROP COLUMN body",
        "ALTER TABLE {s}.keyslot_rows ADD COLUMN more int",
        "ALTER TABLE {s}.keyslot_rows ALTER COLUMN body DROP NOT NULL",
        "ALTER TABLE {s}.keyslot_rows ALTER COLUMN epoch TYPE numeric",
        "ALTER TABLE {s}.keyslot_rows ALTER COLUMN body TYPE text USING ''",
        "ALTER TABLE {s}.keyslot_rows DROP CONSTRAINT keyslot_rows_pkey",
        "ALTER TABLE {s}.keyslot_rows DROP CONSTRAINT keyslot_rows_pkey; ALTER TABLE \
         {s}.keyslot_rows ADD PRIMARY KEY (kind, partition, key)",
        "DROP TABLE {s}.keyslot_meta; ALTER TABLE {s}.keyslot_rows DROP COLUMN info",
        "UPDATE {s}.keyslot_meta SET format = 0",
    ] {
        let config = changed(&server, change);
        assert_eq!(refused(&config, &[]).kind(), ErrorKind::Corrupt, "{change}");
        let error = PostgresStore::create(&config).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{change}");
    }
}

#[test]
fn tables_that_lack_are_not_found_and_made_again() {
    let Some(server) = server() else { return };
    for change in [
        "DROP TABLE {s}.keyslot_locks",
        "DROP TABLE {s}.keyslot_meta",
        "DROP TABLE {s}.keyslot_rows",
        "DELETE FROM {s}.keyslot_meta",
    ] {
        let config = changed(&server, change);
        assert_eq!(
            refused(&config, &[]).kind(),
            ErrorKind::VaultNotFound,
            "{change}"
        );
        PostgresStore::create(&config).unwrap();
        PostgresStore::open(&config).unwrap();
    }
}

#[test]
fn a_newer_format_is_unsupported() {
    let Some(server) = server() else { return };
    let schema = fresh("t");
    let config = PostgresConfig::new(&server.url)
        .unwrap()
        .schema(&schema)
        .unwrap();
    PostgresStore::create(&config).unwrap();
    server.sql(&format!("UPDATE {schema}.keyslot_meta SET format = 2"));
    assert_eq!(refused(&config, &[]).kind(), ErrorKind::UnsupportedFormat);
    let error = PostgresStore::create(&config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
}

#[test]
fn the_published_ddl_makes_what_the_store_opens() {
    let Some(server) = server() else { return };
    let config = server.config();
    let schema = config.ddl().split('"').nth(1).unwrap().to_owned();
    server.sql(&format!("CREATE SCHEMA {schema}"));
    for _ in 0..2 {
        server.sql(&config.ddl());
    }
    PostgresStore::open(&config).unwrap();
    drop(store(&server.url));
}
