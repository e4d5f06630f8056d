//! Files that are replaced whole.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that only its owner can read. It gets its name when all of it is on disk, so that
/// nobody ever sees a part, and the old one stays until then.
///
/// # Errors
///
/// Those of the file system, such as a full disk: the old file stays.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
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
    // The name, too.
    File::open(folder).and_then(|folder| folder.sync_all())
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
