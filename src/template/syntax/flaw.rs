//! The flaws of text that means to be a placeholder, in words that repeat none of it.

use std::borrow::Cow;

use super::dialect::Dialect;
use crate::error::{Error, ErrorKind};

/// A flaw of text that means to be a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Flaw {
    Case,
    Shape,
    NoName,
    Name,
    Pin,
    Filter,
    Argument,
    Unclosed,
    Default,
    Nested,
    Namespace,
    UnknownFilter,
    NoArgument,
    NeedsPointer,
    /// The filter `basic` without the name of a password.
    NeedsName,
    /// A second filter `basic`.
    TwoPasswords,
    /// A filter behind `number` or `json_value`.
    NotLast,
}

impl Flaw {
    pub(in crate::template) fn error(self, dialect: &Dialect) -> Error {
        let kind = match self {
            Self::UnknownFilter | Self::NoArgument | Self::NeedsPointer => ErrorKind::UnknownFilter,
            _ => ErrorKind::Syntax,
        };
        Error::new(kind, self.message(dialect))
    }

    fn message(self, dialect: &Dialect) -> Cow<'static, str> {
        let prefix = dialect.prefix.as_deref().unwrap_or(&dialect.open);
        let text = match self {
            Self::Case => {
                return format!("write \"{prefix}\" in lower case").into();
            }
            Self::Shape => {
                return format!(
                    "a secret reference is written {}{}",
                    dialect.example(),
                    or_text("; write", dialect)
                )
                .into();
            }
            Self::NoName => {
                return format!("a secret reference needs a name after \"{prefix}\"").into();
            }
            Self::Namespace => {
                let (open, example) = (&dialect.open, dialect.example());
                return format!(
                    "only \"{prefix}\" may follow {open}; write {example}{}",
                    or_text(", or", dialect)
                )
                .into();
            }
            Self::Default => {
                let example = dialect.example();
                return format!(
                    "there are no default values; write {example} and give the name a value{}",
                    or_text(", or write", dialect)
                )
                .into();
            }
            Self::Unclosed if !dialect.close.is_empty() => {
                let close = &dialect.close;
                return format!(
                    "a secret reference ends with \"{close}\" after its name, version and filters, \
                     on the same line"
                )
                .into();
            }
            Self::Name if dialect.close.is_empty() => {
                "a secret:// reference is a name of letters, digits, \"_\", \".\" and \"-\", \
                 perhaps with \"@\" and a version, and nothing else"
            }
            Self::Name | Self::Unclosed => {
                "a secret name holds only letters, digits, \"_\", \".\", \"-\" and single spaces \
                 (ASCII), the first a letter, a digit or \"_\""
            }
            Self::Pin => {
                "a version is \"@\" right after the name and a number from 1 of at most 10 digits"
            }
            Self::Filter => {
                "a filter is \"|\" and a name in lower case, perhaps with \":\" and an argument"
            }
            Self::Argument => {
                "the argument of a filter has 1 to 128 characters, none of them a space, \"|\", \
                 \"<\", \">\", \"{\" or \"}\""
            }
            Self::Nested => "a secret reference may not hold another placeholder",
            Self::UnknownFilter if cfg!(feature = "json") => {
                "unknown filter; there are base64, base64url, hex, url, json, shell, query, path, \
                 userinfo, trim, number, json_value, basic:NAME and get:/pointer"
            }
            Self::UnknownFilter => {
                "unknown filter; there are base64, base64url, hex, url, json, shell, query, \
                 path, userinfo, trim, number, json_value and basic:NAME (get needs the feature \
                 json)"
            }
            Self::NoArgument => "this filter takes no argument",
            Self::TwoPasswords => "a placeholder has one filter basic at most",
            Self::NotLast => "nothing may follow the filter number or json_value",
            Self::NeedsName => "basic takes the name of a secret, such as basic:PASSWORD",
            Self::NeedsPointer => "get takes a JSON Pointer, such as get:/user/password",
        };
        Cow::Borrowed(text)
    }
}

fn or_text(begin: &str, dialect: &Dialect) -> String {
    let escaped = dialect.escaped();
    escaped.map_or(String::new(), |escaped| {
        format!(
            "{begin} {escaped} instead of {} if this is text",
            dialect.open
        )
    })
}
