//! `keyslot export`: secrets in a file, sealed or in clear.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use keyslot::{BundleReach, Export, ExportProgress, PlainFormat};
use serde_json::json;

use super::bundle_key::BundleKeyArgs;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::new_file::write_new;
use crate::prompt::confirm;
use crate::wiped_writer::WipedWriter;

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
    let done = to_file(&args.file, |to| match (&key, args.plain) {
        (Some(key), _) => export.bundle(&**key, to),
        (None, format) => plain(export, format, to),
    })?;
    let file = args.file.display();
    let message = if key.is_some() {
        let (secrets, tombstones) = (done.secrets, done.tombstones);
        format!("wrote {file}: a bundle of {secrets} secrets and {tombstones} tombstones")
    } else {
        // A list of variables cannot say of one that it is switched off.
        let left_out = match args.plain {
            Some(Plain::Dotenv) => " (without those that are inactive)",
            _ => "",
        };
        format!(
            "wrote {file}: {} secrets in clear{left_out}; keep it private",
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

/// Writes the new file of an export.
fn to_file(
    path: &Path,
    write: impl FnOnce(&mut WipedWriter<&File>) -> keyslot::Result<ExportProgress>,
) -> Result<ExportProgress> {
    write_new(path, |file| {
        let mut to = WipedWriter::new(file);
        let done = write(&mut to)?;
        to.flush()
            .map_err(|error| Failure::io("cannot write the file of the export", &error))?;
        Ok(done)
    })
}
