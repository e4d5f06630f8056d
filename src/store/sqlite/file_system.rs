//! File systems on which a vault is not safe: those of a network, and those that a program serves.
//!
//! Their locks may hold on one machine only or not at all, and they share no memory, which a
//! write-ahead log needs.

use std::path::Path;

use super::settings::Settings;
use crate::error::{Error, ErrorKind, Result};

/// Refuses a folder on such a file system, unless the host accepted it. Returns true if it is on
/// one.
pub(super) fn is_remote(folder: &Path, settings: &Settings) -> Result<bool> {
    let Some(name) = remote_name(folder)? else {
        return Ok(false);
    };
    if settings.network_file_system {
        return Ok(true);
    }
    Err(Error::new(
        ErrorKind::UnsafeFile,
        format!(
            "the vault's folder is on a network or FUSE file system ({name}), whose locks may not \
             hold; use a local disk, or accept the risk with network_file_system"
        ),
    ))
}

/// Refusal of a vault with a write-ahead log on such a file system.
pub(super) fn has_no_shared_memory() -> Error {
    Error::new(
        ErrorKind::UnsafeFile,
        "the vault has a write-ahead log, which works on a local disk only; move the vault there, \
         or change it there with `PRAGMA journal_mode = DELETE`",
    )
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn remote_name(folder: &Path) -> Result<Option<&'static str>> {
    let found =
        rustix::fs::statfs(folder).map_err(|cause| super::failure::io_failed(cause.into()))?;
    // The type of the number depends on the processor; it has 32 bits on all of them.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "see above"
    )]
    Ok(name_of(found.f_type as u32))
}

// Other systems have other names for them, which nobody has tried.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn remote_name(_: &Path) -> Result<Option<&'static str>> {
    Ok(None)
}

/// The name of a remote file system, by its number (`linux/magic.h`, and the sources of others).
#[cfg(any(target_os = "linux", target_os = "android", test))]
fn name_of(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0000_6969 => "nfs",
        0x0000_517B | 0xFE53_4D42 | 0xFF53_4D42 => "smb",
        0x0000_564C => "ncp",
        0x0102_1997 => "9p",
        0x6573_5546 => "fuse",
        0x5346_414F | 0x6B41_4653 => "afs",
        0x7375_7245 => "coda",
        0x00C3_6400 => "ceph",
        0x0BD0_0BD0 => "lustre",
        0x4750_4653 => "gpfs",
        0x0116_1970 => "gfs2",
        0x7461_636F => "ocfs2",
        0x1983_0326 => "beegfs",
        0xAAD7_AAEA => "panfs",
        0x786F_4256 => "vboxsf",
        0xBACB_ACBC => "vmhgfs",
        0x7C7C_6673 => "prl_fs",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_file_systems_are_known_and_local_ones_are_not_among_them() {
        for (number, name) in [
            (0x6969, "nfs"),
            (0x6573_5546, "fuse"),
            (0xFF53_4D42, "smb"),
            (0x0102_1997, "9p"),
        ] {
            assert_eq!(name_of(number), Some(name));
        }
        // ext4, tmpfs, btrfs, xfs, overlayfs, zfs, f2fs, bcachefs.
        for number in [
            0xEF53,
            0x0102_1994,
            0x9123_683E,
            0x5846_5342,
            0x794C_7630,
            0x2FC1_2FC1,
            0xF2F5_2010,
            0xCA45_1A4E,
        ] {
            assert_eq!(name_of(number), None, "{number:x}");
        }
    }

    #[test]
    fn a_local_folder_is_not_remote() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_remote(folder.path(), &Settings::default()).unwrap());
    }
}
