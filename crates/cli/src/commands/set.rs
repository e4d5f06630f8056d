//! `keyslot set`: a new secret, or a new version of one.

use std::path::PathBuf;

use clap::Args;
use keyslot::{SecretInput, Version};

use crate::args::{FactsArgs, RulesArgs};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::input;

/// The arguments of `set`. A value is not among them: others see the arguments of a process.
// Options of a command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Args, Debug)]
pub(crate) struct SetArgs {
    /// Name of the secret
    name: String,

    /// Read the value from this file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,

    /// Keep the line end behind a value of one line
    #[arg(long)]
    exact: bool,

    /// Only if there is no secret of this name
    #[arg(long, conflicts_with_all = ["if_revision", "replace_revoked"])]
    if_absent: bool,

    /// Put a new secret in place of a revoked one
    #[arg(long)]
    replace_revoked: bool,

    /// Store it switched off
    #[arg(long)]
    inactive: bool,

    #[command(flatten)]
    facts: FactsArgs,

    #[command(flatten)]
    rules: RulesArgs,
}

pub(super) fn run(args: &SetArgs, context: &Context) -> Result<Exit> {
    let (facts, rules) = (args.facts.change()?, args.rules.rules()?);
    let scope = context.scope()?;
    let value = input::value(args.from_file.as_deref(), args.exact)?;
    let mut input = SecretInput::new(value).apply(facts);
    if let Some(rules) = rules {
        input = input.rules(rules);
    }
    if args.if_absent {
        input = input.if_absent();
    }
    if args.inactive {
        input = input.inactive();
    }
    let info = if args.replace_revoked {
        scope.replace_revoked(&args.name, input)?
    } else {
        scope.put(&args.name, input)?
    };
    let version = info.version().map_or(0, Version::get);
    let message = format!("stored {} in {}, version {version}", info.name, info.scope);
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
