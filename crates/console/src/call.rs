//! A request under way: the console and the session, and what the session may do.

use std::time::Instant;

use keyslot::{
    AuditMode, DocumentUses, ErrorKind, OnReferenced, Permissions, Revision, Scope, ScopedVault,
    SecretInfo, Status,
};
use zeroize::Zeroizing;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::session::Session;
use crate::texts as t;

/// A request under way.
pub(crate) struct Call<'c> {
    pub(crate) console: &'c Console,
    pub(crate) session: &'c Session,
}

/// One secret, as the session sees it.
pub(crate) struct Seen {
    pub(crate) scoped: ScopedVault,
    pub(crate) info: SecretInfo,
}

impl Call<'_> {
    /// The handle on a scope, with what the session may do there: perhaps nothing.
    fn handle(&self, scope: &Scope) -> Outcome<ScopedVault> {
        let scoped = self.console.vault.scope(scope.clone())?;
        let actor = self.session.actor().clone();
        Ok(scoped.acting_as(actor).with(self.session.within(scope)))
    }

    /// The scope that a query names. Whatever is wrong with it, it is not there.
    pub(crate) fn scope(&self, query: &Fields) -> Outcome<ScopedVault> {
        let scope = query.get("scope")?.and_then(|scope| Scope::new(scope).ok());
        let scoped = self.handle(&scope.ok_or_else(Failure::not_found)?)?;
        if scoped.permissions().contains(Permissions::READ) {
            Ok(scoped)
        } else {
            Err(Failure::not_found())
        }
    }

    /// The secret that a path and a query name. The store is asked in the same way for one that is
    /// there, one that is not, and one of another organization.
    pub(crate) fn secret(&self, query: &Fields, name: &str) -> Outcome<Seen> {
        let scope = query.get("scope")?.and_then(|scope| Scope::new(scope).ok());
        let scoped = self.handle(&scope.ok_or_else(Failure::not_found)?)?;
        match scoped.info(name) {
            Ok(info) => Ok(Seen { scoped, info }),
            Err(error) if error.kind() == ErrorKind::InvalidName => Err(Failure::not_found()),
            Err(error) => Err(error.into()),
        }
    }

    /// A scope that a form names, in the organization of another one.
    pub(crate) fn other_scope(&self, scope: &str) -> Outcome<ScopedVault> {
        self.handle(&Scope::new(scope)?)
    }

    pub(crate) fn may(&self, permission: Permissions) -> bool {
        self.session.may(permission)
    }

    pub(crate) fn must_manage(&self) -> Outcome<()> {
        self.must(Permissions::MANAGE, t::MAY_NOT_MANAGE)
    }

    pub(crate) fn must_copy(&self) -> Outcome<()> {
        self.must(Permissions::COPY | Permissions::MANAGE, t::MAY_NOT_COPY)
    }

    pub(crate) fn must_reveal(&self) -> Outcome<()> {
        self.must(Permissions::REVEAL, t::MAY_NOT_REVEAL)?;
        if self.console.vault.audit_mode() == AuditMode::Off {
            return Err(Failure::forbidden(t::NO_AUDIT));
        }
        Ok(())
    }

    pub(crate) fn must_operate(&self) -> Outcome<()> {
        if self.session.is_operator() && self.may(Permissions::READ) {
            Ok(())
        } else {
            Err(Failure::not_found())
        }
    }

    fn must(&self, permission: Permissions, message: &'static str) -> Outcome<()> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Failure::forbidden(message))
        }
    }

    /// Reads a value once, with its reason in the audit log before it is given.
    pub(crate) fn reveal(&self, seen: &Seen, reason: &str) -> Outcome<Zeroizing<String>> {
        use keyslot::secrecy::ExposeSecret as _;
        let scoped = seen.scoped.because(reason)?;
        let (actor, most) = (self.session.actor(), self.console.limits.reveals);
        if !self.console.reveals.admit(actor, most, Instant::now()) {
            return Err(Failure::too_many_reveals());
        }
        let lost = || self.console.vault.audit_backlog().lost;
        let lost_before = lost();
        let value = scoped.reveal(&seen.info.name)?;
        // Where entries are written in batches, this one does not wait for its batch.
        self.console.vault.flush_audit()?;
        if lost() > lost_before {
            return Err(Failure::forbidden(t::AUDIT_LOST));
        }
        Ok(Zeroizing::new(value.expose_secret().to_owned()))
    }
}

impl Seen {
    /// The documents that need the secret. It costs as much as the organization has documents.
    pub(crate) fn references(&self) -> Outcome<DocumentUses> {
        Ok(self.scoped.documents().who_references(&self.info.name)?)
    }

    /// Revokes the secret, if it is still at a revision, where one is given.
    pub(crate) fn revoke(&self, at: Option<Revision>) -> Outcome<()> {
        let name = &self.info.name;
        match at {
            Some(revision) => self.scoped.if_revision(revision).revoke(name)?,
            None => self.scoped.revoke(name)?,
        };
        Ok(())
    }

    /// Deletes the secret, or the tombstone of one that is revoked, which the page has told, and
    /// names the documents that needed it. With a revision it must still be at that one.
    pub(crate) fn delete(&self, on: OnReferenced, at: Option<Revision>) -> Outcome<DocumentUses> {
        let name = &self.info.name;
        if self.info.status == Status::Revoked {
            // No document gets a revoked secret. A new one that took its name meanwhile stays.
            let revision = at.unwrap_or(self.info.revision);
            self.scoped.if_revision(revision).force_delete(name)?;
            return Ok(DocumentUses::default());
        }
        let removed = match at {
            Some(revision) => self.scoped.if_revision(revision).delete_with(name, on),
            None => self.scoped.delete_with(name, on),
        };
        match removed {
            Ok(removed) => Ok(removed.documents),
            Err(error) if error.kind() == ErrorKind::Conflict && self.is_at(at)? => {
                Err(Failure::conflict(t::NEEDED_BY_DOCUMENTS))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns true if the secret is at a revision now, or none is given.
    fn is_at(&self, revision: Option<Revision>) -> Outcome<bool> {
        let Some(revision) = revision else {
            return Ok(true);
        };
        Ok(self.scoped.info(&self.info.name)?.revision == revision)
    }
}
