//! A text with its values.

use std::fmt;

use keyslot::resolve::Wipe;
use keyslot::{Redactor, Resolved};
use zeroize::Zeroizing;

use crate::failure::Result;

/// A text with its values, wiped when it is dropped, and a redactor of them.
pub(crate) struct Rendered {
    /// The text.
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// The redactor of the secrets in it.
    pub(crate) masks: Redactor,
}

impl Rendered {
    /// Notes a text that was made of something resolved.
    pub(super) fn new<T: Wipe>(text: Zeroizing<Vec<u8>>, of: &Resolved<T>) -> Result<Self> {
        let masks = Redactor::of(of)?;
        Ok(Self { text, masks })
    }
}

/// Shows its length only.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("len", &self.text.len())
            .finish_non_exhaustive()
    }
}
