//! The vault that users open.

use std::fmt;
use std::ops::ControlFlow;
#[cfg(feature = "sqlite")]
use std::path::Path;
use std::sync::Arc;

use super::builder::VaultBuilder;
use crate::crypto::Unlock;
use crate::error::{Error, Result};
use crate::scope::Scope;
use crate::vault::call::Operator;
use crate::vault::core::{Core, MAX_VALUE};
use crate::vault::scoped::ScopedVault;
use crate::vault::verify::{self, Verification, VerifyProgress, Watch};

/// One encrypted collection of secrets in one store, opened with a root key.
///
/// Cheap to clone; all clones share the store and the keys. Hand out [scopes](Vault::scope), not
/// the vault: a holder of the vault reaches every tenant.
///
/// # Blocking
///
/// A method that says so blocks its thread: while the store reads or writes, over a disk or a
/// network; while it waits for a lock, up to the time-out of the store
#[cfg_attr(
    feature = "sqlite",
    doc = "([`SqliteOptions::busy_timeout`](crate::SqliteOptions::busy_timeout));"
)]
#[cfg_attr(not(feature = "sqlite"), doc = "(`SqliteOptions::busy_timeout`);")]
/// and for the work on what it reads, which a verification, a rewrap or a backup of a large vault
/// has much of. On a thread of an async runtime it holds up all other tasks of that thread: give it
/// to one for blocking work, such as `spawn_blocking` of tokio. No lock is held between two calls,
/// so a task that is dropped while it awaits such a thread leaves nothing held. All other methods
/// work in memory alone.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{RootKey, Vault};
///
/// let vault = Vault::in_memory(&RootKey::generate()?)?;
/// let project = vault.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
///
/// let header = project.resolve("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
/// assert_eq!(header.expose_secret(), "Authorization: Bearer sk_live_...");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Vault {
    pub(in crate::vault) core: Arc<Core>,
    pub(super) operator: Operator,
}

impl Vault {
    pub(in crate::vault) fn of(core: Core) -> Self {
        Self {
            core: Arc::new(core),
            operator: Operator::default(),
        }
    }

    /// The largest value that any vault takes, in bytes; see [`VaultBuilder::max_value`].
    pub const MAX_VALUE: usize = MAX_VALUE;

    /// Opens the vault in a file.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
    /// let path = folder.path().join("vault.db");
    /// Vault::create(&path, &key)?.scope("acme")?.put("API_KEY", "a value")?;
    /// assert_eq!(Vault::open(&path, &key)?.scope("acme")?.names()?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultNotFound`](crate::ErrorKind::VaultNotFound) when there is no such file: opening never
    /// creates one. [`WrongKey`](crate::ErrorKind::WrongKey) when the key is another vault's.
    /// Otherwise the reason why the file cannot be used, e.g.
    /// [`UnsafeFile`](crate::ErrorKind::UnsafeFile) when others can read or replace it.
    #[cfg(feature = "sqlite")]
    pub fn open(path: impl AsRef<Path>, key: &dyn Unlock) -> Result<Self> {
        Self::builder()
            .store(crate::store::SqliteStore::open(path)?)
            .open(key)
    }

    /// Creates a vault in a new file, which only its owner can read (mode 0600).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
    /// let path = folder.path().join("vault.db");
    /// Vault::create(&path, &key)?;
    /// assert_eq!(Vault::create(&path, &key).unwrap_err().kind(), ErrorKind::VaultExists);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultExists`](crate::ErrorKind::VaultExists) when there is something at the path already,
    /// or why the file cannot be created.
    #[cfg(feature = "sqlite")]
    pub fn create(path: impl AsRef<Path>, key: &dyn Unlock) -> Result<Self> {
        Self::builder()
            .store(crate::store::SqliteStore::create(path)?)
            .create(key)
    }

    /// Opens the vault in a file, or creates it. Of several processes that do so at once, one
    /// creates and all open.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("vault.db");
    /// Vault::open_or_create(&path, &RootKey::generate()?)?;
    /// let other = Vault::open_or_create(&path, &RootKey::generate()?);
    /// assert_eq!(other.unwrap_err().kind(), ErrorKind::WrongKey);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`open`](Vault::open) and [`create`](Vault::create), but for a file that is missing
    /// or there.
    #[cfg(feature = "sqlite")]
    pub fn open_or_create(path: impl AsRef<Path>, key: &dyn Unlock) -> Result<Self> {
        Self::builder()
            .store(crate::store::SqliteStore::open_or_create(path)?)
            .open_or_create(key)
    }

    /// A new vault that lives as long as the process: for tests, and for secrets that must not be
    /// stored.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// assert!(vault.organizations()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) when the operating system gives no random numbers.
    pub fn in_memory(key: &dyn Unlock) -> Result<Self> {
        Self::builder().create(key)
    }

    /// Settings: another store, a clock, a policy for names, limits.
    ///
    /// ```
    /// use keyslot::{MemoryStore, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// Vault::builder().store(store.clone()).create(&key)?;
    /// let reader = Vault::builder().store(store).strict().open(&key)?;
    /// assert!(reader.verify()?.is_intact());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn builder() -> VaultBuilder {
        VaultBuilder::new()
    }

    /// A handle on one scope: all that a tool runner needs, and nothing beyond it. Makes no store
    /// call; a scope need not be created.
    ///
    /// ```
    /// use keyslot::{RootKey, Scope, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let project = Scope::organization("acme")?.project("billing")?;
    /// assert_eq!(vault.scope(project)?.scope(), vault.scope("acme/billing")?.scope());
    /// assert!(vault.scope("acme//billing").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when a text is no scope.
    pub fn scope<S>(&self, scope: S) -> Result<ScopedVault>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let scope = scope.try_into().map_err(Into::into)?;
        let scoped = ScopedVault::new(Arc::clone(&self.core), &scope);
        let Operator { actor, reason } = self.operator.clone();
        Ok(scoped.by(actor, reason))
    }

    /// The organizations that ever stored a secret, sorted.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// for scope in ["globex", "acme/billing", "acme/sales"] {
    ///     vault.scope(scope)?.put("API_KEY", "a value")?;
    /// }
    /// let names: Vec<String> = vault.organizations()?.iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["acme", "globex"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a record of one is damaged, or the error of the
    /// store.
    pub fn organizations(&self) -> Result<Vec<Scope>> {
        self.core.organizations()
    }

    /// The scopes of an organization that hold secrets, revoked ones included, sorted. Reads the
    /// organization's records, and opens one or more of each scope.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.scope("acme/sales")?.put("CRM_TOKEN", "crm-token-1")?;
    /// let scopes = vault.scopes("acme")?;
    /// assert_eq!(
    ///     scopes
    ///         .iter()
    ///         .map(|scope| scope.as_str())
    ///         .collect::<Vec<_>>(),
    ///     ["acme/billing", "acme/sales"]
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when the text is no organization;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when a record is damaged, or why the store cannot be
    /// read.
    pub fn scopes<S>(&self, organization: S) -> Result<Vec<Scope>>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        self.core.scopes(&organization)
    }

    /// Forgets the latest time that the clock ever told, for all clones, scopes and snapshots of
    /// this vault. From now on secrets expire by what the clock says next.
    ///
    /// A vault remembers the latest time, so that a clock that is set back brings no expired secret
    /// back. A clock that once told a time far ahead by mistake, e.g. the year 2100, therefore
    /// expires every secret with an expiry until the process ends. Call this once the clock is
    /// right again, and only when the time that it told was wrong: somebody who sets the clock back
    /// before the call brings expired secrets back. Nothing of this is stored, so opening the
    /// vault anew does the same.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// use keyslot::{ErrorKind, RootKey, SecretInput, Vault};
    ///
    /// let seconds = Arc::new(AtomicU64::new(1_700_000_000));
    /// let clock = Arc::clone(&seconds);
    /// let now = move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed));
    /// let vault = Vault::builder().clock(now).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// let tomorrow = UNIX_EPOCH + Duration::from_secs(1_700_086_400);
    /// project.put("TOKEN", SecretInput::new("t-1").expires_at(tomorrow))?;
    ///
    /// // A wrong answer of the clock: the year 2100.
    /// seconds.store(4_102_444_800, Ordering::Relaxed);
    /// assert_eq!(project.resolve("<<$secret.TOKEN>>").unwrap_err().kind(), ErrorKind::Expired);
    /// seconds.store(1_700_000_060, Ordering::Relaxed);
    /// assert_eq!(project.resolve("<<$secret.TOKEN>>").unwrap_err().kind(), ErrorKind::Expired);
    ///
    /// vault.forget_latest_time();
    /// assert!(project.resolve("<<$secret.TOKEN>>").is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn forget_latest_time(&self) {
        self.core.clock.forget_latest();
    }

    /// Reads every row and holds it against the sealed heads of the tenants: finds rows that were
    /// changed so that an answer could be another, deleted, put back from an older copy, or added
    /// without the key.
    ///
    /// Also asks the store to check itself, holds the key slots against a sealed directory, and
    /// looks for rows in each way in which the vault does. Costs time in proportion to the vault.
    ///
    /// Each tenant is read as it is at one moment, and writers go on meanwhile. (In a vault with a
    /// rollback journal they wait while a tenant is read.) In calls of the store: nine for a tenant
    /// of one page, three for each page more of 256 secrets, and one for each scope. Rows of the
    /// vault itself that somebody put among those of a tenant are not looked for, because nothing
    /// reads them.
    ///
    /// A tenant or a file put back *whole* looks like the past, which it is: that is found only by
    /// a vault that was open before and saw a newer head, or that has an
    /// [anchor](crate::RollbackAnchor). So a copy of the file without its write-ahead log, which is
    /// the past too, may be intact.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let report = vault.verify()?;
    /// assert!(report.is_intact(), "{:?}", report.findings);
    /// assert_eq!((report.tenants, report.secrets), (1, 1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the store, also for rows that have not even the shape of rows; those of the anchor;
    /// other damage is not an error but a [`Finding`](crate::Finding).
    pub fn verify(&self) -> Result<Verification> {
        verify::verify(&self.core, &mut Watch::nobody())
    }

    /// Verifies as [`verify`](Vault::verify) does, and tells the progress after each page of
    /// secrets and after each organization. The callback may end the call.
    ///
    /// For all that there is to look at, the head of each organization is read once more before it
    /// begins. A verification holds up no writer, so it may run on a thread of its own beside all
    /// others.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::thread;
    ///
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let verified = vault.clone();
    /// let verification = thread::spawn(move || {
    ///     verified.verify_with(|progress| {
    ///         println!("{} of {} secrets", progress.looked_at, progress.total);
    ///         ControlFlow::Continue(())
    ///     })
    /// });
    /// assert!(verification.join().expect("no panic")?.is_intact());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stopped`](crate::ErrorKind::Stopped) when the callback ends it, and those of `verify`.
    pub fn verify_with(
        &self,
        mut progress: impl FnMut(VerifyProgress) -> ControlFlow<()>,
    ) -> Result<Verification> {
        verify::verify(&self.core, &mut Watch::of(&mut progress))
    }

    /// Gives up all that the [cache](crate::VaultBuilder::cache) holds; values are wiped with the
    /// last text that holds them. For a host that goes quiet, because idle secrets are given up by
    /// the next use. Does nothing without a cache.
    ///
    /// ```
    /// use keyslot::{Cache, RootKey, Vault};
    ///
    /// let vault = Vault::builder().cache(Cache::new()).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.scope("acme")?.resolve("<<$secret.STRIPE_KEY>>")?;
    /// vault.clear_cache();
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn clear_cache(&self) {
        if let Some(opened) = &self.core.opened {
            opened.clear();
        }
    }

    /// Accepts that stored rows are older than those that this vault has seen, after which
    /// [`Tampered`](crate::ErrorKind::Tampered) is not said of them any more. The
    /// [anchor](crate::RollbackAnchor) forgets the newer state too.
    ///
    /// Call it after a backup was restored under an open vault, or after a failover that lost
    /// writes. (A vault with an anchor is opened with
    /// [`VaultBuilder::accept_rollback`].) The older state may hold values that were revoked since.
    /// The reason is told to the [observer](crate::Observer::rollback_accepted).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.accept_rollback("restored the backup of Monday, ticket 4711")?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the reason is empty, has more than
    /// 1,024 bytes, or control characters; the errors of the anchor and of the store, after which
    /// nothing was accepted.
    pub fn accept_rollback(&self, reason: impl AsRef<str>) -> Result<()> {
        self.core.accept_rollback(reason.as_ref())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("store", &self.core.store)
            .finish_non_exhaustive()
    }
}
