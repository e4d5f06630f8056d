//! A handle on one scope: what an engine gives to a tool runner.

use std::fmt;
use std::sync::Arc;

use super::Core;
use super::ledger::{Entry, Ledger};
use super::list::List;
use super::observer::{Action, Event};
use super::permissions::Permissions;
use super::sealed::{Place, Stored};
use crate::actor::Actor;
use crate::crypto::{Info, InfoState as State};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;

/// One scope of a vault: resolves what is in it and above it, and manages what is in it. It cannot
/// be widened, and nothing leads from it to another tenant.
///
/// Cheap to clone, `Send`, `Sync` and `'static`. It is a [`Resolver`](crate::Resolver); the methods
/// `resolve…` are here as well, so that nothing needs to be imported.
#[derive(Clone)]
pub struct ScopedVault {
    core: Arc<Core>,
    /// The scope itself, then those above it. Never empty.
    chain: Arc<[Place]>,
    own: Place,
    permissions: Permissions,
    actor: Option<Actor>,
}

impl ScopedVault {
    /// The most names that [`names`](ScopedVault::names) sorts.
    pub const MAX_NAMES: usize = 10_000;

    pub(super) fn new(core: Arc<Core>, scope: &Scope) -> Self {
        let own = core.place(scope);
        let parents = scope.chain().skip(1).map(|scope| core.place(&scope));
        let chain = std::iter::once(own.clone()).chain(parents).collect();
        Self {
            core,
            chain,
            own,
            permissions: Permissions::ALL,
            actor: None,
        }
    }

    /// The scope.
    pub fn scope(&self) -> &Scope {
        &self.own.scope
    }

    /// What the handle may do; everything, unless it was [narrowed](ScopedVault::with).
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// A handle that may do what is in `permissions` and what this one may. There is no way back.
    ///
    /// A handle that may not read a secret is told that it is not there: the error is
    /// [`NotFound`](ErrorKind::NotFound), after the same reads of the store, and lists are empty.
    /// Every change without [`MANAGE`](Permissions::MANAGE), and every copy without
    /// [`COPY`](Permissions::COPY), is [`Denied`](ErrorKind::Denied) before the store is asked for
    /// anything.
    #[must_use]
    pub fn with(&self, permissions: Permissions) -> Self {
        Self {
            permissions: self.permissions.and(permissions),
            ..self.clone()
        }
    }

    /// Who acts by the handle, if that was said.
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// A handle for somebody: written with each change made by it, and told to the
    /// [observer](crate::Observer). Who it is must be known to the host; nothing is checked here.
    ///
    /// ```
    /// use keyslot::{Actor, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// let info = project.acting_as(Actor::new("user:ada")?).put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(info.created_by, Some(Actor::new("user:ada")?));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self {
            actor: Some(actor),
            ..self.clone()
        }
    }

    /// What is known of a secret of this very scope, besides its value.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is none in this scope, also if there is one
    /// above; or why the store cannot be read.
    pub fn info(&self, name: impl AsRef<str>) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        let stored = self.find(&name, Permissions::READ)?;
        stored.describe().ok_or_else(|| self.not_here(&name))
    }

    /// The secrets of this very scope, revoked ones included, without their values; read a page at
    /// a time. The order is always the same but means nothing, because names are sealed.
    pub fn list(&self) -> List {
        List::new(self.clone())
    }

    /// The names in this very scope, sorted, revoked ones included.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when there are more than
    /// [`MAX_NAMES`](ScopedVault::MAX_NAMES), which [`list`](ScopedVault::list) can go through; or
    /// why the store cannot be read.
    pub fn names(&self) -> Result<Vec<SecretName>> {
        let mut names = Vec::new();
        for info in self.list() {
            if names.len() == Self::MAX_NAMES {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "the scope has more than 10000 names; list goes through them",
                ));
            }
            names.push(info?.name);
        }
        names.sort_unstable();
        Ok(names)
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn own(&self) -> &Place {
        &self.own
    }

    pub(super) fn chain(&self) -> &[Place] {
        &self.chain
    }

    pub(super) fn may(&self, permission: Permissions) -> bool {
        self.permissions.contains(permission)
    }

    /// Whether the other handle is one on the same open vault.
    pub(super) fn shares_vault_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }

    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied), which tells nothing of what is stored.
    pub(super) fn must(&self, permission: Permissions) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let verb = if permission == Permissions::COPY {
            "copy"
        } else {
            "change"
        };
        let message =
            format!("this handle may not {verb} secrets; it needs the permission {permission:?}");
        Err(Error::new(ErrorKind::Denied, message))
    }

    /// Reads a secret of this scope; revoked ones are there, deleted ones are not. Without the
    /// permission, nothing is.
    pub(super) fn find(&self, name: &SecretName, permission: Permissions) -> Result<Stored> {
        let row = self.core.get_one(self.core.secret_row(&self.own, name))?;
        let stored = row
            .filter(|_| self.may(permission))
            .map(|row| self.core.open_named(&self.own, name, row));
        let stored = stored
            .transpose()?
            .filter(|stored| stored.info.state != State::Deleted);
        stored.ok_or_else(|| self.not_here(name))
    }

    /// Changes a secret of this scope and describes what it became.
    pub(super) fn change(
        &self,
        action: Action,
        name: &SecretName,
        decide: impl FnMut(&mut Ledger<'_>, &Entry<'_>) -> Result<Option<Stored>>,
    ) -> Result<SecretInfo> {
        self.edit(action, name, decide)?
            .describe()
            .ok_or_else(|| self.not_here(name))
    }

    /// Refuses a change by a handle that may change nothing, before the store is asked: it takes no
    /// lock and makes no key. The observer is told.
    pub(super) fn check_may_change(&self, action: Action, name: &SecretName) -> Result<()> {
        let checked = self
            .must(Permissions::MANAGE)
            .map_err(|error| error.with_name(name));
        if let Err(error) = &checked {
            self.tell_stored(action, name, Err(error));
        }
        checked
    }

    /// Changes what is under a name; where `decide` says `None`, it stays.
    pub(super) fn edit(
        &self,
        action: Action,
        name: &SecretName,
        mut decide: impl FnMut(&mut Ledger<'_>, &Entry<'_>) -> Result<Option<Stored>>,
    ) -> Result<Stored> {
        self.check_may_change(action, name)?;
        let stored = self.core.write(&self.own, self.actor.as_ref(), |ledger| {
            let entry = ledger.read(&self.own, name)?;
            let next = decide(ledger, &entry)?;
            if let Some(next) = &next {
                ledger.write(&entry, next)?;
            }
            next.or_else(|| entry.last().cloned())
                .ok_or_else(|| self.not_here(name))
        });
        self.tell_stored(action, name, stored.as_ref());
        stored
    }

    /// Tells the observer what became of a secret.
    pub(super) fn tell_stored(
        &self,
        action: Action,
        name: &SecretName,
        result: Result<&Stored, &Error>,
    ) {
        self.tell(|| {
            let info = result.ok().map(|stored| &stored.info);
            let newest = info.and_then(Info::newest);
            Event {
                found_in: info.map(|info| &info.scope),
                record: info.map(|info| info.record),
                version: newest.map(|kept| kept.version),
                fingerprint: newest.and_then(|kept| kept.fingerprint),
                ..self.event(action, name, result.map(drop).map_err(Error::kind))
            }
        });
    }

    /// Tells the observer, if there is one.
    pub(super) fn tell<'a>(&'a self, event: impl FnOnce() -> Event<'a>) {
        if let Some(observer) = &self.core.observer {
            observer.observe(&event());
        }
    }

    /// An event of this handle.
    pub(super) fn event<'a>(
        &'a self,
        action: Action,
        name: &'a SecretName,
        outcome: Result<(), ErrorKind>,
    ) -> Event<'a> {
        Event {
            action,
            scope: self.scope(),
            name,
            actor: self.actor.as_ref(),
            target: None,
            found_in: None,
            record: None,
            version: None,
            fingerprint: None,
            outcome,
        }
    }

    pub(super) fn not_here(&self, name: &SecretName) -> Error {
        Error::new(
            ErrorKind::NotFound,
            format!("no secret {name} in {}", self.scope()),
        )
        .with_name(name)
    }
}

impl fmt::Debug for ScopedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedVault")
            .field("scope", self.scope())
            .field("permissions", &self.permissions)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}
