//! Redaction of what comes in parts.

use keyslot::redact::Stream;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

/// A stream that masks the secrets of a redactor.
#[napi]
#[derive(Debug)]
pub struct NativeStream(pub(crate) Stream);

#[napi]
impl NativeStream {
    /// Takes a part and returns the bytes that are sure by now.
    #[napi]
    pub fn feed(&mut self, part: &[u8]) -> Buffer {
        let mut out = Vec::new();
        self.0.feed(part, &mut out);
        out.into()
    }

    /// Returns the rest.
    #[napi]
    pub fn finish(&mut self) -> Buffer {
        let mut out = Vec::new();
        self.0.finish(&mut out);
        out.into()
    }
}
