//! `keyslot list`: the secrets of a scope.

use clap::Args;
use keyslot::{Listed, Scope, SecretInfo, Vault};
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::{Style, Table, shown};

/// The arguments of `list`.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// With the secrets of the scopes above, and those that they are shadowed by
    #[arg(long, conflicts_with = "tree")]
    inherited: bool,

    /// With the scopes below, as a tree
    #[arg(long)]
    tree: bool,

    /// Only names that have this part
    #[arg(long, value_name = "TEXT")]
    contains: Option<String>,

    /// Only secrets with this metadata; may be repeated
    #[arg(long, value_name = "KEY=TEXT")]
    metadata: Vec<String>,
}

pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    if args.tree {
        return tree(args, context);
    }
    let opened = context.opened()?;
    if let Some(words) = opened.similar_scope() {
        context.output.note(&format!("note: {words}"));
    }
    let list = filtered(args, opened.scope().list())?;
    let listed: Vec<Listed> = if args.inherited {
        let mut listed: Vec<Listed> = list.inherited().collect::<keyslot::Result<_>>()?;
        listed.sort_by(|a, b| a.info.name.cmp(&b.info.name));
        listed
    } else {
        return plain(&list.sorted().page()?, context);
    };
    if context.output.is_json() {
        context.output.json(&json!({ "secrets": listed }))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["NAME", "SCOPE", "STATUS", "VERSION", "SHADOWED BY"]);
    for Listed {
        info, shadowed_by, ..
    } in &listed
    {
        table.row([
            info.name.as_str(),
            info.scope.as_str(),
            info.status.as_str(),
            &version(info),
            shadowed_by.as_ref().map_or("", Scope::as_str),
        ]);
    }
    context.output.table(&table)?;
    Ok(Exit::Done)
}

fn plain(secrets: &[SecretInfo], context: &Context) -> Result<Exit> {
    if context.output.is_json() {
        context.output.json(&json!({ "secrets": secrets }))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["NAME", "STATUS", "VERSION", "DESCRIPTION"]);
    for info in secrets {
        table.row([
            info.name.as_str(),
            info.status.as_str(),
            &version(info),
            &info.description,
        ]);
    }
    context.output.table(&table)?;
    Ok(Exit::Done)
}

/// Lists a scope and those below it.
fn tree(args: &ListArgs, context: &Context) -> Result<Exit> {
    let top = context.scope_name()?;
    let vault = context.vault()?;
    let mut scopes = Vec::new();
    for scope in vault.scopes(top.tenant())? {
        if scope.chain().any(|above| above == top) {
            let secrets = secrets(args, &vault, &scope)?;
            scopes.push((scope, secrets));
        }
    }
    if context.output.is_json() {
        let scopes: Vec<_> = scopes
            .iter()
            .map(|(scope, secrets)| json!({ "scope": scope, "secrets": secrets }))
            .collect();
        context.output.json(&json!({ "scopes": scopes }))?;
        return Ok(Exit::Done);
    }
    for (scope, secrets) in &scopes {
        let indent = "  ".repeat(scope.depth().saturating_sub(top.depth()));
        let heading = context.output.paint(Style::Bold, scope.as_str());
        context.output.line(&format!("{indent}{heading}"))?;
        for info in secrets {
            let line = format!(
                "{indent}  {} ({}, version {})",
                info.name,
                info.status,
                version(info)
            );
            context.output.line(&shown(&line))?;
        }
    }
    Ok(Exit::Done)
}

fn secrets(args: &ListArgs, vault: &Vault, scope: &Scope) -> Result<Vec<SecretInfo>> {
    Ok(filtered(args, vault.scope(scope.clone())?.list())?
        .sorted()
        .page()?)
}

fn filtered(args: &ListArgs, mut list: keyslot::List) -> Result<keyslot::List> {
    if let Some(part) = &args.contains {
        list = list.name_contains(part);
    }
    for entry in &args.metadata {
        let (key, text) = entry
            .split_once('=')
            .ok_or_else(|| Failure::usage("metadata is written as KEY=TEXT"))?;
        list = list.with_metadata(key, text);
    }
    Ok(list)
}

fn version(info: &SecretInfo) -> String {
    info.version()
        .map_or_else(|| "-".to_owned(), |version| version.to_string())
}
