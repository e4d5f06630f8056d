//! Headers that are compiled once and filled many times, with the values in them marked as
//! sensitive.

use std::fmt;
use std::sync::Arc;

use http::header::HeaderMap;

use super::lines::Lines;
use super::lint::Lint;
use super::prepared::Prepared;
use super::settings::Settings;
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Outcome, Permit, Resolver};
use crate::target::Target;

/// Headers whose placeholders were found: names, each with the text of its value. Cheap to clone.
///
/// They become a [`HeaderMap`](http::HeaderMap), which hyper, reqwest, ureq and others take as it
/// is. Each header into which a value went is [sensitive](http::HeaderValue::set_sensitive): its
/// `Debug` hides it, and HTTP/2 does not put it into the tables of its compression. A name may be
/// given more than once; its values then stay in order.
///
/// Values stand on [`Surface::Header`](crate::Surface::Header), whatever the target says, and
/// placeholders that nobody knows are errors. They may not choose the host: a placeholder in the
/// header `Host` is refused.
///
/// **Not wiped:** a `HeaderMap` is freed as it is, and HTTP libraries copy it into buffers of their
/// own. Until that memory is used again, the values are in it. Nothing else is left behind: no copy
/// is made on the way into the map. Keep the map as short as the request.
///
/// ```
/// use keyslot::template::Headers;
/// use keyslot::{Surface, Target, Variables, Resolver};
///
/// let headers = Headers::compile([
///     ("Authorization", "Bearer <<TOKEN>>"),
///     ("Accept", "application/json"),
/// ])?;
/// let target = Target::tool("billing")
///     .with_host("api.billing.example")?
///     .with_surface(Surface::Header);
///
/// // The look-up may as well happen elsewhere, or later.
/// let outcomes = Variables::new().with("TOKEN", "t0ken")?.lookup(headers.references(), &target)?;
/// let map = headers.fill(&outcomes)?;
/// assert_eq!(map["authorization"], "Bearer t0ken");
/// assert!(map["authorization"].is_sensitive() && !map["accept"].is_sensitive());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Headers {
    prepared: Arc<Prepared<Lines>>,
}

impl Headers {
    /// Finds the placeholders of headers, which are pairs of a name and the text of a value.
    ///
    /// ```
    /// use keyslot::template::Headers;
    ///
    /// assert!(Headers::compile([("Authorization", "Bearer <<TOKEN>>")]).is_ok());
    /// assert!(Headers::compile([("Accept", "two\nlines")]).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`Template::compile`](super::Template::compile), for each header;
    /// [`Unencodable`](crate::ErrorKind::Unencodable) for a placeholder in `Host`;
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid name of a header, and for a
    /// control character in a text. All of them come in one error, each with the
    /// [pointer](crate::Error::pointer) `/name` in small letters.
    pub fn compile<N: AsRef<str>, T: Into<String>>(
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self> {
        Self::with(Settings::shared(), headers)
    }

    pub(super) fn with<N: AsRef<str>, T: Into<String>>(
        settings: &Arc<Settings>,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self> {
        let lines = Lines::read(settings.limits, headers)?;
        let mut prepared = Prepared::new(Arc::clone(settings), lines);
        prepared.prepare()?;
        Ok(Self {
            prepared: Arc::new(prepared),
        })
    }

    /// The references in them: each distinct name, version and kind once, in the order in which
    /// they first appear.
    ///
    /// ```
    /// use keyslot::template::Headers;
    ///
    /// let headers = Headers::compile([("X-Key", "<<KEY>>"), ("X-User", "<<USER>>")])?;
    /// assert_eq!(headers.references()[1].name().as_str(), "USER");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn references(&self) -> &[Reference] {
        self.prepared.references()
    }

    /// Lints for text that looks like a mistyped placeholder, and that the grammar takes for plain
    /// text, each with the [pointer](Lint::pointer) `/name`; the first [`Lint::LISTED`] of them.
    /// Found when first asked for.
    ///
    /// ```
    /// use keyslot::template::Headers;
    ///
    /// let headers = Headers::compile([("X-Key", "<<stripe key>>")])?;
    /// assert_eq!(headers.lints()[0].pointer(), Some("/x-key"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints(&self) -> &[Lint] {
        self.prepared.lints()
    }

    /// A lint for each name that is not among `names` but like one of them, as
    /// [`Template::lints_among`](super::Template::lints_among) has them.
    ///
    /// ```
    /// use keyslot::{SecretName, template::Headers};
    ///
    /// let headers = Headers::compile([("X-Key", "<<$secret.STRIPE_KYE>>")])?;
    /// let lints = headers.lints_among(&[SecretName::new("STRIPE_KEY")?]);
    /// assert_eq!(lints[0].to_string(), "there is no STRIPE_KYE; did you mean STRIPE_KEY?");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn lints_among(&self, names: &[SecretName]) -> Vec<Lint> {
        self.prepared.lints_among(names)
    }

    /// Says what [`fill`](Headers::fill) would refuse, without values, as
    /// [`Engine::check`](super::Engine::check) does for texts and documents, and returns the
    /// [lints](Headers::lints). `verdicts` is asked once, or never if there are no references.
    ///
    /// ```
    /// use keyslot::template::Headers;
    /// use keyslot::{ErrorKind, Permit, Surface, Target};
    ///
    /// let headers = Headers::compile([("Authorization", "Bearer <<TOKEN>>")])?;
    /// let check = |surface| {
    ///     headers.check(&Target::tool("crm"), |references, _| {
    ///         Ok(references.iter().map(|_| Ok(Permit::new().only_on([surface]))).collect())
    ///     })
    /// };
    /// assert!(check(Surface::Header).is_ok());
    /// assert_eq!(check(Surface::Url).unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`fill`](Headers::fill), but for those that only a value can cause.
    pub fn check(
        &self,
        target: &Target,
        verdicts: impl FnOnce(&[Reference], &Target) -> Result<Vec<Result<Permit>>>,
    ) -> Result<Vec<Lint>> {
        self.prepared.check(target, verdicts)
    }

    /// Returns the target that a look-up apart from a [fill](Headers::fill) is for: `target` on the
    /// surface [`Header`](crate::Surface::Header).
    ///
    /// ```
    /// use keyslot::template::Headers;
    /// use keyslot::{Surface, Target};
    ///
    /// let headers = Headers::compile([("Authorization", "Bearer <<TOKEN>>")])?;
    /// let target = headers.lookup_target(&Target::tool("billing"));
    /// assert_eq!(target.surface(), Surface::Header);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn lookup_target(&self, target: &Target) -> Target {
        self.prepared.lookup_target(target).into_owned()
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Headers::references).
    /// `outcomes` are in the order of the references; look them up for the
    /// [target of these headers](Headers::lookup_target), so that access rules see the surface.
    ///
    /// ```
    /// use keyslot::template::Headers;
    /// use keyslot::{Resolver, Target, Variables};
    ///
    /// let headers = Headers::compile([("X-Key", "<<KEY>>")])?;
    /// let target = headers.lookup_target(&Target::tool("crm"));
    /// let outcomes = Variables::new().with("KEY", "k-1")?.lookup(headers.references(), &target)?;
    /// let map = headers.fill(&outcomes)?;
    /// assert!(map["X-Key"].is_sensitive());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`Template::fill_for`](super::Template::fill_for): all failures of all headers
    /// in one error, each with the [pointer](crate::Error::pointer) `/name`, and none with a value;
    /// [`TooLarge`](crate::ErrorKind::TooLarge) for more headers than a map holds, about 24,000.
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<HeaderMap> {
        self.prepared.write(&Target::unspecified(), outcomes)
    }

    /// Looks up and [fills](Headers::fill).
    ///
    /// # Errors
    ///
    /// The same, and those of the resolver.
    pub(super) fn resolve<R: Resolver + ?Sized>(
        &self,
        resolver: &R,
        target: &Target,
    ) -> Result<HeaderMap> {
        self.fill(&self.prepared.look_up(resolver, target)?)
    }
}

/// The texts hold no values, but belong to somebody: only what they refer to is shown.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.prepared.source().names().collect();
        f.debug_struct("Headers")
            .field("names", &names)
            .field("references", &self.references())
            .finish_non_exhaustive()
    }
}
