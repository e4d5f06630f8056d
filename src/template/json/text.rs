//! A document of JSON as text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::node::{Node, Span};
use super::parser::{Form, parse};
use crate::error::{Error, Result};
use crate::resolve::{Sealed, Wipe};
use crate::template::limits::Limits;
use crate::template::structure::{Replacement, Structure};
use crate::template::value::{Encoding, Room};
use crate::wipe::wipe_string;

/// A document of JSON as text. What comes out of a resolve is text again, in which everything but
/// the strings with placeholders is as it was, byte for byte: the order of keys, numbers of any
/// size, white space.
///
/// Everything that takes a document takes it: resolves, checks, model arguments, a
/// [`Document`](crate::template::Document), a [`Redactor`](crate::Redactor). The resolved text is
/// wiped when it is dropped. So is this one, because it may be the output of a tool.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::{JsonText, ResolveExt};
/// use keyslot::{Target, Variables};
///
/// let body = JsonText::parse(r#"{ "to": "<<USER>>", "id": 123456789012345678901234 }"#)?;
/// let variables = Variables::new().with("USER", "\"Ada\"")?;
/// let resolved = variables.resolve_for(&Target::tool("mail"), &body)?;
/// assert_eq!(resolved.expose_secret(), r#"{ "to": "\"Ada\"", "id": 123456789012345678901234 }"#);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct JsonText {
    text: String,
    root: Node,
}

impl JsonText {
    /// Parses JSON as strictly as [`Document::parse`](crate::template::Document::parse), but for
    /// numbers: they stay as they are, whatever their size.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the position, for text that is
    /// not JSON, for a key twice in one object, for arrays and objects nested deeper than
    /// [`MAX_DEPTH`](crate::template::Document::MAX_DEPTH) and for halves of surrogate pairs;
    /// [`TooLarge`](crate::ErrorKind::TooLarge) over 16 MiB.
    ///
    /// ```
    /// use keyslot::template::JsonText;
    /// use keyslot::ErrorKind;
    ///
    /// let text = "{\"a\": 1,\n \"a\": 2}";
    /// let error = JsonText::parse(text).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidDocument);
    /// assert_eq!(error.position(text).map(|at| (at.line, at.column)), Some((2, 2)));
    /// ```
    pub fn parse(text: impl Into<String>) -> Result<Self> {
        Self::of(text.into(), Form::Json)
    }

    /// Parses JSON with comments, and with commas behind the last item of lists and objects; all
    /// else as [`parse`](JsonText::parse) does. What comes out of a resolve has them too, and
    /// placeholders in comments stay.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{JsonText, ResolveExt};
    /// use keyslot::{Target, Variables};
    ///
    /// let config = JsonText::parse_jsonc("{\"a\": \"<<A>>\", // not <<A>>\n}")?;
    /// let resolved = Variables::new().with("A", "1")?.resolve_for(&Target::tool("t"), &config)?;
    /// assert_eq!(resolved.expose_secret(), "{\"a\": \"1\", // not <<A>>\n}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`parse`](JsonText::parse), also for a comment without an end.
    pub fn parse_jsonc(text: impl Into<String>) -> Result<Self> {
        Self::of(text.into(), Form::Jsonc)
    }

    fn of(text: String, form: Form) -> Result<Self> {
        // Made first, so that the text is wiped when it is refused.
        let mut document = Self {
            text,
            root: Node::Null,
        };
        Limits::default().check_template(document.text.len())?;
        document.root = parse(&document.text, form)?;
        Ok(document)
    }

    /// The text it was parsed from.
    ///
    /// ```
    /// use keyslot::template::JsonText;
    ///
    /// assert_eq!(JsonText::parse("[1.50]")?.as_str(), "[1.50]");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The root, for code that rewrites strings.
    pub(crate) fn node(&self) -> &Node {
        &self.root
    }

    /// Returns the number of bytes of the text with other values in some places.
    fn length_with(&self, values: &[(Span, Replacement)]) -> usize {
        let replaced: usize = values.iter().map(|(span, _)| span.range().len()).sum();
        let kept = self.text.len().saturating_sub(replaced);
        values.iter().fold(kept, |length, (_, value)| {
            length.saturating_add(match value {
                Replacement::Text(text) => 2 + Encoding::Json.length(text),
                Replacement::Json(json) => json.len(),
            })
        })
    }

    /// Returns the text with other values in some places, which are in order. `place` is told where
    /// each of them lies.
    pub(crate) fn spliced(
        &self,
        values: &[(Span, Replacement)],
        place: &mut impl FnMut(Range<usize>),
    ) -> String {
        // All at once: a text that grew while values are in it would leave copies of them behind.
        let mut out = String::with_capacity(self.length_with(values));
        let mut at = 0;
        for (span, value) in values {
            let span = span.range();
            out.push_str(self.text.get(at..span.start).unwrap_or_default());
            let start = out.len();
            match value {
                Replacement::Text(text) => {
                    out.push('"');
                    Encoding::Json.push(text, &mut out);
                    out.push('"');
                }
                Replacement::Json(json) => out.push_str(json),
            }
            place(start..out.len());
            at = span.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        debug_assert_eq!(
            out.len(),
            self.length_with(values),
            "measured and written lengths differ"
        );
        out
    }
}

impl Sealed for JsonText {}

impl Structure for JsonText {
    type Output = Cow<'static, str>;
    type Node = Node;
    const KEEPS_DIGITS: bool = true;

    fn root(&self) -> &Node {
        &self.root
    }

    fn rewritten(
        &self,
        keys: bool,
        limits: Limits,
        replace: &mut impl FnMut() -> Option<Replacement>,
        places: &mut <Self::Output as Wipe>::Places,
    ) -> Result<Cow<'static, str>> {
        let mut values = Vec::new();
        self.root.each_text(keys, &mut |text| {
            if let Some(value) = replace() {
                values.push((text.span, value));
            }
        });
        Room::new(limits.output).take(self.length_with(&values))?;
        let text = self.spliced(&values, &mut |place| places.push(place));
        Ok(Cow::Owned(text))
    }
}

impl FromStr for JsonText {
    type Err = Error;

    /// Parses a text as [`JsonText::parse`] does.
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl Drop for JsonText {
    fn drop(&mut self) {
        wipe_string(&mut self.text);
    }
}

/// The document belongs to somebody, and may hold values: nothing of it is shown.
impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonText").finish_non_exhaustive()
    }
}
