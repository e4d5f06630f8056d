//! Bodies of requests.

use keyslot::{Revision, SecretChange, SecretInput, Version};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize as _;

use crate::failure::{Failure, Outcome};
use crate::texts as t;

/// A value, wiped when it is dropped.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Value(String);

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
    pub(super) fn input(mut self) -> SecretInput {
        SecretInput::from(std::mem::take(&mut self.0))
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.0.zeroize();
    }
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
