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
                "stored bytes are sealed in a way that this version of keyslot does not know; \
                 use a newer version",
            ),
            Refused::Truncated => (
                ErrorKind::Corrupt,
                "the stored record of a secret is cut off",
            ),
            Refused::Malformed => (
                ErrorKind::Corrupt,
                "stored bytes are not in the form of sealed ones",
            ),
            Refused::Commitment => (
                ErrorKind::Corrupt,
                "sealed bytes are damaged, or not in the place they were sealed for",
            ),
            Refused::Unauthentic => (ErrorKind::Corrupt, "sealed bytes are damaged"),
            Refused::Padding => (ErrorKind::Corrupt, "decrypted data has invalid padding"),
        };
        Self::new(kind, message)
    }
}
