//! Parts of a text that are values.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::reference::Reference;

/// A part of a string that is a value, or some that overlap; and the secrets that have them.
pub(super) struct Span {
    pub(super) bytes: Range<usize>,
    pub(super) references: Vec<Reference>,
    /// True if it is a value of them, and not just a part of one.
    is_value: bool,
    /// True for one match.
    is_one: bool,
}

impl Span {
    pub(super) fn new(bytes: Range<usize>, references: Vec<Reference>, is_value: bool) -> Self {
        Self {
            bytes,
            references,
            is_value,
            is_one: true,
        }
    }

    /// Returns true if it is one value, and there is nothing else in the text.
    pub(super) fn is_all_of(&self, text: &str) -> bool {
        self.is_one && self.bytes == (0..text.len())
    }

    /// Adds it to those before it in the same text. What lies within the last one is part of it,
    /// and what overlaps it is one with it.
    pub(super) fn follow(self, spans: &mut Vec<Self>) {
        let last = spans.last_mut();
        match last.filter(|last| self.bytes.start < last.bytes.end) {
            Some(last) if last.bytes == self.bytes && last.is_value == self.is_value => {
                last.references.extend(self.references);
            }
            Some(last) if last.bytes == self.bytes && self.is_value => *last = self,
            Some(last) if last.bytes.end >= self.bytes.end => {}
            Some(last) => {
                last.bytes.end = self.bytes.end;
                last.references.extend(self.references);
                last.is_one = false;
            }
            None => spans.push(self),
        }
    }
}

/// The secrets of some spans, each once, in their order.
pub(super) fn all_references(spans: Vec<Span>) -> Vec<Reference> {
    let all: Vec<Reference> = spans.into_iter().flat_map(|span| span.references).collect();
    each_once(&all).cloned().collect()
}

/// Some secrets without those that came before.
pub(super) fn each_once(references: &[Reference]) -> impl Iterator<Item = &Reference> {
    let mut known = BTreeSet::new();
    references
        .iter()
        .filter(move |reference| known.insert(*reference))
}
