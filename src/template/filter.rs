//! Filters: what a placeholder does to its value before it goes in.

use std::ops::Deref;

use zeroize::Zeroizing;

#[cfg(feature = "json")]
mod get;

use super::encoding::Encoding;
use super::flaw::Flaw;
use crate::error::{Error, ErrorKind, Result};

/// One filter of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Writes the value in another way, in place of what the surface would do.
    Encode(Encoding),
    /// Drops ASCII white space at both ends.
    Trim,
    /// A field of a JSON value, by its pointer.
    #[cfg(feature = "json")]
    Get(get::Pointer),
}

impl Filter {
    /// The filter of that name.
    pub(super) fn new(name: &str, argument: Option<&str>) -> Result<Self, Flaw> {
        let filter = match name {
            "base64" => Self::Encode(Encoding::Base64),
            "base64url" => Self::Encode(Encoding::Base64Url),
            "hex" => Self::Encode(Encoding::Hex),
            "url" => Self::Encode(Encoding::Percent),
            "json" => Self::Encode(Encoding::Json),
            "shell" => Self::Encode(Encoding::Shell),
            "trim" => Self::Trim,
            #[cfg(feature = "json")]
            "get" => return argument.and_then(get::Pointer::new).map(Self::Get).ok_or(Flaw::NeedsPointer),
            _ => return Err(Flaw::UnknownFilter),
        };
        if argument.is_some() { Err(Flaw::NoArgument) } else { Ok(filter) }
    }

    /// Applies it. `room` is how many bytes the filters of this call may still read and write: without that, a chain
    /// such as `hex|hex|hex…` would grow without bound.
    fn apply<'v>(&self, value: Filtered<'v>, room: &mut Room) -> Result<Filtered<'v>> {
        room.take(value.len())?;
        match self {
            Self::Encode(encoding) => {
                let length = encoding.length(&value);
                room.take(length)?;
                let mut out = Zeroizing::new(String::with_capacity(length));
                encoding.push(&value, &mut out);
                Ok(Filtered::Owned(out))
            }
            Self::Trim => Ok(value.trimmed()),
            #[cfg(feature = "json")]
            Self::Get(pointer) => pointer.get(&value).map(Filtered::Owned),
        }
    }
}

/// Applies all filters of a placeholder in their order.
///
/// # Errors
///
/// `FilterFailed`, `TooLarge`; neither holds the value.
pub(super) fn apply<'v>(filters: &[Filter], value: &'v str, room: &mut Room) -> Result<Filtered<'v>> {
    filters.iter().try_fold(Filtered::Borrowed(value), |value, filter| filter.apply(value, room))
}

/// Whether the filters say how the value is written, so that the surface does not.
pub(super) fn encodes(filters: &[Filter]) -> bool {
    filters.iter().any(|filter| matches!(filter, Filter::Encode(_)))
}

/// How many bytes may still be handled.
#[derive(Debug)]
pub(super) struct Room {
    limit: usize,
    left: usize,
}

impl Room {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, left: limit }
    }

    /// # Errors
    ///
    /// `TooLarge` when there is less room than that.
    pub(super) fn take(&mut self, bytes: usize) -> Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            Error::new(
                ErrorKind::TooLarge,
                format!(
                    "the resolved text would be longer than {} bytes, or its filters would handle more",
                    self.limit
                ),
            )
        })?;
        Ok(())
    }
}

/// A value on its way through filters; what they made is wiped.
pub(super) enum Filtered<'v> {
    Borrowed(&'v str),
    Owned(Zeroizing<String>),
}

impl Filtered<'_> {
    fn trimmed(self) -> Self {
        fn trim(text: &str) -> &str {
            text.trim_matches(|c: char| c.is_ascii_whitespace())
        }
        match self {
            Self::Borrowed(text) => Self::Borrowed(trim(text)),
            Self::Owned(text) => Self::Owned(Zeroizing::new(trim(&text).to_owned())),
        }
    }
}

impl Deref for Filtered<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}
