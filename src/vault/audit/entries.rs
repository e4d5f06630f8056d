//! The entries of both logs of an organization.

use std::fmt;

use super::reader::Reader;
use crate::error::Result;
use crate::record::AuditEntry;
use crate::scope::Scope;

/// The entries of an [`AuditLog`](crate::AuditLog), in the order of time, the newest first.
///
/// Reads the store as it goes on. After an error there are no more entries.
#[must_use = "nothing is read before it is asked"]
pub struct AuditEntries {
    /// The log of changes and that of uses.
    logs: [Reader; 2],
    newest_first: bool,
    /// The scope to which, with those within it, they are limited.
    within: Option<Scope>,
    is_over: bool,
}

impl AuditEntries {
    pub(super) fn new(logs: [Reader; 2], newest_first: bool, within: Option<Scope>) -> Self {
        Self {
            logs,
            newest_first,
            within,
            is_over: false,
        }
    }

    fn step(&mut self) -> Result<Option<AuditEntry>> {
        let [changes, uses] = &mut self.logs;
        let (one, other) = (changes.peek()?, uses.peek()?);
        let is_change = match (one, other) {
            (Some(change), Some(used)) if self.newest_first => change.time >= used.time,
            (Some(change), Some(used)) => change.time <= used.time,
            (change, _) => change.is_some(),
        };
        Ok(if is_change {
            changes.take()
        } else {
            uses.take()
        })
    }

    fn is_within(&self, entry: &AuditEntry) -> bool {
        let Some(within) = &self.within else {
            return true;
        };
        entry.scope.chain().any(|scope| scope == *within)
    }
}

impl Iterator for AuditEntries {
    type Item = Result<AuditEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.step() {
                Ok(Some(entry)) if self.is_within(&entry) => return Some(Ok(entry)),
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
            .field("newest_first", &self.newest_first)
            .finish_non_exhaustive()
    }
}
