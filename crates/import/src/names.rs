//! Names of a file as names of secrets.

use keyslot::{Error, NamePolicy, SecretName};

/// A name that every list of known credentials has, to learn the words for one.
const CREDENTIAL: &str = "ghp_0123456789abcdefghijABCDEFGHIJ01234567";

/// Proposes a name that the policy takes, for one that it refuses. None is proposed for text that
/// looks like a credential: changed, it would pass as a name.
pub(crate) fn propose(name: &str, policy: &NamePolicy) -> Option<SecretName> {
    if is_credential(name) {
        return None;
    }
    // Letters of other alphabets are spelt by people, not by rules.
    if !name.is_ascii() {
        return None;
    }
    let words = words(name);
    let joined = |sign: &str| words.join(sign);
    let same_case = |inner: &str| -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || inner.contains(c);
        name.trim()
            .chars()
            .map(|c| if fits(c) { c } else { '_' })
            .collect()
    };
    let candidates = [
        name.trim().replace(['/', ':'], "."),
        same_case(".- "),
        same_case(""),
        joined("_").to_ascii_uppercase(),
        joined("_").to_ascii_lowercase(),
        joined("-").to_ascii_lowercase(),
    ];
    candidates.iter().find_map(|name| policy.apply(name).ok())
}

/// Returns true for text that looks like a credential.
pub(crate) fn is_credential(text: &str) -> bool {
    let message = |error: Error| error.to_string();
    let refusal = SecretName::new(text).err().map(message);
    let of_credential = SecretName::new(CREDENTIAL).err().map(message);
    refusal.is_some() && refusal == of_credential
}

/// The words of a name: runs of letters and digits, which begin anew at a capital letter behind a
/// small one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            let begins = !before.is_ascii_alphanumeric()
                || (before.is_ascii_lowercase() && c.is_ascii_uppercase());
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_proposed_by_the_policy() {
        let snake = NamePolicy::upper_snake();
        for (name, policy, proposed) in [
            (
                "prod/db:password",
                NamePolicy::any(),
                Some("prod.db.password"),
            ),
            ("stripe-key", snake.clone(), Some("STRIPE_KEY")),
            ("stripeKey", snake.clone(), Some("STRIPE_KEY")),
            ("A.B", snake.clone(), Some("A_B")),
            ("STRIPE_KEY", NamePolicy::slug(), Some("stripe_key")),
            ("stripe.key", NamePolicy::identifier(), Some("stripe_key")),
            ("schlüssel", NamePolicy::any(), None),
            ("1A", snake.clone(), None),
            ("", snake, None),
            ("///", NamePolicy::upper_snake(), Some("___")),
        ] {
            let found = propose(name, &policy);
            assert_eq!(found.as_ref().map(SecretName::as_str), proposed, "{name}");
        }
    }

    #[test]
    fn no_credential_becomes_a_name() {
        for name in [CREDENTIAL, "sk_live_4eC39HqLyjWDarjtT1zdp7dc"] {
            assert!(propose(name, &NamePolicy::upper_snake()).is_none());
            // The control: its letters would make one.
            let upper = name.to_ascii_uppercase();
            assert!(NamePolicy::upper_snake().apply(&upper).is_ok());
        }
    }
}
