//! `keyslot import-bundle`: the secrets of a bundle.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keyslot::{BulkError, Bundle, BundleEntry, ErrorKind, OnExisting, Scope};
use serde_json::json;

use super::bundle_key::BundleKeyArgs;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Table;
use crate::progress::Progress;
use crate::prompt::confirm;

/// The arguments of `import-bundle`.
#[derive(Args, Debug)]
pub(crate) struct ImportBundleArgs {
    /// File of the bundle
    file: PathBuf,

    #[command(flatten)]
    key: BundleKeyArgs,

    /// Scope in the place of the one that was exported; without it, all scopes stay as they are
    #[arg(long, value_name = "SCOPE")]
    at: Option<String>,

    /// Rule for names that exist
    #[arg(long, value_name = "RULE", default_value = "refuse")]
    on_collision: Collision,

    /// Check the whole bundle, list what is in it, and store nothing
    #[arg(long)]
    list: bool,

    /// Do not ask before values are erased
    #[arg(long)]
    yes: bool,
}

/// A rule for names that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Collision {
    /// Store nothing at all
    Refuse,
    /// Leave the secret as it is
    Skip,
    /// Erase it, and store that of the bundle in its place
    Replace,
}

impl From<Collision> for OnExisting {
    fn from(rule: Collision) -> Self {
        match rule {
            Collision::Refuse => Self::Fail,
            Collision::Skip => Self::Skip,
            Collision::Replace => Self::Replace,
        }
    }
}

pub(super) fn run(args: &ImportBundleArgs, context: &Context) -> Result<Exit> {
    let at = args.at.as_ref().map(Scope::new).transpose()?;
    let actor = context.actor()?;
    let file = File::open(&args.file).map_err(|error| {
        Failure::io(format_args!("cannot open {}", args.file.display()), &error)
    })?;
    let mut bundle = Bundle::open(file, &*args.key.unlock()?)?;
    if args.list {
        return list(&mut bundle, context);
    }
    if args.on_collision == Collision::Replace {
        let question = "erase the secrets that the bundle replaces, with all versions?";
        confirm(question, args.yes)?;
    }
    let vault = context.vault()?;
    let progress = Progress::new(context.output, "storing");
    let mut import = bundle
        .import(args.on_collision.into())
        .acting_as(actor)
        .on_progress(|now| {
            progress.at((now.changed + now.skipped) as u64, now.total as u64);
            ControlFlow::Continue(())
        });
    if let Some(at) = at {
        import = import.at(at);
    }
    let done = import.into_vault(&vault);
    drop(progress);
    let done = done.map_err(|error| failure(error, args.on_collision))?;
    let report = json!({ "stored": done.changed, "left": done.skipped });
    let message = format!(
        "stored {} secrets; left {} as they are",
        done.changed, done.skipped
    );
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}

/// The error of an import, with what to do next.
fn failure(error: BulkError, rule: Collision) -> Failure {
    let (stored, total) = (error.progress().changed, error.progress().total);
    let told = keyslot::Error::from(error);
    match told.kind() {
        _ if stored > 0 => Failure::from(told).next(format!(
            "{stored} of {total} secrets are stored; {}",
            match rule {
                // Those that are stored already are replaced by themselves.
                Collision::Replace | Collision::Skip => "run the same command again to go on",
                Collision::Refuse => "go on with --on-collision skip",
            }
        )),
        ErrorKind::Conflict => Failure::new(Exit::Refused, told.to_string())
            .next("nothing was stored; --on-collision says what else to do"),
        ErrorKind::Revoked => Failure::from(told)
            .next("nothing was stored; --on-collision skip leaves revoked names out"),
        _ => Failure::from(told),
    }
}

/// Shows what is in a bundle.
fn list(bundle: &mut Bundle<File>, context: &Context) -> Result<Exit> {
    let mut entries = Vec::new();
    let summary = bundle.inspect(|entry| entries.push(entry.clone()))?;
    entries.sort_by(|one, next| (&one.scope, &one.name).cmp(&(&next.scope, &next.name)));
    let status = |entry: &BundleEntry| match entry.status {
        Some(status) => status.to_string(),
        None => "deleted".to_owned(),
    };
    if context.output.is_json() {
        let secrets: Vec<_> = entries
            .iter()
            .map(|entry| {
                json!({
                    "scope": entry.scope,
                    "name": entry.name,
                    "status": status(entry),
                    "versions": entry.versions,
                    "last_version": entry.last_version,
                })
            })
            .collect();
        let report = json!({
            "organizations": summary.organizations,
            "tombstones": summary.tombstones,
            "secrets": secrets,
        });
        context.output.json(&report)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["SCOPE", "NAME", "STATUS", "VERSIONS"]);
    for entry in &entries {
        table.row([
            entry.scope.as_str(),
            entry.name.as_str(),
            &status(entry),
            &entry.versions.to_string(),
        ]);
    }
    context.output.table(&table)?;
    context.output.line(&format!(
        "intact: {} secrets, {} tombstones",
        summary.secrets, summary.tombstones
    ))?;
    Ok(Exit::Done)
}
