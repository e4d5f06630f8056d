//! `keyslot edit`: the facts about a secret, without a new value.

use clap::Args;
use keyslot::SecretChange;

use crate::args::FactsArgs;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The arguments of `edit`.
#[derive(Args, Debug)]
pub(crate) struct EditArgs {
    /// Name of the secret
    name: String,

    #[command(flatten)]
    facts: FactsArgs,

    /// Remove this further fact; may be repeated
    #[arg(long, value_name = "KEY")]
    without_metadata: Vec<String>,

    /// Remove the times from which it can be used and no longer be used
    #[arg(long, conflicts_with_all = ["not_before", "expires"])]
    clear_times: bool,

    /// Remove the age at which the value should be replaced
    #[arg(long, conflicts_with = "rotate_every")]
    never_rotate: bool,
}

pub(super) fn run(args: &EditArgs, context: &Context) -> Result<Exit> {
    let removes = args.clear_times || args.never_rotate || !args.without_metadata.is_empty();
    if !removes && !args.facts.says_something() {
        return Err(Failure::usage("nothing is named that should change")
            .next("see `keyslot help edit`; `keyslot set` stores a new value"));
    }
    let mut change: SecretChange = args.facts.change()?;
    for key in &args.without_metadata {
        change = change.without_metadata(key);
    }
    if args.clear_times {
        change = change.clear_times();
    }
    if args.never_rotate {
        change = change.never_rotate();
    }
    let info = context
        .opened()?
        .call(|scope| scope.update(&args.name, change))?;
    let message = format!(
        "changed {} in {}, revision {}",
        info.name, info.scope, info.revision
    );
    context.output.either(&info, &message)?;
    Ok(Exit::Done)
}
