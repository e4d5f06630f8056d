//! Storing many values.

use super::existing::OnExisting;
use super::items::{Item, Refused, check, parts};
use super::progress::{BulkError, BulkProgress};
use crate::crypto::{Info, InfoState as State};
use crate::error::{Error, ErrorKind, Result};
use crate::store::RowKey;
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;
use crate::vault::write::input::SecretInput;
use crate::vault::write::ledger::{Ledger, LedgerEntry, NamedRow};

impl ScopedVault {
    /// Stores many secrets of this scope, in writes of bounded size: for imports.
    ///
    /// A write has 256 secrets at most, and 2 MiB of their values and texts; a longer secret has a
    /// write of its own. Each write happens whole or not at all. The first one that fails ends the
    /// call, and the error tells how many secrets are stored: the first ones, in the order of the
    /// items. To go on after it, call again without the first `stored + skipped` items. (With all
    /// of them and [`OnExisting::Skip`], names that were there before the first call stay as they
    /// were.)
    ///
    /// Everything about the items alone is checked before the first write. Each secret is stored as
    /// [`put`](ScopedVault::put) does it, and the [observer](crate::Observer) is told of each as of
    /// a `put`, but not of those that are skipped. Unlike `put`, it takes secrets that have
    /// expired already: they may be brought along.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [
    ///     ("STRIPE_KEY", SecretInput::from("sk_live_...").description("live mode")),
    ///     ("CRM_TOKEN", SecretInput::from("a value")),
    /// ];
    /// let progress = project.put_all(items, OnExisting::Fail)?;
    /// assert_eq!(progress.stored, 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `put`; [`InvalidInput`](ErrorKind::InvalidInput) for a name that is given twice,
    /// before anything is stored; [`Conflict`](ErrorKind::Conflict) and
    /// [`Revoked`](ErrorKind::Revoked) as [`OnExisting`] says, before anything of that write is
    /// stored.
    pub fn put_all<N: AsRef<str>, I: Into<SecretInput>>(
        &self,
        items: impl IntoIterator<Item = (N, I)>,
        existing: OnExisting,
    ) -> Result<BulkProgress, BulkError> {
        self.put_all_with(items, existing, drop)
    }

    /// Stores many secrets as [`put_all`](ScopedVault::put_all) does, and tells the progress after
    /// each write, when its secrets are stored.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = (0..600).map(|number| (format!("KEY_{number}"), format!("value {number}")));
    /// let mut stored = Vec::new();
    /// project.put_all_with(items, OnExisting::Fail, |progress| stored.push(progress.stored))?;
    /// assert_eq!(stored, [256, 512, 600]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `put_all`.
    pub fn put_all_with<N: AsRef<str>, I: Into<SecretInput>>(
        &self,
        items: impl IntoIterator<Item = (N, I)>,
        existing: OnExisting,
        mut progress: impl FnMut(BulkProgress),
    ) -> Result<BulkProgress, BulkError> {
        let mut done = BulkProgress::default();
        let items = self.named(items);
        done.total = items.as_ref().map_or(0, Vec::len);
        let items = items
            .and_then(|items| self.check_items(&items).map(|()| items))
            .map_err(|(item, error)| BulkError::new(error, item, done))?;
        let mut begin = 0;
        let ended = parts(&items).try_for_each(|part| {
            let skipped = self.put_part(part, existing).map_err(|(item, error)| {
                BulkError::new(error, item.map(|item| begin + item), done)
            })?;
            begin += part.len();
            done.skipped += skipped;
            done.stored = begin - done.skipped;
            progress(done);
            Ok(())
        });
        // Also if a later part failed.
        if existing == OnExisting::Replace && done.stored > 0 {
            self.purge();
        }
        ended.map(|()| done)
    }

    /// The items with the names that the vault gives them.
    fn named<N: AsRef<str>, I: Into<SecretInput>>(
        &self,
        items: impl IntoIterator<Item = (N, I)>,
    ) -> Result<Vec<Item>, Refused> {
        let named = |(number, (name, input)): (usize, (N, I))| {
            let name = self.core().names.apply(name.as_ref());
            let name = name.map_err(|error| (Some(number), error))?;
            let input = input.into().may_be_expired();
            Ok(Item { name, input })
        };
        items.into_iter().enumerate().map(named).collect()
    }

    /// Checks all that can be checked before the store is asked.
    fn check_items(&self, items: &[Item]) -> Result<(), Refused> {
        let begun = self.begin();
        if let Err(error) = self.must(Permissions::MANAGE) {
            for item in items {
                self.tell_outcome(begun, Action::Put, &item.name, Err(&error));
            }
            return Err((None, error));
        }
        check(items, self.core().max_value)
    }

    /// Stores a part of the items in one write, and gives the number of those that were skipped.
    fn put_part(&self, part: &[Item], existing: OnExisting) -> Result<usize, Refused> {
        let begun = self.begin();
        let names = part.iter().map(|item| &item.name);
        let rows: Vec<NamedRow<'_>> = names
            .map(|name| NamedRow::new(self.core(), self.own(), name))
            .collect();
        let first: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
        let mut at = None;
        let (core, actor) = (self.core(), self.actor());
        let written = core.write(self.own(), actor, &first, |ledger| {
            at = None;
            let read = rows.iter().map(|row| ledger.read(*row));
            let entries: Vec<LedgerEntry<'_>> = read.collect::<Result<_>>()?;
            // All names first: sealing costs more.
            for (number, entry) in entries.iter().enumerate() {
                at = Some(number);
                self.check_existing(entry, existing)?;
            }
            let mut infos = Vec::with_capacity(part.len());
            for (number, (entry, item)) in entries.iter().zip(part).enumerate() {
                at = Some(number);
                infos.push(self.put_item(ledger, entry, &item.input, existing)?);
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
                self.tell_outcome(begun, Action::Put, &item.name, Err(&error));
            }
            (at, error)
        })?;
        for info in infos.iter().flatten() {
            self.tell_outcome(begun, Action::Put, &info.name, Ok(info));
        }
        Ok(infos.iter().filter(|info| info.is_none()).count())
    }

    /// Refuses a name that is there, if the rule says so.
    fn check_existing(&self, entry: &LedgerEntry<'_>, existing: OnExisting) -> Result<()> {
        let is_revoked = |stored: &&Stored| stored.info.state == State::Revoked;
        let name = entry.row.name;
        match (existing, entry.current()) {
            (OnExisting::Fail, Some(_)) => {
                let message = format!(
                    "a secret {name} exists already in {}; OnExisting says what else to do",
                    self.scope()
                );
                Err(Error::new(ErrorKind::Conflict, message).with_name(name))
            }
            (OnExisting::Replace | OnExisting::Version, stored)
                if stored.as_ref().is_some_and(is_revoked) =>
            {
                let hint = "; OnExisting::Skip leaves it, and replace_revoked puts a new secret in \
                            its place";
                Err(self.revoked(name, hint))
            }
            _ => Ok(()),
        }
    }

    /// Stores an item; `None` if its name is skipped.
    fn put_item(
        &self,
        ledger: &mut Ledger<'_>,
        entry: &LedgerEntry<'_>,
        input: &SecretInput,
        existing: OnExisting,
    ) -> Result<Option<Info>> {
        if existing == OnExisting::Skip && entry.current().is_some() {
            return Ok(None);
        }
        self.check_expected(input.change.expected, entry)?;
        let continues =
            |stored: &&Stored| existing != OnExisting::Replace && stored.info.state.is_live();
        let live = entry.last().filter(continues);
        let next = self.next_value(ledger, live, entry, input)?;
        ledger.write(entry, &next)?;
        Ok(Some(next.info))
    }
}
