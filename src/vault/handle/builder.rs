//! The settings of a vault handle, and opening with them.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::open_mode::OpenMode;
use super::vault::Vault;
use crate::crypto::{Unlock, random};
use crate::error::{Error, ErrorKind, Result};
use crate::name::NamePolicy;
use crate::store::{MemoryStore, SecretStore};
use crate::template::Engine;
use crate::vault::anchor::{Anchor, RollbackAnchor};
use crate::vault::audit::start_flusher;
use crate::vault::audit_limits::AuditLimits;
use crate::vault::audit_mode::AuditMode;
use crate::vault::cache::Cache;
use crate::vault::clock::Clock;
use crate::vault::core::{Core, MAX_VALUE};
use crate::vault::gate::Gate;
use crate::vault::high_water::HighWater;
use crate::vault::observer::Observer;
use crate::vault::opening::{Unlocked, has_header, initialise, unlock};
use crate::vault::reason;
use crate::vault::tenant_view::{OpenedTenants, Views};
use crate::vault::usage;
use crate::vault::usage_queue::UsageQueue;
use crate::vault::use_queue::UseQueue;
use crate::vault::verify::{Watch, verify};

/// Settings of a vault handle. They belong to the handle, not to the vault: nothing of them is
/// stored.
///
/// ```
/// use keyslot::{NamePolicy, RootKey, Vault};
///
/// let vault = Vault::builder()
///     .name_policy(NamePolicy::upper_snake())
///     .kept_versions(3)
///     .create(&RootKey::generate()?)?;
/// assert!(vault.scope("acme")?.put("stripe-key", "sk_live_...").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct VaultBuilder {
    store: Box<dyn SecretStore>,
    clock: Clock,
    names: NamePolicy,
    engine: Engine,
    gate: Gate,
    observer: Option<Arc<dyn Observer>>,
    anchor: Option<Box<dyn RollbackAnchor>>,
    audit: Option<AuditMode>,
    audit_limits: AuditLimits,
    counts_uses: bool,
    open_mode: OpenMode,
    accepted: Option<String>,
    hints: bool,
    max_value: usize,
    kept_versions: usize,
    guarded_rows: Option<usize>,
    cache: Option<Cache>,
}

impl VaultBuilder {
    pub(in crate::vault) fn new() -> Self {
        Self {
            store: Box::new(MemoryStore::new()),
            clock: Clock::default(),
            names: NamePolicy::any(),
            engine: Engine::new(),
            gate: Gate::default(),
            observer: None,
            anchor: None,
            audit: None,
            audit_limits: AuditLimits::new(),
            counts_uses: false,
            open_mode: OpenMode::Header,
            accepted: None,
            hints: false,
            max_value: 64 * 1024,
            kept_versions: 10,
            guarded_rows: None,
            cache: None,
        }
    }

    /// Store of the sealed rows; in memory if it is not set.
    ///
    /// ```
    /// use keyslot::{MemoryStore, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// Vault::builder().store(store.clone()).create(&key)?.scope("acme")?.put("KEY", "a value")?;
    /// let again = Vault::builder().store(store).open(&key)?;
    /// assert_eq!(again.scope("acme")?.names()?.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn store(mut self, store: impl SecretStore) -> Self {
        self.store = Box::new(store);
        self
    }

    /// Clock of the vault; the system's clock if it is not set. A secret that has expired stays so
    /// in this process when the clock jumps back. So a clock that jumps far ahead, even once,
    /// expires every secret with an expiry until the process ends or [`Vault::forget_latest_time`]
    /// is called.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use keyslot::{RootKey, Vault};
    ///
    /// let noon = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// let vault = Vault::builder().clock(move || noon).create(&RootKey::generate()?)?;
    /// assert_eq!(vault.scope("acme")?.put("KEY", "a value")?.created_at, noon);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Policy for the names that may be stored; every [`SecretName`](crate::SecretName) if it is
    /// not set.
    ///
    /// ```
    /// use keyslot::{NamePolicy, RootKey, Vault};
    ///
    /// let builder = Vault::builder().name_policy(NamePolicy::identifier());
    /// let project = builder.create(&RootKey::generate()?)?.scope("acme")?;
    /// assert!(project.put("API_KEY", "a value").is_ok());
    /// assert!(project.put("api-key", "a value").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn name_policy(mut self, names: NamePolicy) -> Self {
        self.names = names;
        self
    }

    /// The engine of the methods `resolve…` of [`ScopedVault`](crate::ScopedVault): its syntax,
    /// limits, filters and surfaces; the default one if it is not set. The methods of the same
    /// names that [`ResolveExt`](crate::ResolveExt) gives to code which is generic over resolvers
    /// know no vault, and use the default one. A [`Template`](crate::Template) or
    /// [`Document`](crate::template::Document) keeps the engine it was compiled with.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Syntax};
    /// use keyslot::{RootKey, Vault};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// let vault = Vault::builder().engine(engine).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("TOKEN", "t-1")?;
    /// assert_eq!(project.resolve("Bearer {{$secret.TOKEN}}")?.expose_secret(), "Bearer t-1");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Refuses uses that name no target, and secrets without access rules: nothing is used anywhere
    /// by accident. Neither is refused if it is not set.
    ///
    /// ```
    /// use keyslot::{AccessRules, ErrorKind, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::builder().strict().create(&RootKey::generate()?)?.scope("acme")?;
    /// let rules = AccessRules::new().tool("stripe")?.host("api.stripe.com")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_...").rules(rules))?;
    /// project.put("UNBOUND", "of no tool")?;
    ///
    /// let target = Target::tool("stripe").with_host("api.stripe.com")?;
    /// assert!(project.resolve_for(&target, "<<$secret.STRIPE_KEY>>").is_ok());
    /// assert_eq!(
    ///     project
    ///         .resolve("<<$secret.STRIPE_KEY>>")
    ///         .unwrap_err()
    ///         .kind(),
    ///     ErrorKind::Denied
    /// );
    /// assert_eq!(
    ///     project
    ///         .resolve_for(&target, "<<$secret.UNBOUND>>")
    ///         .unwrap_err()
    ///         .kind(),
    ///     ErrorKind::Denied
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.gate.strict = true;
        self
    }

    /// Observer of the events of this handle; nobody if it is not set. A second observer replaces
    /// the first.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use keyslot::{Event, RootKey, Vault};
    ///
    /// let (sender, seen) = mpsc::channel();
    /// let observer = move |event: &Event<'_>| drop(sender.send(event.action.as_str()));
    /// let vault = Vault::builder().observer(observer).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("KEY", "a value")?;
    /// assert_eq!(seen.try_recv(), Ok("put"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Logs who did what, in the store: every change of a secret or of an organization's keys in
    /// the same transaction, and uses as the mode says. [`Vault::audit`] reads the log.
    ///
    /// The log is sealed and chained: [`verify`](Vault::verify) tells of entries that were changed,
    /// deleted, added or moved. An organization has a log from its next change on, and keeps it:
    /// from then on its changes are logged by every process, with this setting or without. So has
    /// the vault, of changes of the keys that open it: see [`key_log`](Vault::key_log).
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(vault.audit("acme")?.entries().count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn audit(mut self, uses: AuditMode) -> Self {
        self.audit = Some(uses);
        self
    }

    /// Counts the uses of each secret in the store, and notes the last one: time, actor and target.
    /// [`ScopedVault::usage`](crate::ScopedVault::usage) and
    /// [`List::with_usage`](crate::List::with_usage) read them. It does not need an audit log, and
    /// is off by default.
    ///
    /// Uses wait in memory and are added up by a thread, within the
    /// [limits](VaultBuilder::audit_limits): by the number of secrets that were used, in time, and
    /// when the vault is closed. A secret that waits already takes no more room. What finds none,
    /// and what cannot be stored for good, is counted and told ([`Vault::usage_backlog`],
    /// [`Observer::usage_failed`]). Whoever ends the process before takes away what waits.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::builder().count_uses(true).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// vault.flush_usage()?;
    /// assert_eq!(project.usage("STRIPE_KEY")?.unwrap().uses, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn count_uses(mut self, count: bool) -> Self {
        self.counts_uses = count;
        self
    }

    /// Sets the limits of entries about uses, and of [counted uses](VaultBuilder::count_uses), that
    /// wait to be stored. See [`AuditLimits`].
    ///
    /// ```
    /// use keyslot::{AuditLimits, AuditMode, RootKey, Vault};
    ///
    /// let builder = Vault::builder().audit(AuditMode::Batched);
    /// let builder = builder.audit_limits(AuditLimits::new().batch(1000));
    /// let vault = builder.create(&RootKey::generate()?)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn audit_limits(mut self, limits: AuditLimits) -> Self {
        self.audit_limits = limits;
        self
    }

    /// Holds every row that is read against the sealed head of its organization: a look-up, a list
    /// or a write that meets a secret which was deleted, added or put back from an older copy in
    /// the store fails as [`Tampered`](ErrorKind::Tampered). Without a guard,
    /// [`verify`](crate::Vault::verify) finds such rows, and a deleted one lets a secret of the
    /// name in a scope above through.
    ///
    /// The guard keeps a digest of each secret, tombstones included: 24 bytes for each, a little
    /// more for each scope and for secrets in use, of at most `rows` of all organizations
    /// together. The organization that was not used for the longest is given up first. The first
    /// use of an organization reads all its secrets but for their values, later ones what was
    /// written since.
    ///
    /// A vault that has just begun refuses all secrets of an organization if one that the head
    /// accounts for is damaged or gone, because nothing tells which one it is. Restore a
    /// backup, or see [`Vault::revoke_lost`] and [`Vault::rebuild_head`].
    ///
    /// A list of [organizations](crate::Vault::organizations) is not guarded, and the past as a
    /// whole is not noticed: an organization whose rows and head were put back together before
    /// this vault saw it.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::builder().guard(1_000_000).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(project.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_...");
    ///
    /// let small = Vault::builder().guard(10).create(&RootKey::generate()?)?.scope("acme")?;
    /// small.put("STRIPE_KEY", "sk_live_...")?;
    /// let error = small.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TooLarge, "of the organization, for this guard");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn guard(mut self, rows: usize) -> Self {
        self.guarded_rows = Some(rows);
        self
    }

    /// Keeps opened secrets in memory, within the bounds of the [`Cache`]: a resolve of secrets
    /// that were used before asks the store if anything was written, and neither reads nor opens
    /// them again if nothing was. Without a cache, which is the default, no value outlives its use.
    ///
    /// Answers are those that a resolve without a cache would have got, at a time between the
    /// beginning and the end of the call; a [maximum age](Cache::max_age) trades this for fewer
    /// questions. Each use goes through the gate: status, times and access rules. What is held of
    /// an organization is of one sealed head, and a newer one ends it. A write by this open vault
    /// ends it at once, also where the store could not tell if it was written. Values are wiped as
    /// they are given up, once the last text that holds them is dropped.
    ///
    /// The list of a scope that was read to its end is kept as well, unless it takes more than half
    /// of the memory; it goes on by the secrets that were written since.
    ///
    /// The head is held against those that were seen: a store that was put back is
    /// [`Tampered`](ErrorKind::Tampered). That a file was removed or replaced under the vault is
    /// seen a second later at the latest, or after the maximum age. With a
    /// [guard](VaultBuilder::guard) all that is held was compared with it.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Cache, ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::builder().cache(Cache::new()).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// for _use in 0..2 {
    ///     assert_eq!(project.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_...");
    /// }
    /// project.revoke("STRIPE_KEY")?;
    /// let error = project.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Revoked);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Keeps the last four characters of values that are stored from now on, for screens to show:
    /// only of those of 24 characters or more that are one opaque token, because the end of a
    /// connection string or a sentence can be guessed with less. Nothing is kept if it is not set;
    /// a [`Fingerprint`](crate::Fingerprint) tells values apart and gives nothing away.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::builder().hints().create(&RootKey::generate()?)?.scope("acme")?;
    /// assert_eq!(project.put("KEY", "tok_9f86d081884c7d659a2f")?.hint(), Some("9a2f"));
    /// assert_eq!(project.put("PIN", "a short value")?.hint(), None);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn hints(mut self) -> Self {
        self.hints = true;
        self
    }

    /// The largest value that may be stored, in bytes: 64 KiB if it is not set,
    /// [`Vault::MAX_VALUE`] at most.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::builder().max_value(1 << 10).create(&RootKey::generate()?)?;
    /// let error = vault.scope("acme")?.put("FILE", "a".repeat(2 << 10)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidValue);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn max_value(mut self, bytes: usize) -> Self {
        self.max_value = bytes.min(MAX_VALUE);
        self
    }

    /// The number of versions of a secret that are kept, the newest included: 10 if it is not set,
    /// 1 at least, 1,000 at most.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::builder().kept_versions(2).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// for value in ["first", "second", "third"] {
    ///     project.put("KEY", value)?;
    /// }
    /// assert!(project.resolve("<<$secret.KEY@2>>").is_ok());
    /// assert!(project.resolve("<<$secret.KEY@1>>").is_err(), "not kept any more");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn kept_versions(mut self, count: usize) -> Self {
        self.kept_versions = count.clamp(1, 1000);
        self
    }

    /// Anchor of the vault: memory outside of the store, by which a vault that was put back whole
    /// is told as it is opened. None if it is not set. See [`RollbackAnchor`] for its cost and its
    /// limits.
    ///
    /// ```
    /// use keyslot::{FileAnchor, RootKey, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let anchor = FileAnchor::create(folder.path().join("anchor"))?;
    /// let vault = Vault::builder().anchor(anchor).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("TOKEN", "t-1")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn anchor(mut self, anchor: impl RollbackAnchor) -> Self {
        self.anchor = Some(Box::new(anchor));
        self
    }

    /// Extent of the checks as the vault is opened; [`OpenMode::Header`] if it is not set.
    ///
    /// ```
    /// use keyslot::{MemoryStore, OpenMode, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// Vault::builder().store(store.clone()).create(&key)?.scope("acme")?.put("KEY", "a value")?;
    /// Vault::builder().store(store).open_mode(OpenMode::Full).open(&key)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn open_mode(mut self, mode: OpenMode) -> Self {
        self.open_mode = mode;
        self
    }

    /// Accepts that the vault is older than its [anchor](VaultBuilder::anchor) says, as
    /// [`Vault::accept_rollback`] does for an open one: after a restored backup, or a failover that
    /// lost writes. Not accepted if it is not set.
    ///
    /// The older state may hold values that were revoked since. The reason has 1 to 1,024 bytes
    /// and no control characters. It is told to the observer if the vault is older, and nothing
    /// happens if it is not. Do not leave it in a program: it is for one start.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let builder = Vault::builder().accept_rollback("restored the backup of Monday");
    /// builder.create(&RootKey::generate()?)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn accept_rollback(mut self, reason: impl Into<String>) -> Self {
        self.accepted = Some(reason.into());
        self
    }

    /// Makes a vault in an empty store.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says; with a passphrase also for
    /// the time that Argon2id takes.
    ///
    /// ```
    /// use keyslot::{ErrorKind, MemoryStore, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// Vault::builder().store(store.clone()).create(&key)?;
    /// let error = Vault::builder().store(store).create(&key).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::VaultExists);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultExists`] when the store holds a vault, or why it cannot be written.
    pub fn create(self, key: &dyn Unlock) -> Result<Vault> {
        if initialise(&*self.store, key, self.clock.now()?.reading)? {
            return self.open(key);
        }
        Err(Error::new(
            ErrorKind::VaultExists,
            "there is a vault here already; open it, or use another place",
        ))
    }

    /// Opens the vault in a store.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says; with a passphrase also for
    /// the time that Argon2id takes.
    ///
    /// ```
    /// use keyslot::{ErrorKind, MemoryStore, RootKey, Vault};
    ///
    /// let empty = Vault::builder().store(MemoryStore::new());
    /// let error = empty.open(&RootKey::generate()?).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotAVault);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotAVault`] when the store holds none, [`ErrorKind::WrongKey`] when the key is
    /// another vault's, [`ErrorKind::UnsupportedFormat`] when a later version of this crate made
    /// it, [`ErrorKind::Corrupt`] when it is damaged, [`ErrorKind::Tampered`] when it is older than
    /// its anchor says, the errors of the anchor, or why the store cannot be read.
    pub fn open(self, key: &dyn Unlock) -> Result<Vault> {
        let Unlocked { keys, own_rows } = unlock(&*self.store, key)?;
        let Self {
            store,
            clock,
            names,
            engine,
            gate,
            observer,
            anchor,
            audit,
            audit_limits,
            counts_uses,
            open_mode,
            accepted,
            hints,
            max_value,
            kept_versions,
            guarded_rows,
            cache,
        } = self;
        let accepted = accepted.as_deref().map(reason::check).transpose()?;
        let vault_id = keys.header().vault_id;
        let seen = HighWater::default();
        let opened = match cache {
            Some(bounds) => Some(OpenedTenants::new(bounds, clock.now()?)),
            None => None,
        };
        let core = Core {
            store,
            keys: Arc::new(keys),
            seen,
            views: guarded_rows.map(Views::new),
            opened,
            clock,
            names,
            engine,
            gate,
            observer,
            anchor: anchor.map(|anchor| Anchor::new(anchor, vault_id)),
            uses: audit.map(|mode| UseQueue::new(mode, audit_limits)),
            usage: counts_uses.then(|| UsageQueue::new(audit_limits)),
            writer: random()?,
            hints,
            max_value,
            kept_versions,
        };
        if let Some(mark) = own_rows {
            core.note_own_rows(mark);
        }
        match (core.hold_against_anchor(), accepted) {
            (Err(error), Some(reason)) if error.kind() == ErrorKind::Tampered => {
                core.accept_rollback(reason)?;
            }
            (held, _) => held?,
        }
        if open_mode == OpenMode::Full {
            verify(&core, &mut Watch::nobody())?.accept(
                "the vault is damaged; open it without OpenMode::Full and call verify, which lists \
                 the damage",
            )?;
        }
        let vault = Vault::of(core);
        start_flusher(&vault.core)?;
        usage::start_flusher(&vault.core)?;
        Ok(vault)
    }

    /// Opens the vault in a store, or makes one if the store is empty.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says; with a passphrase also for
    /// the time that Argon2id takes.
    ///
    /// ```
    /// use keyslot::{MemoryStore, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// for _start in 0..2 {
    ///     Vault::builder().store(store.clone()).open_or_create(&key)?;
    /// }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`open`](VaultBuilder::open).
    pub fn open_or_create(self, key: &dyn Unlock) -> Result<Vault> {
        // Asked first without a lock, because nearly always there is one.
        if !has_header(&*self.store)? {
            initialise(&*self.store, key, self.clock.now()?.reading)?;
        }
        self.open(key)
    }
}

impl fmt::Debug for VaultBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultBuilder")
            .field("store", &self.store)
            .field("names", &self.names)
            .field("engine", &self.engine)
            .field("gate", &self.gate)
            .field("observed", &self.observer.is_some())
            .field("anchor", &self.anchor)
            .field("open_mode", &self.open_mode)
            .field("hints", &self.hints)
            .field("max_value", &self.max_value)
            .field("kept_versions", &self.kept_versions)
            .field("guarded_rows", &self.guarded_rows)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
