//! The checks that refuse an envelope.

use crate::error::{Error, ErrorKind};

/// The check that refused an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The bytes are not long enough to hold a sealed record.
    Truncated,
    /// The bytes do not have the form of an envelope.
    Malformed,
    /// The envelope names primitives that this version does not know.
    UnknownSuite,
    /// Another key, another place, or a change of the first 74 bytes.
    Commitment,
    /// The ciphertext was changed.
    Unauthentic,
    /// The plaintext was not padded as the format says.
    Padding,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let (kind, message) = match refused {
            Refused::UnknownSuite => (
                ErrorKind::UnsupportedFormat,
                "stored bytes are sealed in a way that this version of keyslot does not know; use \
                 a newer version",
            ),
            Refused::Truncated => (
                ErrorKind::Corrupt,
                "the stored record of a secret is cut off; restore the vault from a backup",
            ),
            Refused::Malformed => (
                ErrorKind::Corrupt,
                "stored bytes are not a sealed envelope; restore the vault from a backup",
            ),
            Refused::Commitment => (
                ErrorKind::Corrupt,
                "sealed bytes are damaged, or were moved from the row that they were sealed for; \
                 restore the vault from a backup",
            ),
            Refused::Unauthentic => (
                ErrorKind::Corrupt,
                "sealed bytes are damaged; restore the vault from a backup",
            ),
            Refused::Padding => (
                ErrorKind::Corrupt,
                "decrypted data has invalid padding; restore the vault from a backup",
            ),
        };
        Self::new(kind, message)
    }
}
