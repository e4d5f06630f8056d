//! Texts whose values go in as they are: most texts, and the shortest way through.

use std::ops::Range;

use super::values::Values;
use crate::template::cut::Slot;
use crate::template::plan::Plan;

/// Returns the length of a text whose values go in as they are, and says where each value lies
/// behind `begin`. `None` when one is missing, may not stand everywhere, or goes through filters;
/// what was said is then void.
#[inline]
pub(super) fn plain_length<'a>(
    text_len: usize,
    plan: &Plan,
    values: &impl Values<'a>,
    begin: usize,
    mut place: impl FnMut(Range<usize>),
) -> Option<usize> {
    // The end of the last cut in the text, and in the result.
    let (mut at, mut end) = (0, begin);
    for cut in plan.cuts() {
        end = end.saturating_add(cut.span.start - at);
        at = cut.span.end;
        if let Some(slot) = cut.slot {
            let start = end;
            end = end.saturating_add(values.free_value(slot.reference())?.len());
            place(start..end);
        }
    }
    let length = (end - begin).saturating_add(text_len - at);
    Some(length).filter(|_| plan.is_unfiltered())
}

/// Appends a text whose values go in as they are to `out`, and says where each value lies. Returns
/// `None`, and leaves `out` as it was, for every other text and for one that has more bytes than
/// `most`; what was said is then void.
#[inline]
pub(in crate::template) fn write_plain<'a>(
    text: &str,
    plan: &Plan,
    values: &impl Values<'a>,
    most: usize,
    out: &mut String,
    place: impl FnMut(Range<usize>),
) -> Option<()> {
    // The places come before the text: what is just written is slow to move.
    let length = plain_length(text.len(), plan, values, out.len(), place)
        .filter(|length| *length <= most)?;
    let value = |slot: Slot, out: &mut String| {
        let value = values.free_value(slot.reference());
        out.push_str(value.unwrap_or_default());
        true
    };
    plan.write(text, length, out, value, |_| {});
    Some(())
}
