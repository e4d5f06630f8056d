//! A text that is compiled once and filled many times.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::lint::Lint;
use super::placeholder::{Placeholder, placeholders};
use super::prepared::Prepared;
use super::render::{Fill, write_plain};
use super::resolvable::{InputText, Resolvable, sealed};
use super::settings::Settings;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::reference::{PlacedReference, Reference};
use crate::resolve::{Outcome, Outcomes, Permit, Resolved, Resolver};
use crate::target::{Surface, Target};

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
    prepared: Arc<Prepared<Arc<str>>>,
}

impl Template {
    /// Finds the placeholders of a text.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Template};
    ///
    /// assert!(Template::compile("Bearer <<$secret.STRIPE_KEY>>").is_ok());
    /// let error = Template::compile("Bearer <<$secret.STRIPE_KEY").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Syntax);
    /// ```
    ///
    /// # Errors
    ///
    /// [`Syntax`](ErrorKind::Syntax) and [`UnknownFilter`](ErrorKind::UnknownFilter), all of the
    /// text in one error; [`TooLarge`](ErrorKind::TooLarge) over 16 MiB or 10,000 placeholders.
    pub fn compile(text: impl AsRef<str> + Into<Arc<str>>) -> Result<Self> {
        Self::with(Settings::shared(), text)
    }

    pub(super) fn with(
        settings: &Arc<Settings>,
        text: impl AsRef<str> + Into<Arc<str>>,
    ) -> Result<Self> {
        settings.limits.check_template(text.as_ref().len())?;
        let mut prepared = Prepared::new(Arc::clone(settings), text.into());
        prepared.prepare()?;
        Ok(Self {
            prepared: Arc::new(prepared),
        })
    }

    /// The text it was compiled from.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("Bearer <<TOKEN>>")?;
    /// assert_eq!(template.text(), "Bearer <<TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn text(&self) -> &str {
        self.prepared.source()
    }

    /// The references in it: each distinct name, version and kind once, in the order in which they
    /// first appear.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("<<A>> <<B>> <<A>>")?;
    /// let names: Vec<_> = template.references().iter().map(|one| one.name().as_str()).collect();
    /// assert_eq!(names, ["A", "B"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn references(&self) -> &[Reference] {
        self.prepared.references()
    }

    /// The valid placeholders in it, in the order of the text: for editors that highlight them.
    ///
    /// ```
    /// use keyslot::template::Template;
    ///
    /// let template =
    ///     Template::compile("Bearer <<$secret.LOGIN@3 | get:/token | base64>>, <<!TEXT>>")?;
    /// let found: Vec<_> = template.placeholders().collect();
    /// assert_eq!(found.len(), 1);
    /// assert_eq!(&template.text()[found[0].span()], "<<$secret.LOGIN@3 | get:/token | base64>>");
    /// assert_eq!(found[0].reference().name().as_str(), "LOGIN");
    /// assert_eq!(found[0].filters().collect::<Vec<_>>(), ["get:/token", "base64"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder<'_>> {
        let plans = self.prepared.plans();
        plans.flat_map(|plan| placeholders(self.text(), plan, self.references()))
    }

    /// Lints for text that looks like a mistyped placeholder, and that the grammar takes for plain
    /// text; the first [`Lint::LISTED`] of them. Found when first asked for.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let text = "Bearer <<TOKEN >>";
    /// let template = Template::compile(text)?;
    /// assert_eq!(&text[template.lints()[0].span()], "<<TOKEN >>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints(&self) -> &[Lint] {
        self.prepared.lints()
    }

    /// A lint for each name that is not among `names` but like one of them: `names` are those that
    /// whoever wrote the template may know.
    ///
    /// The work of a call is bounded: about 30 million steps, a fraction of a second. A step is a
    /// look at a pair of an unknown and a known name, or at a character of one that may be near.
    /// The first name that is not compared with all others then has a lint of the kind
    /// [`NotCompared`](super::LintKind::NotCompared), and no other follows.
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
        self.prepared.lints_among(names)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Template::references),
    /// as plain text and for no target in particular.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Resolver, Target, Template, Variables};
    ///
    /// let template = Template::compile("in <<CITY>>")?;
    /// let target = template.lookup_target(&Target::unspecified());
    /// let variables = Variables::new().with("CITY", "Lima")?;
    /// let outcomes = variables.lookup(template.references(), &target)?;
    /// assert_eq!(template.fill(&outcomes)?.expose_secret(), "in Lima");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`fill_for`](Template::fill_for).
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<Resolved<Cow<'_, str>>> {
        self.fill_for(&Target::unspecified(), outcomes)
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Template::references),
    /// written as the surface of `target` needs it. `outcomes` are in the order of the references.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Resolver, Surface, Target, Template, Variables};
    ///
    /// let template = Template::compile("/users/<<NAME>>")?;
    /// let target = Target::tool("crm").with_surface(Surface::Url);
    /// let variables = Variables::new().with("NAME", "ada b")?;
    /// let outcomes = variables.lookup(template.references(), &template.lookup_target(&target))?;
    /// assert_eq!(template.fill_for(&target, &outcomes)?.expose_secret(), "/users/ada%20b");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
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
        self.fill_owned(target, outcomes.to_vec())
    }

    /// Returns the target that a look-up apart from a fill is for: `target`, with all surfaces that
    /// the values will stand on. A [`Document`](super::Document) may have several; a template has
    /// that of the target.
    ///
    /// ```
    /// use keyslot::template::Template;
    /// use keyslot::{Resolver, Surface, Target, Variables};
    ///
    /// let template = Template::compile("/users/<<USER>>")?;
    /// let target = Target::tool("crm").with_surface(Surface::Url);
    /// let variables = Variables::new().with("USER", "ada")?;
    /// let outcomes = variables.lookup(template.references(), &template.lookup_target(&target))?;
    /// assert!(template.fill_for(&target, &outcomes).is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn lookup_target(&self, target: &Target) -> Target {
        self.prepared.lookup_target(target).into_owned()
    }

    fn fill_owned(&self, target: &Target, outcomes: Outcomes) -> Result<Resolved<Cow<'_, str>>> {
        self.prepared.fill(target, outcomes)
    }

    #[cfg(test)]
    pub(super) fn plan(&self) -> &super::plan::Plan {
        self.prepared.plans().next().unwrap()
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

    /// Appends what [`render`](Template::render) makes to a buffer that is kept for the next time;
    /// on an error the buffer is as it was.
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
    /// The errors of [`render`](Template::render).
    pub fn render_into(&self, values: &[&str], out: &mut String) -> Result<()> {
        let (text, references) = (self.text(), self.references());
        if values.len() != references.len() {
            let message = format!(
                "a template needs one value for each reference; values: {}, references: {}",
                values.len(),
                references.len()
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let settings = self.prepared.settings();
        let plan = self.prepared.plans().next();
        if let Some(plan) = plan {
            let most = settings.limits.output;
            if write_plain(text, plan, &values, most, out, |_| {}).is_some() {
                return Ok(());
            }
        }
        let mut fill = Fill::new(settings, references, values);
        let Some(plan) = plan else {
            fill.count(text.len())?;
            out.push_str(text);
            return Ok(());
        };
        let mut failures = Failures::default();
        let draft = fill.draft(text, plan, Surface::Text, &mut failures)?;
        failures.into_result()?;
        fill.write_into(&draft, out, |_| {});
        Ok(())
    }
}

/// The text holds no value, but belongs to somebody: only its size is shown.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("bytes", &self.text().len())
            .field("references", &self.references())
            .finish_non_exhaustive()
    }
}

/// Fills a text that was prepared for one call. Not generic, so that it is compiled here and once.
fn fill_borrowed<'t>(
    prepared: &Prepared<&'t str, &Settings>,
    target: &Target,
    outcomes: Outcomes,
) -> Result<Resolved<Cow<'t, str>>> {
    prepared.fill(target, outcomes)
}

impl sealed::Sealed for &str {}
impl sealed::Sealed for &Template {}

impl<'t> Resolvable for &'t str {
    type Output = Cow<'t, str>;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        settings: &Settings,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<Self::Output>> {
        let mut prepared = Prepared::new(settings, self);
        prepared.prepare()?;
        let outcomes = prepared.look_up(resolver, target)?;
        fill_borrowed(&prepared, target, outcomes)
    }

    fn references_with(self, settings: &Settings) -> Result<Vec<Reference>> {
        let mut prepared = Prepared::new(settings, self);
        prepared.prepare()?;
        Ok(prepared.references().to_vec())
    }

    fn placed_with(self, settings: &Settings) -> Result<Vec<PlacedReference>> {
        let mut prepared = Prepared::new(settings, self);
        prepared.prepare()?;
        prepared.places()
    }

    fn check_with<F: FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>>(
        self,
        settings: &Settings,
        target: &Target,
        verdicts: F,
    ) -> Result<Vec<Lint>> {
        let mut prepared = Prepared::new(settings, self);
        prepared.prepare()?;
        prepared.check(target, verdicts)
    }

    fn each_text(self, visit: &mut dyn FnMut(&InputText<'_>)) -> Result<()> {
        visit(&InputText {
            text: self,
            is_key: false,
            path: &SmallVec::new,
        });
        Ok(())
    }
}

impl<'t> Resolvable for &'t Template {
    type Output = Cow<'t, str>;

    fn resolve_with<R: Resolver + ?Sized>(
        self,
        _: &Settings,
        resolver: &R,
        target: &Target,
    ) -> Result<Resolved<Self::Output>> {
        self.fill_owned(target, self.prepared.look_up(resolver, target)?)
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
        let text: &str = self.prepared.source();
        text.each_text(visit)
    }
}
