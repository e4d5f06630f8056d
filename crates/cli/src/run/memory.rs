//! Files in memory: each reader has one of its own to read and seek in, and nobody can change it.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, memfd_create};

/// Makes a file in memory, and at `path` a link to it. The file is there until what is returned is
/// closed, and until its last reader has ended.
///
/// # Errors
///
/// Those of the operating system; it may have no such files, or not show them.
pub(super) fn begin(path: &Path, text: &[u8]) -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let mut file = File::from(memfd_create("keyslot", flags)?);
    fchmod(&file, Mode::RUSR)?;
    file.write_all(text)?;
    fcntl_add_seals(
        &file,
        SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE,
    )?;
    // Ours, not that of the program: its own children need not have what it has open.
    let place = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    symlink(place, path)?;
    match File::open(path) {
        Ok(_) => Ok(file.into()),
        // There is no /proc.
        Err(error) => {
            std::fs::remove_file(path)?;
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::{Read, Seek, SeekFrom};

    #[test]
    fn readers_of_one_moment_get_all_of_the_text_and_seek_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.toml");
        let text: Vec<u8> = (0..300_000_u32).map(|at| at.to_le_bytes()[0]).collect();
        let file = begin(&path, &text).unwrap();
        let mut readers: Vec<File> = (0..8).map(|_| File::open(&path).unwrap()).collect();
        // In turns, so that one that shares its place with another shows.
        let mut read = vec![Vec::new(); readers.len()];
        let mut part = vec![0; 50_000];
        for _ in 0..6 {
            for (reader, read) in readers.iter_mut().zip(&mut read) {
                reader.read_exact(&mut part).unwrap();
                read.extend_from_slice(&part);
            }
        }
        assert!(read.iter().all(|read| *read == text));
        let reader = readers.first_mut().unwrap();
        reader.seek(SeekFrom::Start(7)).unwrap();
        let mut byte = [0];
        reader.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [7]);
        assert_eq!(fs::metadata(&path).unwrap().len(), 300_000);
        drop(file);
        assert!(File::open(&path).is_err(), "it is gone");
    }

    #[test]
    fn nobody_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let file = begin(&path, b"t0ken").unwrap();
        let mut ours = File::from(file.try_clone().unwrap());
        assert!(ours.write_all(b"other").is_err(), "not even by us");
        assert!(ours.set_len(0).is_err());
        // The superuser opens it for writing, and cannot write either.
        if let Ok(mut other) = File::options().write(true).open(&path) {
            assert!(other.write_all(b"other").is_err());
        }
        assert!(fs::write(&path, "other").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"t0ken");
    }
}
