//! One change of one secret: read, decide, write, tell the observer.

use super::input::Expected;
use super::ledger::{Ledger, LedgerEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::{self, Stored};

impl ScopedVault {
    /// Changes a secret of this scope and describes the result.
    pub(super) fn change(
        &self,
        action: Action,
        name: &SecretName,
        decide: impl FnMut(&mut Ledger<'_>, &LedgerEntry<'_>) -> Result<Option<Stored>>,
    ) -> Result<SecretInfo> {
        let stored = self.edit(action, name, decide)?;
        stored::describe(stored.info).ok_or_else(|| self.not_here(name))
    }

    /// Refuses a change by a handle that may change nothing, before the store is asked: it takes no
    /// lock and makes no key. The observer is told.
    pub(super) fn check_may_change(&self, action: Action, name: &SecretName) -> Result<()> {
        let checked = self
            .must(Permissions::MANAGE)
            .map_err(|error| error.with_name(name));
        if let Err(error) = &checked {
            self.tell_outcome(action, name, Err(error));
        }
        checked
    }

    /// Changes the secret under a name; if `decide` gives `None`, it stays as it is.
    pub(super) fn edit(
        &self,
        action: Action,
        name: &SecretName,
        mut decide: impl FnMut(&mut Ledger<'_>, &LedgerEntry<'_>) -> Result<Option<Stored>>,
    ) -> Result<Stored> {
        self.check_may_change(action, name)?;
        let stored = self.core().write(self.own(), self.actor(), |ledger| {
            let entry = ledger.read(self.own(), name)?;
            let next = decide(ledger, &entry)?;
            if let Some(next) = &next {
                ledger.write(&entry, next)?;
            }
            next.or_else(|| entry.last().cloned())
                .ok_or_else(|| self.not_here(name))
        });
        self.tell_outcome(action, name, stored.as_ref().map(|stored| &stored.info));
        stored
    }

    pub(super) fn existing<'a>(&self, entry: &'a LedgerEntry<'_>) -> Result<&'a Stored> {
        entry.current().ok_or_else(|| self.not_here(entry.name))
    }
}

/// Refuses a change of a caller who believes something else to be stored.
pub(super) fn check_expected(expected: Expected, entry: &LedgerEntry<'_>) -> Result<()> {
    let met = match expected {
        Expected::Anything => true,
        Expected::Nothing => entry.current().is_none(),
        Expected::Revision(revision) => entry
            .current()
            .is_some_and(|stored| stored.info.revision == revision),
    };
    if met {
        return Ok(());
    }
    let name = entry.name;
    let message = format!("secret {name} was changed by somebody else; read it again");
    Err(Error::new(ErrorKind::Conflict, message).with_name(name))
}
