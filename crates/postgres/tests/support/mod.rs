//! The server of the tests, and schemas of their own.
#![allow(unreachable_pub, clippy::pedantic)]

#[path = "../../../../tests/it/support/counting.rs"]
pub(crate) mod counting;
#[path = "../../../../tests/it/support/hooked.rs"]
pub(crate) mod hooked;
pub(crate) mod load;
pub(crate) mod proxy;
#[path = "../../../../tests/it/support/rows.rs"]
pub(crate) mod rows;
pub(crate) mod sample;
#[path = "../../../../tests/it/support/scanner.rs"]
pub(crate) mod scanner;
pub(crate) mod shelf;
#[path = "../../../../tests/it/support/vaults.rs"]
mod vaults;

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use keyslot_postgres::{PostgresConfig, PostgresStore};
use tokio_postgres::{Client, NoTls};

pub(crate) use vaults::*;

/// Server that the script started.
pub(crate) struct Server {
    /// Connection string of a role that may do all, directly.
    pub(crate) url: String,
    /// The same through PgBouncer.
    pub(crate) bouncer: Option<String>,
    /// Logs and certificates.
    pub(crate) folder: PathBuf,
}

/// The server. Without one, `None` and a loud word.
pub(crate) fn server() -> Option<Server> {
    let Ok(url) = std::env::var("KEYSLOT_POSTGRES_URL") else {
        assert!(
            std::env::var_os("KEYSLOT_MUST_TEST_POSTGRES").is_none(),
            "no server, and KEYSLOT_MUST_TEST_POSTGRES is set"
        );
        eprintln!("NOT TESTED: no PostgreSQL; run crates/postgres/tests/server run cargo test …");
        return None;
    };
    Some(Server {
        url,
        bouncer: std::env::var("KEYSLOT_PGBOUNCER_URL").ok(),
        folder: std::env::var("KEYSLOT_POSTGRES_FOLDER")
            .unwrap_or_default()
            .into(),
    })
}

/// A name that no other schema, role or database of this run has.
pub(crate) fn fresh(what: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{what}_{}_{number}", std::process::id())
}

impl Server {
    /// Configuration with an empty schema of its own.
    pub(crate) fn config(&self) -> PostgresConfig {
        config(&self.url)
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> String {
        let rest = self.url.split('@').nth(1).unwrap();
        rest.split('/').next().unwrap().to_owned()
    }

    /// A URL of the same server with another user (and password), database or address.
    pub(crate) fn url(&self, user: &str, address: &str, database: &str) -> String {
        format!("postgres://{user}@{address}/{database}")
    }

    /// Runs SQL as the role that may do all; gives the first column of the last rows.
    pub(crate) fn sql(&self, sql: &str) -> Vec<String> {
        let (url, sql) = (self.url.clone(), sql.to_owned());
        run(async move {
            let client = connect(&url).await;
            let answers = client.simple_query(&sql).await.unwrap();
            let rows = answers.iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            rows.collect()
        })
    }

    /// Runs a command of the script.
    pub(crate) fn command(&self, name: &str) {
        let script = std::env::var("KEYSLOT_POSTGRES_SERVER").unwrap();
        let status = Command::new(script).arg(name).status().unwrap();
        assert!(status.success(), "server {name}");
    }

    /// The log of the server.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.join("log")).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Configuration of this connection, with an empty schema of its own.
pub(crate) fn config(url: &str) -> PostgresConfig {
    PostgresConfig::new(url)
        .unwrap()
        .schema(&fresh("t"))
        .unwrap()
}

/// An empty store.
pub(crate) fn store(url: &str) -> PostgresStore {
    PostgresStore::create(&config(url)).unwrap()
}

/// The schema of a store.
pub(crate) fn schema_of(store: &PostgresStore) -> String {
    let shown = format!("{store:?}");
    let rest = shown.split("schema: \"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A client of another crate than the store, with a runtime of this thread.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Runs a future in a runtime of its own, in a thread of its own.
pub(crate) fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(future)
    });
    thread.join().unwrap()
}
