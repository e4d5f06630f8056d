//! The settings of a call: options, then the environment, then `keyslot.toml`, then the user's own
//! folders.

use std::env;
use std::path::{Path, PathBuf};

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::failure::{Failure, Result};
use crate::key::KeySource;
use crate::place::Place;

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
            place: Place::of(args, &config)?,
            config: found.then_some(config.path),
        })
    }
}

/// Returns an environment variable that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the home folder of the user.
pub(crate) fn home() -> Option<PathBuf> {
    env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home.is_absolute())
}

/// Returns a file of the user: in the folder that a variable of XDG names, or below the home.
pub(crate) fn own_file(xdg: &str, below_home: &str, file: &str) -> Option<PathBuf> {
    let folder = env::var_os(xdg)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(home()?.join(below_home)))?;
    Some(folder.join("keyslot").join(file))
}

/// Returns the folder that the command was started in.
pub(crate) fn current_folder() -> Result<PathBuf> {
    env::current_dir().map_err(|error| Failure::io("cannot tell the current folder", &error))
}

/// Makes the folder of a file, for its user alone, if it is not there.
pub(crate) fn make_folder_of(file: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            Failure::io(
                format_args!("cannot make the folder {}", folder.display()),
                &error,
            )
        })
}

/// The user of this process, as an actor.
fn user() -> String {
    let named = variable("USER").filter(|name| keyslot::Actor::new(format!("user:{name}")).is_ok());
    let name = named.unwrap_or_else(|| rustix::process::getuid().as_raw().to_string());
    format!("user:{name}")
}
