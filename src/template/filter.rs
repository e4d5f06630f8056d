//! Filters: what a placeholder does to its value before it goes in.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

#[cfg(feature = "json")]
mod get;

use super::encoding::Encoding;
use super::flaw::Flaw;
use crate::error::{Error, ErrorKind, Result};

/// A filter of the host: takes a value and the argument that was written, and says in fixed words
/// why it cannot.
pub(super) type Custom =
    dyn Fn(&str, Option<&str>) -> Result<SecretString, &'static str> + Send + Sync;

/// The filters that there are.
#[derive(Clone, Default)]
pub(super) struct Filters {
    custom: Option<Arc<BTreeMap<Box<str>, Arc<Custom>>>>,
}

impl Filters {
    /// Adds one of the host.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when the name is none or taken.
    pub(super) fn add(&mut self, name: &str, custom: Arc<Custom>) -> Result<()> {
        let mut bytes = name.bytes();
        let is_name = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            let rule = "the name of a filter begins with a small letter and goes on with small letters, digits and \"_\"";
            return Err(Error::new(ErrorKind::InvalidInput, rule));
        }
        let is_taken = BUILT_IN.contains(&name)
            || self
                .custom
                .as_ref()
                .is_some_and(|custom| custom.contains_key(name));
        if is_taken {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "there is a filter of that name; choose another one",
            ));
        }
        Arc::make_mut(self.custom.get_or_insert_default()).insert(name.into(), custom);
        Ok(())
    }

    /// The filter of that name.
    pub(super) fn find(&self, name: &str, argument: Option<&str>) -> Result<Filter, Flaw> {
        let filter = match name {
            "base64" => Filter::Encode(Encoding::Base64),
            "base64url" => Filter::Encode(Encoding::Base64Url),
            "hex" => Filter::Encode(Encoding::Hex),
            "url" => Filter::Encode(Encoding::Percent),
            "json" => Filter::Encode(Encoding::Json),
            "shell" => Filter::Encode(Encoding::Shell),
            "trim" => Filter::Trim,
            #[cfg(feature = "json")]
            "get" => {
                return argument
                    .and_then(get::Pointer::new)
                    .map(Filter::Get)
                    .ok_or(Flaw::NeedsPointer);
            }
            _ => {
                let custom = self
                    .custom
                    .as_ref()
                    .and_then(|custom| custom.get(name))
                    .ok_or(Flaw::UnknownFilter)?;
                return Ok(Filter::Custom {
                    apply: Arc::clone(custom),
                    argument: argument.map(Into::into),
                });
            }
        };
        if argument.is_some() {
            Err(Flaw::NoArgument)
        } else {
            Ok(filter)
        }
    }
}

/// Names that no filter of the host can have, whatever the features.
const BUILT_IN: [&str; 8] = [
    "base64",
    "base64url",
    "hex",
    "url",
    "json",
    "shell",
    "trim",
    "get",
];

impl fmt::Debug for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.custom.iter().flat_map(|custom| custom.keys()))
            .finish()
    }
}

/// One filter of a placeholder.
#[derive(Clone)]
pub(super) enum Filter {
    /// Writes the value in another way. As the last filter it may do what the surface would; see
    /// [`Encoding::is_done_by`].
    Encode(Encoding),
    /// Drops ASCII white space at both ends.
    Trim,
    /// A field of a JSON value, by its pointer.
    #[cfg(feature = "json")]
    Get(get::Pointer),
    /// One of the host; the surface still does its part.
    Custom {
        apply: Arc<Custom>,
        argument: Option<Box<str>>,
    },
}

impl Filter {
    /// Applies it. `room` is how many bytes the filters of this call may still read and write:
    /// without that, a chain such as `hex|hex|hex…` would grow without bound.
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
            Self::Get(pointer) => pointer.get(&value, room).map(Filtered::Owned),
            Self::Custom { apply, argument } => {
                let made = apply(&value, argument.as_deref());
                let made = made.map_err(|reason| Error::new(ErrorKind::FilterFailed, reason))?;
                room.take(made.expose_secret().len())?;
                Ok(Filtered::Custom(made))
            }
        }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(encoding) => f.debug_tuple("Encode").field(encoding).finish(),
            Self::Trim => f.write_str("Trim"),
            #[cfg(feature = "json")]
            Self::Get(pointer) => f.debug_tuple("Get").field(pointer).finish(),
            Self::Custom { apply: _, argument } => f.debug_tuple("Custom").field(argument).finish(),
        }
    }
}

/// Applies all filters of a placeholder in their order.
///
/// # Errors
///
/// `FilterFailed`, `TooLarge`; neither holds the value.
pub(super) fn apply<'v>(
    filters: &[Filter],
    value: &'v str,
    room: &mut Room,
) -> Result<Filtered<'v>> {
    filters
        .iter()
        .try_fold(Filtered::Borrowed(value), |value, filter| {
            filter.apply(value, room)
        })
}

/// The encoding that the last filter is. The others do not count: what it made of theirs is text
/// like any other.
pub(super) fn last_encoding(filters: &[Filter]) -> Option<Encoding> {
    match filters.last() {
        Some(Filter::Encode(encoding)) => Some(*encoding),
        _ => None,
    }
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
    #[inline]
    pub(super) fn take(&mut self, bytes: usize) -> Result<()> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| self.too_large())?;
        Ok(())
    }

    #[cold]
    fn too_large(&self) -> Error {
        let limit = self.limit;
        let message = format!(
            "the resolved text would be longer than {limit} bytes, or its filters would handle more"
        );
        Error::new(ErrorKind::TooLarge, message)
    }
}

/// A value on its way through filters; what they made is wiped.
pub(super) enum Filtered<'v> {
    Borrowed(&'v str),
    Owned(Zeroizing<String>),
    Custom(SecretString),
}

impl Filtered<'_> {
    fn trimmed(self) -> Self {
        fn trim(text: &str) -> &str {
            text.trim_matches(|c: char| c.is_ascii_whitespace())
        }
        match self {
            Self::Borrowed(text) => Self::Borrowed(trim(text)),
            made => Self::Owned(Zeroizing::new(trim(&made).to_owned())),
        }
    }

    pub(super) fn into_secret(self) -> SecretString {
        match self {
            Self::Custom(made) => made,
            // Copied: a string that is longer inside than outside would leave a part behind.
            other => SecretString::from(&*other),
        }
    }
}

impl Deref for Filtered<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
            Self::Custom(text) => text.expose_secret(),
        }
    }
}
