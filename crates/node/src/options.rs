//! Settings of a vault, and options of its calls, read from JSON.

use std::path::Path;
use std::time::Duration;

use keyslot::template::Engine;
use keyslot::{
    Cache, Error, ErrorKind, OpenMode, Result, SqliteStore, Target, Vault, VaultBuilder,
};
use serde::Deserialize;

use crate::failure::refuse;

/// Settings as they are written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools)] // each is one of the host's
pub(crate) struct Settings {
    strict: bool,
    audit: Option<String>,
    cache: Option<CacheSettings>,
    guard: Option<usize>,
    hints: bool,
    max_value: Option<usize>,
    kept_versions: Option<usize>,
    full: bool,
    busy_timeout_ms: Option<u64>,
    trust_folder: bool,
    read_only: bool,
    network_file_system: bool,
}

/// Bounds of the cache.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CacheSettings {
    max_age_ms: Option<u64>,
    idle_ms: Option<u64>,
    bytes: Option<usize>,
}

impl CacheSettings {
    fn cache(&self) -> Cache {
        let mut cache = Cache::new();
        if let Some(age) = self.max_age_ms {
            cache = cache.max_age(Duration::from_millis(age));
        }
        if let Some(idle) = self.idle_ms {
            cache = cache.idle(Duration::from_millis(idle));
        }
        if let Some(bytes) = self.bytes {
            cache = cache.bytes(bytes);
        }
        cache
    }
}

/// The way in which a vault is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    Open,
    Create,
    OpenOrCreate,
}

fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

impl Settings {
    pub(crate) fn read(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|_| refused("the settings of a vault have another form"))
    }

    /// The store in a file.
    pub(crate) fn store(&self, path: &Path, opening: Opening) -> Result<SqliteStore> {
        let mut options = SqliteStore::options()
            .trust_folder(self.trust_folder)
            .read_only(self.read_only)
            .network_file_system(self.network_file_system);
        if let Some(timeout) = self.busy_timeout_ms {
            options = options.busy_timeout(Duration::from_millis(timeout));
        }
        match opening {
            Opening::Open => options.open(path),
            Opening::Create => options.create(path),
            Opening::OpenOrCreate => options.open_or_create(path),
        }
    }

    /// A builder with all that is not about the file.
    pub(crate) fn builder(&self, engine: &Engine) -> Result<VaultBuilder> {
        let mut builder = Vault::builder().engine(engine.clone());
        if self.strict {
            builder = builder.strict();
        }
        if let Some(mode) = &self.audit {
            builder = builder.audit(mode.parse()?);
        }
        if let Some(cache) = &self.cache {
            builder = builder.cache(cache.cache());
        }
        if let Some(rows) = self.guard {
            builder = builder.guard(rows);
        }
        if self.hints {
            builder = builder.hints();
        }
        if let Some(bytes) = self.max_value {
            builder = builder.max_value(bytes);
        }
        if let Some(count) = self.kept_versions {
            builder = builder.kept_versions(count);
        }
        if self.full {
            builder = builder.open_mode(OpenMode::Full);
        }
        Ok(builder)
    }
}

/// Reads a target; an empty text is the target that is not said.
pub(crate) fn target(json: &str) -> napi::Result<Target> {
    if json.is_empty() {
        return Ok(Target::unspecified());
    }
    json.parse().map_err(refuse)
}
