//! The plaintext of an envelope.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

use crate::crypto::padding::{PREFIX_LEN, unpad};
use crate::registers;
use crate::wipe::Wiped;

/// A plaintext, in the padded form in which it was decrypted. Wiped on drop.
pub(in crate::crypto) struct Opened {
    padded: Wiped<u8>,
    length: usize,
}

impl Opened {
    /// Takes a padded form; `None` unless it is what padding makes of some plaintext.
    pub(super) fn new(padded: Wiped<u8>) -> Option<Self> {
        let length = unpad(&padded)?.len();
        Some(Self { padded, length })
    }

    /// A copy whose capacity is its length. A string made of it takes the bytes over without moving
    /// them.
    pub(in crate::crypto) fn exact(&self) -> Zeroizing<Vec<u8>> {
        let copy = Zeroizing::new(self.to_vec());
        registers::clear();
        copy
    }
}

impl Deref for Opened {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.padded
            .get(PREFIX_LEN..PREFIX_LEN + self.length)
            .unwrap_or_default()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened([REDACTED])")
    }
}
