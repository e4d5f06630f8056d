//! Finds placeholders in texts and documents and puts values in their place. Pure: knows no store,
//! no key and no scope.
//!
//! The language is described at [`syntax`]. [`ResolveExt`] does everything in one call; a
//! [`Template`] or [`Document`] is compiled once and resolved many times, and tells what it [refers
//! to](Template::references), so that an async host can await the look-up between compiling and
//! [filling](Template::fill).

mod check;
mod document;
mod encoding;
mod engine;
mod fill;
mod filter;
mod flaw;
mod grants;
#[cfg(feature = "http")]
mod headers;
mod lint;
mod model_args;
mod parse;
mod plan;
mod render;
mod resolve_ext;
mod scan;
mod surface;
mod surfaces;
pub mod syntax;
mod tree;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use smallvec::SmallVec;

pub use document::{Document, Structure};
pub use engine::{Engine, Limits};
pub use grants::Grants;
#[cfg(feature = "http")]
pub use headers::Headers;
pub use lint::{Lint, LintKind};
pub use model_args::{Arguments, Attempt, ModelArgs};
pub use resolve_ext::{Resolvable, ResolveExt};
pub use surfaces::Surfaces;
pub use syntax::{BareNames, Escape, Syntax, SyntaxBuilder};
pub use tree::Tree;

use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Outcome, Outcomes, Resolved, Traces, check_count};
use crate::target::{Surface, Target};
use fill::{Fill, LookedUp};
use plan::{Plan, ReferenceList, References};

/// A text whose placeholders were found. Cheap to clone.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::Template;
/// use keyslot::{Resolver, Target, Variables};
///
/// let template = Template::compile("GET /<<REGION>>/users?of=<<COMPANY>>")?;
/// let variables = Variables::new().with("REGION", "eu")?.with("COMPANY", "Acme")?;
///
/// // The look-up may as well happen elsewhere, or later.
/// let outcomes = variables.lookup(template.references(), &Target::unspecified())?;
/// assert_eq!(template.fill(&outcomes)?.expose_secret(), "GET /eu/users?of=Acme");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Template {
    text: Arc<str>,
    compiled: Arc<Compiled>,
}

struct Compiled {
    plan: Plan,
    references: ReferenceList,
    engine: Engine,
    lints: OnceLock<Vec<Lint>>,
}

impl Template {
    /// Finds the placeholders of a text.
    ///
    /// # Errors
    ///
    /// [`Syntax`](ErrorKind::Syntax) and [`UnknownFilter`](ErrorKind::UnknownFilter), all of the
    /// text in one error; [`TooLarge`](ErrorKind::TooLarge) over 16 MiB or 10,000 placeholders.
    pub fn compile(text: impl AsRef<str> + Into<Arc<str>>) -> Result<Self> {
        Engine::shared().compile(text)
    }

    fn with(engine: &Engine, text: impl AsRef<str> + Into<Arc<str>>) -> Result<Self> {
        engine.bounds().check_template(text.as_ref().len())?;
        let text = text.into();
        let mut references = References::default();
        let plan = Plan::of(engine, &text, &mut references)?;
        let references = references.into_list();
        let engine = engine.clone();
        Ok(Self {
            text,
            compiled: Arc::new(Compiled {
                plan,
                references,
                engine,
                lints: OnceLock::new(),
            }),
        })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it refers to: each distinct name, version and form once, in the order in which they
    /// first appear.
    pub fn references(&self) -> &[Reference] {
        &self.compiled.references
    }

    /// What looks like a mistyped placeholder but is text by the grammar; the first
    /// [`Lint::LISTED`] of them. Found when first asked for.
    pub fn lints(&self) -> &[Lint] {
        let Compiled {
            plan,
            engine,
            lints,
            ..
        } = &*self.compiled;
        lints.get_or_init(|| lint::lints(engine.rules(), &self.text, plan))
    }

    /// A lint for each name that is not among `names` but like one of them: `names` are those that
    /// whoever wrote the template may know.
    ///
    /// The work of a call is bounded: about 30 million steps, a fraction of a second. A step is a
    /// look at a pair of an unknown and a known name, or at a character of one that may be near.
    /// The first name that is not compared with all others then has a lint of the kind
    /// [`NotCompared`](LintKind::NotCompared), and no other follows.
    ///
    /// ```
    /// use keyslot::{SecretName, template::Template};
    ///
    /// let template = Template::compile("<<$secret.STRIPE_KYE>>")?;
    /// let lints = template.lints_among(&[SecretName::new("STRIPE_KEY")?]);
    /// assert_eq!(lints[0].to_string(), "there is no STRIPE_KYE; did you mean STRIPE_KEY?");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
        lint::NameSearch::new(self.references(), names)
            .lints(&self.compiled.plan, self.references())
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Template::references),
    /// as plain text and for no target in particular.
    ///
    /// # Errors
    ///
    /// As for [`fill_for`](Template::fill_for).
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<Resolved<Cow<'_, str>>> {
        self.fill_for(&Target::unspecified(), outcomes)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Template::references),
    /// written as the surface of `target` needs it. `outcomes` are in the order of the references.
    ///
    /// # Errors
    ///
    /// The errors of the outcomes, [`FilterFailed`](ErrorKind::FilterFailed) and
    /// [`Unencodable`](ErrorKind::Unencodable), once for each placeholder, all in one error;
    /// [`TooLarge`](ErrorKind::TooLarge) over 64 MiB; [`BrokenResolver`](ErrorKind::BrokenResolver)
    /// when there is not one outcome for each reference.
    pub fn fill_for(
        &self,
        target: &Target,
        outcomes: &[Outcome],
    ) -> Result<Resolved<Cow<'_, str>>> {
        check_count(outcomes, self.references())?;
        self.fill_owned(target, outcomes.to_vec())
    }

    #[cfg(test)]
    fn plan(&self) -> &Plan {
        &self.compiled.plan
    }

    fn fill_owned(&self, target: &Target, outcomes: Outcomes) -> Result<Resolved<Cow<'_, str>>> {
        let Compiled {
            plan,
            references,
            engine,
            ..
        } = &*self.compiled;
        fill_text(engine, &self.text, plan, references, target, outcomes)
    }

    /// Puts in values that are no secrets, in the order of the [references](Template::references):
    /// nothing is wiped.
    ///
    /// ```
    /// use keyslot::template::Template;
    ///
    /// let template = Template::compile("<<GREETING>>, <<NAME>>! <<GREETING>>!")?;
    /// assert_eq!(template.render(&["hello", "Ada"])?, "hello, Ada! hello!");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) when there is not one value for each reference,
    /// and what filters and limits refuse.
    pub fn render(&self, values: &[&str]) -> Result<String> {
        let mut out = String::new();
        self.render_into(values, &mut out)?;
        Ok(out)
    }

    /// As [`render`](Template::render), appended to a buffer that is kept for the next time; on an
    /// error it is as it was.
    ///
    /// ```
    /// use keyslot::template::Template;
    ///
    /// let line = Template::compile("<<NAME>>: <<VALUE>>\n")?;
    /// let mut page = String::new();
    /// for (name, value) in [("a", "1"), ("b", "2")] {
    ///     line.render_into(&[name, value], &mut page)?;
    /// }
    /// assert_eq!(page, "a: 1\nb: 2\n");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`render`](Template::render).
    pub fn render_into(&self, values: &[&str], out: &mut String) -> Result<()> {
        let Compiled {
            plan,
            references,
            engine,
            ..
        } = &*self.compiled;
        if values.len() != references.len() {
            let message = format!(
                "{} values were given for {} references",
                values.len(),
                references.len()
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let mut fill = Fill::new(engine, references, values);
        let mut failures = Failures::default();
        let draft = fill.draft(&self.text, plan, Surface::Text, &mut failures)?;
        failures.into_result()?;
        fill.write_into(&draft, out, |_| {});
        Ok(())
    }
}

/// Puts outcomes into one text, which is borrowed if there is nothing to put in.
fn fill_text<'t>(
    engine: &Engine,
    text: &'t str,
    plan: &Plan,
    references: &[Reference],
    target: &Target,
    outcomes: Outcomes,
) -> Result<Resolved<Cow<'t, str>>> {
    check_count(&outcomes, references)?;
    if plan.is_empty() {
        return Ok(Resolved::new(
            Cow::Borrowed(text),
            SmallVec::new(),
            Vec::new(),
            Vec::new(),
        ));
    }
    let looked_up = LookedUp::new(&outcomes, references, target.unknown_names());
    let mut fill = Fill::new(engine, references, looked_up);
    let mut failures = Failures::default();
    let draft = fill.draft(text, plan, target.surface(), &mut failures)?;
    failures.into_result()?;
    let mut places = SmallVec::with_capacity(plan.cuts().len());
    let content = Cow::Owned(fill.write(&draft, |place| places.push(place)));
    let kept = looked_up.kept();
    let traces = Traces::new(references, draft.into_filtered().collect());
    Ok(Resolved::new(content, places, outcomes, kept).traced(traces))
}

/// The text holds no value, but belongs to somebody: only its size is shown.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("bytes", &self.text.len())
            .field("references", &self.references())
            .finish_non_exhaustive()
    }
}
