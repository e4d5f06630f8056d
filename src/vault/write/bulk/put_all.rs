//! Storing many values.

use std::ops::ControlFlow;

use super::changes::Changes;
use super::existing::OnExisting;
use super::items::{Item, Refused};
use super::progress::{BulkError, BulkProgress};
use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;
use crate::vault::write::input::SecretInput;
use crate::vault::write::ledger::{Ledger, LedgerEntry};

impl ScopedVault {
    /// Stores many secrets of this scope, in writes of bounded size: for imports.
    ///
    /// A write has 256 secrets at most, and 2 MiB of their values and texts; a longer secret has a
    /// write of its own. Each write happens whole or not at all. The first one that fails ends the
    /// call, and the error tells how many secrets are stored: the first ones, in the order of the
    /// items. To go on after it, call again without the first `changed + skipped` items. (With all
    /// of them and [`OnExisting::Skip`], names that were there before the first call stay as they
    /// were.)
    ///
    /// Everything about the items alone is checked before the first write. Each secret is stored as
    /// [`put`](ScopedVault::put) does it, and the [observer](crate::Observer) is told of each as of
    /// a `put`, but not of those that are skipped. Unlike `put`, it takes secrets that have
    /// expired already: they may be brought along.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
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
    /// assert_eq!(progress.changed, 2);
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
        self.put_all_with(items, existing, |_| ControlFlow::Continue(()))
    }

    /// Stores many secrets as [`put_all`](ScopedVault::put_all) does, and tells the progress after
    /// each write, when its secrets are stored. The callback may end the call there: what is
    /// stored stays.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = (0..600).map(|number| (format!("KEY_{number}"), format!("value {number}")));
    /// let mut stored = Vec::new();
    /// project.put_all_with(items, OnExisting::Fail, |progress| {
    ///     stored.push(progress.changed);
    ///     ControlFlow::Continue(())
    /// })?;
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
        progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
    ) -> Result<BulkProgress, BulkError> {
        let changes = Changes {
            action: Action::Put,
            erases: existing == OnExisting::Replace,
            check_input: &|input: &SecretInput| input.check(self.core().max_value),
            size: &SecretInput::size,
            check_stored: &|entry| self.check_existing(entry, existing),
            check_part: &|_, _| Ok(()),
            next: &|ledger, entry, input| self.put_item(ledger, entry, input, existing),
        };
        self.change_all(self.named(items), &changes, progress)
    }

    /// The items with the names that the vault gives them.
    fn named<N: AsRef<str>, I: Into<SecretInput>>(
        &self,
        items: impl IntoIterator<Item = (N, I)>,
    ) -> Result<Vec<Item<SecretInput>>, Refused> {
        let named = |(number, (name, input)): (usize, (N, I))| {
            let name = self.core().names.apply(name.as_ref());
            let name = name.map_err(|error| (Some(number), error))?;
            let input = input.into().may_be_expired();
            Ok(Item { name, input })
        };
        items.into_iter().enumerate().map(named).collect()
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

    /// The secret with an item as its value; `None` if its name is skipped.
    fn put_item(
        &self,
        ledger: &mut Ledger<'_>,
        entry: &LedgerEntry<'_>,
        input: &SecretInput,
        existing: OnExisting,
    ) -> Result<Option<Stored>> {
        if existing == OnExisting::Skip && entry.current().is_some() {
            return Ok(None);
        }
        self.check_expected(input.change.expected, entry)?;
        let continues =
            |stored: &&Stored| existing != OnExisting::Replace && stored.info.state.is_live();
        let live = entry.last().filter(continues);
        self.next_value(ledger, live, entry, input).map(Some)
    }
}
