//! A second library of SQLite in this process.
//!
//! POSIX locks belong to a process, not to a library: two copies of SQLite in one process do not
//! see each other's locks, and the one that closes the file first drops the locks of the other.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::ErrorKind;

/// The files that this module opened, by device and number. None is forgotten: a file that was
/// closed here and is open there is let through, which is no worse than not to look.
static OURS: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());

/// The number of files that are being opened here. Nothing is told apart meanwhile. No lock is held
/// for that: a child of a fork would wait for it for ever.
static OPENING: AtomicUsize = AtomicUsize::new(0);

/// Opens a file, unless another library of this process has it open, as far as the system tells.
///
/// # Errors
///
/// `Store` if it is open already, although not by this module; and those of `open`.
pub(crate) fn alone<T>(
    path: &Path,
    open: impl FnOnce() -> keyslot::Result<T>,
) -> keyslot::Result<T> {
    let is_first = OPENING.fetch_add(1, Ordering::SeqCst) == 0;
    let opened = if is_first && is_foreign(path) {
        Err(keyslot::Error::new(
            ErrorKind::Store,
            "the vault's file is open in this process by something else, such as the module \
             sqlite3, whose locks are not seen here; close it, or open the vault in a process of \
             its own",
        ))
    } else {
        open()
    };
    if opened.is_ok() {
        note(path);
    }
    OPENING.fetch_sub(1, Ordering::SeqCst);
    opened
}

fn is_foreign(path: &Path) -> bool {
    let Some(file) = identity(path) else {
        return false;
    };
    let is_ours = OURS.try_lock().map_or(true, |ours| ours.contains(&file));
    !is_ours && is_open(file)
}

/// Notes a file that was opened here.
fn note(path: &Path) {
    let Some(file) = identity(path) else { return };
    if let Ok(mut ours) = OURS.lock() {
        if !ours.contains(&file) {
            ours.push(file);
        }
    }
}

/// Returns device and number of a file. Nothing is opened: to close it would drop locks.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Returns true if this process has the file open. Other systems than Linux do not say.
fn is_open(file: (u64, u64)) -> bool {
    let open = std::fs::read_dir("/proc/self/fd");
    open.into_iter()
        .flatten()
        .flatten()
        .any(|entry| identity(&entry.path()) == Some(file))
}
