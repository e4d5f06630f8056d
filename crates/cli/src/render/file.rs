//! Files that are replaced whole.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// The error of a file that was to be replaced.
#[derive(Debug)]
pub(crate) enum NotReplaced {
    /// The old file is as it was.
    Kept(io::Error),
    /// The new file is there, but not sure to be there after a loss of power.
    Unsure(io::Error),
}

/// Writes a file that only its owner can read. It gets its name when all of it is on disk, so that
/// nobody ever sees a part, and the old one stays until then.
///
/// # Errors
///
/// Those of the file system, such as a full disk.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> Result<(), NotReplaced> {
    let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
    replace_with(path, contents, sync)
}

/// Replaces a file, and keeps its name on disk with `sync`.
fn replace_with(
    path: &Path,
    contents: &[u8],
    sync: impl Fn(&Path) -> io::Result<()>,
) -> Result<(), NotReplaced> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    write(path, folder, contents).map_err(NotReplaced::Kept)?;
    sync(folder).map_err(NotReplaced::Unsure)
}

fn write(path: &Path, folder: &Path, contents: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(Permissions::from_mode(0o600));
    }
    let mut file = builder.prefix(".keyslot-").tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_whole_and_is_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.conf");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let old = File::open(&path).unwrap();

        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // Whoever has the old one open reads that.
        assert_eq!(io::read_to_string(old).unwrap(), "old");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left"
        );
    }

    #[test]
    fn a_file_whose_name_may_be_lost_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.conf");
        fs::write(&path, "old").unwrap();
        let failing = |_: &Path| Err(io::Error::other("no disk"));
        let failed = replace_with(&path, b"new", failing);
        assert!(matches!(failed, Err(NotReplaced::Unsure(_))), "{failed:?}");
        assert_eq!(fs::read(&path).unwrap(), b"new", "the new one is there");
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("x"), "").unwrap();
        let kept = replace_with(&taken, b"new", |_| Ok(()));
        assert!(matches!(kept, Err(NotReplaced::Kept(_))), "{kept:?}");
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("x"), "old").unwrap();
        assert!(replace(&path, b"new").is_err());
        assert!(replace(&folder.path().join("no/such/folder"), b"new").is_err());
        assert_eq!(fs::read(path.join("x")).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left"
        );
    }
}
