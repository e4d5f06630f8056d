//! Errors on their way to JavaScript.

use keyslot::{Error, ErrorKind};
use napi::Status;
use serde::Serialize;

/// Mark in front of the JSON of an error, by which `lib.js` knows it.
const MARK: &str = "keyslot:";

/// Returns an error as JavaScript gets it: its message and its report.
pub(crate) fn refuse(error: Error) -> napi::Error {
    let json = serde_json::to_string(&(error.to_string(), &error)).unwrap_or_default();
    napi::Error::new(Status::GenericFailure, format!("{MARK}{json}"))
}

/// Returns the error of arguments that `lib.js` should not have let through.
pub(crate) fn misused(message: &'static str) -> napi::Error {
    refuse(Error::new(ErrorKind::InvalidInput, message))
}

/// Writes a report for JavaScript.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> napi::Result<String> {
    serde_json::to_string(value).map_err(|_| misused("the answer has no form in JSON"))
}
