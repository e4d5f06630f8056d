//! The errors of a secret that is not used.

use crate::access::Denial;
use crate::crypto::Info;
use crate::error::{Error, ErrorKind};
use crate::reference::Reference;
use crate::vault::rows::corrupt;

/// The error for a secret that may not be used.
pub(super) fn refuse(info: &Info, kind: ErrorKind, denial: impl Into<Denial>) -> Error {
    let Info { name, scope, .. } = info;
    let Denial { what, allowed } = denial.into();
    Error::new(kind, format!("secret {name} in {scope} {what}"))
        .with_name(name)
        .with_allowed(allowed)
}

/// The error for a version that is not kept.
pub(super) fn no_such_version(info: &Info, reference: &Reference) -> Error {
    let what = match reference.version() {
        Some(version) => format!("has no version {version}"),
        None => "has no version".to_owned(),
    };
    let Info { name, scope, .. } = info;
    let message = format!("secret {name} in {scope} {what}");
    Error::new(ErrorKind::NoSuchVersion, message).with_name(name)
}

/// The error for a value that cannot be opened.
pub(super) fn unreadable(info: &Info, error: Error) -> Error {
    refuse(info, error.kind(), "has a value that cannot be read").with_source(error)
}

/// The error for a version without a row.
pub(super) fn version_missing() -> Error {
    corrupt("a kept version is missing")
}
