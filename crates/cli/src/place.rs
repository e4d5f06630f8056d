//! The place of a vault: a file, or a database.

use std::fmt;
use std::path::{Path, PathBuf};

use keyslot::{SqliteStore, VaultBuilder};

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::failure::{Failure, Result};
use crate::surroundings::{own_file, variable};

/// The place of a vault.
#[derive(Debug)]
pub(crate) enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of PostgreSQL.
    #[cfg(feature = "postgres")]
    Database(Box<keyslot_postgres::PostgresConfig>),
}

impl Place {
    /// Returns the place that options, environment or `keyslot.toml` name; otherwise the user's own
    /// vault.
    pub(crate) fn of(args: &GlobalArgs, config: &Config) -> Result<Self> {
        if let Some(given) = &args.vault {
            refuse_password(
                given,
                "an argument is seen by everybody who lists processes",
            )?;
            return Self::parse(given, config);
        }
        if let Some(given) = variable("KEYSLOT_VAULT") {
            return Self::parse(&given, config);
        }
        if let Some(given) = &config.vault {
            refuse_password(given, "keyslot.toml holds no values")?;
            return Self::parse(given, config);
        }
        let own = own_file("XDG_DATA_HOME", ".local/share", "vault.db");
        own.map(Self::File).ok_or_else(|| {
            Failure::usage("no vault is named, and there is no home folder")
                .next("name one with --vault, KEYSLOT_VAULT or keyslot.toml")
        })
    }

    fn parse(text: &str, config: &Config) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Self::database(text, config);
        }
        if text.contains("://") {
            return Err(Failure::usage(
                "a vault is a path, or a URL with postgres://",
            ));
        }
        Ok(Self::File(text.into()))
    }

    #[cfg(feature = "postgres")]
    fn database(url: &str, config: &Config) -> Result<Self> {
        let mut database = keyslot_postgres::PostgresConfig::new(url)?;
        if let (None, Some(password)) = (password(url), variable("PGPASSWORD")) {
            database = database.password(password);
        }
        let roots = variable("KEYSLOT_TLS_ROOTS").map(PathBuf::from);
        if let Some(roots) = roots.as_ref().or(config.tls_roots.as_ref()) {
            let pem = std::fs::read(roots)
                .map_err(|error| Failure::io("cannot read the file of tls-roots", &error))?;
            database = database.tls_roots(pem)?;
        }
        if let Some(schema) = &config.schema {
            database = database.schema(schema)?;
        }
        Ok(Self::Database(Box::new(database)))
    }

    #[cfg(not(feature = "postgres"))]
    fn database(_: &str, _: &Config) -> Result<Self> {
        Err(Failure::usage(
            "this keyslot was built without its feature `postgres`",
        ))
    }

    /// Adds the store of an existing vault.
    pub(crate) fn open(&self, builder: VaultBuilder) -> Result<VaultBuilder> {
        Ok(match self {
            Self::File(path) => builder.store(SqliteStore::open(path)?),
            #[cfg(feature = "postgres")]
            Self::Database(config) => builder.store(keyslot_postgres::PostgresStore::open(config)?),
        })
    }

    /// Opens the store of an existing vault in a database.
    #[cfg(feature = "postgres")]
    pub(crate) fn store(&self) -> Result<Box<dyn keyslot::SecretStore>> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open(path)?),
            Self::Database(config) => Box::new(keyslot_postgres::PostgresStore::open(config)?),
        })
    }

    /// Adds the store of a new vault.
    pub(crate) fn create(&self, builder: VaultBuilder) -> Result<VaultBuilder> {
        Ok(match self {
            Self::File(path) => builder.store(SqliteStore::create(path)?),
            #[cfg(feature = "postgres")]
            Self::Database(config) => {
                builder.store(keyslot_postgres::PostgresStore::create(config)?)
            }
        })
    }

    /// Returns the path of a vault in a file.
    #[cfg_attr(not(feature = "postgres"), allow(clippy::unnecessary_wraps))]
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Database(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            // Not the URL: the one of KEYSLOT_VAULT may have a password.
            #[cfg(feature = "postgres")]
            Self::Database(_) => f.write_str("a PostgreSQL database"),
        }
    }
}

/// Refuses a URL with a password in a place that others read.
fn refuse_password(url: &str, reason: &str) -> Result<()> {
    match password(url) {
        None => Ok(()),
        Some(()) => Err(Failure::usage(format!("the URL has a password: {reason}"))
            .next("leave it out, and set PGPASSWORD or KEYSLOT_VAULT")),
    }
}

/// Finds the password of a URL.
fn password(url: &str) -> Option<()> {
    let (_, rest) = url.split_once("://")?;
    // The last `@` ends what stands before the host, also where a password was not encoded.
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    (user.contains(':') || query.to_ascii_lowercase().contains("password=")).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_found() {
        for url in [
            "postgres://app:hunter2@db/app",
            "postgres://app:hun/ter2@db/app",
            "postgres://db/app?user=app&password=hunter2",
        ] {
            assert!(password(url).is_some(), "{url}");
            let args = GlobalArgs {
                vault: Some(url.to_owned()),
                ..GlobalArgs::default()
            };
            let failure = Place::of(&args, &Config::default())
                .unwrap_err()
                .to_string();
            assert!(
                failure.contains("has a password") && !failure.contains("ter2"),
                "{failure}"
            );
        }
        for url in [
            "postgres://app@db:5432/app",
            "postgres://app@db/app?sslmode=require",
        ] {
            assert!(password(url).is_none(), "{url}");
        }
    }
}
