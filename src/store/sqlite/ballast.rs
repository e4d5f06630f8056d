//! Space that is kept beside a vault, so that values can be erased when the disk is full.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::vault_path::{BALLAST, VaultPath};

/// Enough to erase ten versions of 64 KiB, which is what a vault keeps unless it is told otherwise:
/// each erased page is written to the log as zeros.
const LENGTH: usize = 1 << 20;

/// Written again and again. Random, and longer than what file systems compress against, so that it
/// takes all the space that it seems to.
const BLOCK: usize = 1 << 16;

/// A file of no content that is removed for a write that only erases.
#[derive(Debug)]
pub(super) struct Ballast {
    file: PathBuf,
    /// True if this handle has looked at it.
    is_known: AtomicBool,
}

impl Ballast {
    pub(super) fn new(place: &VaultPath) -> Self {
        Self {
            file: place.beside(BALLAST),
            is_known: AtomicBool::new(false),
        }
    }

    /// Gives the space back to the disk. Returns false if there was none.
    pub(super) fn free(&self) -> bool {
        self.length() > 0 && fs::remove_file(&self.file).is_ok()
    }

    /// Takes the space if the disk has it, once for each handle. Otherwise no more than was taken
    /// before: another write may need the rest of the disk.
    pub(super) fn take_once(&self) {
        if self.is_known.swap(true, Ordering::Relaxed) {
            return;
        }
        let before = self.length();
        if let Ok(Some(short)) = self.take() {
            let _ = short
                .metadata()
                .and_then(|now| short.set_len(before.min(now.len())));
        }
    }

    /// Takes back as much of the space as there is.
    pub(super) fn take_back(&self) {
        // There is less space than before, or more: neither is an error of the write that ended.
        let _ = self.take();
    }

    /// Returns the new file if the disk became full before it had its length.
    fn take(&self) -> io::Result<Option<File>> {
        if self.length() == LENGTH as u64 {
            return Ok(None);
        }
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut block = vec![0; BLOCK];
        getrandom::fill(&mut block).map_err(|_| io::ErrorKind::Other)?;
        let mut options = OpenOptions::new();
        // A new file: never through a link.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file)?;
        let is_whole = (0..LENGTH / BLOCK).all(|_| file.write_all(&block).is_ok());
        Ok((!is_whole).then_some(file))
    }

    /// The length of a regular file there; 0 for anything else.
    fn length(&self) -> u64 {
        fs::symlink_metadata(&self.file)
            .ok()
            .filter(fs::Metadata::is_file)
            .map_or(0, |found| found.len())
    }
}
