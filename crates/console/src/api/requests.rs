//! Bodies of requests.

use keyslot::{Revision, SecretChange, SecretInput, Version};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::failure::{Failure, Outcome};
use crate::texts as t;

/// A value, wiped when it is dropped.
pub(super) struct Value(Zeroizing<String>);

/// A secret to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    pub(super) name: String,
    pub(super) value: Value,
    #[serde(default)]
    pub(super) change: SecretChange,
}

/// The next value of a secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    pub(super) value: Value,
    pub(super) if_revision: Revision,
}

/// A secret to revoke.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub(super) name: String,
    pub(super) if_revision: Option<Revision>,
}

/// A version to go back to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RollBack {
    pub(super) version: Version,
    pub(super) if_revision: Revision,
}

/// A scope to copy to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Copy {
    pub(super) to: String,
}

/// The reason of a reveal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reveal {
    pub(super) reason: String,
}

/// A text to explain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Explain {
    pub(super) text: String,
    #[serde(default)]
    pub(super) json: bool,
    pub(super) tool: Option<String>,
    pub(super) host: Option<String>,
}

/// An empty object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl Value {
    pub(super) fn input(self) -> SecretInput {
        SecretInput::from(self.0.as_str())
    }
}

impl<'b> Deserialize<'b> for Value {
    fn deserialize<D: Deserializer<'b>>(body: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(body)?.get();
        decoded(raw).map(Self).ok_or_else(|| D::Error::custom(""))
    }
}

/// Decodes a string. The parser would put what has an escape together in memory that it does not
/// wipe, so it gets the escapes alone.
fn decoded(raw: &str) -> Option<Zeroizing<String>> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    // An escape is longer than its character.
    let mut text = Zeroizing::new(String::with_capacity(rest.len()));
    while let Some(at) = rest.find('\\') {
        let (plain, escaped) = rest.split_at_checked(at)?;
        let is_half =
            |code: &&str| u16::from_str_radix(code, 16).is_ok_and(|code| code >> 10 == 0x36);
        let length = match escaped.get(2..6).filter(|_| escaped.starts_with("\\u")) {
            Some(code) if is_half(&code) => 12,
            Some(_) => 6,
            None => 2,
        };
        let (escape, after) = escaped.split_at_checked(length)?;
        text.push_str(plain);
        text.push(serde_json::from_str(&format!("\"{escape}\"")).ok()?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// Reads a body. The words of the parser could repeat what is in it, and are dropped.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Outcome<T> {
    // A list would do for an object of few fields.
    let is_object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let refused = || Failure::malformed(t::NOT_THIS_JSON);
    if !is_object {
        return Err(refused());
    }
    serde_json::from_slice(body).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_parser_reads_strings() {
        for raw in [
            r#""""#,
            r#""plain \u00e4 text""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\u00e4\u20ac\uD83D\uDE00\ud83d\ude00 \\u0041""#,
            r#""ä€😀\u0000""#,
            r#""a\ud83d""#,
            r#""\ud83dA234567890""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
            r#""\ud83dé\u00e9\u00e9""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\u+123""#,
            "\"a\nb\"",
            "1",
            "null",
            r#"["a"]"#,
        ] {
            let expected = serde_json::from_str::<String>(raw).ok();
            let found = serde_json::from_str::<Value>(raw).ok();
            assert_eq!(found.map(|value| value.0.to_string()), expected, "{raw}");
        }
    }
}
