//! Copies of a vault's file that are made while it is in use.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::connection::{self, Access, Role};
use super::failure::failed;
use super::queue::{self, Wait};
use super::settings::Settings;
use super::store::SqliteStore;
use super::vault_path::{VaultPath, WRITE_AHEAD_LOG, beside, existing};
use super::version::Journal;
use super::{new_file, rows, schema};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{CopyCheck, CopyProgress, FileStore, Purge};

/// Pages that are copied at once: 4 MiB.
const STEP: i32 = 1024;

/// Attempts at copying all of a file that writers change meanwhile, counted by the pages of one
/// attempt. After those, writers wait.
const ATTEMPTS: i32 = 3;

impl FileStore for SqliteStore {
    // The options of the open vault hold for the copy too, but no permissions are changed there.
    fn backup(
        &self,
        to: &Path,
        progress: &mut CopyProgress<'_>,
        check: &mut CopyCheck<'_>,
    ) -> Result<()> {
        let settings = Settings {
            fix_permissions: false,
            ..self.file.settings
        };
        let place = VaultPath::of(to)?;
        new_file::make(&place, &settings, |path, _| {
            self.readers.read(&self.file, |reader| {
                copy(&reader.connection, path, &settings, progress)
            })?;
            let unfinished = VaultPath {
                folder: place.folder.clone(),
                file: path.to_owned(),
            };
            let identity = unfinished.inspect(&settings)?;
            let settings = Settings {
                read_only: true,
                at_rest: false,
                ..settings
            };
            check(Box::new(SqliteStore::new(unfinished, identity, settings)?))?;
            // Whatever the check did: the file alone is the copy.
            refuse_log(path)
        })
    }

    fn compact(&self) -> Result<Purge> {
        self.writer.compact(&self.file)
    }
}

/// Copies all pages, as they are at one moment, into an empty file.
///
/// With a write-ahead log, a read transaction holds that moment: writers go on, and SQLite never
/// has to begin anew. With a rollback journal it would keep writers waiting, so there the steps let
/// them in between, and SQLite begins anew after each of their writes; in the end they wait.
fn copy(
    from: &Connection,
    to: &Path,
    settings: &Settings,
    progress: &mut CopyProgress<'_>,
) -> Result<()> {
    let mut target = connection::open(to, Access::ReadAndWrite, settings.patience)?;
    connection::configure(&target, Role::Writer)?;
    let page = from.query_row("PRAGMA page_size", (), |row| row.get::<_, u32>(0));
    let mut copying = Copying {
        backup: Backup::new(from, &mut target).map_err(failed)?,
        page: page.map_err(failed)?.into(),
        patience: settings.patience,
        progress,
    };
    if schema::journal(from)? == Journal::Wal || !copying.steps()? {
        rows::of_one_moment(from, || {
            begin_reading(from)?;
            while !copying.step()? {}
            Ok(())
        })?;
    }
    drop(copying);
    target.close().map_err(|(_, error)| failed(error))
}

/// Begins to read: until then a transaction sees no moment.
fn begin_reading(from: &Connection) -> Result<()> {
    from.query_row("SELECT EXISTS(SELECT 1 FROM rows)", (), |_| Ok(()))
        .map_err(failed)
}

/// A copy that is being made.
struct Copying<'a> {
    backup: Backup<'a, 'a>,
    /// Bytes of a page.
    page: u64,
    patience: Duration,
    progress: &'a mut CopyProgress<'a>,
}

impl Copying<'_> {
    /// Copies with pauses in which others write. Returns false if they write too often for that.
    fn steps(&mut self) -> Result<bool> {
        if self.step()? {
            return Ok(true);
        }
        for _ in 0..self.backup.progress().pagecount / STEP * ATTEMPTS {
            queue::pause();
            if self.step()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Copies the next pages. Returns true after the last ones.
    fn step(&mut self) -> Result<bool> {
        let wait = Wait::new(self.patience);
        let is_done = loop {
            match self.backup.step(STEP).map_err(failed)? {
                StepResult::Done => break true,
                StepResult::More => break false,
                _ if !wait.is_over() => queue::pause(),
                _ => {
                    return Err(Error::new(
                        ErrorKind::Busy,
                        "the vault is locked by a writer, so it was not copied; try again",
                    ));
                }
            }
        };
        let now = self.backup.progress();
        let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0).saturating_mul(self.page);
        (self.progress)(bytes(now.pagecount - now.remaining), bytes(now.pagecount))?;
        Ok(is_done)
    }
}

/// Refuses a copy that left something in a write-ahead log: the file alone would lack it.
fn refuse_log(path: &Path) -> Result<()> {
    if existing(&beside(path, WRITE_AHEAD_LOG))?.is_none_or(|log| log.len() == 0) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Store,
        "SQLite left the copy of the vault unfinished, so it was removed; try again",
    ))
}
