//! `keyslot enable` and `keyslot disable`.

use clap::Args;
use keyslot::Status;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// The arguments of `enable` and `disable`.
#[derive(Args, Debug)]
pub(crate) struct SwitchArgs {
    /// Name of the secret
    name: String,
}

pub(super) fn run(args: &SwitchArgs, status: Status, context: &Context) -> Result<Exit> {
    let info = context
        .opened()?
        .call(|scope| scope.set_status(&args.name, status))?;
    let message = format!("{} in {} is {}", info.name, info.scope, info.status);
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
