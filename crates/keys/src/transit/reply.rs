//! Bodies of replies, which are not believed: they are bounded, and nothing of them is repeated.

use base64ct::{Base64, Encoding};
use keyslot::Result;
use keyslot::secrecy::SecretBox;
use serde::Deserialize;

use super::refusal;
use super::request::KEY_TEXT;

/// The longest wrapped key, which a key slot has room for.
const LONGEST: usize = 1024;

/// Borrows from the reply, so that no copy of a key is made. Text with escapes is refused by that,
/// and neither base64 nor a ciphertext has any.
#[derive(Deserialize)]
struct Reply<'reply> {
    #[serde(borrow)]
    data: Data<'reply>,
}

#[derive(Deserialize)]
struct Data<'reply> {
    plaintext: Option<&'reply str>,
    ciphertext: Option<&'reply str>,
}

/// The wrapped key in a reply.
pub(super) fn ciphertext(reply: &[u8]) -> Result<Vec<u8>> {
    let reply: Reply<'_> = serde_json::from_slice(reply).map_err(|_| refusal::strange())?;
    match reply.data.ciphertext {
        Some(text) if is_ciphertext(text) => Ok(text.as_bytes().to_vec()),
        _ => Err(refusal::strange()),
    }
}

/// The key in a reply, decoded in constant time to where it will stay.
pub(super) fn key(reply: &[u8]) -> Result<SecretBox<[u8; 32]>> {
    let reply: Reply<'_> = serde_json::from_slice(reply).map_err(|_| refusal::strange())?;
    let text = reply.data.plaintext.filter(|text| text.len() == KEY_TEXT);
    let mut length = None;
    let key = SecretBox::init_with_mut(|key: &mut [u8; 32]| {
        length = text.and_then(|text| Some(Base64::decode(text, key).ok()?.len()));
    });
    match length {
        Some(32) => Ok(key),
        _ => Err(refusal::strange()),
    }
}

/// Returns true for text such as `vault:v1:` and base64.
pub(super) fn is_ciphertext(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":+/=_-.".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use keyslot::ErrorKind;
    use keyslot::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn replies_are_taken_as_they_are_or_not_at_all() {
        let text = Base64::encode_string(&[7; 32]);
        let reply = format!(
            r#"{{"request_id":"1","data":{{"plaintext":"{text}"}},"warnings":null,"auth":{{}}}}"#
        );
        let key_of = |reply: &str| key(reply.as_bytes());
        assert_eq!(key_of(&reply).expect("a key").expose_secret(), &[7; 32]);
        let short = Base64::encode_string(&[7; 31]);
        let long = Base64::encode_string(&[7; 33]);
        for bad in [
            "",
            "{}",
            "null",
            r#"{"data":null}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"plaintext":null}}"#,
            r#"{"data":{"plaintext":7}}"#,
            &reply.replace(&text, &short),
            &reply.replace(&text, &long),
            // Another spelling, and bits behind the last byte.
            &reply.replace(&text, &text.replacen('B', "\\u0042", 1)),
            &reply.replace(&text, &text.replace("c=", "d=")),
            &reply.replace(&text, &text.replace('=', "A")),
            &reply.replace('}', ""),
            &format!("{reply}{reply}"),
        ] {
            let error = key_of(bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::KeyProvider, "{bad}");
        }
        assert_ne!(
            text,
            text.replace("c=", "d="),
            "the spelling is another one"
        );
    }

    #[test]
    fn a_wrapped_key_fits_into_a_slot_and_into_json() {
        let reply = |text: &str| format!(r#"{{"data":{{"ciphertext":"{text}"}}}}"#);
        let fitting = "a".repeat(LONGEST);
        for good in ["vault:v1:AA+/==", &fitting] {
            let wrapped = ciphertext(reply(good).as_bytes()).expect("a wrapped key");
            assert_eq!(wrapped, good.as_bytes());
        }
        for bad in ["", "a b", "ü", "a\\\"b", &format!("{fitting}a")] {
            let error = ciphertext(reply(bad).as_bytes()).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::KeyProvider, "{bad}");
        }
    }
}
