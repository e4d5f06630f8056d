//! The whole command line.

use clap::Parser;

use super::global::GlobalArgs;
use crate::commands::Command;

/// Keeps secrets in an encrypted vault, and runs programs and renders files with them.
///
/// Configs hold placeholders such as <<$secret.API_KEY>>, never values.
#[derive(Debug, Parser)]
#[command(
    name = "keyslot",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    infer_subcommands = false
)]
pub(crate) struct Cli {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// The options of every command.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
