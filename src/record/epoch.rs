//! Points in the life of an organization.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::number::parse;
use crate::error::{Error, ErrorKind, Result};

/// Words for every refused epoch; the refused text is not repeated.
const RULE: &str = "an epoch is a whole number from 0 to 18446744073709551615";

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

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Epoch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)
            .map(Self)
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, RULE))
    }
}

impl<'de> Deserialize<'de> for Epoch {
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
            let epoch = Epoch::new(number);
            assert_eq!(epoch.to_string().parse::<Epoch>().ok(), Some(epoch));
            let json = serde_json::to_string(&epoch).unwrap();
            assert_eq!(json, number.to_string());
            assert_eq!(serde_json::from_str::<Epoch>(&json).unwrap(), epoch);
        }
        for text in ["", "-1", "+1", "00", "x", "18446744073709551616"] {
            let error = text.parse::<Epoch>().unwrap_err();
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::InvalidInput, RULE)
            );
        }
        let error = serde_json::from_str::<Epoch>("\"hunter2\"").unwrap_err();
        assert!(error.to_string().starts_with(RULE), "{error}");
    }
}
