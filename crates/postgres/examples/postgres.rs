//! A vault in PostgreSQL, which any number of machines may use at once. Its key is gone with the
//! program, so it runs once for each database.
//!
//! ```text
//! cargo run -p keyslot-postgres --example postgres -- postgres://app@127.0.0.1/app
//! ```

use std::env;
use std::error::Error;

use keyslot::secrecy::ExposeSecret;
use keyslot::{RootKey, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};

fn main() -> Result<(), Box<dyn Error>> {
    let connection = env::args().nth(1).or_else(|| env::var("DATABASE_URL").ok());
    let connection = connection.ok_or("pass a connection string, or set DATABASE_URL")?;
    // A host on another machine must be encrypted: `.tls_roots(std::fs::read("root.crt")?)?`.
    let config = PostgresConfig::new(&connection)?.schema("keyslot_example")?;

    // The key stands in for one of `RootKey::from_env` or a provider: a real one is kept.
    let key = RootKey::generate()?;
    let store = PostgresStore::create(&config)?;
    let vault = Vault::builder().store(store).create(&key)?;
    let agents = vault.scope("acme/agents")?;
    agents.put("GITHUB_TOKEN", "ghp-example")?;

    // Another machine opens the same rows.
    let elsewhere = Vault::builder()
        .store(PostgresStore::open(&config)?)
        .open(&key)?;
    let header = elsewhere
        .scope("acme/agents")?
        .resolve("Bearer <<$secret.GITHUB_TOKEN>>")?;
    assert_eq!(header.expose_secret(), "Bearer ghp-example");

    // A secret that is revoked here is refused there, at once.
    agents.revoke("GITHUB_TOKEN")?;
    let refused = elsewhere
        .scope("acme/agents")?
        .resolve("Bearer <<$secret.GITHUB_TOKEN>>");
    if let Err(error) = refused {
        println!("{error}");
    }
    Ok(())
}
