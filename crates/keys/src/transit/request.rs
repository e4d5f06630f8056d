//! Bodies of requests. One holds a key, so it is written once, into a buffer of its final size.

use base64ct::{Base64, Encoding};
use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::{Error, ErrorKind, KeyContext, Result};
use zeroize::Zeroizing;

/// Characters of base64 for 32 bytes.
pub(super) const KEY_TEXT: usize = 44;

/// The place that a wrapped key is bound to, in base64.
pub(super) struct Binding {
    associated_data: String,
    /// For keys that derive one key for each context.
    context: Option<String>,
}

impl Binding {
    pub(super) fn new(context: &KeyContext, is_derived: bool) -> Self {
        let text = Base64::encode_string(context.as_bytes());
        Self {
            context: is_derived.then(|| text.clone()),
            associated_data: text,
        }
    }

    /// Another place, for which the engine derives the same key: so only the associated data can
    /// tell the two apart.
    pub(super) fn elsewhere(&self, context: &KeyContext) -> Self {
        let other: Vec<u8> = context.as_bytes().iter().map(|byte| !byte).collect();
        Self {
            context: self.context.clone(),
            associated_data: Base64::encode_string(&other),
        }
    }
}

/// Asks to encrypt a key.
pub(super) fn encrypt(key: &SecretBox<[u8; 32]>, binding: &Binding) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new([0; KEY_TEXT]);
    let text = Base64::encode(key.expose_secret(), &mut *text)
        .map_err(|_| Error::new(ErrorKind::KeyProvider, "a key to wrap has 32 bytes"))?;
    Ok(body("plaintext", text, binding))
}

/// Asks to decrypt a ciphertext, which holds no character that JSON would escape.
pub(super) fn decrypt(ciphertext: &str, binding: &Binding) -> Zeroizing<Vec<u8>> {
    body("ciphertext", ciphertext, binding)
}

/// An object of JSON of texts that need no escapes.
fn body(name: &str, text: &str, binding: &Binding) -> Zeroizing<Vec<u8>> {
    let context = binding.context.as_deref();
    let mut parts = vec![
        "{\"",
        name,
        "\":\"",
        text,
        "\",\"associated_data\":\"",
        &binding.associated_data,
    ];
    if let Some(context) = context {
        parts.extend(["\",\"context\":\"", context]);
    }
    parts.push("\"}");
    let length = parts.iter().map(|part| part.len()).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(length));
    for part in parts {
        body.extend_from_slice(part.as_bytes());
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_in_a_buffer_that_never_grew() {
        let context = KeyContext::new([1; 16], [2; 16]);
        let key = SecretBox::new(Box::new([7; 32]));
        for is_derived in [false, true] {
            let binding = Binding::new(&context, is_derived);
            let body = encrypt(&key, &binding).expect("a body");
            assert_eq!(body.len(), body.capacity());
            let json: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            let bytes = |name: &str| Base64::decode_vec(json[name].as_str()?).ok();
            assert_eq!(bytes("plaintext"), Some(vec![7; 32]));
            assert_eq!(bytes("associated_data"), Some(context.as_bytes().to_vec()));
            assert_eq!(json.get("context").is_some(), is_derived);

            let other = decrypt("vault:v1:AAAA", &binding.elsewhere(&context));
            let other: serde_json::Value = serde_json::from_slice(&other).expect("JSON");
            assert_eq!(other["ciphertext"], "vault:v1:AAAA");
            assert_ne!(other["associated_data"], json["associated_data"]);
            assert_eq!(other.get("context"), json.get("context"));
        }
    }
}
