//! `keyslot revoke`: the end of a secret.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::purged;
use crate::prompt::confirm;

/// The arguments of `revoke`.
#[derive(Args, Debug)]
pub(crate) struct RevokeArgs {
    /// Name of the secret
    name: String,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &RevokeArgs, context: &Context) -> Result<Exit> {
    let opened = context.opened()?;
    let (name, scope) = (
        opened.call(|scope| scope.info(&args.name))?.name,
        opened.scope(),
    );
    confirm(
        &format!("revoke {name} in {} for good?", scope.scope()),
        args.yes,
    )?;
    let purge = scope.revoke(&name)?;
    let report = json!({ "name": name, "scope": scope.scope(), "purge": purged(purge).0 });
    let message = format!("revoked {name} in {}; {}", scope.scope(), purged(purge).1);
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}
