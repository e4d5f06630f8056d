//! One change of one secret: read, decide, write, tell the observer.

use super::input::Expected;
use super::ledger::{Ledger, LedgerEntry, NamedRow};
use crate::crypto::InfoState as State;
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
        let begun = self.begin();
        let checked = self
            .must(Permissions::MANAGE)
            .map_err(|error| error.with_name(name));
        if let Err(error) = &checked {
            self.tell_outcome(begun, action, name, Err(error));
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
        let begun = self.begin();
        self.check_may_change(action, name)?;
        let row = NamedRow::new(self.core(), self.own(), name);
        let (core, call) = (self.core(), self.call(action));
        let stored = core.write(self.own(), call, &[row.key], |ledger| {
            let entry = ledger.read(row)?;
            let next = decide(ledger, &entry)?;
            if let Some(next) = &next {
                ledger.write(&entry, next)?;
            }
            next.or_else(|| entry.last().cloned())
                .ok_or_else(|| self.not_here(name))
        });
        self.tell_outcome(
            begun,
            action,
            name,
            stored.as_ref().map(|stored| &stored.info),
        );
        stored
    }

    pub(super) fn existing<'a>(&self, entry: &'a LedgerEntry<'_>) -> Result<&'a Stored> {
        entry.current().ok_or_else(|| self.not_here(entry.row.name))
    }

    /// Refuses a change of a caller who expects another state of the store.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict).
    pub(super) fn check_expected(&self, expected: Expected, entry: &LedgerEntry<'_>) -> Result<()> {
        let (name, scope) = (entry.row.name, self.scope());
        let message = match (expected, entry.current()) {
            (Expected::Anything, _) | (Expected::Nothing, None) => return Ok(()),
            (Expected::Revision(expected), Some(stored)) if stored.info.revision == expected => {
                return Ok(());
            }
            (Expected::Revision(_), _) => {
                format!("secret {name} was changed by somebody else; read it again")
            }
            (Expected::Nothing, Some(stored)) if stored.info.state == State::Revoked => format!(
                "a secret {name} exists already in {scope}, and is revoked; use replace_revoked \
                 without if_absent to put a new one in its place"
            ),
            (Expected::Nothing, Some(_)) => format!(
                "a secret {name} exists already in {scope}; use put without if_absent to add a \
                 version"
            ),
        };
        Err(Error::new(ErrorKind::Conflict, message).with_name(name))
    }
}
