//! Everything in one call, for every resolver.

use std::borrow::Cow;

use super::engine::Engine;
use super::model::{Arguments, Grants, ModelArgs};
use super::resolvable::Resolvable;
use crate::error::Result;
use crate::resolve::{Resolved, Resolver};
use crate::target::Target;

/// Gives every [`Resolver`] the calls that most users need.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{Surface, Target, Variables, template::ResolveExt};
///
/// let variables = Variables::new().with("QUERY", "fish & chips")?;
/// assert_eq!(variables.resolve("q: <<QUERY>>")?.expose_secret(), "q: fish & chips");
///
/// let url = Target::tool("search").with_host("search.example")?.with_surface(Surface::Url);
/// let resolved = variables.resolve_for(&url, "https://search.example/?q=<<QUERY>>")?;
/// assert_eq!(resolved.expose_secret(), "https://search.example/?q=fish%20%26%20chips");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait ResolveExt: Resolver {
    /// Resolves a text for [no target in particular](Target::unspecified). One look-up, or none if
    /// there are no placeholders; then the text is borrowed.
    ///
    /// # Errors
    ///
    /// Those of [`Template::compile`](super::Template::compile), of
    /// [`lookup`](Resolver::lookup) and of [`Template::fill_for`](super::Template::fill_for).
    /// There is never a partial result.
    fn resolve<'t>(&self, text: &'t str) -> Result<Resolved<Cow<'t, str>>> {
        self.resolve_for(&Target::unspecified(), text)
    }

    /// Resolves the strings of a JSON document, keys excepted, for [no target in
    /// particular](Target::unspecified). One look-up for the whole document.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Variables, template::ResolveExt};
    /// use serde_json::json;
    ///
    /// let variables = Variables::new().with("TOKEN", "quote\" and }")?;
    /// let config = json!({"headers": {"Authorization": "Bearer <<TOKEN>>"}, "retries": 3});
    /// let resolved = variables.resolve_json(&config)?;
    /// assert_eq!(resolved.expose_secret()["headers"]["Authorization"], "Bearer quote\" and }");
    /// assert_eq!(resolved.expose_secret()["retries"], 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`resolve`](ResolveExt::resolve), each failure with the JSON Pointer of its
    /// string; [`TooLarge`](crate::ErrorKind::TooLarge) for a document nested deeper than
    /// [`Document::MAX_DEPTH`](super::Document::MAX_DEPTH).
    #[cfg(feature = "json")]
    fn resolve_json(&self, document: &serde_json::Value) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// Resolves a text, [`Template`](super::Template) or document for a target, written as its
    /// surface needs it.
    ///
    /// # Errors
    ///
    /// The errors of [`resolve`](ResolveExt::resolve).
    fn resolve_for<I: Resolvable>(&self, target: &Target, input: I) -> Result<Resolved<I::Output>> {
        Engine::shared().resolve(self, target, input)
    }

    /// Resolves in arguments that a model wrote what `grants` lists; all else in them stays, and
    /// what of it is a placeholder is reported. What stays, and why, is said at
    /// [`Engine::resolve_model_args`].
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Grants, ResolveExt};
    /// use keyslot::{Target, Variables};
    ///
    /// let variables = Variables::new().with("REGION", "eu")?.with("BUDGET", "1000")?;
    /// let grants = Grants::new().name("REGION")?;
    /// let args = variables.resolve_model_args(
    ///     &Target::tool("search"),
    ///     "<<REGION>>: <<BUDGET>>",
    ///     &grants,
    /// )?;
    /// assert_eq!(args.expose_secret(), "eu: <<BUDGET>>");
    /// assert_eq!(args.attempts().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    fn resolve_model_args<A: Arguments>(
        &self,
        target: &Target,
        args: A,
        grants: &Grants,
    ) -> Result<ModelArgs<A::Output>> {
        Engine::shared().resolve_model_args(self, target, args, grants)
    }

    /// Resolves the values of headers for a target, on the surface
    /// [`Header`](crate::Surface::Header). One look-up for all of them. Each header into which a
    /// value went is marked as sensitive; what is *not* wiped is said at
    /// [`Headers`](super::Headers).
    ///
    /// ```
    /// use keyslot::{Target, Variables, template::ResolveExt};
    ///
    /// let variables = Variables::new().with("TOKEN", "t0ken")?;
    /// let target = Target::tool("billing").with_host("api.billing.example")?;
    /// let headers = [("Authorization", "Bearer <<TOKEN>>"), ("Accept", "application/json")];
    /// let map = variables.resolve_headers(&target, headers)?;
    /// assert_eq!(map["authorization"], "Bearer t0ken");
    /// assert!(map["authorization"].is_sensitive() && !map["accept"].is_sensitive());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Headers::compile`](super::Headers::compile), of [`lookup`](Resolver::lookup) and
    /// of [`Headers::fill`](super::Headers::fill).
    #[cfg(feature = "http")]
    fn resolve_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<http::HeaderMap> {
        Engine::shared().resolve_headers(self, target, headers)
    }
}

impl<R: Resolver + ?Sized> ResolveExt for R {}
