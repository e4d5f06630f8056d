//! What a text or document refers to, and what would fail: both without values.

use super::engine::Engine;
use super::fill::{Fill, LookedUp};
use super::resolve_ext::Resolvable;
use super::{Compiled, Template};
use crate::error::{Failures, Result};
use crate::reference::Reference;
use crate::resolve::{Permit, check_count};
use crate::target::Target;

impl Engine {
    /// What a text, template or document refers to: each distinct name, version and form once, in
    /// the order in which they first appear. Resolves nothing.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let references = Engine::new().references("Bearer <<$secret.STRIPE_KEY@3>> of <<COMPANY>>, <<COMPANY>>")?;
    /// let names: Vec<String> = references.iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["<<$secret.STRIPE_KEY@3>>", "<<COMPANY>>"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [compiling](Engine::compile) it.
    pub fn references<I: Resolvable>(&self, input: I) -> Result<Vec<Reference>> {
        input.references_with(self)
    }

    /// Says what [`resolve`](Engine::resolve) would refuse, without values: for tests of a config
    /// before it runs. `verdicts` is asked once, or never if there are no references, and says of
    /// each one in order whether its value might be used, and where; it stands for the
    /// [look-up](crate::Resolver::lookup).
    ///
    /// ```
    /// use keyslot::template::Engine;
    /// use keyslot::{Error, ErrorKind, Permit, Target};
    ///
    /// let text = "https://<<$secret.HOST>>/?key=<<$secret.KEY>>&of=<<COMPANY>>";
    /// let target = Target::tool("crm").with_surface(keyslot::Surface::Url);
    /// let known = ["HOST", "KEY"];
    /// let error = Engine::new().check(&target, text, |references, _| {
    ///     let verdict = |reference: &keyslot::Reference| match reference.name().as_str() {
    ///         name if known.contains(&name) => Ok(Permit::new()),
    ///         name => Err(Error::new(ErrorKind::NotFound, format!("nobody knows {name}"))),
    ///     };
    ///     Ok(references.iter().map(verdict).collect())
    /// });
    /// let kinds: Vec<ErrorKind> = error.unwrap_err().all().map(Error::kind).collect();
    /// assert_eq!(kinds, [ErrorKind::Unencodable, ErrorKind::NotFound]);
    /// ```
    ///
    /// # Errors
    ///
    /// The very error of [`resolve`](Engine::resolve), with all failures in it, but for those that
    /// only a value can cause: what its filters cannot take, what it may not hold on its surface,
    /// what its size makes too large, and keys of a document that values make the same.
    pub fn check<I: Resolvable>(
        &self,
        target: &Target,
        input: I,
        verdicts: impl FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>,
    ) -> Result<()> {
        input.check_with(self, target, verdicts)
    }
}

impl Template {
    /// What [`fill_for`](Template::fill_for) would say of these verdicts, but for what only values
    /// can cause.
    pub(super) fn check(&self, target: &Target, verdicts: &[Result<Permit>]) -> Result<()> {
        let Compiled {
            plan,
            references,
            engine,
            ..
        } = &*self.compiled;
        check_count(verdicts, references)?;
        if plan.is_empty() {
            return Ok(());
        }
        let judged = LookedUp::new(verdicts, references, target.unknown_names());
        let mut failures = Failures::default();
        Fill::new(engine, references, judged).check(
            &self.text,
            plan,
            target.surface(),
            &mut failures,
        )?;
        failures.into_result()
    }
}

/// The verdicts of a call; nobody is asked if there is nothing to judge.
pub(super) fn ask(
    references: &[Reference],
    target: &Target,
    verdicts: impl FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>,
) -> Result<Vec<Result<Permit>>> {
    if references.is_empty() {
        Ok(Vec::new())
    } else {
        verdicts(references, target)
    }
}
