//! Makes the file of an empty vault.

use std::path::Path;
use std::time::Duration;

use super::failure::failed;
use super::settings::Settings;
use super::vault_path::{ROLLBACK_JOURNAL, VaultPath, WRITE_AHEAD_LOG, beside, existing};
use super::version::{self, Journal};
use super::{connection, new_file, schema};
use crate::error::{Error, ErrorKind, Result};

/// Makes an empty vault.
pub(super) fn create(place: &VaultPath, settings: &Settings) -> Result<()> {
    let journal = version::for_new_vault(rusqlite::version_number())?;
    new_file::make(place, settings, |path, is_remote| {
        build(
            path,
            chosen(journal, is_remote, settings),
            settings.patience,
        )
    })
}

/// Returns the journal of a new vault, where `best` is the one that the linked SQLite does safely.
fn chosen(best: Journal, is_remote: bool, settings: &Settings) -> Journal {
    if is_remote || settings.rollback_journal {
        Journal::Rollback
    } else {
        best
    }
}

fn build(path: &Path, journal: Journal, patience: Duration) -> Result<()> {
    let connection = connection::open(path, connection::Access::ReadAndWrite, patience)?;
    connection::configure(&connection, connection::Role::Writer)?;
    schema::create(&connection, journal)?;
    connection.close().map_err(|(_, error)| failed(error))?;
    if existing(&beside(path, WRITE_AHEAD_LOG))?.is_some()
        || existing(&beside(path, ROLLBACK_JOURNAL))?.is_some()
    {
        return Err(Error::new(
            ErrorKind::Store,
            "SQLite left the new vault unfinished, so it was removed; try again",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_file_system_gets_a_rollback_journal() {
        let (mut settings, best) = (Settings::default(), Journal::Wal);
        assert_eq!(chosen(best, false, &settings), Journal::Wal);
        assert_eq!(chosen(best, true, &settings), Journal::Rollback);
        settings.rollback_journal = true;
        assert_eq!(chosen(best, false, &settings), Journal::Rollback);
        settings.rollback_journal = false;
        assert_eq!(
            chosen(Journal::Rollback, false, &settings),
            Journal::Rollback
        );
    }
}
