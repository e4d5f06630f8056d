//! The file of an open vault.

use std::process;

use rusqlite::Connection;

use super::ballast::Ballast;
use super::connection::{self, Role};
use super::identity::Identity;
use super::queue;
use super::settings::Settings;
use super::vault_path::VaultPath;
use crate::error::{Error, ErrorKind, Result};

/// The file of a vault, as it was when this process opened it.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) place: VaultPath,
    identity: Identity,
    pub(super) settings: Settings,
    pub(super) ballast: Ballast,
    /// Id of the process that opened it.
    process: u32,
}

impl OpenFile {
    pub(super) fn new(place: VaultPath, identity: Identity, settings: Settings) -> Self {
        Self {
            ballast: Ballast::new(&place),
            place,
            identity,
            settings,
            process: process::id(),
        }
    }

    /// Opens a connection. On a full disk, the shared memory of the log takes its space from the
    /// ballast: who cannot open the vault cannot revoke anything.
    pub(super) fn connect(&self, role: Role) -> Result<Connection> {
        let open = || {
            queue::while_locked(self.settings.patience, || {
                connection::open_vault(&self.place, self.identity, &self.settings, role)
            })
        };
        match open() {
            Err(error) if error.kind() == ErrorKind::StorageFull && self.ballast.free() => {
                let opened = open();
                self.ballast.take_back();
                opened
            }
            opened => opened,
        }
    }

    /// Refuses the child of a fork. It has copies of the connections, but none of their locks, and
    /// locks of threads that it does not have.
    pub(super) fn check_process(&self) -> Result<()> {
        if process::id() == self.process {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forked,
            "the vault was opened before this process was forked; open it anew in this process",
        ))
    }

    /// Checks that the file still has its name. A write to a file that has lost its name is lost,
    /// and a secret that is read from it may be revoked in the file that has the name now.
    pub(super) fn check_identity(&self) -> Result<()> {
        match self.place.identity() {
            Ok(found) if found == self.identity => Ok(()),
            // Nobody knows: the disk did not answer.
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            _ => Err(connection::replaced()),
        }
    }
}
