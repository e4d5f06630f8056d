//! Content that wipes the values in it.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use smallvec::SmallVec;

use crate::wipe::wipe_ranges;

/// Content that can hold values and wipe them: text and documents. Sealed.
pub trait Wipe: sealed::Sealed {
    /// Places of the values in the content.
    #[doc(hidden)]
    type Places;

    /// Overwrites the values.
    #[doc(hidden)]
    fn wipe(&mut self, places: &Self::Places);
}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for std::borrow::Cow<'_, str> {}
}

impl Wipe for Cow<'_, str> {
    /// Of most texts, without an allocation.
    type Places = SmallVec<[Range<usize>; 3]>;

    fn wipe(&mut self, places: &Self::Places) {
        // Borrowed text is the template itself, which holds no values.
        if let Cow::Owned(text) = mem::take(self) {
            wipe_ranges(&mut text.into_bytes(), places);
        }
    }
}
