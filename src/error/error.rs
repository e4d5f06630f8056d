//! The error type.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::display::{Location, Others, Said};
use super::kind::ErrorKind;
use super::position::Position;
use super::units::Units;

/// The result of every fallible function of the crate.
///
/// ```
/// fn first(scope: &str) -> keyslot::Result<keyslot::SecretName> {
///     Ok(keyslot::Scope::new(scope)?.tenant().parse()?)
/// }
/// assert_eq!(first("acme/billing")?.as_str(), "acme");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why an operation was refused.
///
/// Match on [`kind`](Error::kind). The message never holds a value, a key or rejected input. It may
/// hold the *name* of a secret and its scope, because both passed their grammar. An error about a
/// template knows its place in the text, but holds no text: [`position`](Error::position),
/// [`span_chars`](Error::span_chars) and [`diagram`](Error::diagram) take it from the caller.
///
/// A resolve reports all of its failures at once: the error is the first one, [`all`](Error::all)
/// lists it and the others.
///
/// In JSON, an error is an object of `code`, `message`, `name`, `pointer`, `span` (`start` and
/// `end` in bytes), `span_chars`, `span_utf16`, `line`, `column`, `count` and `failures`. The last
/// one lists what [`all`](Error::all) lists, each as an object of the fields before `count`. A part
/// that the error does not have is `null`. Its [source](std::error::Error::source) is left out.
///
/// ```
/// use keyslot::{ErrorKind, SecretName};
///
/// let error = SecretName::new("two  spaces").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidName);
/// assert_eq!(error.to_string(), "a secret name may not hold two spaces in a row (byte 4)");
/// ```
#[derive(Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(pub(super) Box<Repr>);

#[derive(Clone, Debug, thiserror::Error)]
#[error("{}{}{}", Said(self), Location(self), Others(*count))]
pub(super) struct Repr {
    pub(super) kind: ErrorKind,
    pub(super) message: Cow<'static, str>,
    /// Words for the holder of the handle alone: what is allowed, or a name that is near.
    pub(super) aside: Option<Arc<str>>,
    pub(super) name: Option<Arc<str>>,
    pub(super) span: Option<Range<usize>>,
    pub(super) units: Option<Units>,
    pub(super) position: Option<Position>,
    pub(super) pointer: Option<Arc<str>>,
    pub(super) others: Vec<Error>,
    /// All failures of the call, this one and those too many to list included.
    pub(super) count: usize,
    pub(super) source: Option<Source>,
}

impl Error {
    /// The most failures that [`all`](Error::all) lists; [`count`](Error::count) counts them all.
    pub const LISTED: usize = 50;

    /// Makes an error of a resolver or store implemented outside this crate.
    ///
    /// The message should be lower case, without a full stop, and must never hold a value.
    ///
    /// ```
    /// use keyslot::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::NotFound, "no such entry in the keychain");
    /// assert_eq!(error.to_string(), "no such entry in the keychain");
    /// ```
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            aside: None,
            name: None,
            span: None,
            units: None,
            position: None,
            pointer: None,
            others: Vec::new(),
            count: 1,
            source: None,
        }))
    }

    /// Attaches the cause, which [`source`](std::error::Error::source) then returns. The cause must
    /// not hold a value either.
    ///
    /// ```
    /// use std::error::Error as _;
    ///
    /// use keyslot::{Error, ErrorKind};
    ///
    /// let cause = std::io::Error::from(std::io::ErrorKind::TimedOut);
    /// let error = Error::new(ErrorKind::Store, "the keychain did not answer").with_source(cause);
    /// assert_eq!(error.to_string(), "the keychain did not answer");
    /// assert!(error.source().is_some());
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Source(Arc::new(source)));
        self
    }

    /// Sets the name of the secret that the error is about.
    ///
    /// ```
    /// use keyslot::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::NotFound, "no such entry").with_name("KEY");
    /// assert_eq!(error.name(), Some("KEY"));
    /// ```
    #[must_use]
    pub fn with_name(mut self, name: impl AsRef<str>) -> Self {
        self.0.name = Some(name.as_ref().into());
        self
    }

    /// Returns the kind of the error, to match on.
    ///
    /// ```
    /// use keyslot::{ErrorKind, SecretName};
    ///
    /// assert_eq!(SecretName::new("").unwrap_err().kind(), ErrorKind::InvalidName);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the name of the secret or variable that the error is about, if there is one.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let error = Variables::new().resolve("<<REGION>>").unwrap_err();
    /// assert_eq!(error.name(), Some("REGION"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Returns the place in the template, in bytes. In a document the span is within the string at
    /// [`pointer`](Error::pointer).
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let error = Variables::new().resolve("in <<REGION>>").unwrap_err();
    /// assert_eq!(error.span(), Some(3..13));
    /// ```
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.span.clone()
    }

    /// Returns the JSON Pointer (RFC 6901) of the string that the error is in; `None` for plain
    /// text. A key longer than 1,024 bytes is cut, with `…` at its end.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let document = serde_json::json!({"where": ["<<REGION>>"]});
    /// let error = Variables::new().resolve_json(&document).unwrap_err();
    /// assert_eq!(error.pointer(), Some("/where/0"));
    /// # }
    /// ```
    pub fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// Returns line and column of the error in `text`, the template it came from.
    ///
    /// ```
    /// use keyslot::template::Template;
    ///
    /// let text = "first line\nkey: <<$secret.>>";
    /// let position = Template::compile(text).unwrap_err().position(text).unwrap();
    /// assert_eq!((position.line, position.column), (2, 6));
    /// ```
    pub fn position(&self, text: &str) -> Option<Position> {
        self.0
            .span
            .as_ref()
            .map(|span| Position::of(text, span.start))
    }

    /// Returns all failures of the call in the order of the text, this one first; at most
    /// [`LISTED`](Error::LISTED) of them.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let error = Variables::new().resolve("<<A>> <<B>>").unwrap_err();
    /// let names: Vec<_> = error.all().filter_map(|one| one.name()).collect();
    /// assert_eq!(names, ["A", "B"]);
    /// ```
    pub fn all(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(&self.0.others)
    }

    /// Returns the number of failures of the call, with those that [`all`](Error::all) does not
    /// list.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let error = Variables::new().resolve("<<A>> <<B>>").unwrap_err();
    /// assert_eq!(error.count(), 2);
    /// ```
    pub fn count(&self) -> usize {
        self.0.count
    }

    /// Adds advice to the message.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.0.message = format!("{}; {hint}", self.0.message).into();
        self
    }

    /// Removes what only the holder of a handle should read: the list of tools, hosts or surfaces
    /// that access rules allow, and names that are proposed for an unknown one. Call it before an
    /// error goes to a model.
    ///
    /// The errors of [`resolve_model_args`](crate::template::Engine::resolve_model_args) hold no
    /// such list.
    ///
    /// ```
    /// use keyslot::{AccessRules, ResolveExt, RunSecrets, Target};
    ///
    /// let rules = AccessRules::new().tool("stripe")?;
    /// let secrets = RunSecrets::new().with_rules("KEY", "sk_live_1", rules)?;
    /// let error = secrets.resolve_for(&Target::tool("shell"), "<<KEY>>").unwrap_err();
    /// assert!(error.to_string().contains("may not go to this tool; allowed: stripe"));
    /// assert!(!error.for_model().to_string().contains("allowed: stripe"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn for_model(mut self) -> Self {
        self.0.aside = None;
        self.0.source = self.0.source.take().and_then(source_for_model);
        self.0.others = self.0.others.drain(..).map(Self::for_model).collect();
        self
    }

    /// Adds the list of what is allowed instead.
    pub(crate) fn with_allowed(mut self, allowed: Option<String>) -> Self {
        self.0.aside = allowed.map(|allowed| format!("allowed: {allowed}").into());
        self
    }

    /// Adds words for the holder of the handle alone.
    #[cfg(feature = "vault")]
    pub(crate) fn with_aside(mut self, words: String) -> Self {
        self.0.aside = Some(words.into());
        self
    }

    /// Sets the place of the error in `text`.
    pub(crate) fn at(mut self, span: Range<usize>, text: &str) -> Self {
        self.0.position = Some(Position::of(text, span.start));
        self.0.units = Some(Units::of(text, &span));
        self.0.span = Some(span);
        self
    }

    /// Sets the string of a document that the error is in.
    pub(crate) fn in_pointer(mut self, pointer: &str) -> Self {
        self.0.pointer = Some(pointer.into());
        self
    }
}

/// Cause of an error. The derived `source` sees through it, so that a caller can downcast what it
/// gets; of an `Arc` it would give the pointer.
#[derive(Clone)]
pub(super) struct Source(Arc<dyn std::error::Error + Send + Sync>);

impl Deref for Source {
    type Target = dyn std::error::Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The cause as a model may read it. `None` for a cause of another type that holds an [`Error`],
/// because that one cannot be taken out of it.
fn source_for_model(source: Source) -> Option<Source> {
    if let Some(error) = source.downcast_ref::<Error>() {
        return Some(Source(Arc::new(error.clone().for_model())));
    }
    let mut causes = std::iter::successors(within(&*source), |&cause| within(cause));
    let holds_error = causes.any(<dyn std::error::Error>::is::<Error>);
    (!holds_error).then_some(source)
}

/// The error that an error is made of, or its cause.
fn within<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> Option<&'e (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        // Its own `source` leaves out the error that it is made of.
        Some(io) => io.get_ref().map(|inner| inner as _),
        None => error.source(),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"))
            .field("span", &self.0.span)
            .field("source", &self.0.source)
            .finish()
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn refused() -> Error {
        Error::new(ErrorKind::Syntax, "no")
    }

    #[test]
    fn says_its_place() {
        let text = "a\nbé<<";
        assert_eq!(refused().to_string(), "no");
        assert_eq!(
            refused().at(5..7, text).to_string(),
            "no (line 2, column 3)"
        );
        assert_eq!(refused().in_pointer("/a/0").to_string(), "no (at /a/0)");
        assert_eq!(
            refused().at(5..7, text).in_pointer("/a").to_string(),
            "no (at /a, line 2, column 3)"
        );
        assert_eq!(
            refused().at(0..1, text).in_pointer("/a").to_string(),
            "no (at /a, column 1)"
        );
        assert_eq!(refused().in_pointer("").to_string(), "no");

        let error = refused().at(5..7, text).in_pointer("/a").with_name("KEY");
        assert_eq!(
            (error.span(), error.pointer(), error.name()),
            (Some(5..7), Some("/a"), Some("KEY"))
        );
        assert_eq!(
            (refused().span(), refused().pointer(), refused().name()),
            (None, None, None)
        );
        assert_eq!(
            (refused().position(text), refused().diagram(text)),
            (None, None)
        );
    }

    #[test]
    fn shows_no_control_characters() {
        let error = Error::new(ErrorKind::Store, "two\nlines\x1b[2J").in_pointer("/a\r\nb\u{202e}");
        assert_eq!(error.to_string(), "two lines [2J (at /a  b )");
        assert!(!format!("{error:?}").contains(char::is_control));
    }

    #[test]
    fn keeps_no_list_for_a_model_in_its_causes_either() {
        let denied = || refused().with_allowed(Some("api.example".to_owned()));
        let wrapped = || refused().with_source(denied());
        let foreign = || refused().with_source(std::io::Error::other(wrapped()));
        for error in [
            denied(),
            wrapped(),
            refused().with_source(wrapped()),
            foreign(),
        ] {
            let shown = |error: &Error| {
                let causes = std::iter::successors(error.source(), |&cause| cause.source());
                let causes: String = causes.map(ToString::to_string).collect();
                format!("{error} {error:?} {causes}")
            };
            assert!(shown(&error).contains("api.example"), "the control");
            let error = error.for_model();
            assert!(!shown(&error).contains("api.example"), "{error:?}");
        }
        assert!(wrapped().for_model().source().is_some());
        let harmless = refused().with_source(std::io::Error::other("the cause"));
        assert!(harmless.for_model().source().is_some());
    }

    #[test]
    fn chains_its_cause_and_does_not_print_it() {
        let error = refused().with_source(std::io::Error::other("the cause"));
        assert_eq!(error.to_string(), "no");
        let cause = error.source().unwrap();
        assert_eq!(cause.to_string(), "the cause");
        assert!(cause.downcast_ref::<std::io::Error>().is_some());
        assert!(cause.source().is_none() && refused().source().is_none());
        assert!(format!("{error:?}").contains("the cause"));
        assert!(error.clone().source().is_some());
    }
}
