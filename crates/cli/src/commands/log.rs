//! `keyslot log`: who did what.

mod check;
mod export;
mod filter;
mod follow;
mod line;
mod verify;

use clap::{Args, Subcommand};
use keyslot::{AuditCursor, AuditLog};
use serde_json::json;

use self::filter::FilterArgs;
use self::line::{HEADING, cells};
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

    #[command(subcommand)]
    command: Option<LogCommand>,
}

/// The commands about a whole log.
#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Check every entry of the organization's logs
    Verify(verify::VerifyLogArgs),
    /// Write the organization's logs into a new file, as lines of JSON, and check it
    Export(export::ExportArgs),
    /// Check a file that `log export` wrote
    Check(check::CheckArgs),
}

pub(super) fn run(args: &LogArgs, context: &Context) -> Result<Exit> {
    match &args.command {
        Some(LogCommand::Verify(args)) => verify::run(args, context),
        Some(LogCommand::Export(args)) => export::run(args, context),
        Some(LogCommand::Check(args)) => check::run(args, context),
        None if args.follow => follow::run(&args.filter, context),
        None => page(args, context),
    }
}

/// Shows a page of the entries of a scope.
fn page(args: &LogArgs, context: &Context) -> Result<Exit> {
    let mut query = args.filter.query()?;
    if args.oldest_first {
        query = query.oldest_first();
    }
    let after = args.after.as_deref().map(str::parse::<AuditCursor>);
    let log = context.scope()?.audit();
    let page = log.page(&query, after.transpose()?, args.limit)?;
    if context.output.is_json() {
        context.output.json(&page)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(HEADING);
    for entry in &page.entries {
        let cells = cells(entry);
        table.row(cells.each_ref().map(String::as_str));
    }
    context.output.table(&table)?;
    if page.next.is_some() {
        let words = "note: there are more entries; see --limit";
        context.output.note(words);
    }
    Ok(Exit::Done)
}

/// The logs of the organization of the call.
fn whole(context: &Context) -> Result<AuditLog> {
    let scope = context.scope_name()?;
    Ok(context.vault()?.audit(scope.tenant())?)
}

/// Tells the entries of an export.
fn tell(export: &keyslot::AuditExport, file: &std::path::Path, context: &Context) -> Result<()> {
    let range = |range: &Option<std::ops::RangeInclusive<u64>>| {
        range.as_ref().map(|range| (*range.start(), *range.end()))
    };
    let (changes, uses) = (range(&export.changes), range(&export.uses));
    let words = |range: Option<(u64, u64)>| {
        range.map_or("none".to_owned(), |(first, last)| {
            format!("{first} to {last}")
        })
    };
    let line = format!(
        "{}: changes {}, uses {}; checked",
        file.display(),
        words(changes),
        words(uses)
    );
    let json = json!({ "file": file, "changes": changes, "uses": uses });
    context.output.either(&json, &line)
}
