//! Random bytes of the operating system.

use crate::error::{Error, ErrorKind, Result};

/// Fills `bytes` from the operating system's generator.
pub(in crate::crypto) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|cause| {
        Error::new(
            ErrorKind::Io,
            "the operating system gave no random bytes; nothing was written",
        )
        .with_source(cause)
    })
}
