//! The settings of a call: options, then the environment, then `keyslot.toml`, then the user's own
//! folders.

use std::path::PathBuf;

use keyslot::AuditMode;

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::failure::{Failure, Result};
use crate::key::KeySource;
use crate::place::Place;
use crate::surroundings::{current_folder, variable};

/// The settings of a call.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The place of the vault.
    pub(crate) place: Place,
    /// The source of its key; `None` if nothing names one.
    pub(crate) key: Option<KeySource>,
    /// The scope; `None` if nothing names one.
    pub(crate) scope: Option<String>,
    /// The actor that is recorded with changes.
    pub(crate) actor: String,
    /// The uses that are logged; `None` where no log is asked for.
    pub(crate) audit: Option<AuditMode>,
    /// The `keyslot.toml` that was read.
    pub(crate) config: Option<PathBuf>,
}

impl Settings {
    /// Collects the settings of a call.
    pub(crate) fn of(args: &GlobalArgs) -> Result<Self> {
        let config = match &args.config {
            Some(path) => Some(Config::read(path)?),
            None => Config::find(&current_folder()?)?,
        };
        let found = config.is_some();
        let config = config.unwrap_or_default();
        Ok(Self {
            key: KeySource::of(args, &config),
            scope: args
                .scope
                .clone()
                .or_else(|| variable("KEYSLOT_SCOPE"))
                .or_else(|| config.scope.clone()),
            actor: args
                .actor
                .clone()
                .or_else(|| variable("KEYSLOT_ACTOR"))
                .unwrap_or_else(user),
            audit: variable("KEYSLOT_AUDIT")
                .or_else(|| config.audit.clone())
                .map(|mode| audit(&mode))
                .transpose()?,
            place: Place::of(args, &config)?,
            config: found.then_some(config.path),
        })
    }
}

/// Reads the setting of the audit log.
fn audit(mode: &str) -> Result<AuditMode> {
    match mode {
        "off" => Ok(AuditMode::Off),
        "batched" => Ok(AuditMode::Batched),
        "required" => Ok(AuditMode::Required),
        _ => Err(Failure::usage(
            "the setting of the audit log is not valid: it is off (changes alone are logged), \
             batched or required",
        )),
    }
}

/// The user of this process, as an actor.
fn user() -> String {
    let named = variable("USER").filter(|name| keyslot::Actor::new(format!("user:{name}")).is_ok());
    let name = named.unwrap_or_else(|| rustix::process::getuid().as_raw().to_string());
    format!("user:{name}")
}
