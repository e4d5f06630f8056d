//! `keyslot rules`: the access rules of a secret.

use clap::Args;
use keyslot::{AccessRules, SecretChange};
use serde_json::json;

use crate::args::RulesArgs;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Table;

/// The arguments of `rules`.
#[derive(Args, Debug)]
pub(crate) struct RulesCommandArgs {
    /// Name of the secret
    name: String,

    /// New rules, in place of all that are stored
    #[command(flatten)]
    rules: RulesArgs,

    /// Remove all rules
    #[arg(long, conflicts_with_all = ["tool", "host", "surface", "instructions"])]
    clear: bool,
}

pub(super) fn run(args: &RulesCommandArgs, context: &Context) -> Result<Exit> {
    let rules = match args.rules.rules()? {
        None if args.clear => Some(AccessRules::new()),
        rules => rules,
    };
    let opened = context.opened()?;
    let info = match rules {
        Some(rules) => {
            let change = SecretChange::new().rules(rules);
            opened.call(|scope| scope.update(&args.name, change))?
        }
        None => opened.call(|scope| scope.info(&args.name))?,
    };
    if context.output.is_json() {
        let report = json!({ "name": info.name, "scope": info.scope, "rules": info.rules });
        context.output.json(&report)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["RULE", "ALLOWS"]);
    for (kind, rule) in lines(&info.rules) {
        table.row([kind, &rule]);
    }
    context.output.table(&table)?;
    Ok(Exit::Done)
}

/// The rules in words, one a line.
pub(super) fn lines(rules: &AccessRules) -> Vec<(&'static str, String)> {
    let tools = rules.tools().map(|rule| ("tool", rule.to_owned()));
    let hosts = rules.hosts().map(|rule| ("host", rule.to_owned()));
    let surfaces = rules
        .surfaces()
        .map(|surface| ("surface", surface.to_string()));
    let mut lines: Vec<_> = tools.chain(hosts).chain(surfaces).collect();
    let instructions = if rules.instructions() { "yes" } else { "no" };
    lines.push(("instructions", instructions.to_owned()));
    lines
}
