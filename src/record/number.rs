//! Decimal numbers as text.

/// Parses a number that is written as its own digits: no sign, no leading zero.
pub(super) fn parse(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Conversions of a type that is any number: in JSON a number, in text its digits. A refused text
/// is not repeated.
macro_rules! whole_number {
    ($type:ident, $what:literal) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> crate::error::Result<Self> {
                use crate::error::{Error, ErrorKind};
                let number = crate::record::number::parse(text);
                let refused = || Error::new(ErrorKind::InvalidInput, Self::RULE);
                number.map(Self).ok_or_else(refused)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                // The deserializer's own error shows what it found instead.
                let number = u64::deserialize(deserializer);
                number.map(Self).map_err(|_| D::Error::custom(Self::RULE))
            }
        }

        impl $type {
            /// The words for everything that is refused.
            const RULE: &str = concat!($what, " is a whole number from 0 to 18446744073709551615");
        }
    };
}

pub(super) use whole_number;

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::error::{Error, ErrorKind};
    use crate::record::{Epoch, Revision};

    fn is_written_and_parsed_as_its_digits<T>(new: fn(u64) -> T, rule: &str)
    where
        T: Copy + Debug + Display + PartialEq,
        T: FromStr<Err = Error> + Serialize + DeserializeOwned,
    {
        for number in [0, 7, u64::MAX] {
            let one = new(number);
            assert_eq!(one.to_string(), number.to_string());
            assert_eq!(one.to_string().parse::<T>().ok(), Some(one));
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(json, number.to_string());
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), one);
        }
        for text in ["", "-1", "+1", "00", "x", "18446744073709551616"] {
            let error = text.parse::<T>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), rule);
        }
        let error = serde_json::from_str::<T>("\"hunter2\"").unwrap_err();
        assert!(error.to_string().starts_with(rule), "{error}");
    }

    #[test]
    fn numbers_are_written_and_parsed_as_their_digits() {
        let rule = "a revision is a whole number from 0 to 18446744073709551615";
        is_written_and_parsed_as_its_digits(Revision::new, rule);
        let rule = "an epoch is a whole number from 0 to 18446744073709551615";
        is_written_and_parsed_as_its_digits(Epoch::new, rule);
    }
}
