//! Bytes as hexadecimal digits.

use std::fmt;

/// Writes two lower-case digits for each byte.
pub(super) fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
