//! A text as it will be, without its values.

use crate::template::cut::Cut;

/// The text that goes out, with one letter for each value.
pub(in crate::template::value) struct Skeleton {
    pub(in crate::template::value) text: String,
    /// The places of these letters, in order.
    pub(in crate::template::value) slots: Vec<usize>,
}

/// A letter: what stands beside it is not changed by it in any language.
const LETTER: char = 'x';

impl Skeleton {
    pub(in crate::template::value) fn new(text: &str, cuts: &[Cut]) -> Self {
        Self::with(text, cuts, |_| true)
    }

    /// Leaves out the characters of the text that are not kept.
    pub(in crate::template::value) fn with(
        text: &str,
        cuts: &[Cut],
        keeps: impl Fn(char) -> bool,
    ) -> Self {
        let mut skeleton = Self {
            text: String::with_capacity(text.len()),
            slots: Vec::with_capacity(cuts.len()),
        };
        let mut at = 0;
        for cut in cuts {
            skeleton.push(text.get(at..cut.span.start), &keeps);
            if cut.slot.is_some() {
                skeleton.slots.push(skeleton.text.len());
                skeleton.text.push(LETTER);
            }
            at = cut.span.end;
        }
        skeleton.push(text.get(at..), &keeps);
        skeleton
    }

    fn push(&mut self, literal: Option<&str>, keeps: impl Fn(char) -> bool) {
        self.text
            .extend(literal.unwrap_or_default().chars().filter(|&c| keeps(c)));
    }
}
