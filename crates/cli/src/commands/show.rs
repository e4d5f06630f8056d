//! `keyslot show`: all about a secret but its value.

use clap::Args;
use keyslot::SecretInfo;
use serde_json::Value;

use super::rules;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Table;

/// The arguments of `show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Name of the secret
    name: String,
}

pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let info = context.opened()?.call(|scope| scope.info(&args.name))?;
    if context.output.is_json() {
        context.output.json(&info)?;
        return Ok(Exit::Done);
    }
    context.output.table(&table(&info))?;
    Ok(Exit::Done)
}

fn table(info: &SecretInfo) -> Table {
    let mut table = Table::new(["NAME", info.name.as_str()]);
    table.row(["scope", info.scope.as_str()]);
    // Times as JSON has them: in UTC.
    let json = serde_json::to_value(info).unwrap_or_default();
    for field in [
        "status",
        "version",
        "revision",
        "description",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "not_before",
        "expires_at",
        "rotate_every",
        "fingerprint",
        "record",
    ] {
        match json.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.is_empty() => {}
            Some(Value::String(text)) => table.row([field, text]),
            Some(other) if field == "rotate_every" => table.row([field, &format!("{other} s")]),
            Some(other) => table.row([field, &other.to_string()]),
        }
    }
    for (key, text) in &info.metadata {
        table.row([&format!("metadata {key}"), text]);
    }
    for (kind, rule) in rules::lines(&info.rules) {
        table.row([kind, &rule]);
    }
    table
}
