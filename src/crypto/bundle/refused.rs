//! The errors of bundles.

use std::io;

use crate::error::{Error, ErrorKind};

/// An error that says that the bytes are not those that an export wrote.
pub(crate) fn damaged() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the bundle is damaged or cut off; export it again",
    )
}

/// The error of a part of a bundle, in the words of a bundle: the parts are those of a vault.
pub(super) fn of_part(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Corrupt => damaged(),
        ErrorKind::UnsupportedFormat => unsupported(),
        ErrorKind::TooLarge => Error::new(
            ErrorKind::TooLarge,
            "the bundle asks for more memory or passes than max_cost allows; raise it if the \
             bundle is yours",
        ),
        _ => error,
    }
}

pub(super) fn unsupported() -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        "the bundle is of a format that this version of keyslot does not read; use a newer version",
    )
}

pub(super) fn not_a_bundle() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "this is not a bundle of keyslot; name the file that an export wrote",
    )
}

pub(super) fn wrong_key() -> Error {
    Error::new(
        ErrorKind::WrongKey,
        "this key or passphrase does not open this bundle: it is not the one that the bundle was \
         made with, or the header of the bundle is damaged",
    )
}

/// The error of a reader. A file that ends too early is damaged.
pub(crate) fn unread(cause: io::Error) -> Error {
    if cause.kind() == io::ErrorKind::UnexpectedEof {
        return damaged();
    }
    Error::new(ErrorKind::Io, "the bundle could not be read").with_source(cause)
}

/// The error of a writer.
pub(super) fn unwritten(cause: io::Error) -> Error {
    let kind = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::StorageFull,
        _ => ErrorKind::Io,
    };
    let message = "the bundle could not be written; what was written of it is of no use";
    Error::new(kind, message).with_source(cause)
}
