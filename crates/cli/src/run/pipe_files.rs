//! Files that are pipes: a program reads them, and no disk ever has them.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// A folder of named pipes, which is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct PipeFiles {
    folder: TempDir,
    count: usize,
}

impl PipeFiles {
    /// Makes a folder that nobody else can enter.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let runtime = runtime.filter(|path| path.is_absolute() && path.is_dir());
        let mut builder = tempfile::Builder::new();
        builder
            .prefix("keyslot-")
            .permissions(Permissions::from_mode(0o700));
        let folder = builder.tempdir_in(runtime.unwrap_or_else(std::env::temp_dir))?;
        Ok(Self { folder, count: 0 })
    }

    /// Makes a pipe of this name, and writes the text to whoever opens it, each time anew. Those
    /// who open it at the same moment share one text: a pipe cannot tell them apart.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn add(&mut self, name: &OsStr, text: Zeroizing<Vec<u8>>) -> io::Result<PathBuf> {
        // Two files may have the same name.
        let folder = self.folder.path().join(self.count.to_string());
        self.count += 1;
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join(name);
        make_pipe(&path)?;
        let at = path.clone();
        thread::Builder::new().spawn(move || serve(&at, &text))?;
        Ok(path)
    }
}

/// Serves one reader after another until the folder is gone.
fn serve(path: &Path, text: &[u8]) -> io::Result<()> {
    loop {
        // Waits for a reader.
        let mut to = File::options().write(true).open(path)?;
        // The next one gets a pipe of its own: this one would get the text twice.
        make_pipe(path)?;
        // A reader need not read all of it.
        let _ = to.write_all(text);
    }
}

/// Makes a pipe, in the place of one that is there.
fn make_pipe(path: &Path) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push("~");
    mkfifoat(CWD, Path::new(&new), Mode::RUSR | Mode::WUSR)?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::FileTypeExt;

    #[test]
    fn each_reader_gets_all_of_the_text_once() {
        let mut files = PipeFiles::new().unwrap();
        // More than a pipe holds.
        let long = vec![b'x'; 300_000];
        let one = files
            .add("app.toml".as_ref(), Zeroizing::new(b"one".to_vec()))
            .unwrap();
        let two = files
            .add("app.toml".as_ref(), Zeroizing::new(long.clone()))
            .unwrap();
        for _ in 0..20 {
            assert_eq!(fs::read(&one).unwrap(), b"one");
        }
        assert!(fs::read(&two).unwrap() == long && fs::read(&two).unwrap() == long);
        assert!(one.ends_with("app.toml"));
    }

    #[test]
    fn it_is_a_pipe_of_the_owner_and_goes_away() {
        let mut files = PipeFiles::new().unwrap();
        let path = files
            .add("x".as_ref(), Zeroizing::new(b"t0ken".to_vec()))
            .unwrap();
        let about = fs::metadata(&path).unwrap();
        assert!(about.file_type().is_fifo());
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
        let folder = files.folder.path().to_owned();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder), mode(path.parent().unwrap())),
            (0o700, 0o700)
        );
        drop(files);
        assert!(!folder.exists());
    }
}
