//! All writings of a text.

use super::writing::{Add, LONG, Writings};
use super::{base64, digits, doubled, json, literal, percent, shell, xml};
use crate::error::Result;

/// Gives each way in which a text may be written, itself excepted. Many are equal to each other.
///
/// # Errors
///
/// What `add` says.
pub(in crate::redact) fn encodings(text: &str, add: &mut Add<'_>) -> Result<()> {
    let writings = &mut Writings::new(text.len(), add);
    if !text.bytes().all(is_ordinary) {
        json::forms_in(text, writings)?;
        xml::forms(text, writings)?;
        shell::forms(text, writings)?;
        doubled::forms(text, writings)?;
        if text.len() <= LONG {
            literal::forms(text, writings)?;
        }
        percent::forms(text, writings)?;
    }
    digits::forms(text, writings)?;
    base64::forms(text, writings)
}

/// Returns true for a byte without a special meaning in any format, which nobody escapes.
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::redact::variants::Variant;

    pub(in crate::redact::encodings) fn all(text: &str, of: Variant) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        encodings(text, &mut |variant, text| {
            found.extend((variant == of).then(|| text.to_owned()));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn what_changes_nothing_is_no_writing() {
        for of in [
            Variant::Json,
            Variant::Xml,
            Variant::Shell,
            Variant::Doubled,
            Variant::Literal,
            Variant::Percent,
        ] {
            assert_eq!(all("sk_live_4eC3-9.Hq", of).len(), 0, "{of:?}");
            assert!(!all("/<é\"\n", of).contains("/<é\"\n"), "{of:?}");
        }
        assert!(
            all("back\\slash", Variant::Json).contains(r"back\\slash"),
            "it only grows"
        );
    }
}
