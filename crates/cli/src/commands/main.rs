//! The way of a call, from its arguments to its exit code.

use std::process::ExitCode;

use clap::Parser as _;

use super::command::Command;
use crate::args::{self, Cli, GlobalArgs};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::hardening;
use crate::output::Output;

/// Runs the command and returns the exit code of the process.
pub(crate) fn main() -> ExitCode {
    if let Some(ended) = crate::run::helper(std::env::args_os()) {
        return ended;
    }
    let (output, done) = match Cli::try_parse() {
        Ok(cli) => {
            let output = Output::of(&cli.global);
            (output, run(cli, output))
        }
        Err(error) => {
            let asks_for_json = std::env::args_os().any(|argument| argument == "--json");
            let args = GlobalArgs {
                json: asks_for_json,
                ..GlobalArgs::default()
            };
            (Output::of(&args), answer(&error))
        }
    };
    let exit = done.unwrap_or_else(|failure| {
        if failure.exit() != Exit::BrokenPipe {
            output.failure(&failure);
        }
        failure.exit()
    });
    ExitCode::from(exit.code())
}

fn run(cli: Cli, output: Output) -> Result<Exit> {
    // Before a key is read.
    match cli.command {
        Command::Run(_) => hardening::without_cores(),
        _ => hardening::whole(),
    }
    let context = Context::of(cli.global, output)?;
    cli.command.run(&context)
}

/// Shows help or the version, or returns the error of the arguments.
fn answer(error: &clap::Error) -> Result<Exit> {
    if let Some(failure) = args::refuse(error) {
        return Err(failure);
    }
    let shown = error.print();
    shown.map_err(|error| Failure::io("cannot write the help", &error))?;
    // Help that nobody asked for is the answer to a call without a command.
    Ok(if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    })
}
