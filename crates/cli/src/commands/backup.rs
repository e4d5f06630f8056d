//! `keyslot backup`: a copy of the vault in a new file.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;
use keyslot::Verification;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::place::Place;
use crate::progress::Progress;

/// The arguments of `backup`.
#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// New file of the copy
    file: PathBuf,
}

pub(super) fn run(args: &BackupArgs, context: &Context) -> Result<Exit> {
    let verification = match &context.settings.place {
        Place::File(_) => of_file(args, context)?,
        #[cfg(feature = "postgres")]
        Place::Database(_) => of_database(args, context)?,
    };
    let report = json!({ "file": args.file, "verification": verification });
    let message = format!(
        "wrote {}: {} organizations, {} secrets; verified",
        args.file.display(),
        verification.tenants,
        verification.secrets
    );
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}

fn of_file(args: &BackupArgs, context: &Context) -> Result<Verification> {
    let vault = context.vault()?;
    let progress = Progress::new(context.output, "copying");
    let backup = vault.backup_to_with(&args.file, |now| {
        match now.verified.total {
            0 => progress.at(now.copied, now.size),
            total => progress.at(now.verified.looked_at, total),
        }
        ControlFlow::Continue(())
    })?;
    Ok(backup.verification)
}

/// Copies the rows of a database into a file. The file is a vault only when all rows are there.
#[cfg(feature = "postgres")]
fn of_database(args: &BackupArgs, context: &Context) -> Result<Verification> {
    use keyslot::store::copy_vault;
    use keyslot::{SqliteStore, Vault};

    use crate::exit::Exit;
    use crate::failure::Failure;
    use crate::key;

    let source = context.settings.key.as_ref().ok_or_else(key::missing)?;
    let key = source.unlock()?;
    let from = context.settings.place.store()?;
    copy_vault(&*from, &SqliteStore::create(&args.file)?)?;
    let copy = Vault::builder()
        .store(SqliteStore::open(&args.file)?)
        .open(&*key)?;
    let verification = copy.verify()?;
    if verification.is_intact() {
        return Ok(verification);
    }
    Err(Failure::new(Exit::Damaged, "the copy is not intact")
        .next("remove it, and run `keyslot verify` on the vault"))
}
