//! `keyslot import`: the secrets of a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use keyslot::{ErrorKind, NamePolicy, OnExisting, SecretName};
use keyslot_import::{Entries, ImportError, Imported, Importer, Outcome, Plan, Step};

use super::imported::{self, Counts};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::prompt::confirm;
use crate::stop::Stop;

/// The arguments of `import`.
// Options of a command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// File to import; `-` is standard input
    file: PathBuf,

    /// Format, where the name of the file does not tell it
    #[arg(long, value_name = "FORMAT")]
    format: Option<FileFormat>,

    /// Rule for names that exist with another value
    #[arg(long, value_name = "RULE", default_value = "refuse")]
    on_collision: Collision,

    /// With the scopes below: objects in the object of JSON
    #[arg(long)]
    below: bool,

    /// Another name for the entry of a name; may be repeated
    #[arg(long, value_name = "FROM=TO")]
    map: Vec<String>,

    /// Take the proposed names for those that are not valid
    #[arg(long)]
    map_proposed: bool,

    /// Policy for names
    #[arg(long, value_name = "POLICY", default_value = "any")]
    names: Names,

    /// Leave out entries that are not valid, such as those without a value
    #[arg(long)]
    skip_invalid: bool,

    /// Put in the values of $NAME and ${NAME} that stand above in the file
    #[arg(long)]
    expand: bool,

    /// Store nothing, and show what would happen
    #[arg(long)]
    dry_run: bool,

    /// Do not ask before values are erased
    #[arg(long)]
    yes: bool,
}

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    /// Lines NAME=VALUE
    Dotenv,
    /// Names with values, or a list of entries
    Json,
}

/// A rule for names that exist with another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Collision {
    /// Store nothing at all
    Refuse,
    /// Leave the secret as it is
    Skip,
    /// Make the value its next version
    Version,
    /// Erase it, and store a new secret in its place
    Replace,
}

impl From<Collision> for OnExisting {
    fn from(rule: Collision) -> Self {
        match rule {
            Collision::Refuse => Self::Fail,
            Collision::Skip => Self::Skip,
            Collision::Version => Self::Version,
            Collision::Replace => Self::Replace,
        }
    }
}

/// A policy for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Names {
    /// All names of secrets
    Any,
    /// Letters, digits and _, as <<NAME>> takes them
    Identifier,
    /// Capital letters, digits and _
    UpperSnake,
    /// Small letters, digits, _ and -
    Slug,
}

impl Names {
    fn policy(self) -> NamePolicy {
        match self {
            Self::Any => NamePolicy::any(),
            Self::Identifier => NamePolicy::identifier(),
            Self::UpperSnake => NamePolicy::upper_snake(),
            Self::Slug => NamePolicy::slug(),
        }
    }
}

pub(super) fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    let renames = renames(&args.map)?;
    let (scope, actor) = (context.scope_name()?, context.actor()?);
    // Before a key is asked for.
    let entries = entries(args)?;
    let vault = context.vault()?;
    let scoped = vault.scope(scope)?.acting_as(actor);

    let mut importer = Importer::new(&scoped)
        .on_existing(args.on_collision.into())
        .names(args.names.policy());
    if args.below {
        importer = importer.below(&vault);
    }
    for (from, to) in renames {
        importer = importer.rename(from, to);
    }
    if args.map_proposed {
        importer = importer.take_proposals();
    }
    if args.skip_invalid {
        importer = importer.leave_invalid();
    }
    let plan = importer
        .plan(entries)
        .map_err(|error| of_plan(error, args))?;
    let counts = Counts::of(&plan);
    if args.dry_run {
        imported::show_plan(&plan, counts, context.output)?;
        return Ok(match counts.refuse {
            0 => Exit::Done,
            _ => Exit::Found,
        });
    }
    if counts.refuse > 0 {
        imported::show_plan(&plan, counts, context.output)?;
    } else if args.on_collision == Collision::Replace && replaces(&plan) {
        confirm(
            "erase the secrets that the file replaces, with all versions?",
            args.yes,
        )?;
    }
    let stop = Stop::begin().map_err(|error| Failure::io("cannot watch for signals", &error))?;
    let progress = Progress::new(context.output, "storing");
    let done = plan.apply_with(|now| {
        progress.at(now.done as u64, now.total as u64);
        if stop.is_wished() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    drop(progress);
    match done {
        Ok(done) if !done.is_whole() => {
            imported::show_half(&done, context.output)?;
            Err(stopped(&done, counts))
        }
        Ok(done) => {
            imported::show_result(&done, scoped.scope(), context.output)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            if counts.refuse == 0 {
                imported::show_half(error.imported(), context.output)?;
            }
            Err(failure(&error, counts))
        }
    }
}

/// Reads the file.
fn entries(args: &ImportArgs) -> Result<Entries> {
    let bytes = if args.file == Path::new("-") {
        if io::stdin().is_terminal() {
            return Err(
                Failure::usage("standard input is a terminal, which shows what is typed").next(
                    "name a file, send the list through a pipe, or type one value with `set`",
                ),
            );
        }
        keyslot_import::read(io::stdin().lock())?
    } else {
        let file = File::open(&args.file).map_err(|error| {
            Failure::io(format_args!("cannot open {}", args.file.display()), &error)
        })?;
        keyslot_import::read(file)?
    };
    let is_json = args
        .file
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let by_name = if is_json {
        FileFormat::Json
    } else {
        FileFormat::Dotenv
    };
    let format = args.format.unwrap_or(by_name);
    let entries = match format {
        FileFormat::Json => Entries::json(&bytes),
        FileFormat::Dotenv if args.expand => Entries::expanded(&bytes, &BTreeMap::new()),
        FileFormat::Dotenv => Entries::dotenv(&bytes),
    };
    entries.map_err(|error| Failure::from(error).in_file(&args.file, None))
}

/// Reads the new names. Nothing is repeated: an argument may be a value by mistake.
fn renames(map: &[String]) -> Result<Vec<(&str, SecretName)>> {
    let wrong = || Failure::usage("--map is written as FROM=TO");
    let mut renames = Vec::with_capacity(map.len());
    for text in map {
        let (from, to) = text.split_once('=').ok_or_else(wrong)?;
        renames.push((from, SecretName::new(to)?));
    }
    Ok(renames)
}

/// The error of a plan, with the option that helps.
fn of_plan(error: keyslot::Error, args: &ImportArgs) -> Failure {
    let kind = error.kind();
    let failure = Failure::from(error);
    match kind {
        ErrorKind::InvalidScope if !args.below => failure.next("allow them with --below"),
        _ => failure,
    }
}

/// Returns true if a secret that is there is erased.
fn replaces(plan: &Plan) -> bool {
    use keyslot_import::Verdict::Changes;
    let mut entries = plan.entries().iter();
    entries.any(|entry| entry.step == Step::Store && matches!(entry.verdict, Changes { .. }))
}

/// The error of an import that a signal ended between two writes.
fn stopped(done: &Imported, counts: Counts) -> Failure {
    let (stored, total) = (done.stored(), counts.store);
    let message = format!(
        "a signal ended the import: {stored} of {total} entries are stored, {} are not",
        total.saturating_sub(stored)
    );
    Failure::new(Exit::Part, message).next("run the same command again to go on")
}

/// The error of an import, with what to do next.
fn failure(error: &ImportError, counts: Counts) -> Failure {
    let stored = error.imported().count(Outcome::Stored);
    let total = counts.store;
    let told = error.error().clone();
    if counts.refuse == 0 {
        let unknown = match error.imported().count(Outcome::Unknown) {
            0 => String::new(),
            count => format!("; of {count}, which the list names, it is not known"),
        };
        let words = format!(
            "{stored} of {total} entries are stored{unknown}; run the same command again to go on"
        );
        return Failure::from(told).next(words);
    }
    let next = match error.kind() {
        ErrorKind::Conflict => "nothing was stored; --on-collision says what else to do",
        ErrorKind::Revoked => "nothing was stored; --on-collision skip leaves revoked names out",
        ErrorKind::InvalidName => {
            "nothing was stored; give another name with --map or --map-proposed, or leave it out \
             with --skip-invalid"
        }
        _ => "nothing was stored; correct the file, or leave such entries out with --skip-invalid",
    };
    match error.kind() {
        ErrorKind::Conflict => Failure::new(Exit::Refused, told.to_string()).next(next),
        _ => Failure::from(told).next(next),
    }
}
