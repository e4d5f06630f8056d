//! One log, read from one of its ends.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

use super::append::log_row_key;
use super::broken::{broken, cut};
use super::cursor::Position;
use crate::crypto::{LogPlace, LogRow, LogState};
use crate::error::Result;
use crate::record::AuditEntry;
use crate::store::{Partition, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;

/// The rows that are read at once. The longest ones have 8 MiB together.
const ROWS: u64 = 16;

/// A reader of one log. Each row must be the one of its place, so what is read is what the head
/// accounts for.
pub(super) struct Reader {
    core: Arc<Core>,
    partition: Partition,
    newest_first: bool,
    /// The time before which nothing is looked for.
    since: Option<SystemTime>,
    /// The position behind the last entry that was taken.
    position: Option<Position>,
    /// The place where it goes on; `None` before the head was read.
    at: Option<LogPlace>,
    /// The row from which entries are read, by its end at which they begin.
    here: LogPlace,
    /// True before the row in which it goes on.
    is_resuming: bool,
    /// The place where it ends.
    until: LogPlace,
    rows: VecDeque<Row>,
    entries: VecDeque<Read>,
}

/// An entry as it was read.
pub(super) struct Read {
    pub(super) entry: AuditEntry,
    /// The value of the chain behind it.
    pub(super) chain: [u8; 32],
    pub(super) record: Vec<u8>,
}

impl Core {
    /// The state of the log in a partition, as its head has it now.
    pub(super) fn log_state(&self, partition: Partition) -> Result<Option<LogState>> {
        if partition == Partition::VAULT {
            return Ok(self.read_directory()?.log);
        }
        let seen = self.seen.of(partition);
        let row = self.get_one(partition, head_row(partition))?;
        let head = self.admit_head(partition, row.as_ref(), seen)?;
        Ok(head.and_then(|head| head.log))
    }
}

impl Reader {
    /// A reader from one end, or from a position on.
    pub(super) fn new(
        core: Arc<Core>,
        partition: Partition,
        newest_first: bool,
        position: Option<Position>,
    ) -> Self {
        Self {
            core,
            partition,
            newest_first,
            since: None,
            position,
            at: None,
            here: LogPlace::default(),
            is_resuming: position.is_some(),
            until: LogPlace::default(),
            rows: VecDeque::new(),
            entries: VecDeque::new(),
        }
    }

    /// Looks for nothing that was stored before a time.
    pub(super) fn not_before(&mut self, since: Option<SystemTime>) {
        self.since = since;
    }

    /// The position behind the last entry that was taken.
    pub(super) fn position(&mut self) -> Result<Position> {
        self.begin()?;
        Ok(self.position.unwrap_or_default())
    }

    /// The value of the chain where a reader from the oldest entry on begins.
    #[cfg(feature = "json")]
    pub(super) fn chain_at_begin(&mut self) -> Result<[u8; 32]> {
        self.begin()?;
        Ok(self.at.unwrap_or_default().chain)
    }

    /// The next entry, without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<&Read>> {
        while self.entries.is_empty() {
            let Some(at) = self.begin()? else {
                return Ok(None);
            };
            if let Some(row) = self.next_row(at)? {
                let opened = self.core.open_log_row(self.partition, &row)?;
                self.go_on(&opened)?;
            }
        }
        Ok(self.entries.front())
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self) -> Option<Read> {
        let read = self.entries.pop_front()?;
        self.position = Some(Position {
            place: self.here,
            last: read.entry.number,
        });
        Some(read)
    }

    /// Goes on with a row.
    fn go_on(&mut self, row: &LogRow) -> Result<()> {
        let (mut entries, end) = self.core.entries_of(self.partition, row)?;
        let (here, next) = if self.newest_first {
            (end, row.before)
        } else {
            (row.before, end)
        };
        if self.at != Some(here) {
            return Err(broken());
        }
        // A row of the last number may be one of a state that is no more.
        if next.row == self.until.row && next != self.until {
            return Err(broken());
        }
        (self.at, self.here) = (Some(next), here);
        if self.newest_first {
            entries.reverse();
            if self
                .since
                .is_some_and(|since| row.written_at.time() < since)
            {
                // No entry before this one is later.
                self.at = Some(self.until);
                return Ok(());
            }
        }
        if mem::take(&mut self.is_resuming) {
            let last = self.position.unwrap_or_default().last;
            entries.retain(|read| {
                if self.newest_first {
                    read.entry.number < last
                } else {
                    read.entry.number > last
                }
            });
        }
        self.entries = entries.into();
        Ok(())
    }

    /// The place where it goes on; `None` at the end.
    fn begin(&mut self) -> Result<Option<LogPlace>> {
        if self.at.is_none() {
            let log = self.core.log_state(self.partition)?;
            let (begin, end) = log.map(|log| (log.begin, log.end)).unwrap_or_default();
            let (first, until) = if self.newest_first {
                (end, begin)
            } else {
                (begin, end)
            };
            let at = if let Some(position) = self.position {
                resumed(position.place, begin, end)?
            } else {
                let last = if self.newest_first {
                    end.entry.saturating_add(1)
                } else {
                    begin.entry
                };
                self.position = Some(Position { place: first, last });
                first
            };
            (self.at, self.until) = (Some(at), until);
        }
        Ok(self.at.filter(|at| at.row != self.until.row))
    }

    /// The row at a place; `None` where rows were taken away by somebody who may.
    fn next_row(&mut self, at: LogPlace) -> Result<Option<Row>> {
        if let Some(row) = self.rows.pop_front() {
            return Ok(Some(row));
        }
        let (first, last) = if self.newest_first {
            let first = at.row.saturating_sub(ROWS - 1).max(self.until.row + 1);
            (first, at.row)
        } else {
            let last = at.row.saturating_add(ROWS).min(self.until.row);
            (at.row + 1, last)
        };
        let keys: Vec<RowKey> = (first..=last).map(log_row_key).collect();
        let rows = self.core.get(self.partition, &keys)?;
        let missing = rows.iter().filter(|row| row.is_none()).count();
        self.rows = rows.into_iter().flatten().collect();
        if missing > 0 {
            let missing = u64::try_from(missing).unwrap_or(u64::MAX);
            self.check_taken_away(first.saturating_add(missing) - 1)?;
        }
        if self.newest_first {
            self.rows.make_contiguous().reverse();
        }
        Ok(self.rows.pop_front())
    }

    /// Refuses rows that are missing up to a number, unless the log begins behind them by now.
    fn check_taken_away(&mut self, last: u64) -> Result<()> {
        let begin = self.core.log_state(self.partition)?.map(|log| log.begin);
        let begin = begin.filter(|begin| begin.row >= last).ok_or_else(broken)?;
        let first = log_row_key(begin.row.saturating_add(1));
        self.rows.retain(|row| row.key >= first);
        if self.newest_first {
            self.until = begin;
            if self.rows.is_empty() {
                self.at = Some(begin);
            }
        } else if begin.row >= self.until.row {
            // All that there was to read was taken away.
            self.at = Some(self.until);
        } else {
            // It goes on where the log begins now.
            self.at = Some(begin);
        }
        Ok(())
    }
}

/// The place where a reader goes on that was at a place before. What is before the beginning of the
/// log was taken away by somebody who may.
fn resumed(place: LogPlace, begin: LogPlace, end: LogPlace) -> Result<LogPlace> {
    let is_other = |known: LogPlace| place.row == known.row && place != known;
    if place.row > end.row || is_other(end) || is_other(begin) {
        return Err(cut());
    }
    Ok(if place.row < begin.row { begin } else { place })
}

impl Read {
    pub(super) fn new(entry: AuditEntry, chain: [u8; 32], record: Vec<u8>) -> Self {
        Self {
            entry,
            chain,
            record,
        }
    }
}
