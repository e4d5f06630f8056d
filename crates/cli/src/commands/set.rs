//! `keyslot set`: a new secret, or a new version of one.

use std::path::PathBuf;

use clap::Args;
use keyslot::SecretInput;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::input;

/// The arguments of `set`. A value is not among them: others see the arguments of a process.
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
}

pub(super) fn run(args: &SetArgs, context: &Context) -> Result<Exit> {
    let scope = context.scope()?;
    let value = input::value(args.from_file.as_deref(), args.exact)?;
    let info = scope.put(&args.name, SecretInput::new(value))?;
    let version = info.version().map_or(0, keyslot::Version::get);
    let message = format!("stored {} in {}, version {version}", info.name, info.scope);
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
