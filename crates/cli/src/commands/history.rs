//! `keyslot history`: the kept versions of a secret.

use clap::Args;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Table;

/// The arguments of `history`.
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// Name of the secret
    name: String,
}

pub(super) fn run(args: &HistoryArgs, context: &Context) -> Result<Exit> {
    let info = context.opened()?.call(|scope| scope.info(&args.name))?;
    let versions = json!({ "name": info.name, "scope": info.scope, "versions": info.versions });
    if context.output.is_json() {
        context.output.json(&versions)?;
        return Ok(Exit::Done);
    }
    let kept = versions.get("versions").and_then(Value::as_array);
    let mut table = Table::new(["VERSION", "STORED AT", "BY", "FINGERPRINT"]);
    for version in kept.into_iter().flatten().rev() {
        let text = |field: &str| match version.get(field) {
            None | Some(Value::Null) => "-".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let fingerprint: String = text("fingerprint").chars().take(12).collect();
        table.row([
            &text("version"),
            &text("created_at"),
            &text("created_by"),
            &fingerprint,
        ]);
    }
    context.output.table(&table)?;
    Ok(Exit::Done)
}
