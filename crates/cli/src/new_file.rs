//! New files, which are there whole or not at all.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::failure::{Failure, Result};

/// Writes a new file that only its owner can read, and keeps it on disk. It gets its name when all
/// of it is there: a command that fails, or is ended by a signal, leaves nothing behind. Where the
/// file system has no files without a name, only one that is ended by a signal leaves a part.
///
/// # Errors
///
/// A file of this name that is there already; those of the file system; those of `write`.
pub(crate) fn write_new<T>(path: &Path, write: impl FnOnce(&File) -> Result<T>) -> Result<T> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    if path.symlink_metadata().is_ok() {
        return Err(not_made(&ErrorKind::AlreadyExists.into()));
    }
    #[cfg(target_os = "linux")]
    if let Some(file) = unnamed::make(folder) {
        let done = write(&file)?;
        file.sync_all().map_err(|error| not_written(&error))?;
        unnamed::name(&file, path).map_err(|error| not_made(&error))?;
        return sync(folder).map(|()| done);
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| not_made(&error))?;
    let written = write(&file).and_then(|done| {
        file.sync_all().map_err(|error| not_written(&error))?;
        Ok(done)
    });
    let done = written.inspect_err(|_| {
        // A part is of no use, and may hold values.
        let _ = remove_file(path);
    })?;
    sync(folder).map(|()| done)
}

fn not_made(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage("the file of the export exists already")
            .next("name a new one: an export overwrites nothing"),
        _ => Failure::io("cannot make the file of the export", error),
    }
}

fn not_written(error: &io::Error) -> Failure {
    Failure::io("cannot write the file of the export", error)
}

/// Keeps the name of the file on disk.
fn sync(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| {
        let doing = "the export is written, but its folder could not be synced: after a loss of \
                     power it may be gone";
        Failure::io(doing, &error)
    })
}

/// Files without a name, which are gone when they are closed.
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, OFlags, linkat};

    /// Makes one in a folder; `None` where it could not be named later.
    pub(super) fn make(folder: &Path) -> Option<File> {
        let file = OpenOptions::new()
            .write(true)
            .mode(0o600)
            .custom_flags(i32::try_from(OFlags::TMPFILE.bits()).ok()?)
            .open(folder)
            .ok()?;
        place(&file).exists().then_some(file)
    }

    /// Gives it a name that is new.
    pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(
            CWD,
            place(file),
            CWD,
            path,
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }

    fn place(file: &File) -> PathBuf {
        format!("/proc/self/fd/{}", file.as_raw_fd()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    /// Returns true if a file is without a name until it is whole.
    // What is not tested is told.
    #[allow(clippy::print_stderr)]
    fn has_unnamed(folder: &Path) -> bool {
        #[cfg(target_os = "linux")]
        if unnamed::make(folder).is_some() {
            return true;
        }
        eprintln!(
            "NOT TESTED HERE: files without a name in {}",
            folder.display()
        );
        false
    }

    #[test]
    fn a_file_is_there_whole_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let has_unnamed = has_unnamed(folder.path());
        let done = write_new(&path, |mut file| {
            file.write_all(b"half").unwrap();
            assert_eq!(
                count(),
                usize::from(!has_unnamed),
                "nothing to see of a half"
            );
            file.write_all(b" and half").unwrap();
            Ok(7)
        });
        assert_eq!(done.unwrap(), 7);
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn nothing_is_left_behind_and_nothing_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let failed = write_new(&path, |mut file| {
            file.write_all(b"half").unwrap();
            Err::<(), _>(Failure::usage("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::write(&path, "mine").unwrap();
        let refused = write_new(&path, |_| -> Result<()> {
            unreachable!("it is not written")
        });
        assert!(refused.unwrap_err().to_string().contains("exists already"));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        // One that comes while it is written.
        if !has_unnamed(folder.path()) {
            return;
        }
        let other = folder.path().join("b");
        let refused = write_new(&other, |mut file| {
            file.write_all(b"ours").unwrap();
            fs::write(&other, "mine").unwrap();
            Ok(())
        });
        assert!(refused.unwrap_err().to_string().contains("exists already"));
        assert_eq!(fs::read(&other).unwrap(), b"mine");
    }
}
