//! A transit engine as OpenBao documents it, as far as the provider needs one: real encryption
//! under keys that it alone has.

use base64ct::{Base64, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::TOKEN;
use crate::server::{Reply, Request};

/// An engine. By default its one key is `keyslot`, under the mount `transit`.
#[derive(Clone)]
pub(crate) struct Engine {
    pub(crate) mount: &'static str,
    pub(crate) key: &'static str,
    pub(crate) namespace: Option<&'static str>,
    /// Answers as a key that was made with `derived=true`.
    pub(crate) is_derived: bool,
    /// Passes over the associated data, as HashiCorp Vault did before 1.13.
    pub(crate) is_unbound: bool,
    pub(crate) token: String,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            mount: "transit",
            key: "keyslot",
            namespace: None,
            is_derived: false,
            is_unbound: false,
            token: TOKEN.to_owned(),
        }
    }
}

fn refused(status: u16, why: &str) -> Reply {
    Reply::Status(status, json!({ "errors": [why] }).to_string())
}

impl Engine {
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        if request.header("x-vault-token") != Some(&self.token) {
            return refused(403, "permission denied");
        }
        let path = |operation| format!("/v1/{}/{operation}/{}", self.mount, self.key);
        if request.header("x-vault-namespace") != self.namespace {
            return refused(404, "no handler for route");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return refused(400, "not JSON");
        };
        let field = |name: &str| Base64::decode_vec(body[name].as_str()?).ok();
        if self.is_derived && field("context").is_none_or(|context| context.is_empty()) {
            return refused(400, "missing 'context' for key derivation");
        }
        let cipher = self.cipher(&field("context").filter(|_| self.is_derived));
        let associated = field("associated_data").filter(|_| !self.is_unbound);
        let associated = associated.unwrap_or_default();
        if request.path == path("encrypt") {
            let Some(plaintext) = field("plaintext") else {
                return refused(400, "missing plaintext");
            };
            // Another one for each plaintext and place, as far as these tests need.
            let nonce = Sha256::digest([&plaintext[..], &associated].concat());
            let sealed = cipher.encrypt(
                nonce[..24].try_into().unwrap(),
                Payload {
                    msg: &plaintext,
                    aad: &associated,
                },
            );
            let sealed = [&nonce[..24], &sealed.unwrap()].concat();
            let text = format!("vault:v1:{}", Base64::encode_string(&sealed));
            let reply = json!({"request_id": "1", "data": {"ciphertext": text, "key_version": 1}});
            return Reply::Status(200, reply.to_string());
        }
        if request.path != path("decrypt") {
            return refused(404, "no handler for route");
        }
        let sealed = body["ciphertext"]
            .as_str()
            .and_then(|text| text.strip_prefix("vault:v1:"));
        let Some(sealed) = sealed.and_then(|text| Base64::decode_vec(text).ok()) else {
            return refused(400, "invalid ciphertext: no prefix");
        };
        let (nonce, sealed) = sealed.split_at(24);
        match cipher.decrypt(
            nonce.try_into().unwrap(),
            Payload {
                msg: sealed,
                aad: &associated,
            },
        ) {
            Ok(plaintext) => {
                let text = Base64::encode_string(&plaintext);
                let reply = json!({"request_id": "1", "data": {"plaintext": text}, "auth": null});
                Reply::Status(200, reply.to_string())
            }
            Err(_) => refused(400, "cipher: message authentication failed"),
        }
    }

    fn cipher(&self, context: &Option<Vec<u8>>) -> XChaCha20Poly1305 {
        let context = context.clone().unwrap_or_default();
        let key = Sha256::digest([self.key.as_bytes(), &context].concat());
        XChaCha20Poly1305::new_from_slice(&key).unwrap()
    }
}
