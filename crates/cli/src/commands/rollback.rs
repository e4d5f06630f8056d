//! `keyslot rollback`: an older value again.

use clap::Args;
use keyslot::Version;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// The arguments of `rollback`.
#[derive(Args, Debug)]
pub(crate) struct RollbackArgs {
    /// Name of the secret
    name: String,

    /// Version whose value becomes the newest
    #[arg(long, value_name = "VERSION")]
    to: String,
}

pub(super) fn run(args: &RollbackArgs, context: &Context) -> Result<Exit> {
    let to: Version = args.to.parse()?;
    let info = context
        .opened()?
        .call(|scope| scope.rollback(&args.name, to))?;
    let version = info.version().map_or(0, Version::get);
    let message = format!(
        "{} in {} has the value of version {to}, as version {version}",
        info.name, info.scope
    );
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
