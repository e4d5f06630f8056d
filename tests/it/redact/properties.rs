//! Whatever the values and the text are.

use base64ct::{Base64, Base64Url, Encoding as _};
use keyslot::secrecy::ExposeSecret as _;
use keyslot::{Redactor, ResolveExt, RunSecrets};
use proptest::prelude::*;

use super::{bare, naive, redactor};

/// Secrets that overlap each other, and the texts that they are in, of few letters.
fn overlapping() -> impl Strategy<Value = (Vec<String>, String)> {
    (
        prop::collection::vec("[ab]{8,11}|(ab|abb){4,40}|(aab){4,60}", 1..5),
        "[ab]{0,60}|[ab]{0,8}(ab|abb){0,40}|(aab){0,60}a?a?",
    )
}

/// Values as they come.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{8,24}", "\\PC{8,16}", "[a-z'\"&<>/ %+é🔑\n]{8,20}"].prop_filter(
        "long enough",
        |value| {
            let bare = bare(value);
            bare.len() >= 8 && !keyslot::redact::RedactorBuilder::HARMLESS.contains(&bare)
        },
    )
}

proptest! {
    /// In letters of which no other writing is another text, except those that hold other letters.
    #[test]
    fn agrees_with_a_naive_redactor((values, text) in overlapping()) {
        let names: Vec<String> = (0..values.len()).map(|n| format!("S{n}")).collect();
        let secrets: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(values.iter().map(String::as_str))
            .collect();
        let patterns: Vec<(&str, &[u8])> = secrets
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let expected = naive::redact(&patterns, 8, text.as_bytes());
        let redacted = redactor(&secrets).redact(&text).into_owned();
        prop_assert_eq!(redacted.as_bytes(), expected);
    }

    #[test]
    fn no_base64_survives_within_other_base64(
        value in value(),
        before in "[A-Z]{0,7}",
        after in "[A-Z]{0,7}",
    ) {
        let redactor = redactor(&[("A", &value)]);
        // Of the characters that hold nothing of the neighbours, none is left.
        let whole = format!("{before}{value}{after}");
        for encoded in [
            Base64::encode_string(whole.as_bytes()),
            Base64Url::encode_string(whole.as_bytes()),
        ] {
            let redacted = redactor.redact(&encoded).into_owned();
            let rest = redacted.len().saturating_sub("<<$secret.A>>".len());
            prop_assert!(
                redacted.contains("<<$secret.A>>"),
                "{} of {:?}",
                redacted,
                value
            );
            prop_assert!(
                rest <= (before.len() + after.len()).div_ceil(3) * 4 + 6,
                "{} of {:?}",
                redacted,
                value
            );
        }
    }

    #[test]
    fn a_resolved_text_becomes_its_template_again(
        values in prop::collection::vec("[a-zA-Z0-9/+=_-]{10,30}", 1..4),
        pieces in prop::collection::vec(("[ .,:()#!?]{1,6}", 0..4_usize), 0..8),
    ) {
        let mut secrets = RunSecrets::new();
        for (n, value) in values.iter().enumerate() {
            secrets = secrets.with(format!("S{n}"), value.as_str()).unwrap();
        }
        // Of two with one value both would be named.
        let holders = |one: &String| {
            let values = values.iter();
            values.filter(|other| other.contains(one.as_str())).count()
        };
        prop_assume!(values.iter().all(|one| holders(one) == 1));
        let mut template: String = pieces
            .iter()
            .map(|(text, n)| format!("{text}<<$secret.S{}>>", n % values.len()))
            .collect();
        template.push('.');
        let resolved = secrets.resolve(&template).unwrap();
        let redactor = Redactor::of(&resolved).unwrap();
        let redacted = redactor.redact(resolved.expose_secret()).into_owned();
        prop_assert_eq!(&redacted, &template);
    }
}
