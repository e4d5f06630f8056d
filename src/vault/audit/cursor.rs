//! Places to go on reading.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// A place among the entries of an [`AuditLog`](crate::AuditLog), to go on reading.
///
/// As text it can be kept or sent: it says nothing but four numbers, and somebody who changes it
/// reads from another place.
///
/// ```
/// use keyslot::{AuditCursor, AuditMode, AuditQuery, RootKey, Vault};
///
/// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme")?;
/// for number in 0..3 {
///     project.put("STRIPE_KEY", format!("value {number}"))?;
/// }
/// let (log, all) = (vault.audit("acme")?, AuditQuery::new());
/// let first = log.page(&all, None, 2)?;
/// let text = first.next.unwrap().to_string();
/// let second = log.page(&all, Some(text.parse::<AuditCursor>()?), 2)?;
/// assert_eq!((first.entries.len(), second.entries.len()), (2, 1));
/// assert!(second.next.is_none());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    pub(super) changes: Position,
    pub(super) uses: Position,
}

/// A place in one log: an entry, and the row that it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) row: u64,
    pub(super) entry: u64,
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changes, uses } = self;
        write!(
            f,
            "{}.{}-{}.{}",
            changes.row, changes.entry, uses.row, uses.entry
        )
    }
}

impl FromStr for AuditCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let position = |text: &str| {
            let (row, entry) = text.split_once('.')?;
            Some(Position {
                row: row.parse().ok()?,
                entry: entry.parse().ok()?,
            })
        };
        let both = text
            .split_once('-')
            .and_then(|(changes, uses)| Some((position(changes)?, position(uses)?)));
        let (changes, uses) = both.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                "this is no cursor of an audit log; take the one of the page before",
            )
        })?;
        Ok(Self { changes, uses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        let cursor = AuditCursor {
            changes: Position { row: 3, entry: 17 },
            uses: Position { row: 0, entry: 0 },
        };
        assert_eq!(cursor.to_string(), "3.17-0.0");
        assert_eq!("3.17-0.0".parse::<AuditCursor>().unwrap(), cursor);
        for wrong in ["", "3.17", "3.17-0", "3-0.0", "a.1-0.0", "1.-1-0.0"] {
            let error = wrong.parse::<AuditCursor>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
        }
    }
}
