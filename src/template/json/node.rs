//! The values of a JSON text.

use std::borrow::Cow;
use std::ops::Range;

use crate::template::structure::{self, View};
use crate::wipe::wipe_string;

/// A value, as far as it must be known to resolve and redact.
#[allow(missing_debug_implementations)] // nobody else can name it, and it would show the document
pub enum Node {
    Null,
    Bool(bool),
    /// The place of its digits, which are never read.
    Number(Span),
    Text(Text),
    List(Vec<Node>),
    Object(Vec<(Text, Node)>),
}

/// A string or key. It may come from the output of a tool, so it is wiped when dropped.
#[allow(missing_debug_implementations)] // nobody else can name it, and it would show the document
pub struct Text {
    pub(crate) text: String,
    /// The place of it, with its quotes.
    pub(crate) span: Span,
}

/// A place in the text, in bytes. Small, because each value has one.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Makes a span, unless the text is larger than 4 GiB.
    pub(super) fn of(range: &Range<usize>) -> Option<Self> {
        Some(Self {
            start: range.start.try_into().ok()?,
            end: range.end.try_into().ok()?,
        })
    }

    pub(crate) fn range(self) -> Range<usize> {
        // A `usize` has 32 bits or more wherever there is a heap of this kind.
        let at = |byte| usize::try_from(byte).unwrap_or(usize::MAX);
        at(self.start)..at(self.end)
    }
}

impl Node {
    /// Visits the strings in the order of the text; the keys too if `keys`.
    pub(super) fn each_text(&self, keys: bool, visit: &mut impl FnMut(&Text)) {
        match self {
            Self::Text(text) => visit(text),
            Self::List(items) => items.iter().for_each(|item| item.each_text(keys, visit)),
            Self::Object(entries) => {
                for (key, entry) in entries {
                    if keys {
                        visit(key);
                    }
                    entry.each_text(keys, visit);
                }
            }
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }
}

impl structure::Node for Node {
    type Key = Text;
    type Items<'n> = std::slice::Iter<'n, Self>;
    type Entries<'n> = std::iter::Map<
        std::slice::Iter<'n, (Text, Self)>,
        fn(&'n (Text, Self)) -> (&'n Text, &'n Self),
    >;

    fn view(&self) -> View<'_, Self> {
        let parts: fn(&(Text, Self)) -> (&Text, &Self) = |(key, entry)| (key, entry);
        match self {
            Self::Text(text) => View::Text(&text.text),
            Self::List(items) => View::Items(items.iter()),
            Self::Object(entries) => View::Entries(entries.iter().map(parts)),
            Self::Null | Self::Bool(_) | Self::Number(_) => View::Plain,
        }
    }

    fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    fn key_text(key: &Text) -> Option<&str> {
        Some(&key.text)
    }

    fn key_label(key: &Text) -> Cow<'_, str> {
        Cow::Borrowed(&key.text)
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        wipe_string(&mut self.text);
    }
}
