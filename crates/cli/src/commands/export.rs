//! `keyslot export`: secrets in a file, sealed or in clear.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keyslot::{BundleReach, Export, ExportProgress, PlainFormat};
use serde_json::json;

use super::bundle_key::BundleKeyArgs;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::prompt::confirm;

/// The arguments of `export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// New file of the export, for its owner alone
    file: PathBuf,

    /// Reason, which the audit log keeps
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// With the scopes below
    #[arg(long, conflicts_with = "whole_vault")]
    below: bool,

    /// All organizations of the vault
    #[arg(long)]
    whole_vault: bool,

    #[command(flatten)]
    key: BundleKeyArgs,

    /// Write the newest values in clear, which everybody who has the file can read
    #[arg(long, value_name = "FORMAT")]
    plain: Option<Plain>,

    /// Do not ask before values are written in clear
    #[arg(long)]
    yes: bool,
}

/// A format of values in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Plain {
    /// Lines NAME=VALUE of one scope
    Dotenv,
    /// A list of objects
    Json,
}

impl From<Plain> for PlainFormat {
    fn from(format: Plain) -> Self {
        match format {
            Plain::Dotenv => Self::Dotenv,
            Plain::Json => Self::Json,
        }
    }
}

pub(super) fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let (reach, actor) = (reach(args, context)?, context.actor()?);
    if args.plain.is_some() && args.key.is_named() {
        return Err(Failure::usage("an export in clear has no key")
            .next("leave out --plain, or the key of the bundle"));
    }
    // Before the vault is opened: no key is asked for in vain.
    let key = match args.plain {
        Some(_) => {
            let question = "write values in clear, which everybody who has the file can read?";
            confirm(question, args.yes)?;
            None
        }
        None => Some(args.key.unlock_new()?),
    };
    let vault = context.vault()?;
    let export = vault.export(reach, &args.reason)?.acting_as(actor);
    let done = to_file(args, |to| match (&key, args.plain) {
        (Some(key), _) => export.bundle(&**key, to),
        (None, format) => plain(export, format, to),
    })?;
    let file = args.file.display();
    let message = if key.is_some() {
        let (secrets, tombstones) = (done.secrets, done.tombstones);
        format!("wrote {file}: a bundle of {secrets} secrets and {tombstones} tombstones")
    } else {
        format!(
            "wrote {file}: {} secrets in clear; keep it private",
            done.secrets
        )
    };
    let report = json!({
        "file": args.file,
        "sealed": key.is_some(),
        "organizations": done.organizations,
        "secrets": done.secrets,
        "tombstones": done.tombstones,
        "values": done.values,
    });
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}

fn plain(
    export: Export<'_>,
    format: Option<Plain>,
    to: impl std::io::Write,
) -> keyslot::Result<ExportProgress> {
    export.plain(format.unwrap_or(Plain::Json).into(), to)
}

fn reach(args: &ExportArgs, context: &Context) -> Result<BundleReach> {
    Ok(if args.whole_vault {
        BundleReach::Vault
    } else if args.below {
        BundleReach::Below(context.scope_name()?)
    } else {
        BundleReach::Scope(context.scope_name()?)
    })
}

/// Writes a new file of its owner alone, and to disk. After an error there is none.
fn to_file(
    args: &ExportArgs,
    write: impl FnOnce(&mut BufWriter<File>) -> keyslot::Result<ExportProgress>,
) -> Result<ExportProgress> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.file)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::usage("the file of the export exists already")
                .next("name a new one: an export overwrites nothing"),
            _ => Failure::io("cannot make the file of the export", &error),
        })?;
    let mut to = BufWriter::new(file);
    let written = write(&mut to).map_err(Failure::from).and_then(|done| {
        let stored = to.flush().and_then(|()| to.get_ref().sync_all());
        stored.map_err(|error| Failure::io("cannot write the file of the export", &error))?;
        Ok(done)
    });
    written.inspect_err(|_| {
        // A part of an export is of no use, and may hold values.
        let _ = remove_file(&args.file);
    })
}
