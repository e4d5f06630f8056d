//! Treatment of placeholders with unknown names.

use crate::text::coded_enum;

/// The treatment of *bare* placeholders whose name no resolver knows.
///
/// An unknown `<<$secret.NAME>>` is always an error.
///
/// ```
/// use keyslot::{ResolveExt, Target, UnknownNames, Variables};
///
/// let tool = Target::tool("mail");
/// assert!(Variables::new().resolve_for(&tool, "Dear <<NAME>>").is_err());
/// let tool = tool.with_unknown_names(UnknownNames::Keep);
/// assert_eq!(Variables::new().resolve_for(&tool, "Dear <<NAME>>")?.kept().len(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnknownNames {
    /// The call fails.
    Error,
    /// The placeholder stays as it is and is listed by [`Resolved::kept`](crate::Resolved::kept).
    Keep,
}

impl UnknownNames {
    const ALL: [Self; 2] = [Self::Error, Self::Keep];

    /// Returns the code of the treatment, as in JSON. It never changes.
    ///
    /// ```
    /// use keyslot::UnknownNames;
    ///
    /// assert_eq!(UnknownNames::Keep.as_str(), "keep");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Keep => "keep",
        }
    }
}

coded_enum!(UnknownNames, "the treatment of unknown names");
