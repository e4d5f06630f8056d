//! Texts whose values go in as they are: most texts, and the shortest way through.

use std::ops::Range;

use super::values::Values;
use crate::template::cut::Slot;
use crate::template::plan::Plan;

/// Returns the length of a text whose values go in as they are; `None` when one is missing, may not
/// stand everywhere, or goes through filters.
#[inline]
pub(super) fn plain_length<'a>(plan: &Plan, values: &impl Values<'a>) -> Option<usize> {
    let mut slots = plan.cuts().iter().filter_map(|cut| cut.slot);
    let length = slots.try_fold(plan.literal(), |length, slot| {
        let value = values.free_value(slot.reference())?;
        Some(length.saturating_add(value.len()))
    });
    length.filter(|_| plan.is_unfiltered())
}

/// Appends a text whose values go in as they are to `out`, and says where each value lies. Returns
/// `None`, and leaves `out` as it was, for every other text and for one that has more bytes than
/// `most`.
#[inline]
pub(in crate::template) fn write_plain<'a>(
    text: &str,
    plan: &Plan,
    values: &impl Values<'a>,
    most: usize,
    out: &mut String,
    place: impl FnMut(Range<usize>),
) -> Option<()> {
    let length = plain_length(plan, values).filter(|length| *length <= most)?;
    let value = |slot: Slot, out: &mut String| {
        let value = values.free_value(slot.reference());
        out.push_str(value.unwrap_or_default());
        true
    };
    plan.write(text, length, out, value, place);
    Some(())
}
