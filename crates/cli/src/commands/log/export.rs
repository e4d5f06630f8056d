//! `keyslot log export`: the logs of an organization, or the log of keys, in a file.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::check::checked;
use super::{tell, whole};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::new_file::write_new;

/// The arguments of `log export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// New file of the entries
    file: PathBuf,
}

pub(super) fn run(args: &ExportArgs, keys: bool, context: &Context) -> Result<Exit> {
    let log = whole(keys, context)?;
    write_new(&args.file, |file| {
        let mut writer = BufWriter::new(file);
        log.export(&mut writer)?;
        writer
            .flush()
            .map_err(|error| Failure::io("cannot write the file of the export", &error))
    })?;
    tell(&checked(&log, &args.file)?, &args.file, keys, context)?;
    Ok(Exit::Done)
}
