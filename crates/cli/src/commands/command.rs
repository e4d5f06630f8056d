//! The list of commands.

use clap::Subcommand;

use super::{get, init, keygen, list, render, run, set};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a vault, and a key if there is none
    Init(init::InitArgs),
    /// Make a root key
    Keygen(keygen::KeygenArgs),
    /// Store a secret: its value comes from standard input, a prompt or a file
    Set(set::SetArgs),
    /// Print the value of a secret
    Get(get::GetArgs),
    /// List the secrets of a scope
    List(list::ListArgs),
    /// Run a program with values in its environment and files, and mask them in its output
    Run(run::RunArgs),
    /// Put values into files
    Render(render::RenderArgs),
}

impl Command {
    /// Does the work.
    pub(crate) fn run(self, context: &Context) -> Result<Exit> {
        match self {
            Self::Init(args) => init::run(&args, context),
            Self::Keygen(args) => keygen::run(&args, context),
            Self::Set(args) => set::run(&args, context),
            Self::Get(args) => get::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Run(args) => run::run(&args, context),
            Self::Render(args) => render::run(&args, context),
        }
    }
}
