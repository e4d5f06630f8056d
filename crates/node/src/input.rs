//! Texts and documents that come in.

use std::borrow::Cow;

use keyslot::resolve::Wipe;
use keyslot::template::{Engine, Grants, JsonText, ModelArgs};
use keyslot::{Lint, Reference, Resolved, Resolver, Result, ScopedVault, Target};
use napi_derive::napi;

use crate::failure::{json, refuse};

/// The content of a resolved text or document.
pub(crate) type Content = Cow<'static, str>;

/// Form of a text that comes in.
#[napi(string_enum = "lowercase")]
#[derive(Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain text.
    Text,
    /// The text of a JSON document.
    Json,
    /// JSON with comments.
    Jsonc,
}

/// A text, or the text of a JSON document.
pub(crate) enum Input {
    Text(String),
    Document(JsonText),
}

/// Resolved arguments of a model.
pub(crate) struct Args {
    pub(crate) resolved: Resolved<Content>,
    pub(crate) attempts: String,
    pub(crate) count: usize,
}

impl Args {
    fn of<T: Wipe>(
        args: ModelArgs<T>,
        owned: impl FnOnce(Resolved<T>) -> Resolved<Content>,
    ) -> napi::Result<Self> {
        Ok(Self {
            attempts: json(args.attempts())?,
            count: args.attempt_count(),
            resolved: owned(args.into_resolved()),
        })
    }
}

impl Input {
    /// Reads what came in; a document is parsed.
    pub(crate) fn read(text: String, form: Form) -> napi::Result<Self> {
        let parsed = match form {
            Form::Text => return Ok(Self::Text(text)),
            Form::Json => JsonText::parse(text),
            Form::Jsonc => JsonText::parse_jsonc(text),
        };
        parsed.map(Self::Document).map_err(refuse)
    }

    pub(crate) fn resolve<R: Resolver + ?Sized>(
        &self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
    ) -> napi::Result<Resolved<Content>> {
        let resolved = match self {
            Self::Text(text) => engine
                .resolve(resolver, target, text.as_str())
                .map(Resolved::into_owned),
            Self::Document(document) => engine.resolve(resolver, target, document),
        };
        resolved.map_err(refuse)
    }

    /// Resolves arguments by a chain.
    pub(crate) fn resolve_args<R: Resolver + ?Sized>(
        &self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> napi::Result<Args> {
        match self {
            Self::Text(text) => {
                let args = engine.resolve_model_args(resolver, target, text.as_str(), grants);
                Args::of(args.map_err(refuse)?, Resolved::into_owned)
            }
            Self::Document(document) => {
                let args = engine.resolve_model_args(resolver, target, document, grants);
                Args::of(args.map_err(refuse)?, |resolved| resolved)
            }
        }
    }

    /// Resolves arguments by the handle itself, whose observer and log are told of attempts.
    pub(crate) fn resolve_own_args(
        &self,
        scoped: &ScopedVault,
        target: &Target,
        grants: &Grants,
    ) -> napi::Result<Args> {
        match self {
            Self::Text(text) => {
                let args = scoped.resolve_model_args(target, text.as_str(), grants);
                Args::of(args.map_err(refuse)?, Resolved::into_owned)
            }
            Self::Document(document) => {
                let args = scoped.resolve_model_args(target, document, grants);
                Args::of(args.map_err(refuse)?, |resolved| resolved)
            }
        }
    }

    pub(crate) fn references(&self, engine: &Engine) -> napi::Result<Vec<Reference>> {
        let references = match self {
            Self::Text(text) => engine.references(text.as_str()),
            Self::Document(document) => engine.references(document),
        };
        references.map_err(refuse)
    }

    pub(crate) fn check(&self, scoped: &ScopedVault, target: &Target) -> Result<Vec<Lint>> {
        match self {
            Self::Text(text) => scoped.check(target, text.as_str()),
            Self::Document(document) => scoped.check(target, document),
        }
    }
}
