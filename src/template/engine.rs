//! A syntax with limits.

use std::sync::Arc;

use super::Template;
use super::resolve_ext::Resolvable;
use super::syntax::{Marks, Syntax};
use crate::error::{Error, ErrorKind, Result};
use crate::resolve::{Resolved, Resolver, Target};

/// A syntax and limits, for those who need other ones than the default.
///
/// ```
/// use keyslot::template::{Engine, Limits};
/// use keyslot::ErrorKind;
///
/// let engine = Engine::new().limits(Limits::default().template(1024));
/// assert_eq!(engine.compile("x".repeat(1025)).unwrap_err().kind(), ErrorKind::TooLarge);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine {
    syntax: Syntax,
    limits: Limits,
}

/// How large a text or document may be. What passes a limit is refused with
/// [`TooLarge`](crate::ErrorKind::TooLarge) before memory is allocated for it. In a document the limits hold for all of its
/// strings together.
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
        Self { template: 16 << 20, placeholders: 10_000, output: 64 << 20 }
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

    pub(super) fn check_template(self, bytes: usize) -> Result<()> {
        within(bytes, self.template, "bytes")
    }

    pub(super) fn check_placeholders(self, count: usize) -> Result<()> {
        within(count, self.placeholders, "placeholders")
    }
}

fn within(size: usize, limit: usize, unit: &str) -> Result<()> {
    if size <= limit {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, format!("a template has at most {limit} {unit}; split it or raise the limit")))
}

impl Engine {
    /// The default syntax and limits.
    pub fn new() -> Self {
        Self::default()
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

    /// Compiles a template, as [`Template::compile`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compile(&self, text: impl AsRef<str> + Into<Arc<str>>) -> Result<Template> {
        Template::with(*self, text)
    }

    /// Resolves a text, template or document, as [`ResolveExt::resolve_for`](super::ResolveExt::resolve_for) does. What
    /// was compiled before keeps the limits it was compiled with.
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

    pub(super) fn parts(&self) -> (&'static Marks, Limits) {
        (self.syntax.marks(), self.limits)
    }
}
