//! Named pipes: a program reads them as files, and no disk ever has their text.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use rustix::fs::{CWD, Mode, mkfifoat};
use zeroize::Zeroizing;

/// Makes a pipe, and writes the text to whoever opens it, each time anew. Those who open it at the
/// same moment share one text: a pipe cannot tell them apart.
///
/// # Errors
///
/// Those of the file system.
pub(super) fn begin(path: &Path, text: Zeroizing<Vec<u8>>) -> io::Result<()> {
    make(path)?;
    let path = path.to_owned();
    thread::Builder::new()
        .spawn(move || serve(&path, &text))
        .map(drop)
}

/// Serves one reader after another until the folder is gone.
fn serve(path: &Path, text: &[u8]) -> io::Result<()> {
    loop {
        // Waits for a reader.
        let mut to = File::options().write(true).open(path)?;
        // The next one gets a pipe of its own: this one would get the text twice.
        make(path)?;
        // A reader need not read all of it.
        let _ = to.write_all(text);
    }
}

/// Makes a pipe, in the place of one that is there.
fn make(path: &Path) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push("~");
    mkfifoat(CWD, Path::new(&new), Mode::RUSR | Mode::WUSR)?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};

    #[test]
    fn each_reader_gets_all_of_the_text_once() {
        let folder = tempfile::tempdir().unwrap();
        // More than a pipe holds.
        let long = vec![b'x'; 300_000];
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        begin(&one, Zeroizing::new(b"one".to_vec())).unwrap();
        begin(&two, Zeroizing::new(long.clone())).unwrap();
        for _ in 0..20 {
            assert_eq!(fs::read(&one).unwrap(), b"one");
        }
        assert!(fs::read(&two).unwrap() == long && fs::read(&two).unwrap() == long);
    }

    #[test]
    fn it_is_a_pipe_of_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        begin(&path, Zeroizing::new(b"t0ken".to_vec())).unwrap();
        let about = fs::metadata(&path).unwrap();
        assert!(about.file_type().is_fifo());
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
}
