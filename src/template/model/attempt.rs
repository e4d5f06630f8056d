//! The attempts of a model to use what it was not granted.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::error::{Units, chars, utf16};
use crate::reference::Reference;

/// A placeholder that nobody granted, or text that means to be one: it stayed as it was. Of the
/// text only the name is in it, if it is a valid one, and the keys on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    span: Range<usize>,
    reference: Option<Reference>,
    pointer: Option<Arc<str>>,
    units: Units,
    is_misplaced: bool,
}

impl Attempt {
    /// The most attempts that a call lists.
    pub const LISTED: usize = 100;

    /// The place of it, in bytes. In a document the span is within the string, or key, at
    /// [`pointer`](Attempt::pointer).
    ///
    /// ```
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, text) = (Target::tool("search"), "find <<SECRET>>");
    /// let args = Variables::new().resolve_model_args(&target, text, &Grants::new())?;
    /// assert_eq!(&text[args.attempts()[0].span()], "<<SECRET>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The reference in it; `None` for text that is no valid placeholder, such as `<<$secret.`
    /// without an end.
    ///
    /// ```
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, text) = (Target::tool("search"), "<<SECRET>> <<$secret.");
    /// let args = Variables::new().resolve_model_args(&target, text, &Grants::new())?;
    /// let [valid, other] = args.attempts() else { panic!("two attempts") };
    /// assert_eq!(valid.reference().unwrap().name().as_str(), "SECRET");
    /// assert_eq!(other.reference(), None);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }

    /// Returns true if the name is granted, but not at this place.
    ///
    /// ```
    /// use keyslot::template::{Grants, ResolveExt};
    /// use keyslot::{Target, Variables};
    ///
    /// let grants = Grants::new().name_at("KEY", "/headers/*")?;
    /// let args = Variables::new().resolve_model_args(
    ///     &Target::tool("fetch"),
    ///     "<<KEY>> <<OTHER>>",
    ///     &grants,
    /// )?;
    /// let misplaced: Vec<bool> = args.attempts().iter().map(|one| one.is_misplaced()).collect();
    /// assert_eq!(misplaced, [true, false]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_misplaced(&self) -> bool {
        self.is_misplaced
    }

    /// The JSON Pointer (RFC 6901) of the string that it is in, or of the entry whose key it is in;
    /// `None` for plain text. Its keys are what the model wrote; of one longer than 1,024 bytes it
    /// shows the beginning and `…`.
    ///
    /// ```
    /// use keyslot::template::{Grants, Tree};
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, written) = (Target::tool("search"), Tree::of(&["lima", "<<SECRET>>"])?);
    /// let args = Variables::new().resolve_model_args(&target, &written, &Grants::new())?;
    /// assert_eq!(args.attempts()[0].pointer(), Some("/1"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// Returns the [span](Attempt::span) in characters (Unicode scalar values) of `text`: the
    /// arguments, or the string at the pointer. Another text does no harm.
    ///
    /// ```
    /// use keyslot::template::{Grants, ResolveExt};
    /// use keyslot::{Target, Variables};
    ///
    /// let written = "🔑 <<BUDGET>>";
    /// let target = Target::tool("search");
    /// let args = Variables::new().resolve_model_args(&target, written, &Grants::new())?;
    /// let attempt = &args.attempts()[0];
    /// assert_eq!((attempt.span(), attempt.span_chars(written)), (5..15, 2..12));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span_chars(&self, text: &str) -> Range<usize> {
        chars(text, &self.span)
    }

    /// Returns the [span](Attempt::span) in UTF-16 code units of `text`, as
    /// [`span_chars`](Attempt::span_chars) does in characters.
    ///
    /// ```
    /// use keyslot::template::{Grants, ResolveExt};
    /// use keyslot::{Target, Variables};
    ///
    /// let written = "🔑 <<BUDGET>>";
    /// let target = Target::tool("search");
    /// let args = Variables::new().resolve_model_args(&target, written, &Grants::new())?;
    /// assert_eq!(args.attempts()[0].span_utf16(written), 3..13);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn span_utf16(&self, text: &str) -> Range<usize> {
        utf16(text, &self.span)
    }
}

impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Attempt", 7)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.serialize_field("reference", &self.reference)?;
        fields.serialize_field("misplaced", &self.is_misplaced)?;
        fields.serialize_field("pointer", &self.pointer())?;
        fields.serialize_field("span", &self.span)?;
        fields.serialize_field("span_chars", &self.units.chars)?;
        fields.serialize_field("span_utf16", &self.units.utf16)?;
        fields.end()
    }
}

/// Says what was not granted, in words for a log; without the pointer.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reference {
            Some(reference) if self.is_misplaced => {
                write!(
                    f,
                    "{reference} is granted, but not here, and was left as it was"
                )
            }
            Some(reference) => write!(f, "{reference} is not granted and was left as it was"),
            None => f.write_str("text that is not a valid placeholder was left as it was"),
        }
    }
}

/// The attempts of one call.
#[derive(Default)]
pub(super) struct Attempts {
    listed: Vec<Attempt>,
    count: usize,
}

impl Attempts {
    /// Adds one; `reference` is asked for only while there is room to list it.
    pub(super) fn push(
        &mut self,
        span: Range<usize>,
        is_misplaced: bool,
        reference: impl FnOnce() -> Option<Reference>,
    ) {
        self.count += 1;
        if self.listed.len() < Attempt::LISTED {
            self.listed.push(Attempt {
                span,
                reference: reference(),
                pointer: None,
                units: Units::default(),
                is_misplaced,
            });
        }
    }

    /// The number of those that are listed.
    pub(super) fn listed(&self) -> usize {
        self.listed.len()
    }

    /// Marks those that were listed after `before` others with their string and its pointer.
    pub(super) fn place(
        &mut self,
        before: usize,
        text: &str,
        pointer: impl FnOnce() -> Option<String>,
    ) {
        if let Some(new) = self.listed.get_mut(before..).filter(|new| !new.is_empty()) {
            let pointer: Option<Arc<str>> = pointer().map(Arc::from);
            for attempt in new {
                attempt.pointer.clone_from(&pointer);
                attempt.units = Units::of(text, &attempt.span);
            }
        }
    }

    pub(super) fn list(&self) -> &[Attempt] {
        &self.listed
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Grants;
    use crate::resolve::Variables;
    use crate::target::Target;
    use crate::template::{ResolveExt as _, Tree};

    #[test]
    fn is_written_with_its_place_in_all_units() {
        let target = Target::tool("search");
        let written = Tree::of(&json!({"q": ["🔑 <<A>>"], "🔑<<B>>": 1})).unwrap();
        let args = Variables::new().resolve_model_args(&target, &written, &Grants::new());
        let args = args.unwrap();
        let [value, key] = args.attempts() else {
            panic!("two attempts")
        };
        assert_eq!(
            serde_json::to_value(value).unwrap(),
            json!({
                "message": "<<A>> is not granted and was left as it was",
                "reference": {"name": "A", "version": null, "kind": "bare"},
                "misplaced": false,
                "pointer": "/q/0",
                "span": {"start": 5, "end": 10},
                "span_chars": {"start": 2, "end": 7},
                "span_utf16": {"start": 3, "end": 8},
            })
        );
        let key = serde_json::to_value(key).unwrap();
        assert_eq!(
            key["span_chars"],
            json!({"start": 1, "end": 6}),
            "of the key"
        );
    }
}
