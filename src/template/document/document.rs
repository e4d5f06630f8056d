//! A document that is compiled once and filled many times.

use std::fmt;
use std::sync::Arc;

use super::leaf::Role;
use super::strings::Strings;
use super::walk::{Visited, walk};
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::{PlacedReference, Reference};
use crate::resolve::{Outcome, Permit, Resolved, Resolver};
use crate::target::Target;
#[cfg(feature = "json")]
use crate::template::json::{Form, read};
use crate::template::lint::Lint;
use crate::template::prepared::Prepared;
use crate::template::resolvable::{InputText, Resolvable, sealed};
use crate::template::settings::Settings;
use crate::template::structure::{MAX_DEPTH, Structure};
use crate::template::tree::Tree;

/// A document whose placeholders were found. Cheap to clone.
///
/// Placeholders are found in strings, and a string stays a string; keys are left alone unless the
/// engine is told [otherwise](crate::template::Engine::keys). Values cannot change the structure,
/// whatever they hold. One that is to be a number or other JSON goes in by a filter
/// ([`number` or `json_value`](crate::template::syntax#numbers-and-other-json)), which takes a
/// string alone.
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
    prepared: Arc<Prepared<Strings<T, T>>>,
}

impl Document<Tree> {
    /// The most levels of lists and objects, in documents of any kind.
    pub const MAX_DEPTH: usize = MAX_DEPTH;
}

impl<T: Structure> Document<T> {
    /// Finds the placeholders of a document.
    ///
    /// ```
    /// use keyslot::{Document, template::Tree};
    /// use std::collections::BTreeMap;
    ///
    /// let config = BTreeMap::from([("url", "https://<<REGION>>.example"), ("user", "ada")]);
    /// let document = Document::compile(Tree::of(&config)?)?;
    /// assert_eq!(document.references().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`Template::compile`](crate::template::Template::compile), each failure with
    /// the JSON Pointer of its string; [`TooLarge`](crate::ErrorKind::TooLarge) also when it is
    /// nested deeper than [`MAX_DEPTH`](Document::MAX_DEPTH).
    pub fn compile(document: T) -> Result<Self> {
        Self::with(Settings::shared(), document)
    }

    pub(in crate::template) fn with(settings: &Arc<Settings>, document: T) -> Result<Self> {
        let mut prepared = Prepared::new(Arc::clone(settings), Strings::of(document));
        if let Err(error) = prepared.prepare() {
            prepared.into_source().into_document().dismantle();
            return Err(error);
        }
        Ok(Self {
            prepared: Arc::new(prepared),
        })
    }

    /// The references in it: each distinct name, version and kind once, in the order in which they
    /// first appear.
    ///
    /// ```
    /// use keyslot::{Document, template::Tree};
    ///
    /// let document = Document::compile(Tree::of(&["<<A>>", "<<B>> and <<A>>"])?)?;
    /// let names: Vec<_> = document.references().iter().map(|one| one.name().as_str()).collect();
    /// assert_eq!(names, ["A", "B"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn references(&self) -> &[Reference] {
        self.prepared.references()
    }

    /// Lints for text that looks like a mistyped placeholder, and that the grammar takes for plain
    /// text; the first [`Lint::LISTED`] of them. Found when first asked for.
    ///
    /// ```
    /// use keyslot::{Document, template::Tree};
    ///
    /// let document = Document::compile(Tree::of(&["plain", "<<TOKEN >>"])?)?;
    /// assert_eq!(document.lints()[0].pointer(), Some("/1"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints(&self) -> &[Lint] {
        self.prepared.lints()
    }

    /// A lint for each name that is not among `names` but like one of them, as
    /// [`Template::lints_among`](crate::template::Template::lints_among) has them.
    ///
    /// ```
    /// use keyslot::{Document, SecretName, template::Tree};
    ///
    /// let document = Document::compile(Tree::of(&["Bearer <<$secret.STRIPE_KYE>>"])?)?;
    /// let lints = document.lints_among(&[SecretName::new("STRIPE_KEY")?]);
    /// assert_eq!(lints[0].to_string(), "there is no STRIPE_KYE; did you mean STRIPE_KEY?");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
        self.prepared.lints_among(names)
    }

    /// Returns the target that a look-up apart from a [fill](Document::fill_for) is for: `target`,
    /// with all [surfaces](crate::template::Engine::surfaces) that the values will stand on. Pass
    /// it to the resolver, so that it judges each secret as
    /// [`resolve_for`](crate::ResolveExt::resolve_for) would.
    ///
    /// ```
    /// use keyslot::template::{Engine, Surfaces, Tree};
    /// use keyslot::{Resolver, Surface, Target, Variables};
    /// use std::collections::BTreeMap;
    ///
    /// let server = BTreeMap::from([("url", "https://crm.example/<<KEY>>")]);
    /// let engine = Engine::new().surfaces(Surfaces::mcp());
    /// let document = engine.compile_document(Tree::of(&server)?)?;
    /// let target = Target::tool("crm");
    ///
    /// // The look-up may as well happen elsewhere, or later.
    /// let variables = Variables::new().with("KEY", "a key")?;
    /// let outcomes = variables.lookup(document.references(), &document.lookup_target(&target))?;
    /// assert!(document.fill_for(&target, &outcomes).is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn lookup_target(&self, target: &Target) -> Target {
        self.prepared.lookup_target(target).into_owned()
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references),
    /// for no target in particular.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Document, Resolver, Target, Variables, template::Tree};
    ///
    /// let document = Document::compile(Tree::of(&["in <<CITY>>"])?)?;
    /// let target = document.lookup_target(&Target::unspecified());
    /// let variables = Variables::new().with("CITY", "Lima")?;
    /// let outcomes = variables.lookup(document.references(), &target)?;
    /// let filled = document.fill(&outcomes)?;
    /// assert_eq!(filled.expose_secret().to::<Vec<String>>()?, ["in Lima"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`fill_for`](Document::fill_for).
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<Resolved<T::Output>> {
        self.fill_for(&Target::unspecified(), outcomes)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Document::references),
    /// written as the surface of `target` needs it. `outcomes` are in the order of the references.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Document, Resolver, Surface, Target, Variables, template::Tree};
    ///
    /// let document = Document::compile(Tree::of(&["/users/<<NAME>>"])?)?;
    /// let target = Target::tool("crm").with_surface(Surface::Url);
    /// let variables = Variables::new().with("NAME", "ada b")?;
    /// let outcomes = variables.lookup(document.references(), &document.lookup_target(&target))?;
    /// let filled = document.fill_for(&target, &outcomes)?;
    /// assert_eq!(filled.expose_secret().to::<Vec<String>>()?, ["/users/ada%20b"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`Template::fill_for`](crate::template::Template::fill_for): all failures of
    /// all strings in one error, each with its JSON Pointer and with the span in its string.
    pub fn fill_for(&self, target: &Target, outcomes: &[Outcome]) -> Result<Resolved<T::Output>> {
        self.prepared.fill(target, outcomes.to_vec())
    }
}

#[cfg(feature = "json")]
impl Document<serde_json::Value> {
    /// Parses JSON and finds its placeholders. Stricter than most parsers: what two parsers may
    /// read in two ways is refused. A byte order mark at the start is not.
    ///
    /// ```
    /// use keyslot::{Document, ErrorKind};
    ///
    /// let document = Document::parse(r#"{"headers": {"X-Key": "<<$secret.KEY>>"}}"#)?;
    /// assert_eq!(document.references().len(), 1);
    /// let twice = Document::parse(r#"{"a": 1, "a": 2}"#);
    /// assert_eq!(twice.unwrap_err().kind(), ErrorKind::InvalidDocument);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the position, for text that is
    /// not JSON, for a key twice in one object, for arrays and objects nested deeper than
    /// [`MAX_DEPTH`](Document::MAX_DEPTH), for halves of surrogate pairs, and for numbers that
    /// would be changed, because they are out of range or too precise: a
    /// [`JsonText`](crate::template::JsonText) keeps them. And the errors of
    /// [`compile`](Document::compile).
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_with(Settings::shared(), text, Form::Json)
    }

    /// Parses JSON with comments, and with commas behind the last item of lists and objects, as
    /// editors keep their settings; all else as [`parse`](Document::parse) does. The comments are
    /// not kept; a [`JsonText`](crate::template::JsonText::parse_jsonc) keeps them.
    ///
    /// ```
    /// use keyslot::Document;
    ///
    /// let document = Document::parse_jsonc("{\"token\": \"<<TOKEN>>\", // not <<THIS>>\n}")?;
    /// assert_eq!(document.references().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`parse`](Document::parse), also for a comment without an end.
    pub fn parse_jsonc(text: &str) -> Result<Self> {
        Self::parse_with(Settings::shared(), text, Form::Jsonc)
    }

    pub(in crate::template) fn parse_with(
        settings: &Arc<Settings>,
        text: &str,
        form: Form,
    ) -> Result<Self> {
        settings.limits.check_template(text.len())?;
        Self::with(settings, read(text, form)?)
    }
}

impl<T: Structure> sealed::Sealed for &T {}
impl<T: Structure> sealed::Sealed for &Document<T> {}

impl<T: Structure> Resolvable for &T {
    type Output = T::Output;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<T::Output>> {
        let mut prepared = Prepared::new(settings, Strings::<T, _>::of(self));
        prepared.prepare()?;
        prepared.resolve(resolver, target)
    }

    fn references_with(self, settings: &Settings) -> Result<Vec<Reference>> {
        let mut prepared = Prepared::new(settings, Strings::<T, _>::of(self));
        prepared.prepare()?;
        Ok(prepared.references().to_vec())
    }

    fn placed_with(self, settings: &Settings) -> Result<Vec<PlacedReference>> {
        let mut prepared = Prepared::new(settings, Strings::<T, _>::of(self));
        prepared.prepare()?;
        prepared.places()
    }

    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        settings: &Settings,
        target: &Target,
        verdicts: F,
    ) -> Result<Vec<Lint>> {
        let mut prepared = Prepared::new(settings, Strings::<T, _>::of(self));
        prepared.prepare()?;
        prepared.check(target, verdicts)
    }

    fn each_text(self, visit: &mut dyn FnMut(&InputText<'_>)) -> Result<()> {
        let all = Visited {
            keys: true,
            bookmarks: false,
        };
        walk(self.root(), all, |leaf| {
            visit(&InputText {
                text: leaf.text,
                is_key: matches!(leaf.role, Role::Key(_)),
                path: &|| leaf.path(),
            });
            Ok(())
        })
    }
}

impl<T: Structure> Resolvable for &Document<T> {
    type Output = T::Output;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        _: &Settings,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<T::Output>> {
        self.prepared.resolve(resolver, target)
    }

    fn references_with(self, _: &Settings) -> Result<Vec<Reference>> {
        Ok(self.references().to_vec())
    }

    fn placed_with(self, _: &Settings) -> Result<Vec<PlacedReference>> {
        self.prepared.places()
    }

    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        _: &Settings,
        target: &Target,
        verdicts: F,
    ) -> Result<Vec<Lint>> {
        self.prepared.check(target, verdicts)
    }

    fn each_text(self, visit: &mut dyn FnMut(&InputText<'_>)) -> Result<()> {
        self.prepared.source().document().each_text(visit)
    }
}

impl<T> Clone for Document<T> {
    fn clone(&self) -> Self {
        Self {
            prepared: Arc::clone(&self.prepared),
        }
    }
}

/// The document holds no value, but belongs to somebody: only what it refers to is shown.
impl<T> fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("references", &self.prepared.references())
            .finish_non_exhaustive()
    }
}
