//! A text whose placeholders were found.

use std::slice;

use crate::target::Surface;
use crate::template::plan::Plan;

/// A text with placeholders.
#[derive(Default)]
pub(super) struct Planned {
    /// Its number, counting all texts of the source.
    pub(super) number: usize,
    pub(super) plan: Plan,
    /// Its surface, unless that is for the target to say.
    pub(super) surface: Option<Surface>,
}

/// Takes the next text if it has this number.
#[inline]
pub(super) fn take<'d>(open: &mut slice::Iter<'d, Planned>, number: usize) -> Option<&'d Planned> {
    let first = open.as_slice().first()?;
    if first.number == number {
        open.next()
    } else {
        None
    }
}
