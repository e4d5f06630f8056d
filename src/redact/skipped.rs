//! Secrets, and parts of them, that are not masked or not in all writings.

use std::fmt;

use super::variants::Variant;
use crate::reference::Reference;

/// A value, or a kind of parts of one, that is not masked, or not in all writings. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The secret.
    pub reference: Reference,
    /// The part of it.
    pub variant: Variant,
    /// The reason.
    pub reason: SkipReason,
}

/// The reason why something is not masked, or not in all writings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
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
            reason,
        } = self;
        let what = match variant {
            _ if *reason == SkipReason::Untold => "something",
            Variant::Value => "the value",
            Variant::Filtered => "what a filter made",
            Variant::Trimmed => "the trimmed value",
            Variant::Line => "a line",
            Variant::Leaf => "a string or number",
            Variant::User => "the user",
            Variant::Password => "the password",
            _ => "a part",
        };
        let reason = match reason {
            SkipReason::TooShort => "is too short to be masked",
            SkipReason::Harmless => "is a harmless word and not masked",
            SkipReason::TooMany => "is one of too many and masked only as it is and in JSON",
            SkipReason::Erased => "is erased",
            SkipReason::Untold => "is not masked, or not in all writings",
        };
        write!(f, "{what} of {}", reference.name())?;
        if let Some(version) = reference.version() {
            write!(f, "@{version}")?;
        }
        write!(f, " {reason}")
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
                reason: SkipReason::TooShort,
            }
            .to_string()
        };
        assert_eq!(
            skipped(reference.clone()),
            "a line of A is too short to be masked"
        );
        assert_eq!(
            skipped(reference.with_version(Version::new(2).unwrap())),
            "a line of A@2 is too short to be masked"
        );
    }
}
