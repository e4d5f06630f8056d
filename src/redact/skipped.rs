//! What is not masked although it is a secret's.

use std::fmt;

use super::variants::Variant;
use crate::reference::Reference;

/// A value, or a kind of parts of one, that is not masked. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The secret.
    pub reference: Reference,
    /// Which part of it.
    pub variant: Variant,
    /// Why.
    pub why: Why,
}

/// Why something is not masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It is shorter than the [minimum](super::RedactorBuilder::min_len).
    TooShort,
    /// It is one of the words that are [harmless](super::RedactorBuilder::harmless).
    Harmless,
    /// The secret was revoked, so no value of it is left.
    Erased,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reference, variant, why } = self;
        let what = match variant {
            Variant::Value => "the value",
            Variant::Filtered => "what a filter made",
            Variant::Trimmed => "the trimmed value",
            Variant::Line => "a line",
            Variant::Leaf => "a string",
            Variant::User => "the user",
            Variant::Password => "the password",
            _ => "a part",
        };
        let why = match why {
            Why::TooShort => "is too short to be masked",
            Why::Harmless => "is a harmless word and not masked",
            Why::Erased => "is erased",
        };
        write!(f, "{what} of {} {why}", reference.name())
    }
}
