//! Permissions as text and in JSON.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Permissions;
use crate::error::{Error, ErrorKind, Result};

/// The empty set.
const NONE: &str = "none";

/// Longest text that is read: all names several times over.
const MAX_LEN: usize = 256;

/// Writes the names in small letters, as in `use | read`, or `none`. A name that another one
/// includes is left out.
impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_ascii_lowercase())
    }
}

/// Reads what `Display` writes: names in small letters with `|` between them, in any order and
/// with any spaces around them, or `none`.
impl FromStr for Permissions {
    type Err = Error;

    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for any other text, which is not repeated.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > MAX_LEN {
            return Err(unknown());
        }
        if text.trim() == NONE {
            return Ok(Self::NONE);
        }
        text.split('|').try_fold(Self::NONE, |all, name| {
            let name = name.trim();
            let known = |(_, known): &&(Self, &str)| known.to_ascii_lowercase() == name;
            let (one, _) = Self::NAMES.iter().find(known).ok_or_else(unknown)?;
            Ok(all | *one)
        })
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let text = String::deserialize(deserializer).map_err(|_| de::Error::custom(unknown()))?;
        text.parse().map_err(de::Error::custom)
    }
}

fn unknown() -> Error {
    let message = "permissions are none, or some of use, read, manage, reveal, copy and redact \
                   with | between them";
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The set of the names whose bits are set in `bits`.
    fn set(bits: usize) -> Permissions {
        let names = Permissions::NAMES.iter().enumerate();
        names
            .filter(|(at, _)| bits >> at & 1 == 1)
            .fold(Permissions::NONE, |all, (_, (one, _))| all | *one)
    }

    #[test]
    fn every_set_is_read_as_it_is_written() {
        let mut texts = std::collections::HashSet::new();
        for set in (0..64).map(set) {
            let text = set.to_string();
            assert_eq!(text.parse::<Permissions>().unwrap(), set, "{text}");
            let json = serde_json::to_string(&set).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Permissions>(&json).unwrap(), set);
            texts.insert(text);
        }
        // REVEAL includes REDACT, so 16 of the sets are written twice.
        assert_eq!(texts.len(), 48);
    }

    #[test]
    fn names_are_written_in_small_letters() {
        let text = |set: Permissions| set.to_string();
        assert_eq!(text(Permissions::READ | Permissions::USE), "use | read");
        assert_eq!(text(Permissions::NONE), "none");
        assert_eq!(text(Permissions::REVEAL), "reveal");
        assert_eq!(
            text(Permissions::ALL),
            "use | read | manage | reveal | copy"
        );
        let spaced: Permissions = " read|use ".parse().unwrap();
        assert_eq!(spaced, Permissions::READ | Permissions::USE);
    }

    #[test]
    fn everything_else_is_refused_and_not_repeated() {
        let long = "use|".repeat(80) + "use";
        for text in [
            "",
            " ",
            "|",
            "use |",
            "| use",
            "use, read",
            "USE",
            "all",
            "none | use",
            "use none",
            "canary",
            "use | canary",
            "use\0",
            &long,
        ] {
            let error = text.parse::<Permissions>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
            assert!(!error.to_string().contains("canary"));
        }
        for json in [
            "\"canary\"",
            "7777",
            "[\"canary\"]",
            "{\"canary\": 7777}",
            "null",
        ] {
            let error = serde_json::from_str::<Permissions>(json)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("permissions are none"), "{error}");
            assert!(
                !error.contains("canary") && !error.contains("7777"),
                "{error}"
            );
        }
    }
}
