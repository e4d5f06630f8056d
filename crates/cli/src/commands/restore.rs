//! `keyslot restore`: a vault of a backup.

use std::path::PathBuf;

use clap::Args;
use keyslot::Vault;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::key;
use crate::place::Place;
use crate::surroundings::make_folder_of;

/// The arguments of `restore`.
#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    /// File of the backup
    backup: PathBuf,
}

pub(super) fn run(args: &RestoreArgs, context: &Context) -> Result<Exit> {
    let place = &context.settings.place;
    let source = context.settings.key.as_ref().ok_or_else(key::missing)?;
    let key = source.unlock()?;
    match place {
        Place::File(path) => {
            make_folder_of(path)?;
            Vault::restore(&args.backup, path, &*key)?;
        }
        #[cfg(feature = "postgres")]
        Place::Database(config) => {
            use keyslot::store::copy_vault;
            use keyslot::{ErrorKind, SqliteStore};

            use crate::failure::Failure;

            let backup = || SqliteStore::options().read_only(true).open(&args.backup);
            // Before anything is written, as with a file.
            let copy = Vault::builder().store(backup()?).open(&*key)?;
            if !copy.verify()?.is_intact() {
                return Err(Failure::new(Exit::Damaged, "the backup is not intact")
                    .next("restore another one; `keyslot verify --vault` says what is wrong"));
            }
            let store = keyslot_postgres::PostgresStore::create(config)?;
            copy_vault(&backup()?, &store).map_err(|error| match error.kind() {
                ErrorKind::Conflict => Failure::new(Exit::Vault, error.to_string())
                    .next("use it as it is, or name another place with --vault"),
                _ => error.into(),
            })?;
            Vault::builder().store(store).open(&*key)?;
        }
    }
    let report = json!({ "vault": place.to_string() });
    let message = format!(
        "restored {place}; secrets that were revoked after the backup are active in it: revoke \
         them again"
    );
    context.output.either(&report, &message)?;
    Ok(Exit::Done)
}
