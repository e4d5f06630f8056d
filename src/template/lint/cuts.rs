//! The cuts of a plan at a byte of the text.

use std::ops::Range;

use crate::template::plan::Plan;

/// Returns true if a byte belongs to a placeholder, or to the opener of an escape, whose mark
/// stands right before or behind it.
pub(super) fn is_cut(plan: &Plan, byte: usize, opener: usize) -> bool {
    // Cuts do not overlap, so no more of them are walked over than an opening mark has bytes, and
    // two.
    let after = plan.cuts().partition_point(|cut| cut.span.end < byte);
    plan.cuts()
        .iter()
        .skip(after)
        .take_while(|cut| cut.span.start <= byte + opener)
        .any(|cut| match cut.slot {
            Some(_) => cut.span.contains(&byte),
            None => {
                cut.span.start == byte + opener || cut.span.end == byte || cut.span.contains(&byte)
            }
        })
}

/// Returns the span of the placeholder that begins at a byte.
pub(super) fn placeholder_at(plan: &Plan, byte: usize) -> Option<Range<usize>> {
    let place = plan
        .cuts()
        .binary_search_by_key(&byte, |cut| cut.span.start)
        .ok()?;
    let cut = plan.cuts().get(place)?;
    cut.slot.is_some().then(|| cut.span.clone())
}
