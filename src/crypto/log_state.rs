//! The state of an audit log, as a head accounts for it.

use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, array, corrupt};
use crate::error::Result;

/// The account of an audit log: where it begins and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogState {
    /// The place behind the last entry that was taken away; the beginning of all logs without one.
    pub(crate) begin: LogPlace,
    /// The place behind the last entry.
    pub(crate) end: LogPlace,
    /// The time at which the last row was written. It never goes back, and no entry of a row is
    /// later than its row.
    pub(crate) written_at: Timestamp,
}

/// A place between two rows of an audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogPlace {
    /// The number of the row before it.
    pub(crate) row: u64,
    /// The number of the entry before it.
    pub(crate) entry: u64,
    /// The value of the chain after that entry.
    pub(crate) chain: [u8; 32],
}

impl LogPlace {
    /// `u64 row ‖ u64 entry ‖ chain value[32]`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        [
            &self.row.to_be_bytes()[..],
            &self.entry.to_be_bytes(),
            &self.chain,
        ]
        .concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let (row, rest) = bytes.split_first_chunk().ok_or_else(corrupt)?;
        let (entry, chain) = rest.split_first_chunk().ok_or_else(corrupt)?;
        Ok(Self {
            row: u64::from_be_bytes(*row),
            entry: u64::from_be_bytes(*entry),
            chain: array(chain)?,
        })
    }
}

impl LogState {
    /// A log that has no entry yet.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            begin: LogPlace::default(),
            end: LogPlace::default(),
            written_at: now,
        }
    }

    /// The record `1: begin, 2: end, 3: written at`, the first one left out while nothing was taken
    /// away.
    pub(super) fn encode(&self) -> Vec<u8> {
        let begin = (self.begin != LogPlace::default()).then(|| self.begin.encode());
        FieldWriter::new()
            .optional(1, begin.as_deref())
            .field(2, &self.end.encode())
            .field(3, &self.written_at.encode())
            .finish()
    }

    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let begin = reader.optional(1)?.map(LogPlace::decode).transpose()?;
        let state = Self {
            begin: begin.unwrap_or_default(),
            end: LogPlace::decode(reader.bytes(2)?)?,
            written_at: Timestamp::decode(reader.bytes(3)?)?,
        };
        reader.finish()?;
        let (begin_row, begin_entry) = (state.begin.row, state.begin.entry);
        let is_sound = begin != Some(LogPlace::default())
            && begin_row <= state.end.row
            && begin_entry <= state.end.entry
            && begin_row <= begin_entry
            && i64::try_from(state.end.entry).is_ok();
        if is_sound { Ok(state) } else { Err(corrupt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn place(row: u64, entry: u64) -> LogPlace {
        LogPlace {
            row,
            entry,
            chain: [7; 32],
        }
    }

    #[test]
    fn a_state_comes_back() {
        let now = Timestamp::of_micros(1_800_000_000_000_000).unwrap();
        let fresh = LogState {
            end: place(3, 9),
            ..LogState::new(now)
        };
        let pruned = LogState {
            begin: place(2, 4),
            ..fresh
        };
        for state in [LogState::new(now), fresh, pruned] {
            assert_eq!(LogState::decode(&state.encode()).unwrap(), state);
        }
        assert_eq!(pruned.encode().len() - fresh.encode().len(), 5 + 48);
    }

    #[test]
    fn a_state_that_contradicts_itself_is_refused() {
        let now = Timestamp::of_micros(1).unwrap();
        let state = |begin, end| LogState {
            begin,
            end,
            ..LogState::new(now)
        };
        let long = i64::MAX as u64 + 1;
        for wrong in [
            state(place(4, 4), place(3, 9)),
            state(place(1, 5), place(3, 4)),
            state(place(2, 1), place(3, 4)),
            state(LogPlace::default(), place(3, long)),
        ] {
            let error = LogState::decode(&wrong.encode()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{wrong:?}");
        }
        // One form alone: a beginning that is left out is not there.
        let zeros = FieldWriter::new()
            .field(1, &LogPlace::default().encode())
            .field(2, &place(1, 1).encode())
            .field(3, &now.encode())
            .finish();
        assert!(LogState::decode(&zeros).is_err());
    }
}
