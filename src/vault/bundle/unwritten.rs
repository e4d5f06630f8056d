//! The error of a writer of values in clear.

use std::io;

use crate::error::{Error, ErrorKind};

pub(super) fn unwritten(cause: io::Error) -> Error {
    let kind = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::StorageFull,
        _ => ErrorKind::Io,
    };
    let message = "the export could not be written; remove what was written of it, which holds \
                   values in clear";
    Error::new(kind, message).with_source(cause)
}
