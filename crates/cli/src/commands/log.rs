//! `keyslot log`: who did what.

mod check;
mod export;
mod filter;
mod follow;
mod line;
mod verify;

use std::path::Path;

use clap::{Args, Subcommand};
use keyslot::{AuditCursor, AuditExport, AuditLog};
use serde_json::json;

use self::filter::FilterArgs;
use self::line::{HEADING, KEYS_HEADING, cells, key_cells};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Table;

/// The arguments of `log`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LogArgs {
    #[command(flatten)]
    filter: FilterArgs,

    /// The most entries that are shown
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: usize,

    /// The oldest entries first
    #[arg(long, conflicts_with = "follow")]
    oldest_first: bool,

    /// Go on from the place that `next` of the JSON before has
    #[arg(long, value_name = "PLACE", conflicts_with = "follow")]
    after: Option<String>,

    /// Show entries as they come, until it is interrupted
    #[arg(long, short)]
    follow: bool,

    /// The log of the keys that open the vault, instead of that of a scope or organization
    #[arg(long, global = true)]
    keys: bool,

    #[command(subcommand)]
    command: Option<LogCommand>,
}

/// The commands about a whole log.
#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Check every entry of the organization's logs, or of the log of keys
    Verify(verify::VerifyLogArgs),
    /// Write these logs into a new file, as lines of JSON, and check it
    Export(export::ExportArgs),
    /// Check a file that `log export` wrote
    Check(check::CheckArgs),
}

pub(super) fn run(args: &LogArgs, context: &Context) -> Result<Exit> {
    match &args.command {
        Some(LogCommand::Verify(_)) => verify::run(args.keys, context),
        Some(LogCommand::Export(export)) => export::run(export, args.keys, context),
        Some(LogCommand::Check(check)) => check::run(check, args.keys, context),
        None if args.follow => follow::run(&args.filter, &shown(args.keys, context)?, context),
        None => page(args, context),
    }
}

/// Shows a page of the entries of a scope, or of the log of keys.
fn page(args: &LogArgs, context: &Context) -> Result<Exit> {
    let mut query = args.filter.query()?;
    if args.oldest_first {
        query = query.oldest_first();
    }
    let after = args.after.as_deref().map(str::parse::<AuditCursor>);
    let log = shown(args.keys, context)?;
    let page = log.page(&query, after.transpose()?, args.limit)?;
    if context.output.is_json() {
        context.output.json(&page)?;
        return Ok(Exit::Done);
    }
    if args.keys {
        let mut table = Table::new(KEYS_HEADING);
        for entry in &page.entries {
            table.row(key_cells(entry).each_ref().map(String::as_str));
        }
        context.output.table(&table)?;
    } else {
        let mut table = Table::new(HEADING);
        for entry in &page.entries {
            table.row(cells(entry).each_ref().map(String::as_str));
        }
        context.output.table(&table)?;
    }
    if page.next.is_some() {
        let words = "note: there are more entries; see --limit";
        context.output.note(words);
    }
    Ok(Exit::Done)
}

/// The log of the scope of the call, or that of keys.
fn shown(keys: bool, context: &Context) -> Result<AuditLog> {
    if keys {
        return Ok(context.vault()?.key_log());
    }
    Ok(context.scope()?.audit())
}

/// The logs of the organization of the call, or that of keys.
fn whole(keys: bool, context: &Context) -> Result<AuditLog> {
    if keys {
        return Ok(context.vault()?.key_log());
    }
    let scope = context.scope_name()?;
    Ok(context.vault()?.audit(scope.tenant())?)
}

/// Tells the entries of an export.
fn tell(export: &AuditExport, file: &Path, keys: bool, context: &Context) -> Result<()> {
    let range = |range: &Option<std::ops::RangeInclusive<u64>>| {
        range.as_ref().map(|range| (*range.start(), *range.end()))
    };
    let (changes, uses) = (range(&export.changes), range(&export.uses));
    let words = |range: Option<(u64, u64)>| {
        range.map_or("none".to_owned(), |(first, last)| {
            format!("{first} to {last}")
        })
    };
    if keys {
        let of_keys = range(&export.keys);
        let line = format!("{}: keys {}; checked", file.display(), words(of_keys));
        let json = json!({ "file": file, "keys": of_keys });
        return context.output.either(&json, &line);
    }
    let line = format!(
        "{}: changes {}, uses {}; checked",
        file.display(),
        words(changes),
        words(uses)
    );
    let json = json!({ "file": file, "changes": changes, "uses": uses });
    context.output.either(&json, &line)
}
