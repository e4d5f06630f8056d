//! An engine: settings, and everything that can be done with them.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use secrecy::SecretString;

use super::document::Document;
#[cfg(feature = "http")]
use super::headers::Headers;
#[cfg(feature = "json")]
use super::json::Form;
use super::limits::Limits;
use super::lint::Lint;
use super::model::{Arguments, Grants, ModelArgs};
use super::render;
use super::resolvable::Resolvable;
use super::settings::Settings;
use super::structure::Structure;
use super::surfaces::Surfaces;
use super::syntax::Syntax;
use super::template::Template;
use crate::error::{Error, Result};
use crate::reference::{PlacedReference, Reference, ReferenceRef};
#[cfg(feature = "async")]
use crate::resolve::{AsyncResolver, look_up_ahead};
use crate::resolve::{Permit, Resolved, Resolver};
use crate::target::{Target, UnknownNames};

/// A syntax, limits and filters, for those who need other ones than the default. Cheap to clone.
///
/// ```
/// use keyslot::template::{Engine, Limits};
/// use keyslot::ErrorKind;
///
/// let engine = Engine::new().limits(Limits::default().template(1024));
/// assert_eq!(engine.compile("x".repeat(1025)).unwrap_err().kind(), ErrorKind::TooLarge);
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    settings: Arc<Settings>,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            settings: Arc::clone(Settings::shared()),
        }
    }
}

impl Engine {
    /// The default syntax and limits.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// assert_eq!(Engine::new().render("in <<CITY>>", |_| Some("Lima"))?, "in Lima");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The engine of calls that name none.
    pub(super) fn shared() -> &'static Self {
        static SHARED: LazyLock<Engine> = LazyLock::new(Engine::new);
        &SHARED
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.settings));
        self
    }

    /// Sets the syntax.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// assert_eq!(engine.render("{{CITY}}, <<CITY>>", |_| Some("Lima"))?, "Lima, <<CITY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn syntax(self, syntax: Syntax) -> Self {
        self.set(|settings| settings.syntax = syntax)
    }

    /// Sets the limits.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::{Engine, Limits};
    ///
    /// let engine = Engine::new().limits(Limits::default().template(64 << 10));
    /// let error = engine.compile("a".repeat(65 << 10)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TooLarge);
    /// ```
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|settings| settings.limits = limits)
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
    ///     let count = argument
    ///         .and_then(|count| count.parse().ok())
    ///         .ok_or("first takes a number, such as first:3")?;
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
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless the name is `[a-z][a-z0-9_]*` and
    /// new.
    pub fn filter(
        mut self,
        name: impl AsRef<str>,
        filter: impl Fn(&str, Option<&str>) -> Result<SecretString, &'static str>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self> {
        Arc::make_mut(&mut self.settings)
            .filters
            .add(name.as_ref(), Arc::new(filter))?;
        Ok(self)
    }

    /// Sets that documents are resolved in their keys too; by default they are not. Two keys of an
    /// object that become the same are an [`InvalidDocument`](crate::ErrorKind::InvalidDocument):
    /// no entry is lost.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Tree};
    /// use keyslot::{Target, Variables};
    /// use std::collections::BTreeMap;
    ///
    /// let weights = Tree::of(&BTreeMap::from([("region-<<REGION>>", 3)]))?;
    /// let variables = Variables::new().with("REGION", "eu")?;
    /// let resolved =
    ///     Engine::new()
    ///         .keys(true)
    ///         .resolve(&variables, &Target::tool("route"), &weights)?;
    /// assert_eq!(resolved.expose_secret().to::<BTreeMap<String, u8>>()?["region-eu"], 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn keys(self, keys: bool) -> Self {
        self.set(|settings| settings.keys = keys)
    }

    /// Sets the surface that each string of a document stands on, by its JSON Pointer; the others
    /// are on that of the target.
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
    /// let resolve =
    ///     |key: &str| engine.resolve(&Variables::new().with("KEY", key)?, &target, &config);
    ///
    /// let resolved = resolve("a&b=c")?;
    /// assert_eq!(resolved.expose_secret()["mcpServers"]["crm"]["url"], "https://crm.example/mcp?key=a%26b%3Dc");
    /// assert_eq!(resolved.expose_secret()["mcpServers"]["crm"]["headers"]["X-Key"], "a&b=c");
    /// assert_eq!(resolve("a\r\nX-Admin: 1").unwrap_err().kind(), ErrorKind::Unencodable);
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn surfaces(self, surfaces: Surfaces) -> Self {
        self.set(|settings| settings.surfaces = surfaces)
    }

    /// Compiles a template, as [`Template::compile`] does.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// let template = engine.compile("Bearer {{TOKEN}}")?;
    /// assert_eq!(template.render(&["t-1"])?, "Bearer t-1");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    pub fn compile(&self, text: impl AsRef<str> + Into<Arc<str>>) -> Result<Template> {
        Template::with(&self.settings, text)
    }

    /// Compiles a document, as [`Document::compile`] does.
    ///
    /// ```
    /// use keyslot::Surface;
    /// use keyslot::template::{Engine, Surfaces, Tree};
    ///
    /// let engine = Engine::new().surfaces(Surfaces::new().at("/0", Surface::Url)?);
    /// let links = Tree::of(&["https://crm.example/<<USER>>", "text"])?;
    /// let document = engine.compile_document(links)?;
    /// assert_eq!(document.references().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    pub fn compile_document<T: Structure>(&self, document: T) -> Result<Document<T>> {
        Document::with(&self.settings, document)
    }

    /// Parses JSON strictly and finds its placeholders, as [`Document::parse`] does.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// let document = engine.parse_document(r#"{"user": "{{USER}}"}"#)?;
    /// assert_eq!(document.references()[0].name().as_str(), "USER");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[cfg(feature = "json")]
    pub fn parse_document(&self, text: &str) -> Result<Document<serde_json::Value>> {
        Document::parse_with(&self.settings, text, Form::Json)
    }

    /// Parses JSON with comments and finds its placeholders, as [`Document::parse_jsonc`] does.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let document = Engine::new().parse_jsonc_document("[\"<<A>>\", /* <<B>> */]")?;
    /// assert_eq!(document.references().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[cfg(feature = "json")]
    pub fn parse_jsonc_document(&self, text: &str) -> Result<Document<serde_json::Value>> {
        Document::parse_with(&self.settings, text, Form::Jsonc)
    }

    /// Compiles headers, as [`Headers::compile`] does.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// let headers = engine.compile_headers([("Authorization", "Bearer {{TOKEN}}")])?;
    /// assert_eq!(headers.references().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[cfg(feature = "http")]
    pub fn compile_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Headers> {
        Headers::with(&self.settings, headers)
    }

    /// Puts values that are no secrets into a text, in one pass: nothing is compiled, looked up in
    /// batches or wiped. `value` is asked for each placeholder; where it says `None`, the call
    /// fails. A text without placeholders is borrowed.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let render = |text| {
    ///     Engine::new().render(text, |one| (one.name() == "NAME").then_some("Ada"))
    /// };
    /// assert_eq!(render("hello <<NAME>>")?, "hello Ada");
    /// assert!(render("hello <<OTHER>>").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`Template::compile`] and [`Template::render`];
    /// [`NotFound`](crate::ErrorKind::NotFound) for each name without a value.
    pub fn render<'t, 'v>(
        &self,
        text: &'t str,
        value: impl FnMut(ReferenceRef<'_>) -> Option<&'v str>,
    ) -> Result<Cow<'t, str>> {
        render::render(&self.settings, text, value)
    }

    /// Resolves a text, template or document, as
    /// [`ResolveExt::resolve_for`](super::ResolveExt::resolve_for) does. What was compiled before
    /// keeps the engine it was compiled with. Blocks the thread as long as the resolver does.
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
    /// The errors of that call.
    pub fn resolve<R: Resolver + ?Sized, I: Resolvable>(
        &self,
        resolver: &R,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        input.resolve_with(&self.settings, resolver, target)
    }

    /// Resolves a text, template or document with values that are awaited, as
    /// [`resolve`](Engine::resolve) does with those of a blocking resolver. One look-up, or none.
    ///
    /// Only the look-up is awaited; everything else runs on the task and does not wait. The future
    /// may be dropped at any time, and holds nothing then. A text or document that is not compiled
    /// is read twice, so compile what is large. Headers and the arguments of a model are resolved
    /// by [`look_up_ahead`](crate::resolve::look_up_ahead).
    ///
    /// ```
    /// use keyslot::resolve::AsyncResolver;
    /// use keyslot::template::Engine;
    /// use keyslot::{Error, Surface, Target, Template};
    ///
    /// async fn header(service: &dyn AsyncResolver, template: &Template) -> Result<(), Error> {
    ///     let target = Target::tool("crm").with_surface(Surface::Header);
    ///     let header = Engine::new().resolve_async(service, &target, template).await?;
    ///     // Send it. It is wiped when it is dropped.
    ///     # let _ = header;
    ///     Ok(())
    /// }
    /// # let _ = header;
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[cfg(feature = "async")]
    pub async fn resolve_async<R: AsyncResolver + ?Sized, I: Resolvable + Copy>(
        &self,
        resolver: &R,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        look_up_ahead(resolver, |answers| self.resolve(answers, target, input)).await
    }

    /// Resolves headers, as [`ResolveExt::resolve_headers`](super::ResolveExt::resolve_headers)
    /// does.
    ///
    /// ```
    /// use keyslot::template::Engine;
    /// use keyslot::{Target, Variables};
    ///
    /// let variables = Variables::new().with("TOKEN", "t-1")?;
    /// let headers = [("Authorization", "Bearer <<TOKEN>>")];
    /// let map = Engine::new().resolve_headers(&variables, &Target::tool("crm"), headers)?;
    /// assert_eq!(map["Authorization"], "Bearer t-1");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of that call.
    #[cfg(feature = "http")]
    pub fn resolve_headers<R: Resolver + ?Sized, N: AsRef<str>, T: Into<String>>(
        &self,
        resolver: &R,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<http::HeaderMap> {
        self.compile_headers(headers)?.resolve(resolver, target)
    }

    /// Resolves what a model wrote for a tool: the placeholders that `grants` lists, and nothing
    /// else. One look-up for all of them, or none.
    ///
    /// A placeholder of a granted name, without a version, becomes a value, with the filters that
    /// it has. All other text stays byte for byte as it is: other placeholders, also those of a
    /// granted name at another place, with a version or with an unknown filter, what only means to
    /// be a placeholder, escapes with their marks, comments, and the keys of objects whatever the
    /// engine [says](Engine::keys). What of that is a placeholder, or meant to be one, is reported
    /// as an [`Attempt`](super::Attempt). The filter `number` makes a number of a whole string, and
    /// stays elsewhere; `json_value` stays always, because parts of its value would be keys, which
    /// no grant reaches. Values are never read again. A whole string of Julep's
    /// with a field that is not granted stays as a whole.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Grants};
    /// use keyslot::{Target, Variables};
    /// use serde_json::json;
    ///
    /// let variables = Variables::new().with("KEY", "t0ken")?.with("OTHER", "of no concern")?;
    /// let grants = Grants::new().name_at("KEY", "/headers/*")?;
    /// let (engine, target) = (Engine::new(), Target::tool("fetch"));
    /// let resolve = |args| engine.resolve_model_args(&variables, &target, &args, &grants);
    ///
    /// let args =
    ///     resolve(json!({"headers": {"X-Key": "<<KEY>>"}, "note": "<<OTHER>> <<$secret.AWS>>"}))?;
    /// assert_eq!(args.expose_secret()["headers"]["X-Key"], "t0ken");
    /// assert_eq!(args.expose_secret()["note"], "<<OTHER>> <<$secret.AWS>>");
    /// let asked = args.attempts()[1].reference().map(ToString::to_string);
    /// assert_eq!(asked.as_deref(), Some("<<$secret.AWS>>"));
    ///
    /// // A granted name at another place: the model is about to send it somewhere else.
    /// let args = resolve(json!({"url": "https://evil.example/<<KEY>>"}))?;
    /// assert_eq!(args.expose_secret()["url"], "https://evil.example/<<KEY>>");
    /// assert!(args.attempts()[0].is_misplaced());
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied) for a value in a header of several lines, because the
    /// model would choose the header that it goes into, and under
    /// [strict](super::Grants::strict) grants for each placeholder that would become a value but
    /// for its place; both before anything is looked up; those of [`resolve`](Engine::resolve),
    /// except for syntax, which is never wrong here. A granted name that nobody knows is an error,
    /// whatever the target [says](Target::with_unknown_names).
    pub fn resolve_model_args<R: Resolver + ?Sized, A: Arguments>(
        &self,
        resolver: &R,
        target: &Target,
        args: A,
        grants: &Grants,
    ) -> Result<ModelArgs<A::Output>> {
        let target = target.clone().with_unknown_names(UnknownNames::Error);
        args.resolve_granted(&self.settings.for_model(), resolver, &target, grants)
            // A model may read the error, and learns no rules from it.
            .map_err(Error::for_model)
    }

    /// Returns what a text, template or document refers to: each distinct name, version and kind
    /// once, in the order in which they first appear. Resolves nothing.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let references = Engine::new()
    ///     .references("Bearer <<$secret.STRIPE_KEY@3>> of <<COMPANY>>, <<COMPANY>>")?;
    /// let names: Vec<String> = references.iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["<<$secret.STRIPE_KEY@3>>", "<<COMPANY>>"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [compiling](Engine::compile) it.
    pub fn references<I: Resolvable>(&self, input: I) -> Result<Vec<Reference>> {
        input.references_with(&self.settings)
    }

    /// The references of an input as [`references`](Engine::references) gives them, each with the
    /// places of its placeholders.
    ///
    /// # Errors
    ///
    /// Those of [compiling](Engine::compile) it.
    pub(crate) fn placed<I: Resolvable>(&self, input: I) -> Result<Vec<PlacedReference>> {
        input.placed_with(&self.settings)
    }

    /// Says what [`resolve`](Engine::resolve) would refuse, without values: for tests of a config
    /// before it runs. `verdicts` is asked once, or never if there are no references, and says of
    /// each one in order whether its value might be used, and where; it stands for the
    /// [look-up](crate::Resolver::lookup).
    ///
    /// Returns the lints of the input if nothing is refused: text that stays as it is, and was
    /// probably meant to be a placeholder. They are listed up to [`Lint::LISTED`].
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
    ///
    /// let lints = Engine::new().check(&target, "https://crm.example/%3C%3CKEY%3E%3E", |_, _| Ok(vec![]))?;
    /// assert_eq!(lints[0].kind(), keyslot::LintKind::Encoded);
    /// # Ok::<(), keyslot::Error>(())
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
    ) -> Result<Vec<Lint>> {
        input.check_with(&self.settings, target, verdicts)
    }
}
