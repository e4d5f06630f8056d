//! Points in the life of an organization.

use serde::Serialize;

use super::number::whole_number;

/// A point in the life of an organization: the number of writes to its secrets. Later writes have
/// greater numbers.
///
/// It says nothing outside of its organization, and nothing of a vault that was put back from an
/// older copy. In JSON a number, in text its decimal digits.
///
/// ```
/// use keyslot::Epoch;
///
/// let seen: Epoch = "7".parse()?;
/// assert!(seen > Epoch::START);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    /// The point before the first write.
    pub const START: Self = Self(0);

    /// Returns the epoch of that number, as once read from [`get`](Epoch::get).
    ///
    /// ```
    /// use keyslot::Epoch;
    ///
    /// assert_eq!(Epoch::new(0), Epoch::START);
    /// ```
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, for a host that keeps it.
    ///
    /// ```
    /// use keyslot::Epoch;
    ///
    /// assert_eq!(Epoch::new(7).get(), 7);
    /// ```
    pub fn get(self) -> u64 {
        self.0
    }
}

whole_number!(Epoch, "an epoch");
