//! `keyslot copy`: a secret in another scope.

use clap::Args;
use keyslot::Scope;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::opened::Opened;

/// The arguments of `copy`.
#[derive(Args, Debug)]
pub(crate) struct CopyArgs {
    /// Name of the secret
    name: String,

    /// Scope of the same organization that gets it
    #[arg(long, value_name = "SCOPE")]
    to: String,
}

pub(super) fn run(args: &CopyArgs, context: &Context) -> Result<Exit> {
    let to = Scope::new(&args.to)?;
    let (from, actor) = (context.scope_name()?, context.actor()?);
    let vault = context.vault()?;
    let target = vault.scope(to)?.acting_as(actor);
    let from = vault.scope(from)?;
    let info = Opened::new(vault, from).call(|from| from.clone_to(&args.name, &target))?;
    let message = format!("copied {} to {}", info.name, info.scope);
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
