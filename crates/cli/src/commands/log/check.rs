//! `keyslot log check`: a file that `log export` wrote.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use keyslot::{AuditExport, AuditLog};

use super::{tell, whole};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The arguments of `log check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// File of an export
    file: PathBuf,
}

pub(super) fn run(args: &CheckArgs, keys: bool, context: &Context) -> Result<Exit> {
    let log = whole(keys, context)?;
    tell(&checked(&log, &args.file)?, &args.file, keys, context)?;
    Ok(Exit::Done)
}

/// Checks each line of an export.
pub(super) fn checked(log: &AuditLog, file: &Path) -> Result<AuditExport> {
    let reader = File::open(file)
        .map_err(|error| Failure::io("cannot read the file of the export", &error))?;
    Ok(log.check_export(BufReader::new(reader))?)
}
