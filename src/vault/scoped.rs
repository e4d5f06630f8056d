//! A handle on one scope: an engine gives one to a tool runner.

use std::fmt;
use std::iter;
use std::sync::Arc;
use std::time::Instant;

use super::audit_mode::AuditMode;
use super::binding::Binding;
use super::call::Call;
use super::core::Core;
use super::hashed_scope::HashedScope;
use super::observer::{Action, Begun, Event};
use super::permissions::Permissions;
use super::reason;
use crate::actor::{Actor, label_flaw};
use crate::crypto::{Facts, Info, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::scope::Scope;
use crate::store::Partition;
use crate::template::Engine;

/// One scope of a vault: resolves what is in it and above it, and manages what is in it. It cannot
/// be widened, and nothing leads from it to another tenant.
///
/// Cheap to clone, `Send`, `Sync` and `'static`. It is a [`Resolver`](crate::Resolver); the methods
/// `resolve…` are here as well, so that nothing needs to be imported.
#[derive(Clone)]
pub struct ScopedVault {
    core: Arc<Core>,
    /// The scope itself, then those above it. Never empty.
    chain: Arc<[HashedScope]>,
    own: HashedScope,
    permissions: Permissions,
    actor: Option<Actor>,
    /// The run that it works for, as audit logs have it.
    run: Option<Arc<str>>,
    /// The reason of its calls, as audit logs have it.
    reason: Option<Arc<str>>,
    pub(super) binding: Binding,
    /// The engine of the handle; `None` if it uses that of the vault.
    pub(super) engine: Option<Arc<Engine>>,
}

impl ScopedVault {
    pub(super) fn new(core: Arc<Core>, scope: &Scope) -> Self {
        let own = core.hashed(scope);
        let parents = scope.chain().skip(1).map(|scope| core.hashed(&scope));
        let chain = iter::once(own.clone()).chain(parents).collect();
        Self {
            core,
            chain,
            own,
            permissions: Permissions::ALL,
            actor: None,
            run: None,
            reason: None,
            binding: Binding::default(),
            engine: None,
        }
    }

    /// The scope.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// assert_eq!(project.scope().tenant(), "acme");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn scope(&self) -> &Scope {
        &self.own.scope
    }

    /// Permissions of the handle: all of them, unless it was [narrowed](ScopedVault::with).
    ///
    /// ```
    /// use keyslot::{Permissions, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// assert_eq!(project.permissions(), Permissions::ALL);
    /// assert_eq!(project.with(Permissions::USE).permissions(), Permissions::USE);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// A handle with the permissions that both `permissions` and this handle have. There is no way
    /// back.
    ///
    /// A handle that may not read a secret is told that it is not there: the error is
    /// [`NotFound`](ErrorKind::NotFound), after the same reads of the store, and lists are empty.
    /// Every change without [`MANAGE`](Permissions::MANAGE), and every copy without
    /// [`COPY`](Permissions::COPY), is [`Denied`](ErrorKind::Denied) before the store is asked for
    /// anything.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Permissions, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let runner = project.with(Permissions::USE);
    /// assert!(runner.resolve("<<$secret.STRIPE_KEY>>").is_ok());
    /// assert_eq!(runner.info("STRIPE_KEY").unwrap_err().kind(), ErrorKind::NotFound);
    /// assert_eq!(runner.revoke("STRIPE_KEY").unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with(&self, permissions: Permissions) -> Self {
        Self {
            permissions: self.permissions.and(permissions),
            ..self.clone()
        }
    }

    /// Actor recorded with every change made through this handle, if there is one.
    ///
    /// ```
    /// use keyslot::{Actor, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// assert_eq!(project.actor(), None);
    /// let session = project.acting_as(Actor::new("user:ada")?);
    /// assert_eq!(session.actor().map(Actor::as_str), Some("user:ada"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// A handle for an actor, who is recorded with each change made by it and told to the
    /// [observer](crate::Observer). The host must know the actor; nothing is checked here.
    ///
    /// ```
    /// use keyslot::{Actor, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
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

    /// A handle for one run, which the [audit log](crate::Vault::audit) names with each call of it.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.for_run("nightly-17")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let entry = vault.audit("acme")?.entries().next().unwrap()?;
    /// assert_eq!(entry.run.as_deref(), Some("nightly-17"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput): a run has 1 to 128 bytes, as an
    /// [`Actor`] has, and the same characters.
    pub fn for_run(&self, run: impl AsRef<str>) -> Result<Self> {
        let run = run.as_ref();
        if let Some(flaw) = label_flaw(run) {
            let message = format!("the name of a run {flaw}");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(Self {
            run: Some(run.into()),
            ..self.clone()
        })
    }

    /// The same handle, for an actor and a reason if they are known.
    pub(super) fn by(self, actor: Option<Actor>, reason: Option<Arc<str>>) -> Self {
        Self {
            actor,
            reason,
            ..self
        }
    }

    /// A handle with a reason, which the [audit log](crate::Vault::audit) has with each call of it:
    /// a ticket, or words of a person.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.because("leaked in ticket 12")?.revoke("STRIPE_KEY")?;
    /// let entry = vault.audit("acme")?.entries().next().unwrap()?;
    /// assert_eq!(entry.reason.as_deref(), Some("leaked in ticket 12"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput): a reason has 1 to 1024 bytes and no control
    /// characters.
    pub fn because(&self, reason: impl AsRef<str>) -> Result<Self> {
        let reason = reason::check(reason.as_ref())?;
        Ok(Self {
            reason: Some(reason.into()),
            ..self.clone()
        })
    }

    /// A call of this handle.
    pub(super) fn call(&self, action: Action) -> Call<'_> {
        Call::operator(action.logged())
            .by(self.actor.as_ref(), self.run.as_deref())
            .because(self.reason.as_deref())
    }

    /// The vault, for what outlives the handle.
    pub(super) fn shared_core(&self) -> Arc<Core> {
        Arc::clone(&self.core)
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn own(&self) -> &HashedScope {
        &self.own
    }

    /// The rows of the tenant that it is in.
    pub(super) fn partition(&self) -> Partition {
        self.own().partition
    }

    pub(super) fn chain(&self) -> &[HashedScope] {
        &self.chain
    }

    /// The run that the handle was made for.
    pub(super) fn run(&self) -> Option<&Arc<str>> {
        self.run.as_ref()
    }

    pub(super) fn binding(&self) -> &Binding {
        &self.binding
    }

    pub(super) fn may(&self, permission: Permissions) -> bool {
        self.permissions.contains(permission)
    }

    /// Returns true if the other handle is one on the same open vault.
    pub(super) fn shares_vault_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }

    /// Refuses a handle without a permission.
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied), which tells nothing of what is stored.
    pub(super) fn must(&self, permission: Permissions) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let verb = match permission {
            Permissions::COPY => "copy",
            Permissions::REVEAL => "reveal",
            _ => "change",
        };
        let message =
            format!("this handle may not {verb} secrets; it needs the permission {permission:?}");
        Err(Error::new(ErrorKind::Denied, message))
    }

    /// Tells the observer of the outcome for a secret of this scope.
    pub(super) fn tell_outcome(
        &self,
        begun: Begun,
        action: Action,
        name: &SecretName,
        result: Result<&Info, &Error>,
    ) {
        self.tell(|| self.outcome_event(begun, action, name, result));
    }

    /// The event of the outcome for a secret of this scope.
    pub(super) fn outcome_event<'a>(
        &'a self,
        begun: Begun,
        action: Action,
        name: &'a SecretName,
        result: Result<&'a Info, &Error>,
    ) -> Event<'a> {
        let newest = result.ok().and_then(Info::newest);
        Event {
            found_in: result.ok().map(|info| &info.scope),
            record: result.ok().map(|info| info.record),
            version: newest.map(|kept| kept.version),
            fingerprint: newest.and_then(|kept| kept.fingerprint),
            ..self.event(begun, action, name, result.map(drop).map_err(Error::kind))
        }
    }

    /// Begins a call that the observer is told of, if there is one.
    pub(super) fn begin(&self) -> Begun {
        Begun(self.core.observer.as_ref().map(|_| Instant::now()))
    }

    /// Tells the observer, if there is one, and has a use logged, if it was not.
    pub(super) fn tell<'a>(&'a self, event: impl FnOnce() -> Event<'a>) {
        let (observer, mode) = (&self.core.observer, self.core.uses.as_ref());
        let mode = mode.map_or(AuditMode::Off, |uses| uses.mode);
        let usage = self.core.usage.as_ref();
        if observer.is_none() && mode == AuditMode::Off && usage.is_none() {
            return;
        }
        let event = event();
        if let Some(usage) = usage.filter(|_| event.is_counted()) {
            self.core.count_use(usage, &event);
        }
        let is_waited_for = mode == AuditMode::Required && event.outcome.is_ok();
        if mode != AuditMode::Off && !is_waited_for && event.action.logged().is_use() {
            if let Some(facts) = self.facts(&event) {
                self.core.batch_entry(&facts);
            }
        }
        if let Some(observer) = observer {
            observer.observe(&event);
        }
    }

    /// The entry of an event; `None` if the clock is so far off that it cannot be stored.
    pub(super) fn facts<'a>(&'a self, event: &Event<'a>) -> Option<Facts<'a>> {
        let time = Timestamp::of(event.time).ok()?;
        Some(Facts {
            name: Some(event.name),
            refused: event.outcome.err(),
            found_in: event.found_in,
            record: event.record,
            version: event.version,
            fingerprint: event.fingerprint,
            target: event.target,
            ..self.call(event.action).facts(time, event.scope)
        })
    }

    /// An event of this handle.
    pub(super) fn event<'a>(
        &'a self,
        begun: Begun,
        action: Action,
        name: &'a SecretName,
        outcome: Result<(), ErrorKind>,
    ) -> Event<'a> {
        Event {
            time: self.core.clock.reading(),
            duration: begun.elapsed(),
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
            generation: 0,
        }
    }

    /// The error for a name that this scope does not have.
    pub(super) fn not_here(&self, name: &SecretName) -> Error {
        let message = format!("no secret {name} in {}", self.scope());
        Error::new(ErrorKind::NotFound, message).with_name(name)
    }

    /// The error for a revoked name. `hint` follows its message.
    pub(super) fn revoked(&self, name: &SecretName, hint: &str) -> Error {
        let message = format!("secret {name} in {} is revoked{hint}", self.scope());
        Error::new(ErrorKind::Revoked, message).with_name(name)
    }
}

impl fmt::Debug for ScopedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedVault")
            .field("scope", self.scope())
            .field("permissions", &self.permissions)
            .field("actor", &self.actor)
            .field("target", &self.binding)
            .finish_non_exhaustive()
    }
}
