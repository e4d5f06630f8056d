//! The cost of one derivation.

use crate::error::{Error, ErrorKind, Result};

/// The cost of Argon2id: what it takes to make a key of a passphrase, for whoever has the
/// passphrase and for whoever guesses it.
///
/// Within bounds that no vault goes beyond: memory from 19 MiB to 1 GiB; passes from 2 to 16, or
/// from 1 where the memory is 46 MiB or more; lanes from 1 to 16. The lanes are computed one after
/// the other, so they cost nothing here, and whoever guesses needs as many processors for the same
/// speed.
///
/// ```
/// use keyslot::Argon2Cost;
///
/// let usual = Argon2Cost::default();
/// assert_eq!((usual.memory_kib(), usual.passes(), usual.lanes()), (64 * 1024, 3, 4));
/// let strong = Argon2Cost::new(256 * 1024, 4, 4)?;
/// assert!(strong.memory_kib() > usual.memory_kib());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Argon2Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The least and the most memory, in KiB.
const MEMORY: std::ops::RangeInclusive<u32> = 19 << 10..=1 << 20;

/// The least memory, in KiB, with which one pass is enough.
const ONE_PASS: u32 = 46 << 10;

/// The least and the most passes.
const PASSES: std::ops::RangeInclusive<u32> = 1..=16;

/// The least and the most lanes.
const LANES: std::ops::RangeInclusive<u32> = 1..=16;

impl Argon2Cost {
    /// The greatest cost there is: memory of 1 GiB, 16 passes, 16 lanes.
    pub const MAX: Self = Self {
        memory_kib: *MEMORY.end(),
        passes: *PASSES.end(),
        lanes: *LANES.end(),
    };

    /// The greatest cost that a stored key slot may ask for unless its user says otherwise.
    #[cfg(feature = "passphrase")]
    pub(super) const MOST_ASKED: Self = Self {
        memory_kib: 256 << 10,
        passes: 8,
        lanes: *LANES.end(),
    };

    /// A cost of this memory (in KiB), passes and lanes.
    ///
    /// ```
    /// use keyslot::{Argon2Cost, ErrorKind};
    ///
    /// assert!(Argon2Cost::new(19 * 1024, 2, 1).is_ok(), "the least");
    /// let error = Argon2Cost::new(8, 1, 1).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is out of the bounds above.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self> {
        Self::stored(memory_kib, passes, lanes).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                "the cost of Argon2id is a memory of 19 MiB to 1 GiB, 2 to 16 passes (or 1 with \
                 46 MiB or more), and 1 to 16 lanes",
            )
        })
    }

    /// The cost that somebody stored, if it is within the bounds.
    pub(in crate::crypto) fn stored(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let is_within = MEMORY.contains(&memory_kib)
            && PASSES.contains(&passes)
            && LANES.contains(&lanes)
            && (passes > 1 || memory_kib >= ONE_PASS);
        is_within.then_some(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    /// The memory, in KiB.
    ///
    /// ```
    /// assert_eq!(keyslot::Argon2Cost::default().memory_kib(), 65_536);
    /// ```
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// The number of passes over the memory.
    ///
    /// ```
    /// assert_eq!(keyslot::Argon2Cost::default().passes(), 3);
    /// ```
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// The number of lanes.
    ///
    /// ```
    /// assert_eq!(keyslot::Argon2Cost::default().lanes(), 4);
    /// ```
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    /// Returns true if neither memory nor passes are above those of `most`. Lanes cost nothing.
    #[cfg(feature = "passphrase")]
    pub(super) fn is_within(self, most: Self) -> bool {
        self.memory_kib <= most.memory_kib && self.passes <= most.passes
    }

    /// The memory that is written, in KiB.
    pub(in crate::crypto) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }
}

/// Memory of 64 MiB, 3 passes, 4 lanes: the second choice of RFC 9106, some 0.1 to 0.3 seconds.
impl Default for Argon2Cost {
    fn default() -> Self {
        Self {
            memory_kib: 64 << 10,
            passes: 3,
            lanes: 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_where_they_are_said_to_be() {
        let mib = |mib: u32| mib << 10;
        for (memory, passes, lanes) in [
            (mib(19), 2, 1),
            (mib(46), 1, 1),
            (mib(1024), 16, 16),
            (mib(64), 3, 4),
        ] {
            assert!(Argon2Cost::new(memory, passes, lanes).is_ok());
        }
        for (memory, passes, lanes) in [
            (mib(19) - 1, 2, 1),
            (mib(46) - 1, 1, 1),
            (mib(1024) + 1, 1, 1),
            (u32::MAX, 1, 1),
            (8, 2, 1),
            (0, 2, 1),
            (mib(64), 0, 1),
            (mib(64), 17, 1),
            (mib(64), u32::MAX, 1),
            (mib(64), 3, 0),
            (mib(64), 3, 17),
            (mib(64), 3, (1 << 24) - 1),
        ] {
            let error = Argon2Cost::new(memory, passes, lanes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        assert_eq!(Argon2Cost::new(1 << 20, 16, 16).unwrap(), Argon2Cost::MAX);
    }
}
