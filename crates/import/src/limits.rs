//! Limits on a file and its entries, checked before memory is taken.

use keyslot::{Error, ErrorKind, Vault};

/// The longest file, in bytes: 32 MiB.
pub const MAX_FILE: usize = 32 << 20;

/// The most entries of a file.
pub const MAX_ENTRIES: usize = 65_536;

/// The longest value, in bytes: the most that any vault takes.
pub const MAX_VALUE: usize = Vault::MAX_VALUE;

/// The longest name, in bytes. It is longer than that of a secret, because a name may be mapped.
pub const MAX_NAME: usize = 256;

/// The error of a file that is too long.
pub(crate) fn file_too_long() -> Error {
    let message = format!("a file to import may have {MAX_FILE} bytes at most");
    Error::new(ErrorKind::TooLarge, message)
}

/// The error of a file with too many entries.
pub(crate) fn too_many_entries() -> Error {
    let message = format!("a file to import may have {MAX_ENTRIES} entries at most");
    Error::new(ErrorKind::TooLarge, message)
}
