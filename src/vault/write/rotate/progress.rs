//! Progress of a rewrap.

use serde::Serialize;

/// Progress of a [`Rewrap`](crate::Rewrap).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RewrapProgress {
    /// The secrets that were sealed anew so far.
    pub rewrapped: u64,
    /// The secrets of which something cannot be read. That stays as it is, sealed with the key that
    /// it has; [`verify`](crate::Vault::verify) tells more.
    pub unreadable: u64,
    /// The secrets that this walk has not looked at yet, deleted ones included.
    pub left: u64,
    /// True if it is done: all that can be read is sealed with the newest data key.
    pub done: bool,
}
