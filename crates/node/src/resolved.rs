//! Resolved texts and documents.

use keyslot::Resolved;
use keyslot::secrecy::ExposeSecret as _;
use napi::bindgen_prelude::Buffer;
use napi::{Env, JsString};
use napi_derive::napi;

use crate::failure::{json, misused};
use crate::input::{Args, Content};

/// A text with values in it, until it is wiped; of model arguments the attempts, too.
#[napi]
#[derive(Debug)]
pub struct NativeResolved {
    content: Option<Resolved<Content>>,
    attempts: Option<String>,
    attempt_count: u32,
}

impl NativeResolved {
    pub(crate) fn new(content: Resolved<Content>) -> Self {
        Self {
            content: Some(content),
            attempts: None,
            attempt_count: 0,
        }
    }

    pub(crate) fn of_model(args: Args) -> Self {
        Self {
            attempts: Some(args.attempts),
            attempt_count: u32::try_from(args.count).unwrap_or(u32::MAX),
            ..Self::new(args.resolved)
        }
    }

    pub(crate) fn content(&self) -> napi::Result<&Resolved<Content>> {
        let content = self.content.as_ref();
        content.ok_or_else(|| misused("the resolved text was wiped already"))
    }
}

#[napi]
impl NativeResolved {
    /// The text as a string.
    #[napi]
    pub fn expose<'e>(&self, env: &'e Env) -> napi::Result<JsString<'e>> {
        env.create_string(self.content()?.expose_secret())
    }

    /// The text as bytes that the caller can overwrite.
    #[napi]
    pub fn expose_bytes(&self) -> napi::Result<Buffer> {
        Ok(self.content()?.expose_secret().as_bytes().into())
    }

    /// The secrets in it, as JSON.
    #[napi]
    pub fn used(&self) -> napi::Result<String> {
        json(&self.content()?.used())
    }

    /// The placeholders that stayed, as JSON.
    #[napi]
    pub fn kept(&self) -> napi::Result<String> {
        json(self.content()?.kept())
    }

    /// The placeholders of a model that were not granted, as JSON.
    #[napi]
    pub fn attempts(&self) -> Option<&str> {
        self.attempts.as_deref()
    }

    /// The number of placeholders that were not granted, those that are not listed included.
    #[napi]
    pub fn attempt_count(&self) -> u32 {
        self.attempt_count
    }

    /// Wipes the values now.
    #[napi]
    pub fn wipe(&mut self) {
        self.content = None;
    }
}
