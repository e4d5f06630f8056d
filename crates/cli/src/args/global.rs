//! Options that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The options of every command. What is not given here comes from the environment, then from
/// `keyslot.toml`, then from the user's own folders.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Vault: path of a file, or URL of a PostgreSQL database without a password
    #[arg(long, global = true, value_name = "PATH|URL")]
    pub(crate) vault: Option<String>,

    /// Scope, such as acme/billing
    #[arg(long, short, global = true, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,

    /// File with the root key, which only its owner can read
    #[arg(long, global = true, value_name = "FILE", group = "key")]
    pub(crate) key_file: Option<PathBuf>,

    /// File with the root key, as Docker or Kubernetes mounts it
    #[arg(long, global = true, value_name = "FILE", group = "key")]
    pub(crate) key_mount: Option<PathBuf>,

    /// Environment variable with the root key
    #[arg(long, global = true, value_name = "NAME", group = "key")]
    pub(crate) key_env: Option<String>,

    /// Credential of systemd with the root key
    #[arg(long, global = true, value_name = "NAME", group = "key")]
    pub(crate) key_credential: Option<String>,

    /// Ask for the passphrase of the vault on the terminal
    #[arg(long, global = true, group = "key")]
    pub(crate) passphrase: bool,

    /// Settings, in place of the keyslot.toml of this folder or one above
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Person or program that is recorded with changes, such as user:ada
    #[arg(long, global = true, value_name = "ACTOR")]
    pub(crate) actor: Option<String>,

    /// Write JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// The cases in which output has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}
