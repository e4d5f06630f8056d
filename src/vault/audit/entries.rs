//! The entries of both logs of an organization, or of the log of keys.

use std::fmt;
use std::time::SystemTime;

use super::cursor::Position;
use super::query::{AuditQuery, is_within};
use super::reader::{Read, Reader};
use crate::error::Result;
use crate::record::AuditEntry;
use crate::scope::Scope;

/// The entries of an [`AuditLog`](crate::AuditLog) that fit a question, in the order of time as far
/// as clocks agree: the newest first, unless it was asked otherwise.
///
/// Reads the store as it goes on. After an error there are no more entries.
#[must_use = "nothing is read before it is asked"]
pub struct AuditEntries {
    /// The log of changes and that of uses; or that of keys alone.
    logs: [Option<Reader>; 2],
    query: AuditQuery,
    /// The scope to which, with those within it, they are limited.
    within: Option<Scope>,
    /// The number of entries that may still be read.
    left: usize,
    /// The time of the first entry that was one too many.
    unread: Option<SystemTime>,
    is_over: bool,
}

impl AuditEntries {
    /// The entries of logs; none if they may not be read.
    pub(super) fn new(
        mut logs: [Option<Reader>; 2],
        query: AuditQuery,
        within: Option<Scope>,
        may_read: bool,
    ) -> Self {
        if !query.oldest_first {
            for log in logs.iter_mut().flatten() {
                log.not_before(query.earliest());
            }
        }
        Self {
            logs,
            query,
            within,
            left: usize::MAX,
            unread: None,
            is_over: !may_read,
        }
    }

    /// Reads so many entries at most, those among them that do not fit.
    pub(super) fn read_at_most(&mut self, most: usize) {
        self.left = most;
    }

    /// The time of the first entry that was not read for that reason.
    pub(super) fn unread(&self) -> Option<SystemTime> {
        self.unread
    }

    /// The positions in both logs behind the last entry that was given.
    pub(super) fn positions(&mut self) -> Result<[Position; 2]> {
        let position = |log: &mut Option<Reader>| match log {
            Some(log) => log.position(),
            None => Ok(Position::default()),
        };
        let [changes, uses] = &mut self.logs;
        Ok([position(changes)?, position(uses)?])
    }

    /// Takes the next entry of the logs.
    fn step(&mut self) -> Result<Option<Read>> {
        let [changes, uses] = &mut self.logs;
        let (one, other) = (next_of(changes)?, next_of(uses)?);
        let is_change = match (one, other) {
            (Some(change), Some(used)) if self.query.oldest_first => {
                change.entry.time <= used.entry.time
            }
            (Some(change), Some(used)) => change.entry.time >= used.entry.time,
            (change, _) => change.is_some(),
        };
        let next = if is_change { changes } else { uses };
        Ok(next.as_mut().and_then(Reader::take))
    }

    fn fits(&self, entry: &AuditEntry) -> bool {
        let within = self.within.as_ref();
        within.is_none_or(|scope| is_within(entry, scope)) && self.query.fits(entry)
    }
}

/// The next entry of a log, without taking it.
fn next_of(log: &mut Option<Reader>) -> Result<Option<&Read>> {
    match log {
        Some(log) => log.peek(),
        None => Ok(None),
    }
}

impl Iterator for AuditEntries {
    type Item = Result<AuditEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let (left, step) = (self.left.checked_sub(1), self.step());
            self.left = left.unwrap_or_default();
            match step {
                Ok(Some(read)) if left.is_none() => {
                    (self.unread, self.is_over) = (Some(read.entry.time), true);
                    return None;
                }
                Ok(Some(read)) if self.fits(&read.entry) => return Some(Ok(read.entry)),
                Ok(Some(_)) => {}
                Ok(None) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

impl fmt::Debug for AuditEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditEntries")
            .field("within", &self.within)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
