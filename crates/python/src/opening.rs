//! Settings of an open vault, as keyword arguments.

use std::path::Path;
use std::time::Duration;

use keyslot::template::Engine;
use keyslot::{AuditMode, ErrorKind, OpenMode, SqliteOptions, SqliteStore, Vault, VaultBuilder};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods};

use crate::error::{Outcome, refused};
use crate::syntax;
use crate::text::Text;

/// The way in which the file of a vault comes to be.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verb {
    Open,
    Create,
    OpenOrCreate,
}

/// Settings of the file and of the handle.
pub(crate) struct Settings {
    options: SqliteOptions,
    builder: VaultBuilder,
    pub(crate) engine: Engine,
}

impl Settings {
    /// Reads the keyword arguments.
    pub(crate) fn of(given: Option<&Bound<'_, PyDict>>) -> Outcome<Self> {
        let mut settings = Self {
            options: SqliteStore::options(),
            builder: Vault::builder(),
            engine: Engine::new(),
        };
        for (key, value) in given.into_iter().flat_map(PyDictMethods::iter) {
            let key: Text = key.extract()?;
            settings = settings.with(key.as_str(), &value)?;
        }
        settings.builder = settings.builder.engine(settings.engine.clone());
        Ok(settings)
    }

    fn with(mut self, key: &str, value: &Bound<'_, PyAny>) -> Outcome<Self> {
        let (options, builder) = (self.options, self.builder);
        let is_set = || value.extract::<bool>();
        self.options = match key {
            "busy_timeout" => options.busy_timeout(value.extract::<Duration>()?),
            "read_only" => options.read_only(is_set()?),
            "trust_folder" => options.trust_folder(is_set()?),
            "fix_permissions" => options.fix_permissions(is_set()?),
            "network_file_system" => options.network_file_system(is_set()?),
            _ => options,
        };
        self.builder = match key {
            "syntax" => {
                self.engine = self.engine.syntax(syntax::of(value)?);
                builder
            }
            "keys" => {
                self.engine = self.engine.keys(is_set()?);
                builder
            }
            "strict" if is_set()? => builder.strict(),
            "hints" if is_set()? => builder.hints(),
            "audit" => builder.audit(value.extract::<Text>()?.as_str().parse::<AuditMode>()?),
            "guard" => builder.guard(value.extract()?),
            "max_value" => builder.max_value(value.extract()?),
            "kept_versions" => builder.kept_versions(value.extract()?),
            "full_check" if is_set()? => builder.open_mode(OpenMode::Full),
            "busy_timeout"
            | "read_only"
            | "trust_folder"
            | "fix_permissions"
            | "network_file_system"
            | "strict"
            | "hints"
            | "full_check" => builder,
            _ => {
                return Err(refused(
                    ErrorKind::InvalidInput,
                    "a vault has no such setting",
                ));
            }
        };
        Ok(self)
    }

    /// Opens or creates the vault in a file.
    pub(crate) fn open(
        self,
        verb: Verb,
        path: &Path,
        key: &dyn keyslot::Unlock,
    ) -> keyslot::Result<Vault> {
        let store = match verb {
            Verb::Open => self.options.open(path)?,
            Verb::Create => self.options.create(path)?,
            Verb::OpenOrCreate => self.options.open_or_create(path)?,
        };
        let builder = self.builder.store(store);
        match verb {
            Verb::Open => builder.open(key),
            Verb::Create => builder.create(key),
            Verb::OpenOrCreate => builder.open_or_create(key),
        }
    }

    /// Makes a vault that lives in memory.
    pub(crate) fn in_memory(self, key: &dyn keyslot::Unlock) -> keyslot::Result<Vault> {
        self.builder.create(key)
    }
}
