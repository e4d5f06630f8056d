//! Whether a secret may be used.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Resolves.
    Active,
    /// Does not resolve, and hides secrets of the same name above it, until it is made active
    /// again.
    Inactive,
    /// Never resolves again: the values are erased, and a tombstone goes on hiding secrets of the
    /// same name above it.
    Revoked,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_shown_in_the_same_words() {
        for (status, word) in [
            (Status::Active, "active"),
            (Status::Inactive, "inactive"),
            (Status::Revoked, "revoked"),
        ] {
            assert_eq!(status.to_string(), word);
            assert_eq!(serde_json::to_value(status).unwrap(), word);
            assert_eq!(
                serde_json::from_value::<Status>(word.into()).unwrap(),
                status
            );
        }
        assert!(serde_json::from_str::<Status>("\"Active\"").is_err());
    }
}
