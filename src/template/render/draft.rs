//! Drafts: texts that are sure to succeed.

use std::ops::Range;

use secrecy::SecretString;
use smallvec::SmallVec;

use super::values::Values;
use crate::template::cut::Slot;
use crate::template::json::writings;
use crate::template::plan::Plan;
use crate::template::value::{Encoding, Filtered, Typed, encoding_after};

/// The draft of one text of several.
pub(in crate::template) struct Drafted<'a> {
    /// The number of the text.
    pub(in crate::template) number: usize,
    pub(in crate::template) draft: Draft<'a>,
}

/// The drafts of all texts with placeholders, in their order.
pub(in crate::template) type Drafts<'a> = SmallVec<[Drafted<'a>; 1]>;

/// A text that is sure to succeed: every value is there, fit for its place, and measured.
pub(in crate::template) struct Draft<'a> {
    text: &'a str,
    plan: &'a Plan,
    encoding: Encoding,
    /// The values that filters made, each with the number of the reference whose secret it holds,
    /// in the order of the text.
    pub(super) filtered: Vec<(usize, Filtered<'a>)>,
    /// The exact length of the result, in bytes.
    pub(super) length: usize,
}

impl<'a> Draft<'a> {
    pub(super) fn new(text: &'a str, plan: &'a Plan, encoding: Encoding, length: usize) -> Self {
        Self {
            text,
            plan,
            encoding,
            filtered: Vec::new(),
            length,
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(in crate::template) fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The value that goes in as JSON, if the text is one placeholder for that and does not stay.
    #[inline]
    pub(in crate::template) fn json(&self) -> Option<(&str, Typed)> {
        let typed = self.plan.typed()?;
        let (_, value) = self.filtered.first()?;
        Some((value, typed))
    }

    /// The values that filters made, each with the number of the reference whose secret is in it,
    /// and other writings of one that goes in as JSON.
    pub(in crate::template) fn into_filtered(self) -> impl Iterator<Item = (usize, SecretString)> {
        let others = self
            .json()
            .map_or_else(Vec::new, |(json, _)| writings(json));
        // The JSON is of one placeholder, and so of one reference.
        let owner = self.filtered.first().map_or(0, |(reference, _)| *reference);
        let filtered = self.filtered.into_iter();
        filtered
            .map(|(reference, value)| (reference, value.into_secret()))
            .chain(others.into_iter().map(move |text| (owner, text)))
    }

    pub(super) fn encoding_of(&self, slot: Slot) -> Encoding {
        encoding_after(self.encoding, self.plan.chain(slot))
    }

    /// Appends the text with its values to `out`, and says where each lies.
    #[inline]
    pub(super) fn write(
        &self,
        values: &impl Values<'a>,
        out: &mut String,
        place: impl FnMut(Range<usize>),
    ) {
        let mut filtered = self.filtered.iter();
        let value = |slot: Slot, out: &mut String| {
            let Ok(value) = values.value(slot.reference()) else {
                return false;
            };
            if slot.is_filtered() {
                let made = filtered.next().map_or("", |(_, value)| value);
                self.encoding_of(slot).push(made, out);
            } else {
                self.encoding.push(value, out);
            }
            true
        };
        self.plan.write(self.text, self.length, out, value, place);
    }
}
