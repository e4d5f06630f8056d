//! Redactors.

use keyslot::redact::RedactorBuilder;
use keyslot::template::JsonText;
use keyslot::{Redactor, SecretName};
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::failure::{json, refuse};
use crate::resolved::NativeResolved;
use crate::stream::NativeStream;

/// A redactor.
#[napi]
#[derive(Debug)]
pub struct NativeRedactor(pub(crate) Redactor);

#[napi]
impl NativeRedactor {
    /// Makes a redactor of the values in a resolved text.
    #[napi(factory)]
    pub fn of(resolved: &NativeResolved) -> napi::Result<Self> {
        Redactor::of(resolved.content()?).map(Self).map_err(refuse)
    }

    /// Makes a redactor of values that the host knows.
    #[napi(factory)]
    pub fn of_values(names: Vec<String>, values: Vec<String>) -> napi::Result<Self> {
        let add = |builder: RedactorBuilder, (name, value): (String, Zeroizing<String>)| {
            Ok(builder.secret(SecretName::new(name)?, value.as_str()))
        };
        let values = values.into_iter().map(Zeroizing::new);
        let mut named = names.into_iter().zip(values);
        let builder = named.try_fold(Redactor::builder(), add).map_err(refuse)?;
        builder.build().map(Self).map_err(refuse)
    }

    /// Makes a redactor that masks what either does.
    #[napi]
    pub fn merge(&self, other: &NativeRedactor) -> napi::Result<Self> {
        let merged = self.0.clone().merge(&other.0);
        merged.map(Self).map_err(refuse)
    }

    /// True if its user must not learn the values.
    #[napi]
    pub fn is_guarded(&self) -> bool {
        self.0.is_guarded()
    }

    /// The secrets that are not masked in all writings, as JSON of texts.
    #[napi]
    pub fn skipped(&self) -> napi::Result<String> {
        let skipped = self.0.skipped().iter();
        json(&skipped.map(ToString::to_string).collect::<Vec<_>>())
    }

    /// Masks a text.
    #[napi]
    pub fn text(&self, text: String) -> String {
        let text = Zeroizing::new(text);
        self.0.redact(&text).into_owned()
    }

    /// Masks the text of a JSON document.
    #[napi]
    pub fn json(&self, text: String) -> napi::Result<String> {
        let text = Zeroizing::new(text);
        let document = JsonText::parse(text.as_str()).map_err(refuse)?;
        Ok(self.0.redact_json_text(&document).into_owned())
    }

    /// Masks bytes.
    #[napi]
    pub fn bytes(&self, bytes: &[u8]) -> Buffer {
        self.0.redact_bytes(bytes).into_owned().into()
    }

    /// Begins to mask what comes in parts.
    #[napi]
    pub fn stream(&self) -> NativeStream {
        NativeStream(self.0.stream())
    }
}
