//! A value on its way through filters.

use std::ops::Deref;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A value on its way through filters. A value that a filter made is wiped.
pub(in crate::template) enum Filtered<'v> {
    Borrowed(&'v str),
    Owned(Zeroizing<String>),
    Custom(SecretString),
}

/// A value without the ASCII white space at its ends, as the filter `trim` makes it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace())
}

impl Filtered<'_> {
    pub(super) fn trimmed(self) -> Self {
        match self {
            Self::Borrowed(text) => Self::Borrowed(trim(text)),
            made => Self::Owned(Zeroizing::new(trim(&made).to_owned())),
        }
    }

    pub(in crate::template) fn into_secret(self) -> SecretString {
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
