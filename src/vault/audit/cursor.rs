//! Places to go on reading.

use std::fmt;
use std::str::FromStr;

use base16ct::lower::{decode_vec, encode_string};

use crate::crypto::{LogPlace, SubKeys, equal};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Partition;

/// A place among the entries of an [`AuditLog`](crate::AuditLog), to go on reading in the same
/// order.
///
/// As text it can be kept or sent: it says nothing but numbers and keyed hashes. It is proof of the
/// entries that were read: an entry in front of it is believed only if it follows them. A cursor
/// that somebody made up or changed is refused.
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
    oldest_first: bool,
    pub(super) changes: Position,
    pub(super) uses: Position,
    proof: [u8; 16],
}

/// A place in one log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The end of a row from which its entries are read.
    pub(super) place: LogPlace,
    /// The number of the entry that was read last. Those behind it in this row are left.
    pub(super) last: u64,
}

/// The logs that a cursor is a place in.
pub(super) struct CursorLogs<'k> {
    pub(super) keys: &'k SubKeys,
    pub(super) changes: Partition,
    pub(super) uses: Partition,
}

impl CursorLogs<'_> {
    /// The cursor at these positions.
    pub(super) fn cursor(&self, oldest_first: bool, positions: [Position; 2]) -> AuditCursor {
        let [changes, uses] = positions;
        let mut cursor = AuditCursor {
            oldest_first,
            changes,
            uses,
            proof: [0; 16],
        };
        cursor.proof = self.proof(&cursor);
        cursor
    }

    /// Refuses a cursor that was not made here for this order.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput).
    pub(super) fn check(&self, cursor: &AuditCursor, oldest_first: bool) -> Result<()> {
        let is_own = equal(&cursor.proof, &self.proof(cursor));
        if is_own && cursor.oldest_first == oldest_first {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "the cursor is not of this audit log in this order; take the one of the page before",
        ))
    }

    fn proof(&self, cursor: &AuditCursor) -> [u8; 16] {
        let logs = [&self.changes.0, &self.uses.0];
        self.keys.audit_cursor(logs, &cursor.fields())
    }
}

impl AuditCursor {
    /// `u8 order ‖ position in the changes ‖ position in the uses`.
    fn fields(&self) -> Vec<u8> {
        let mut fields = vec![u8::from(self.oldest_first)];
        fields.extend(self.changes.encode());
        fields.extend(self.uses.encode());
        fields
    }

    /// Undoes [`fields`](Self::fields), with the proof behind them.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (order, rest) = bytes.split_first()?;
        let (changes, rest) = rest.split_at_checked(Position::LENGTH)?;
        let (uses, proof) = rest.split_at_checked(Position::LENGTH)?;
        Some(Self {
            oldest_first: match order {
                0 => false,
                1 => true,
                _ => return None,
            },
            changes: Position::decode(changes)?,
            uses: Position::decode(uses)?,
            proof: proof.try_into().ok()?,
        })
    }
}

impl Position {
    const LENGTH: usize = 56;

    /// The position behind all entries up to a place, for who reads the oldest ones first.
    pub(super) fn behind(place: LogPlace) -> Self {
        Self {
            place,
            last: place.entry,
        }
    }

    /// `place ‖ u64 last`.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.place.encode();
        bytes.extend(self.last.to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (place, last) = bytes.split_last_chunk()?;
        Some(Self {
            place: LogPlace::decode(place).ok()?,
            last: u64::from_be_bytes(*last),
        })
    }
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.fields();
        bytes.extend(self.proof);
        f.write_str(&encode_string(&bytes))
    }
}

impl FromStr for AuditCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = Some(text).filter(|text| text.len() <= 1024);
        let cursor = bytes.and_then(|text| Self::decode(&decode_vec(text).ok()?));
        cursor.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                "this is no cursor of an audit log; take the one of the page before",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        let place = LogPlace {
            row: 3,
            entry: 17,
            chain: [7; 32],
        };
        let cursor = AuditCursor {
            oldest_first: true,
            changes: Position { place, last: 16 },
            uses: Position::behind(place),
            proof: [0xAB; 16],
        };
        let text = cursor.to_string();
        assert_eq!(text.len(), 2 * (1 + 2 * Position::LENGTH + 16));
        assert_eq!(text.parse::<AuditCursor>().unwrap(), cursor);
        let (longer, shorter) = (format!("{text}00"), text.split_at(2).1);
        let (other_order, capital) = (format!("02{shorter}"), text.to_uppercase());
        for wrong in ["", "3.17-0.0", &longer, shorter, &other_order, &capital] {
            let error = wrong.parse::<AuditCursor>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
        }
    }
}
