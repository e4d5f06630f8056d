//! `keyslot get`: the value of a secret.

use std::io::{self, IsTerminal as _};

use clap::Args;
use keyslot::secrecy::ExposeSecret as _;
use serde_json::json;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The arguments of `get`.
#[derive(Args, Debug)]
pub(crate) struct GetArgs {
    /// Name of the secret
    name: String,

    /// Print the value itself
    #[arg(long)]
    reveal: bool,

    /// Print the value where no terminal shows it, such as into a pipe or a file
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &GetArgs, context: &Context) -> Result<Exit> {
    if !args.reveal {
        return Err(
            Failure::usage("get prints the value, so it must be told to")
                .next("say --reveal; `keyslot show` prints all but the value"),
        );
    }
    let is_terminal = io::stdout().is_terminal();
    if !is_terminal && !args.yes {
        return Err(Failure::usage(
            "the output is no terminal: the value would go to a program or a \
                                   file",
        )
        .next("say --yes, or let `keyslot run` give it to the program"));
    }
    let value = context.opened()?.call(|scope| scope.reveal(&args.name))?;
    let value = value.expose_secret();
    if context.output.is_json() {
        context
            .output
            .json(&json!({ "name": args.name, "value": value }))?;
        return Ok(Exit::Done);
    }
    if is_terminal && !args.yes && value.contains(|c: char| c.is_control() && !"\n\t".contains(c)) {
        return Err(
            Failure::usage("the value has control characters, which steer the terminal")
                .next("say --yes, or print it with --json"),
        );
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(value.len() + 1));
    bytes.extend_from_slice(value.as_bytes());
    if is_terminal {
        bytes.push(b'\n');
    }
    context.output.bytes(&bytes)?;
    Ok(Exit::Done)
}
