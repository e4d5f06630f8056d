//! Documents: read first, resolved in their strings.

mod args;
mod found;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod strict;
mod structure;
mod walk;

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::check::ask;
use super::engine::Engine;
use super::lint::Lint;
use super::resolve_ext::{Resolvable, look_up, sealed};
use super::tree::Tree;
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Outcome, Permit, Resolved, Resolver, check_count};
use crate::target::Target;
use found::Found;
pub use structure::Structure;
pub(super) use structure::{Node, Places, View, wipe};
pub(super) use walk::{MAX_DEPTH, push_key, too_deep};

/// A document whose placeholders were found. Cheap to clone.
///
/// Placeholders are found in strings, and a string stays a string; keys are left alone unless the
/// engine is told [otherwise](Engine::keys). Values cannot change the structure, whatever they
/// hold.
///
/// With the feature `json` a document can be a `serde_json::Value`; a [`Tree`] is one of any
/// format.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::{Document, ResolveExt};
/// use keyslot::{Target, Variables};
///
/// let document = Document::parse(r#"{"url": "https://<<REGION>>.example", "tries": 3}"#)?;
/// assert_eq!(document.references()[0].name().as_str(), "REGION");
///
/// let variables = Variables::new().with("REGION", "eu")?;
/// let resolved = variables.resolve_for(&Target::tool("fetch"), &document)?;
/// assert_eq!(resolved.expose_secret()["url"], "https://eu.example");
/// # }
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Document<T> {
    compiled: Arc<Compiled<T>>,
}

struct Compiled<T> {
    document: T,
    found: Found,
    engine: Engine,
    lints: OnceLock<Vec<Lint>>,
}

impl Document<Tree> {
    /// How deep lists and objects may be nested, in documents of any kind.
    pub const MAX_DEPTH: usize = MAX_DEPTH;
}

impl<T: Structure> Document<T> {
    /// Finds the placeholders of a document.
    ///
    /// # Errors
    ///
    /// As for [`Template::compile`](super::Template::compile), each failure with the JSON Pointer
    /// of its string; [`TooLarge`](crate::ErrorKind::TooLarge) also when it is nested deeper than
    /// [`MAX_DEPTH`](Document::MAX_DEPTH).
    pub fn compile(document: T) -> Result<Self> {
        Self::with(Engine::shared(), document)
    }

    pub(super) fn with(engine: &Engine, document: T) -> Result<Self> {
        match Found::in_document(engine, &document) {
            Ok(found) => {
                let engine = engine.clone();
                Ok(Self {
                    compiled: Arc::new(Compiled {
                        document,
                        found,
                        engine,
                        lints: OnceLock::new(),
                    }),
                })
            }
            Err(error) => {
                document.dismantle();
                Err(error)
            }
        }
    }

    /// What it refers to: each distinct name, version and form once, in the order in which they
    /// first appear.
    pub fn references(&self) -> &[Reference] {
        &self.compiled.found.references
    }

    /// What looks like a mistyped placeholder but is text by the grammar; the first
    /// [`Lint::LISTED`] of them. Found when first asked for.
    pub fn lints(&self) -> &[Lint] {
        let Compiled {
            document,
            found,
            engine,
            lints,
        } = &*self.compiled;
        lints.get_or_init(|| found.lints(engine, document))
    }

    /// A lint for each name that is not among `names` but like one of them, as
    /// [`Template::lints_among`](super::Template::lints_among) has them.
    pub fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
        let Compiled {
            document,
            found,
            engine,
            ..
        } = &*self.compiled;
        found.lints_among(engine, document, names)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references),
    /// for no target in particular.
    ///
    /// # Errors
    ///
    /// As for [`fill_for`](Document::fill_for).
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<Resolved<T>> {
        self.fill_for(&Target::unspecified(), outcomes)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references),
    /// written as the surface of `target` needs it. `outcomes` are in the order of the references.
    ///
    /// # Errors
    ///
    /// As for [`Template::fill_for`](super::Template::fill_for): all failures of all strings in one
    /// error, each with its JSON Pointer and with the span in its string.
    pub fn fill_for(&self, target: &Target, outcomes: &[Outcome]) -> Result<Resolved<T>> {
        let Compiled {
            document,
            found,
            engine,
            ..
        } = &*self.compiled;
        check_count(outcomes, &found.references)?;
        found.fill(engine, document, target, outcomes.to_vec())
    }
}

/// Whether a key has a meaning of its own to the parser of JSON: an object with it is read as
/// something else, its string as more JSON.
pub(super) fn is_reserved(key: &str) -> bool {
    key.starts_with("$serde_json::private::")
}

/// The key of an object that is a date to `toml`, and has a string with a grammar of its own.
pub(super) const DATE_KEY: &str = "$__toml_private_datetime";

impl<T: Structure> sealed::Sealed for &T {}
impl<T: Structure> sealed::Sealed for &Document<T> {}

impl<T: Structure> Resolvable for &T {
    type Output = T;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<T>> {
        let found = Found::in_document(engine, self)?;
        let outcomes = look_up(resolver, &found.references, &found.asked_for(target))?;
        found.fill(engine, self, target, outcomes)
    }

    fn references_with(self, engine: &Engine) -> Result<Vec<Reference>> {
        Ok(Found::in_document(engine, self)?.references.into_vec())
    }

    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        engine: &Engine,
        target: &Target,
        verdicts: F,
    ) -> Result<()> {
        let found = Found::in_document(engine, self)?;
        let verdicts = ask(&found.references, &found.asked_for(target), verdicts)?;
        found.check(engine, self, target, &verdicts)
    }
}

impl<T: Structure> Resolvable for &Document<T> {
    type Output = T;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        _: &Engine,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<T>> {
        let Compiled {
            document,
            found,
            engine,
            ..
        } = &*self.compiled;
        let outcomes = look_up(resolver, &found.references, &found.asked_for(target))?;
        found.fill(engine, document, target, outcomes)
    }

    fn references_with(self, _: &Engine) -> Result<Vec<Reference>> {
        Ok(self.references().to_vec())
    }

    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        _: &Engine,
        target: &Target,
        verdicts: F,
    ) -> Result<()> {
        let Compiled {
            document,
            found,
            engine,
            ..
        } = &*self.compiled;
        let verdicts = ask(&found.references, &found.asked_for(target), verdicts)?;
        found.check(engine, document, target, &verdicts)
    }
}

impl<T> Clone for Document<T> {
    fn clone(&self) -> Self {
        Self {
            compiled: Arc::clone(&self.compiled),
        }
    }
}

/// The document holds no value, but belongs to somebody: only what it refers to is shown.
impl<T> fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let references: &[Reference] = &self.compiled.found.references;
        f.debug_struct("Document")
            .field("references", &references)
            .finish_non_exhaustive()
    }
}
