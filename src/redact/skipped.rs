//! What is not masked, or not in all writings, although it is a secret's.

use std::fmt;

use super::variants::Variant;
use crate::reference::Reference;

/// A value, or a kind of parts of one, that is not masked, or not in all writings. Holds no value.
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

/// Why something is not masked, or not in all writings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// Without white space and quotes around it, it is shorter than the
    /// [minimum](super::RedactorBuilder::min_len).
    TooShort,
    /// It is one of the words that are [harmless](super::RedactorBuilder::harmless).
    Harmless,
    /// The value has more than [`MAX_PARTS`](super::RedactorBuilder::MAX_PARTS): the rest is masked
    /// only as it is and as it is in JSON.
    TooMany,
    /// The secret was revoked, so no value of it is left.
    Erased,
    /// Not told, because the redactor is [guarded](super::Redactor::is_guarded). Then the variant
    /// is always [`Value`](Variant::Value), and the reference has no version.
    Untold,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            reference,
            variant,
            why,
        } = self;
        let what = match variant {
            _ if *why == Why::Untold => "something",
            Variant::Value => "the value",
            Variant::Filtered => "what a filter made",
            Variant::Trimmed => "the trimmed value",
            Variant::Line => "a line",
            Variant::Leaf => "a string or number",
            Variant::User => "the user",
            Variant::Password => "the password",
            _ => "a part",
        };
        let why = match why {
            Why::TooShort => "is too short to be masked",
            Why::Harmless => "is a harmless word and not masked",
            Why::TooMany => "is one of too many and masked only as it is and in JSON",
            Why::Erased => "is erased",
            Why::Untold => "is not masked, or not in all writings",
        };
        write!(f, "{what} of {}", reference.name())?;
        if let Some(version) = reference.version() {
            write!(f, "@{version}")?;
        }
        write!(f, " {why}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::SecretName;
    use crate::record::Version;

    #[test]
    fn secrets_are_named_with_their_version() {
        let reference = Reference::secret(SecretName::new("A").unwrap());
        let skipped = |reference| {
            Skipped {
                reference,
                variant: Variant::Line,
                why: Why::TooShort,
            }
            .to_string()
        };
        assert_eq!(
            skipped(reference.clone()),
            "a line of A is too short to be masked"
        );
        assert_eq!(
            skipped(reference.at(Version::new(2).unwrap())),
            "a line of A@2 is too short to be masked"
        );
    }
}
