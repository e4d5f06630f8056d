//! Targets.

use keyslot::Target;
use napi_derive::napi;

use crate::failure::json;
use crate::options::target;

/// A target that was read once.
#[napi]
#[derive(Debug)]
pub struct NativeTarget(pub(crate) Target);

#[napi]
impl NativeTarget {
    /// Reads a target from JSON.
    #[napi(constructor)]
    pub fn new(json: String) -> napi::Result<Self> {
        target(&json).map(Self)
    }

    /// The target as JSON.
    #[napi]
    pub fn json(&self) -> napi::Result<String> {
        json(&self.0)
    }
}
