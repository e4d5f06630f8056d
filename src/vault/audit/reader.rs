//! One log, read from one of its ends.

use std::collections::VecDeque;
use std::sync::Arc;

use super::append::log_row_key;
use super::broken::broken;
use crate::crypto::{LogPlace, LogState};
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
    /// The place where it goes on; `None` before the head was read.
    at: Option<LogPlace>,
    /// The place where it ends.
    until: LogPlace,
    newest_first: bool,
    rows: VecDeque<Row>,
    entries: VecDeque<AuditEntry>,
}

impl Core {
    /// The state of the log in a partition, as its head has it now.
    pub(super) fn log_state(&self, partition: Partition) -> Result<Option<LogState>> {
        let seen = self.seen.of(partition);
        let row = self.get_one(partition, head_row(partition))?;
        let head = self.admit_head(partition, row.as_ref(), seen)?;
        Ok(head.and_then(|head| head.log))
    }
}

impl Reader {
    pub(super) fn new(core: Arc<Core>, partition: Partition, newest_first: bool) -> Self {
        Self {
            core,
            partition,
            at: None,
            until: LogPlace::default(),
            newest_first,
            rows: VecDeque::new(),
            entries: VecDeque::new(),
        }
    }

    /// The next entry, without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<&AuditEntry>> {
        while self.entries.is_empty() {
            let Some(at) = self.place()? else {
                return Ok(None);
            };
            let Some(row) = self.next_row(at)? else {
                return Ok(None);
            };
            let opened = self.core.open_log_row(self.partition, &row)?;
            let (entries, end) = self.core.entries_of(self.partition, &opened)?;
            let (here, next) = if self.newest_first {
                (end, opened.before)
            } else {
                (opened.before, end)
            };
            if here != at {
                return Err(broken());
            }
            self.at = Some(next);
            self.entries = entries.into();
            if self.newest_first {
                self.entries.make_contiguous().reverse();
            }
        }
        Ok(self.entries.front())
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self) -> Option<AuditEntry> {
        self.entries.pop_front()
    }

    /// The place where it goes on; `None` at the end.
    fn place(&mut self) -> Result<Option<LogPlace>> {
        if self.at.is_none() {
            let log = self.core.log_state(self.partition)?;
            let ends = log.map(|log| (log.begin, log.end)).unwrap_or_default();
            let (at, until) = if self.newest_first {
                (ends.1, ends.0)
            } else {
                ends
            };
            (self.at, self.until) = (Some(at), until);
        }
        Ok(self.at.filter(|at| *at != self.until))
    }

    /// The row at a place; `None` if it was taken away by somebody who may.
    fn next_row(&mut self, at: LogPlace) -> Result<Option<Row>> {
        if let Some(row) = self.rows.pop_front() {
            return Ok(Some(row));
        }
        let numbers = if self.newest_first {
            let first = at.row.saturating_sub(ROWS - 1).max(self.until.row + 1);
            first..=at.row
        } else {
            at.row + 1..=at.row.saturating_add(ROWS).min(self.until.row)
        };
        let keys: Vec<RowKey> = numbers.map(log_row_key).collect();
        let rows = self.core.get(self.partition, &keys)?;
        let (found, asked) = (rows.iter().flatten().count(), rows.len());
        self.rows = rows.into_iter().flatten().collect();
        if found < asked {
            self.check_taken_away(asked - found)?;
        }
        if self.newest_first {
            self.rows.make_contiguous().reverse();
        }
        Ok(self.rows.pop_front())
    }

    /// Refuses rows that are missing, unless the log begins behind them by now.
    fn check_taken_away(&mut self, missing: usize) -> Result<()> {
        let begin = self.core.log_state(self.partition)?.map(|log| log.begin);
        let missing = u64::try_from(missing).unwrap_or(u64::MAX);
        let Some(begin) = begin.filter(|begin| begin.row >= self.until.row.saturating_add(missing))
        else {
            return Err(broken());
        };
        if self.newest_first {
            self.until = begin;
        } else {
            // It goes on where the log begins now.
            self.at = Some(begin);
        }
        Ok(())
    }
}
