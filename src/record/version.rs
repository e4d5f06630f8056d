//! Numbers of versions.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::number::parse;
use crate::error::{Error, ErrorKind, Result};

/// Words for every refused version; the refused text is not repeated.
const RULE: &str = "a version is a whole number from 1 to 18446744073709551615";

/// The number of a value of a secret: 1, 2, 3 … Never used twice, also not after the secret was
/// deleted and created again.
///
/// In JSON a number, in text its decimal digits.
///
/// ```
/// use keyslot::Version;
///
/// let version: Version = "3".parse()?;
/// assert_eq!((version.get(), version.to_string().as_str()), (3, "3"));
/// assert!("0".parse::<Version>().is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version of a secret's first value.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// Returns the version of that number; `None` for 0.
    ///
    /// ```
    /// use keyslot::Version;
    ///
    /// assert_eq!(Version::new(1), Some(Version::FIRST));
    /// assert_eq!(Version::new(0), None);
    /// ```
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// Returns the number.
    ///
    /// ```
    /// use keyslot::Version;
    ///
    /// let version: Version = "3".parse()?;
    /// assert_eq!(version.get(), 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// Returns the version after this one; `None` after the last number.
    pub(crate) fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)
            .and_then(Self::new)
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, RULE))
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let number = u64::deserialize(deserializer).ok();
        number
            .and_then(Self::new)
            .ok_or_else(|| de::Error::custom(RULE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_counted_from_1_and_end() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(1), Some(Version::FIRST));
        assert_eq!(Version::FIRST.next().map(Version::get), Some(2));
        assert_eq!(Version::new(u64::MAX).unwrap().next(), None);
        assert!(Version::new(9) < Version::new(10));
        assert_eq!(serde_json::to_string(&Version::new(3)).unwrap(), "3");
        assert_eq!(
            serde_json::from_str::<Version>("3").unwrap().to_string(),
            "3"
        );
        assert!(serde_json::from_str::<Version>("0").is_err());
    }

    #[test]
    fn is_parsed_from_its_own_digits_only() {
        for number in [1, 9, 10, u64::MAX] {
            let version = Version::new(number).unwrap();
            assert_eq!(version.to_string().parse::<Version>().ok(), Some(version));
        }
        for text in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            " 1",
            "1.0",
            "x",
            "18446744073709551616",
        ] {
            let error = text.parse::<Version>().unwrap_err();
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::InvalidInput, RULE)
            );
        }
        for json in ["\"hunter2\"", "0", "-3", "[4929123456789012]"] {
            let error = serde_json::from_str::<Version>(json).unwrap_err();
            assert!(error.to_string().starts_with(RULE), "{error}");
        }
    }
}
