//! A lint.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::error::Units;

/// Text that was probably meant to be a placeholder, or a placeholder that was probably not meant
/// as it is read. Nothing changes for it; show it to whoever wrote the template.
///
/// ```
/// use keyslot::template::{LintKind, Template};
///
/// let template = Template::compile("key: <<stripe key>>")?;
/// let lint = &template.lints()[0];
/// assert_eq!(lint.kind(), LintKind::NotAnIdentifier);
/// assert_eq!(&template.text()[lint.span()], "<<stripe key>>");
/// assert_eq!(
///     lint.to_string(),
///     "not a placeholder: only <<$secret.NAME>> takes names with spaces, \".\" or \"-\""
/// );
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    span: Range<usize>,
    kind: LintKind,
    message: Cow<'static, str>,
    pointer: Option<Arc<str>>,
    units: Units,
    is_placeholder: bool,
}

/// The kind of a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LintKind {
    /// `<<NAME >>`: a space on one side only.
    OneSidedSpace,
    /// `<<NAME@0>>`: an invalid version.
    Version,
    /// `<<NAME|Base64>>`: an invalid filter.
    Filter,
    /// `<<stripe key>>`: a name that only a secret reference can have.
    NotAnIdentifier,
    /// `<<secret.NAME>>`: the `$` is missing.
    MissingDollar,
    /// `<< $other.NAME >>`, `<<$other./a/b>>`: text, but close to what is an error.
    Namespace,
    /// `<$secret.NAME>`: marks of one bracket.
    SingleBracket,
    /// `$ secrets.NAME + "x"`, `${{ secrets['NAME'] }}`: an expression, and nothing is evaluated
    /// here.
    Expression,
    /// `${NAME:-x}`: a default value, and there are none. Also a placeholder such as
    /// `${secrets.NAME-x}`, in which the name may be meant to end before the `-`.
    Default,
    /// `${NAME`: no closing mark on the line.
    Unclosed,
    /// `${}`: no name.
    NoName,
    /// `${{ Secrets.NAME }}`, `${{ secret.NAME }}`: nearly the beginning of a secret reference.
    Prefix,
    /// `%3C%3CNAME%3E%3E`, `&lt;&lt;NAME&gt;&gt;`: a placeholder in other characters, which is
    /// never resolved.
    Encoded,
    /// `${{ NAME }}`, `{{{NAME}}}`: marks of another program around those of the syntax.
    OtherMarks,
    /// `Bearer secret://NAME`: such a reference is a whole string or none.
    NotWhole,
    /// A placeholder in a string of a document that is JSON itself, as in
    /// `"{\"token\": \"<<TOKEN>>\"}"`: a value with quotes could add keys to that JSON. It resolves
    /// all the same. The filter `json`, or the surface [`Json`](crate::Surface::Json) for that
    /// string, keeps a value in its place.
    InnerJson,
    /// A placeholder for a name that there is not, while there is one much like it.
    UnknownName,
    /// A placeholder for an unknown name that was not compared with all known ones, because there
    /// are too many of both. Those behind it were not compared either.
    NotCompared,
}

impl Lint {
    /// The most lints that a template, document or set of headers lists.
    pub const LISTED: usize = 100;

    pub(super) fn new(
        span: Range<usize>,
        kind: LintKind,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            span,
            kind,
            message: message.into(),
            pointer: None,
            units: Units::default(),
            is_placeholder: false,
        }
    }

    /// A lint of a valid placeholder.
    pub(super) fn of_placeholder(
        span: Range<usize>,
        kind: LintKind,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            is_placeholder: true,
            ..Self::new(span, kind, message)
        }
    }

    /// The place of it, in bytes. In a document the span is within the string at
    /// [`pointer`](Lint::pointer).
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let text = "key: <<TOKEN >>";
    /// let template = Template::compile(text)?;
    /// assert_eq!(template.lints()[0].span(), 5..15);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The kind of the lint.
    ///
    /// ```
    /// use keyslot::{LintKind, SecretName, Template};
    ///
    /// let template = Template::compile("<<$secret.STRIPE_KYE>>")?;
    /// let lints = template.lints_among(&[SecretName::new("STRIPE_KEY")?]);
    /// assert_eq!(lints[0].kind(), LintKind::UnknownName);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn kind(&self) -> LintKind {
        self.kind
    }

    /// The JSON Pointer (RFC 6901) of the string that it is in; `None` for plain text. Of a key
    /// longer than 1,024 bytes it shows the beginning and `…`.
    ///
    /// ```
    /// use keyslot::Document;
    /// use keyslot::template::Tree;
    ///
    /// let document = Document::compile(Tree::of(&["fine", "<<TOKEN >>"])?)?;
    /// assert_eq!(document.lints()[0].pointer(), Some("/1"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// Marks it with its string, and with the pointer of it if it is in a document.
    pub(in crate::template) fn placed(self, text: &str, pointer: Option<&Arc<str>>) -> Self {
        Self {
            pointer: pointer.map(Arc::clone),
            units: Units::of(text, &self.span),
            ..self
        }
    }

    /// Returns the span in the units of other languages.
    pub(super) fn units(&self) -> &Units {
        &self.units
    }
}

/// Says what is wrong and what to write.
impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_placeholder {
            f.write_str("not a placeholder: ")?;
        }
        f.write_str(&self.message)
    }
}
