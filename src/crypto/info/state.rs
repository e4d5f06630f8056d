//! The state of a secret.

use crate::status::Status;

/// State of a secret: its status, or that it was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum InfoState {
    /// Resolves.
    Active = 1,
    /// Does not resolve until it is made active again.
    Inactive = 2,
    /// Never resolves again.
    Revoked = 3,
    /// A tombstone: nothing is here any more, and no version starts again at 1.
    Deleted = 4,
}

impl InfoState {
    /// Returns true if there are values.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Inactive)
    }

    /// The status that is shown; none for a deleted secret.
    pub(crate) fn status(self) -> Option<Status> {
        match self {
            Self::Active => Some(Status::Active),
            Self::Inactive => Some(Status::Inactive),
            Self::Revoked => Some(Status::Revoked),
            Self::Deleted => None,
        }
    }
}

impl From<Status> for InfoState {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Inactive => Self::Inactive,
            Status::Revoked => Self::Revoked,
        }
    }
}
