//! Reasons that an operator gives for what the vault does only on purpose.

use crate::error::{Error, ErrorKind, Result};

/// The most bytes of a reason.
const LONGEST: usize = 1024;

/// Checks a reason, which is told to the observer as it is.
pub(super) fn check(reason: &str) -> Result<&str> {
    if reason.trim().is_empty() || reason.len() > LONGEST || reason.chars().any(char::is_control) {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "a reason has 1 to 1024 bytes and no control characters; say why this is done",
        ));
    }
    Ok(reason)
}
