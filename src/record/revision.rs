//! Numbers of writes.

use serde::Serialize;

use super::number::whole_number;

/// The number of writes to a secret, of whatever kind. A caller compares it to see that nobody else
/// changed the secret.
///
/// In JSON a number, in text its decimal digits.
///
/// ```
/// use keyslot::Revision;
///
/// let seen: Revision = "7".parse()?;
/// assert_eq!(seen, Revision::new(7));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    /// Returns the revision of that number, as once read from a [`SecretInfo`](crate::SecretInfo).
    ///
    /// ```
    /// use keyslot::Revision;
    ///
    /// assert_eq!(Revision::new(7).get(), 7);
    /// ```
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    ///
    /// ```
    /// use keyslot::Revision;
    ///
    /// let next = Revision::new(Revision::new(6).get() + 1);
    /// assert_eq!(next, Revision::new(7));
    /// ```
    pub fn get(self) -> u64 {
        self.0
    }
}

whole_number!(Revision, "a revision");
