//! `keyslot delete`: a name that is free again.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::purged;
use crate::prompt::confirm;

/// The arguments of `delete`.
#[derive(Args, Debug)]
pub(crate) struct DeleteArgs {
    /// Name of the secret
    name: String,

    /// Also if it is revoked, so that a secret of the same name above is used again
    #[arg(long)]
    force: bool,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &DeleteArgs, context: &Context) -> Result<Exit> {
    let opened = context.opened()?;
    let (name, scope) = (
        opened.call(|scope| scope.info(&args.name))?.name,
        opened.scope(),
    );
    confirm(
        &format!("delete {name} in {} with all its versions?", scope.scope()),
        args.yes,
    )?;
    let purge = if args.force {
        scope.force_delete(&name)?
    } else {
        scope.delete(&name)?
    };
    let report = json!({ "name": name, "scope": scope.scope(), "purge": purged(purge).0 });
    let message = format!("deleted {name} in {}; {}", scope.scope(), purged(purge).1);
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}
