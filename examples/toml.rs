//! The config of a tool in TOML: read, resolved in its keys too, and made the host's own struct.
//!
//! `cargo run --example toml`
#![allow(clippy::print_stdout, clippy::expect_used)]

use std::collections::BTreeMap;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Tree};
use keyslot::{ErrorKind, Target, Variables};
use serde::Deserialize;
use toml::value::Datetime;

const CONFIG: &str = r#"
since = 2026-11-01T00:00:00Z

[database]
url = "postgres://reports@db.<<REGION>>.example/reports"
password = "<<DB_PASSWORD>>"
pool = 4

[topics]
"<<REGION>>-orders" = { partitions = 12 }
"<<REGION>>-refunds" = { partitions = 3 }
"#;

#[derive(Deserialize)]
struct Worker {
    since: Datetime,
    database: Database,
    topics: BTreeMap<String, Topic>,
}

#[derive(Deserialize)]
struct Database {
    url: String,
    password: String,
    pool: u16,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Topic {
    partitions: u32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new().keys(true);
    let config = engine.compile_document(toml::from_str::<Tree>(CONFIG)?)?;
    let values = Variables::new()
        .with("REGION", "eu")?
        .with("DB_PASSWORD", "p\"w\n[topics]")?;
    let resolved = engine.resolve(&values, &Target::tool("reports"), &config)?;

    let worker: Worker = resolved.expose_secret().to()?;
    assert_eq!(
        worker.database.url,
        "postgres://reports@db.eu.example/reports"
    );
    assert_eq!(
        (worker.database.password.as_str(), worker.database.pool),
        ("p\"w\n[topics]", 4)
    );
    assert_eq!(worker.since.to_string(), "2026-11-01T00:00:00Z");
    let topics = [("eu-orders", 12), ("eu-refunds", 3)]
        .map(|(name, partitions)| (name.to_owned(), Topic { partitions }));
    assert_eq!(worker.topics, BTreeMap::from(topics));
    println!("{} topics since {}", worker.topics.len(), worker.since);

    // Or TOML again, for a tool that reads it from its standard input.
    let written = toml::to_string(resolved.expose_secret())?;
    let read: Worker = toml::from_str(&written)?;
    assert_eq!(
        (read.database.password, read.since),
        (worker.database.password, worker.since)
    );

    // Two keys that become one would lose an entry.
    let twice: Tree = toml::from_str("[topics]\n\"<<REGION>>-orders\" = 1\n\"eu-orders\" = 2\n")?;
    let error = engine
        .resolve(&values, &Target::tool("reports"), &twice)
        .map(drop)
        .expect_err("the keys are the same");
    assert_eq!(
        (error.kind(), error.pointer()),
        (ErrorKind::InvalidDocument, Some("/topics"))
    );
    println!("{error}");
    Ok(())
}
