//! One change of many secrets: part by part, each in one write.

use std::ops::ControlFlow;

use super::items::{Item, Refused, check, parts};
use super::progress::{BulkError, BulkProgress};
use crate::crypto::Info;
use crate::error::{ErrorKind, Result};
use crate::store::RowKey;
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;
use crate::vault::write::ledger::{Ledger, LedgerEntry, NamedRow};

/// A change of many secrets, of each by an input `T`.
pub(super) struct Changes<'a, T> {
    pub(super) action: Action,
    /// True if secrets lose values by it.
    pub(super) erases: bool,
    /// Checks all of an input that can be checked before the store is asked.
    pub(super) check_input: &'a dyn Fn(&T) -> Result<()>,
    /// The bytes of the values and texts of an input.
    pub(super) size: &'a dyn Fn(&T) -> usize,
    /// Refuses a secret as it is, before anything of its part is sealed.
    pub(super) check_stored: &'a dyn Fn(&LedgerEntry<'_>) -> Result<()>,
    /// Asks for what else counts, of the secrets of a part, before any is sealed. It may run again.
    pub(super) check_part: &'a PartCheck<'a>,
    /// The secret as it becomes; `None` if it is skipped.
    pub(super) next: &'a NextOf<'a, T>,
}

/// A function that looks at the secrets of a part, and names the one that it refuses.
pub(super) type PartCheck<'a> =
    dyn Fn(&mut Ledger<'_>, &[LedgerEntry<'_>]) -> Result<(), Refused> + 'a;

/// A function that changes a secret by an input.
type NextOf<'a, T> = dyn Fn(&mut Ledger<'_>, &LedgerEntry<'_>, &T) -> Result<Option<Stored>> + 'a;

impl ScopedVault {
    /// Changes secrets part by part, and tells the progress after each part.
    pub(super) fn change_all<T>(
        &self,
        items: Result<Vec<Item<T>>, Refused>,
        changes: &Changes<'_, T>,
        mut progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
    ) -> Result<BulkProgress, BulkError> {
        let mut done = BulkProgress {
            total: items.as_ref().map_or(0, Vec::len),
            ..BulkProgress::default()
        };
        let items = items
            .and_then(|items| self.check_items(&items, changes).map(|()| items))
            .map_err(|(item, error)| BulkError::new(error, item, done))?;
        let mut refused = None;
        let mut begin = 0;
        for part in parts(&items, changes.size) {
            match self.change_part(part, changes) {
                Ok(skipped) => {
                    begin += part.len();
                    done.skipped += skipped;
                    done.changed = begin - done.skipped;
                }
                Err((item, error)) => {
                    let part = begin..begin + part.len();
                    let is_settled = error.kind() != ErrorKind::Unsettled;
                    let unsettled = if is_settled { 0..0 } else { part };
                    refused = Some((item.map(|item| begin + item), error, unsettled));
                    break;
                }
            }
            if progress(done).is_break() {
                break;
            }
        }
        // Also if a later part failed.
        if changes.erases && done.changed > 0 {
            done.purge = Some(self.purge());
        }
        match refused {
            Some((item, error, unsettled)) => {
                Err(BulkError::new(error, item, done).unsettled_at(unsettled))
            }
            None => Ok(done),
        }
    }

    /// Checks all that can be checked before the store is asked.
    fn check_items<T>(&self, items: &[Item<T>], changes: &Changes<'_, T>) -> Result<(), Refused> {
        let begun = self.begin();
        if let Err(error) = self.must(Permissions::MANAGE) {
            for item in items {
                self.tell_outcome(begun, changes.action, &item.name, Err(&error));
            }
            return Err((None, error));
        }
        check(items, changes.check_input)
    }

    /// Changes a part of the secrets in one write, and gives the number of those that were skipped.
    fn change_part<T>(&self, part: &[Item<T>], changes: &Changes<'_, T>) -> Result<usize, Refused> {
        let begun = self.begin();
        let rows: Vec<NamedRow<'_>> = part
            .iter()
            .map(|item| NamedRow::new(self.core(), self.own(), &item.name))
            .collect();
        let first: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
        let mut at = None;
        let (core, call) = (self.core(), self.call(changes.action));
        let written = core.write(self.own(), call, &first, |ledger| {
            at = None;
            let read = rows.iter().map(|row| ledger.read(*row));
            let entries: Vec<LedgerEntry<'_>> = read.collect::<Result<_>>()?;
            // All names first: sealing costs more.
            for (number, entry) in entries.iter().enumerate() {
                at = Some(number);
                (changes.check_stored)(entry)?;
            }
            at = None;
            (changes.check_part)(ledger, &entries).map_err(|(number, error)| {
                at = number;
                error
            })?;
            let mut infos: Vec<Option<Info>> = Vec::with_capacity(part.len());
            for (number, (entry, item)) in entries.iter().zip(part).enumerate() {
                at = Some(number);
                let next = (changes.next)(ledger, entry, &item.input)?;
                if let Some(next) = &next {
                    ledger.write(entry, next)?;
                }
                infos.push(next.map(|next| next.info));
            }
            at = None;
            Ok(infos)
        });
        let infos = written.map_err(|error| {
            let is_told = |number| at.is_none_or(|at| at == number);
            for (_, item) in part
                .iter()
                .enumerate()
                .filter(|(number, _)| is_told(*number))
            {
                self.tell_outcome(begun, changes.action, &item.name, Err(&error));
            }
            (at, error)
        })?;
        for info in infos.iter().flatten() {
            self.tell_outcome(begun, changes.action, &info.name, Ok(info));
        }
        Ok(infos.iter().filter(|info| info.is_none()).count())
    }
}
