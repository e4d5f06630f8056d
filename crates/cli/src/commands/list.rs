//! `keyslot list`: the secrets of a scope.

use clap::Args;
use keyslot::SecretInfo;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Table;

/// The arguments of `list`.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {}

pub(super) fn run(_: &ListArgs, context: &Context) -> Result<Exit> {
    let secrets: Vec<SecretInfo> = context.scope()?.list().sorted().page()?;
    if context.output.is_json() {
        context.output.json(&json!({ "secrets": secrets }))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["NAME", "STATUS", "VERSION", "DESCRIPTION"]);
    for secret in &secrets {
        let version = secret.version().map(|version| version.to_string());
        table.row([
            secret.name.as_str(),
            secret.status.as_str(),
            version.as_deref().unwrap_or("-"),
            &secret.description,
        ]);
    }
    context.output.table(&table)?;
    Ok(Exit::Done)
}
