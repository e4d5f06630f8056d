//! What can be wrong with text that means to be a placeholder, in words that repeat none of it.

use crate::error::{Error, ErrorKind};

/// Why a placeholder is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Case,
    Shape,
    NoName,
    Name,
    Pin,
    Filter,
    Argument,
    Unclosed,
    Nested,
    Namespace,
    UnknownFilter,
    NoArgument,
    #[cfg(feature = "json")]
    NeedsPointer,
}

impl Flaw {
    pub(super) fn error(self) -> Error {
        Error::new(self.kind(), self.message())
    }

    fn kind(self) -> ErrorKind {
        match self {
            Self::UnknownFilter | Self::NoArgument => ErrorKind::UnknownFilter,
            #[cfg(feature = "json")]
            Self::NeedsPointer => ErrorKind::UnknownFilter,
            _ => ErrorKind::Syntax,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Case => "a secret reference begins with \"$secret.\" in small letters",
            Self::Shape => "a secret reference is written <<$secret.NAME>>; write <<! instead of << if this is text",
            Self::NoName => "a secret reference needs a name after \"$secret.\"",
            Self::Name => {
                "a secret name holds only letters, digits, \"_\", \".\", \"-\" and single spaces (ASCII), the first a \
                 letter, a digit or \"_\""
            }
            Self::Pin => "a version is \"@\" right after the name and a number from 1 of at most 10 digits",
            Self::Filter => "a filter is \"|\" and a name in small letters, perhaps with \":\" and an argument",
            Self::Argument => {
                "the argument of a filter has 1 to 128 characters, none of them a space, \"|\", \"<\", \">\", \"{\" or \"}\""
            }
            Self::Unclosed => {
                "a secret reference ends with \">>\" after its name, version and filters, on the same line"
            }
            Self::Nested => "a secret reference may not hold another placeholder",
            Self::Namespace => {
                "only \"$secret.\" may follow <<; write <<$secret.NAME>>, or <<! instead of << if this is text"
            }
            #[cfg(feature = "json")]
            Self::UnknownFilter => {
                "no such filter; there are base64, base64url, hex, url, json, shell, trim and get:/pointer"
            }
            #[cfg(not(feature = "json"))]
            Self::UnknownFilter => {
                "no such filter; there are base64, base64url, hex, url, json, shell and trim (get needs the feature json)"
            }
            Self::NoArgument => "this filter takes no argument",
            #[cfg(feature = "json")]
            Self::NeedsPointer => "get takes a JSON Pointer, such as get:/user/password",
        }
    }
}
