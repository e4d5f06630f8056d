//! Places to go on in a report.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};

/// A place in a [report](crate::ScopedVault::report), to go on from. As text it can be kept or
/// sent: it is the key of a row, a keyed hash that says nothing.
///
/// ```
/// use keyslot::{Report, ReportCursor, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
/// for name in ["A", "B", "C"] {
///     project.put(name, "a value")?;
/// }
/// let first = project.report(Report::Unreferenced, None, 2)?;
/// let text = first.next.unwrap().to_string();
/// let second = project.report(Report::Unreferenced, Some(text.parse::<ReportCursor>()?), 2)?;
/// assert_eq!((first.rows.len(), second.rows.len()), (2, 1));
/// assert!(second.next.is_none());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReportCursor(pub(super) [u8; 32]);

impl fmt::Display for ReportCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ReportCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportCursor({self})")
    }
}

impl FromStr for ReportCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut key = [0; 32];
        let digits = text.as_bytes().chunks_exact(2);
        let is_sound = text.len() == 64
            && key.iter_mut().zip(digits).all(|(byte, pair)| {
                let pair = pair.iter().map(|digit| match digit {
                    b'0'..=b'9' => Some(digit - b'0'),
                    b'a'..=b'f' => Some(digit - b'a' + 10),
                    _ => None,
                });
                let pair = pair.collect::<Option<Vec<u8>>>();
                let read = pair.map(|pair| pair.iter().fold(0, |all, digit| 16 * all + digit));
                *byte = read.unwrap_or_default();
                read.is_some()
            });
        if is_sound {
            return Ok(Self(key));
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "this is no cursor of a report; take the one of the page before",
        ))
    }
}

impl Serialize for ReportCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        let mut key = [0; 32];
        key[0] = 0x1f;
        key[31] = 0xa0;
        let text = ReportCursor(key).to_string();
        assert_eq!(text.parse::<ReportCursor>().unwrap(), ReportCursor(key));
        let upper = text.to_uppercase();
        let shorter = text.replacen('1', "", 1);
        for wrong in ["", &shorter, &format!("{text}0"), &upper, &"é".repeat(32)] {
            let error = wrong.parse::<ReportCursor>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
        }
    }
}
