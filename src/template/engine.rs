//! A syntax with limits and filters.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use secrecy::SecretString;

use super::Template;
use super::document::{Document, Structure};
use super::filter::Filters;
use super::render;
use super::resolve_ext::Resolvable;
use super::surfaces::Surfaces;
use super::syntax::{Rules, Syntax};
use crate::error::{Error, ErrorKind, Result};
use crate::reference::ReferenceRef;
use crate::resolve::{Resolved, Resolver};
use crate::target::Target;

/// A syntax, limits and filters, for those who need other ones than the default. Cheap to clone.
///
/// ```
/// use keyslot::template::{Engine, Limits};
/// use keyslot::ErrorKind;
///
/// let engine = Engine::new().limits(Limits::default().template(1024));
/// assert_eq!(engine.compile("x".repeat(1025)).unwrap_err().kind(), ErrorKind::TooLarge);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Engine {
    syntax: Syntax,
    limits: Limits,
    filters: Filters,
    keys: bool,
    surfaces: Surfaces,
    /// Whether it reads what a model wrote, where nothing is escaped.
    for_model: bool,
}

/// How large a text or document may be. What passes a limit is refused with
/// [`TooLarge`](crate::ErrorKind::TooLarge) before memory is allocated for it. In a document the
/// limits hold for all of its strings together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a template; 16 MiB.
    pub template: usize,
    /// Placeholders in a template, repeated ones included; 10,000.
    pub placeholders: usize,
    /// Bytes of the resolved text, and bytes that filters handle on the way; 64 MiB.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            template: 16 << 20,
            placeholders: 10_000,
            output: 64 << 20,
        }
    }
}

impl Limits {
    /// Sets the most bytes of a template.
    #[must_use]
    pub fn template(mut self, bytes: usize) -> Self {
        self.template = bytes;
        self
    }

    /// Sets the most placeholders of a template.
    #[must_use]
    pub fn placeholders(mut self, count: usize) -> Self {
        self.placeholders = count;
        self
    }

    /// Sets the most bytes of a resolved text.
    #[must_use]
    pub fn output(mut self, bytes: usize) -> Self {
        self.output = bytes;
        self
    }

    #[inline]
    pub(super) fn check_template(self, bytes: usize) -> Result<()> {
        within(bytes, self.template, "bytes")
    }

    #[inline]
    pub(super) fn check_placeholders(self, count: usize) -> Result<()> {
        within(count, self.placeholders, "placeholders")
    }
}

#[inline]
fn within(size: usize, limit: usize, unit: &str) -> Result<()> {
    if size <= limit {
        Ok(())
    } else {
        Err(too_large(limit, unit))
    }
}

#[cold]
fn too_large(limit: usize, unit: &str) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("a template has at most {limit} {unit}; split it or raise the limit"),
    )
}

impl Engine {
    /// The default syntax and limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// What calls that name no engine use.
    pub(super) fn shared() -> &'static Self {
        static SHARED: LazyLock<Engine> = LazyLock::new(Engine::new);
        &SHARED
    }

    /// Sets the syntax.
    #[must_use]
    pub fn syntax(mut self, syntax: Syntax) -> Self {
        self.syntax = syntax;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a filter: `<<NAME|upper>>` or `<<NAME|upper:argument>>`. It is given the value and the
    /// argument, and what it makes is wiped as values are; after it the surface encodes as it does
    /// without filters. Where it cannot, it says so in words that hold nothing of the value.
    ///
    /// ```
    /// use keyslot::secrecy::{ExposeSecret, SecretString};
    /// use keyslot::template::Engine;
    /// use keyslot::{Target, Variables};
    ///
    /// let engine = Engine::new().filter("first", |value, argument| {
    ///     let count = argument.and_then(|count| count.parse().ok()).ok_or("first takes a number, such as first:3")?;
    ///     Ok(SecretString::from(value.chars().take(count).collect::<String>()))
    /// })?;
    /// let variables = Variables::new().with("CITY", "Rotterdam")?;
    /// let resolved = engine.resolve(&variables, &Target::tool("maps"), "<<CITY|first:3>>")?;
    /// assert_eq!(resolved.expose_secret(), "Rot");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) unless the name is `[a-z][a-z0-9_]*` and new.
    pub fn filter(
        mut self,
        name: impl AsRef<str>,
        filter: impl Fn(&str, Option<&str>) -> Result<SecretString, &'static str>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self> {
        self.filters.add(name.as_ref(), Arc::new(filter))?;
        Ok(self)
    }

    /// Whether documents are resolved in their keys too; by default they are not. Two keys of an
    /// object that become the same are an [`InvalidDocument`](ErrorKind::InvalidDocument): no entry
    /// is lost.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Tree};
    /// use keyslot::{Target, Variables};
    /// use std::collections::BTreeMap;
    ///
    /// let weights = Tree::of(&BTreeMap::from([("region-<<REGION>>", 3)]))?;
    /// let variables = Variables::new().with("REGION", "eu")?;
    /// let resolved = Engine::new().keys(true).resolve(&variables, &Target::tool("route"), &weights)?;
    /// assert_eq!(resolved.expose_secret().to::<BTreeMap<String, u8>>()?["region-eu"], 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn keys(mut self, keys: bool) -> Self {
        self.keys = keys;
        self
    }

    /// Sets on which surface each string of a document stands, by its JSON Pointer; the others are
    /// on that of the target.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Surfaces};
    /// use keyslot::{ErrorKind, Target, Variables};
    /// use serde_json::json;
    ///
    /// let config = json!({"mcpServers": {"crm": {
    ///     "url": "https://crm.example/mcp?key=<<KEY>>",
    ///     "headers": {"X-Key": "<<KEY>>"},
    /// }}});
    /// let engine = Engine::new().surfaces(Surfaces::mcp());
    /// let target = Target::tool("crm");
    /// let resolve = |key: &str| engine.resolve(&Variables::new().with("KEY", key)?, &target, &config);
    ///
    /// let resolved = resolve("a&b=c")?;
    /// assert_eq!(resolved.expose_secret()["mcpServers"]["crm"]["url"], "https://crm.example/mcp?key=a%26b%3Dc");
    /// assert_eq!(resolved.expose_secret()["mcpServers"]["crm"]["headers"]["X-Key"], "a&b=c");
    /// assert_eq!(resolve("a\r\nX-Admin: 1").unwrap_err().kind(), ErrorKind::Unencodable);
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn surfaces(mut self, surfaces: Surfaces) -> Self {
        self.surfaces = surfaces;
        self
    }

    /// Compiles a template, as [`Template::compile`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compile(&self, text: impl AsRef<str> + Into<Arc<str>>) -> Result<Template> {
        Template::with(self, text)
    }

    /// Compiles a document, as [`Document::compile`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compile_document<T: Structure>(&self, document: T) -> Result<Document<T>> {
        Document::with(self, document)
    }

    /// Puts values that are no secrets into a text, in one pass: nothing is compiled, looked up in
    /// batches or wiped. `value` is asked for each placeholder; where it says `None`, the call
    /// fails. A text without placeholders is borrowed.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let render = |text| Engine::new().render(text, |reference| (reference.name() == "NAME").then_some("Ada"));
    /// assert_eq!(render("hello <<NAME>>")?, "hello Ada");
    /// assert!(render("hello <<OTHER>>").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Template::compile`] and [`Template::render`]; [`NotFound`](ErrorKind::NotFound) for
    /// each name without a value.
    pub fn render<'t, 'v>(
        &self,
        text: &'t str,
        value: impl FnMut(ReferenceRef<'_>) -> Option<&'v str>,
    ) -> Result<Cow<'t, str>> {
        render::render(self, text, value)
    }

    /// Resolves a text, template or document, as
    /// [`ResolveExt::resolve_for`](super::ResolveExt::resolve_for) does. What was compiled before
    /// keeps the engine it was compiled with.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::Engine;
    /// use keyslot::{Target, Variables};
    ///
    /// let variables = Variables::new().with("USER", "ada")?;
    /// let resolved = Engine::new().resolve(&variables, &Target::tool("mail"), "hello <<USER>>")?;
    /// assert_eq!(resolved.expose_secret(), "hello ada");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn resolve<R: Resolver + ?Sized, I: Resolvable>(
        &self,
        resolver: &R,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        input.resolve_with(self, resolver, target)
    }

    /// The same for arguments that a model wrote.
    pub(super) fn for_model(&self) -> Self {
        Self {
            keys: false,
            for_model: true,
            ..self.clone()
        }
    }

    pub(super) fn rules(&self) -> &Rules {
        self.syntax.rules()
    }

    /// What to write instead of a placeholder if text was meant, where there is a way.
    pub(super) fn escape_hint(&self, placeholder: &str) -> Option<String> {
        if self.for_model {
            None
        } else {
            self.rules().escape_hint(placeholder)
        }
    }

    pub(super) fn bounds(&self) -> Limits {
        self.limits
    }

    pub(super) fn filters(&self) -> &Filters {
        &self.filters
    }

    pub(super) fn rules_of_surfaces(&self) -> &Surfaces {
        &self.surfaces
    }

    pub(super) fn resolves_keys(&self) -> bool {
        self.keys
    }
}
