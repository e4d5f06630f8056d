//! Files with values for a program, none of which is ever on a disk.

use std::ffi::OsStr;
use std::fs::{DirBuilder, Permissions};
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use tempfile::TempDir;
use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
use super::memory;
use super::pipe;

/// A folder of links to files in memory, which goes away with them when this is dropped. Where the
/// operating system has no such files, they are named pipes.
#[derive(Debug)]
pub(crate) struct Files {
    folder: TempDir,
    count: usize,
    #[cfg(target_os = "linux")]
    in_memory: Vec<OwnedFd>,
}

impl Files {
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
        Ok(Self {
            folder,
            count: 0,
            #[cfg(target_os = "linux")]
            in_memory: Vec::new(),
        })
    }

    /// Makes a file of this name with the text, and returns its path.
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
        #[cfg(target_os = "linux")]
        if let Ok(file) = memory::begin(&path, &text) {
            self.in_memory.push(file);
            return Ok(path);
        }
        pipe::begin(&path, text)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn files_have_their_names_and_go_away() {
        let mut files = Files::new().unwrap();
        let mut add = |text: &[u8]| {
            let text = Zeroizing::new(text.to_vec());
            files.add("app.toml".as_ref(), text).unwrap()
        };
        let (one, two) = (add(b"one"), add(b"two"));
        assert!(one.ends_with("app.toml") && two.ends_with("app.toml"));
        assert_eq!(fs::read(&one).unwrap(), b"one");
        assert_eq!(fs::read(&two).unwrap(), b"two");
        let folder = files.folder.path().to_owned();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(one.parent().unwrap())), (0o700, 0o700));
        drop(files);
        assert!(!folder.exists());
    }
}
