//! The key that opens a vault: from a file, the environment, a credential or a prompt.

use std::path::PathBuf;

use clap::Args;
use keyslot::{Passphrase, RootKey, Unlock};

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::prompt;
use crate::surroundings::{own_file, variable};

/// The place that a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// A file that only its owner can read.
    File(PathBuf),
    /// A file that an orchestrator mounted.
    Mount(PathBuf),
    /// An environment variable.
    Variable(String),
    /// A credential of systemd.
    Credential(String),
    /// A passphrase that is asked for.
    Passphrase,
}

impl KeySource {
    /// Returns the source that options, environment or `keyslot.toml` name; otherwise the user's
    /// own key file, if it is there.
    pub(crate) fn of(args: &GlobalArgs, config: &Config) -> Option<Self> {
        Self::of_args(args)
            .or_else(Self::of_environment)
            .or_else(|| Self::of_config(config))
            .or_else(|| {
                let own = Self::own_file().filter(|path| path.exists())?;
                Some(Self::File(own))
            })
    }

    /// Returns the path of the user's own key file.
    pub(crate) fn own_file() -> Option<PathBuf> {
        own_file("XDG_CONFIG_HOME", ".config", "key")
    }

    /// Returns the environment variable that holds the key.
    pub(crate) fn variable(&self) -> Option<&str> {
        match self {
            Self::Variable(name) => Some(name),
            _ => None,
        }
    }

    fn of_args(args: &GlobalArgs) -> Option<Self> {
        let file = args.key_file.clone().map(Self::File);
        file.or_else(|| args.key_mount.clone().map(Self::Mount))
            .or_else(|| args.key_env.clone().map(Self::Variable))
            .or_else(|| args.key_credential.clone().map(Self::Credential))
            .or_else(|| args.passphrase.then_some(Self::Passphrase))
    }

    fn of_environment() -> Option<Self> {
        variable("KEYSLOT_KEY_FILE")
            .map(|path| Self::File(path.into()))
            .or_else(|| variable("KEYSLOT_KEY").map(|_| Self::Variable("KEYSLOT_KEY".to_owned())))
    }

    fn of_config(config: &Config) -> Option<Self> {
        let file = config.key_file.clone().map(Self::File);
        file.or_else(|| config.key_env.clone().map(Self::Variable))
            .or_else(|| config.key_credential.clone().map(Self::Credential))
    }

    /// Reads the key for a vault that it is to open from now on: a passphrase is asked for twice.
    pub(crate) fn unlock_new(&self) -> Result<Box<dyn Unlock>> {
        match self {
            Self::Passphrase => Ok(Box::new(Passphrase::new(prompt::new_passphrase()?))),
            other => other.unlock(),
        }
    }

    /// Reads the key.
    pub(crate) fn unlock(&self) -> Result<Box<dyn Unlock>> {
        Ok(match self {
            Self::File(path) if !path.exists() => return Err(no_file()),
            Self::File(path) => Box::new(RootKey::from_file(path)?),
            Self::Mount(path) => Box::new(RootKey::from_mounted_file(path)?),
            Self::Variable(name) => Box::new(RootKey::from_env(name)?),
            Self::Credential(name) => Box::new(RootKey::from_systemd_credential(name)?),
            Self::Passphrase => Box::new(Passphrase::new(prompt::hidden("passphrase: ")?)),
        })
    }

    /// Returns the kind of source in words, without the source itself.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Mount(_) => "mounted file",
            Self::Variable(_) => "environment variable",
            Self::Credential(_) => "credential",
            Self::Passphrase => "passphrase",
        }
    }
}

/// Options that name a new key.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct NewKeyArgs {
    /// File with the new key, such as `keyslot keygen` makes
    #[arg(long, value_name = "FILE")]
    new_key_file: Option<PathBuf>,

    /// Ask for a new passphrase on the terminal
    #[arg(long)]
    new_passphrase: bool,
}

impl NewKeyArgs {
    /// Reads the new key.
    pub(crate) fn unlock(&self) -> Result<Box<dyn Unlock>> {
        match &self.new_key_file {
            Some(path) => KeySource::File(path.clone()).unlock(),
            None => KeySource::Passphrase.unlock_new(),
        }
    }
}

/// Returns the error of a call that no key was named for.
pub(crate) fn missing() -> Failure {
    Failure::new(Exit::Key, "no key is named").next(
        "name one with --key-file, KEYSLOT_KEY_FILE, KEYSLOT_KEY, --passphrase or keyslot.toml, or \
         make one with `keyslot init`",
    )
}

fn no_file() -> Failure {
    Failure::new(Exit::Key, "the key file does not exist")
        .next("make one with `keyslot keygen FILE`, or name another with --key-file")
}
