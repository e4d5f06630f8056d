//! Numbers of writes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::number::parse;
use crate::error::{Error, ErrorKind, Result};

/// Words for every refused revision; the refused text is not repeated.
const RULE: &str = "a revision is a whole number from 0 to 18446744073709551615";

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

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Revision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)
            .map(Self)
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, RULE))
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        u64::deserialize(deserializer)
            .map(Self)
            .map_err(|_| de::Error::custom(RULE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_parsed_as_its_digits() {
        for number in [0, 7, u64::MAX] {
            let revision = Revision::new(number);
            assert_eq!(
                revision.to_string().parse::<Revision>().ok(),
                Some(revision)
            );
            let json = serde_json::to_string(&revision).unwrap();
            assert_eq!(json, number.to_string());
            assert_eq!(serde_json::from_str::<Revision>(&json).unwrap(), revision);
        }
        for text in ["", "-1", "+1", "00", "x", "18446744073709551616"] {
            let error = text.parse::<Revision>().unwrap_err();
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::InvalidInput, RULE)
            );
        }
        let error = serde_json::from_str::<Revision>("\"hunter2\"").unwrap_err();
        assert!(error.to_string().starts_with(RULE), "{error}");
    }
}
