//! Keys that say that their value is a user or a password.

use crate::redact::variants::Variant;

/// Endings of the keys of passwords, and of users; in any case, and with anything between their
/// letters (`DB_PASSWORD`, `User Id`, `clientSecret`).
const PASSWORDS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "accesskey",
    "accountkey",
    "apikey",
    "keydata",
    "secretkey",
    "signature",
];
const USERS: [&str; 4] = ["user", "username", "userid", "accesskeyid"];
/// Names of whole keys.
const WHOLE: [(&str, Variant); 2] = [("uid", Variant::User), ("sig", Variant::Password)];
/// Last words of the keys of passwords, which are the ending of other words, too.
const WORDS: [&str; 3] = ["key", "auth", "pat"];
/// Endings of keys with such a word whose value everybody may know.
const PUBLIC: [&str; 11] = [
    "publickey",
    "pubkey",
    "publishablekey",
    "primarykey",
    "foreignkey",
    "partitionkey",
    "sortkey",
    "cachekey",
    "hashkey",
    "hostkey",
    "objectkey",
];

/// The variant of the value behind a key, if the key is that of a user or a password. The key is
/// the end of `before`, with quotes around it or without.
pub(super) fn of_key(before: &str) -> Option<Variant> {
    let key = key_in(before)?;
    if PASSWORDS.iter().any(|word| ends_in(key, word)) {
        return Some(Variant::Password);
    }
    if USERS.iter().any(|word| ends_in(key, word)) {
        return Some(Variant::User);
    }
    let whole = WHOLE
        .iter()
        .find(|(word, _)| word.bytes().rev().eq(letters(key)));
    let variant = whole.map(|(_, variant)| *variant);
    variant.or_else(|| {
        let ends = WORDS.iter().any(|word| ends_in_word(key, word));
        (ends && !PUBLIC.iter().any(|word| ends_in(key, word))).then_some(Variant::Password)
    })
}

/// The key at the end of a text. What stands before it is nothing, or ends a path, opens a list or
/// a quote.
fn key_in(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let is_part = |c: char| c.is_ascii_alphanumeric() || " _-.".contains(c) || c.is_whitespace();
    let key = before.trim_end_matches(is_part);
    let (outside, key) = before.split_at_checked(key.len())?;
    let is_free = outside
        .chars()
        .next_back()
        .is_none_or(|c| ":,{([<'\"$".contains(c));
    (is_free && !key.is_empty()).then_some(key)
}

/// The letters and digits of a key in lower case, the last first.
fn letters(key: &str) -> impl Iterator<Item = u8> {
    key.bytes()
        .rev()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| byte.to_ascii_lowercase())
}

fn ends_in(key: &str, word: &str) -> bool {
    let same = word
        .bytes()
        .rev()
        .zip(letters(key))
        .filter(|(one, other)| one == other);
    same.count() == word.len()
}

/// Returns true for `STRIPE_KEY` and `stripeKey`, and not for `monkey`.
fn ends_in_word(key: &str, word: &str) -> bool {
    let Some((before, end)) = key
        .len()
        .checked_sub(word.len())
        .and_then(|at| key.split_at_checked(at))
    else {
        return false;
    };
    let is_new = match before.chars().next_back() {
        Some(c) if c.is_ascii_lowercase() => end.starts_with(|c: char| c.is_ascii_uppercase()),
        Some(c) => " _-.".contains(c),
        None => false,
    };
    is_new && end.eq_ignore_ascii_case(word)
}

/// Returns true if the value of a key only says where the secret is: a reference to a variable, or
/// the path of a file.
pub(super) fn is_elsewhere(value: &str) -> bool {
    const REFERENCES: [(&str, &str); 5] = [
        ("${", "}"),
        ("$(", ")"),
        ("{{", "}}"),
        ("<<", ">>"),
        ("%", "%"),
    ];
    const FILES: [&str; 6] = [".pem", ".key", ".crt", ".json", ".p12", ".txt"];
    let is_reference = REFERENCES
        .iter()
        .any(|(open, close)| value.starts_with(open) && value.ends_with(close));
    let is_path = value.starts_with(['/', '~', '.']) && value.contains('/');
    let is_file = is_path && FILES.iter().any(|ending| value.ends_with(ending));
    let is_variable = value.strip_prefix('$').is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    is_reference || is_file || is_variable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_last_word() {
        for key in [
            "DB_PASSWORD",
            "clientSecret",
            "STRIPE_KEY",
            "signingKey",
            "private key",
            "NPM_AUTH",
            "_auth",
            "GITHUB_PAT",
            "//registry.npmjs.org/:_authToken",
            "\"token\"",
            "{'password' ",
            "client-key-data",
            "X-Api-Key",
            ":rubygems_api_key",
        ] {
            assert_eq!(of_key(key), Some(Variant::Password), "{key}");
        }
        for key in ["user", "DB_USERNAME", "User Id", "aws_access_key_id", "uid"] {
            assert_eq!(of_key(key), Some(Variant::User), "{key}");
        }
        for key in [
            "",
            "key",
            "MONKEY",
            "monkey",
            "PATH",
            "SPAT",
            "author",
            "oauth",
            "guid",
            "PUBLIC_KEY",
            "sortKey",
            "SharedAccessKeyName",
            "a?password",
            "é_key\u{e9}",
        ] {
            assert_eq!(of_key(key), None, "{key}");
        }
    }

    #[test]
    fn references_and_files_are_elsewhere() {
        for value in [
            "${DB_PASSWORD}",
            "$(cat key)",
            "{{ token }}",
            "<<$secret.A>>",
            "%TOKEN%",
            "$TOKEN",
            "/etc/ssl/private/key.pem",
            "./sa.json",
        ] {
            assert!(is_elsewhere(value), "{value}");
        }
        for value in [
            "$ecret-w0rd",
            "/wJalrXUtn/FEMI",
            "S3cr3t%",
            "{brace",
            "a.pem",
            "$",
        ] {
            assert!(!is_elsewhere(value), "{value}");
        }
    }
}
