//! Statuses of secrets.

use crate::text::coded_enum;

/// The status of a secret. In text and JSON, its code.
///
/// ```
/// use keyslot::Status;
///
/// let status: Status = "inactive".parse()?;
/// assert_eq!((status, status.to_string().as_str()), (Status::Inactive, "inactive"));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl Status {
    const ALL: [Self; 3] = [Self::Active, Self::Inactive, Self::Revoked];

    /// Returns the code of the status, as in JSON. It never changes.
    ///
    /// ```
    /// use keyslot::Status;
    ///
    /// assert_eq!(Status::Revoked.as_str(), "revoked");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
        }
    }
}

coded_enum!(Status, "a status");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn is_written_and_shown_in_the_same_words() {
        for (status, word) in [
            (Status::Active, "active"),
            (Status::Inactive, "inactive"),
            (Status::Revoked, "revoked"),
        ] {
            assert_eq!(status.to_string(), word);
            assert_eq!(word.parse::<Status>().ok(), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), word);
            assert_eq!(
                serde_json::from_value::<Status>(word.into()).unwrap(),
                status
            );
        }
        for text in ["Active", "", "active ", "hunter2"] {
            let error = text.parse::<Status>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(
                error.to_string(),
                "a status is one of active, inactive, revoked"
            );
            assert!(serde_json::from_value::<Status>(text.into()).is_err());
        }
        let error = serde_json::from_str::<Status>("4929").unwrap_err();
        assert!(error.to_string().starts_with("a status is a string"));
    }
}
