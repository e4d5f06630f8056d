//! `keyslot log export`: the logs of an organization in a file.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::Args;

use super::check::checked;
use super::{tell, whole};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The arguments of `log export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// New file of the entries
    file: PathBuf,
}

pub(super) fn run(args: &ExportArgs, context: &Context) -> Result<Exit> {
    let log = whole(context)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        // It has names and actors.
        .mode(0o600)
        .open(&args.file)
        .map_err(|error| Failure::io("cannot make the file of the export", &error))?;
    let mut writer = BufWriter::new(file);
    log.export(&mut writer)?;
    writer
        .flush()
        .and_then(|()| writer.get_ref().sync_all())
        .map_err(|error| Failure::io("cannot write the file of the export", &error))?;
    tell(&checked(&log, &args.file)?, &args.file, context)?;
    Ok(Exit::Done)
}
