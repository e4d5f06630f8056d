//! Creating and opening vaults.

use std::fmt;
use std::time::SystemTime;

use super::clock::Clock;
use super::gate::Gate;
use super::high_water::HighWater;
use super::keyring::Keyring;
use super::observer::Observer;
use super::rows::{get_from, get_in};
use super::sealed::corrupt;
use super::{Core, Vault};
use crate::crypto::{
    Header, Kdf, Key, KeyId, RootKey, Slot, SlotDirectory, SlotEntry, Timestamp, VaultKey,
};
use crate::error::{Error, ErrorKind, Result};
use crate::name::NamePolicy;
use crate::store::{Cursor, Kind, MemoryStore, PageSize, Row, RowKey, SecretStore, Tag, WriteTx};
use crate::template::Engine;

use std::num::NonZeroU32;
use std::sync::Arc;

/// Settings of a vault handle. They belong to the handle, not to the vault: nothing of them is
/// stored.
///
/// ```
/// use keyslot::{NamePolicy, RootKey, Vault};
///
/// let vault = Vault::builder().name_policy(NamePolicy::upper_snake()).kept_versions(3).create(RootKey::generate()?)?;
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
    hints: bool,
    max_value: usize,
    kept_versions: usize,
}

impl VaultBuilder {
    pub(super) fn new() -> Self {
        Self {
            store: Box::new(MemoryStore::new()),
            clock: Clock::default(),
            names: NamePolicy::any(),
            engine: Engine::new(),
            gate: Gate::default(),
            observer: None,
            hints: false,
            max_value: 64 * 1024,
            kept_versions: 10,
        }
    }

    /// Where the sealed rows are kept; in memory without.
    #[must_use]
    pub fn store(mut self, store: impl SecretStore) -> Self {
        self.store = Box::new(store);
        self
    }

    /// What tells the time; the system's clock without. A secret that has expired stays so in this
    /// process when the clock jumps back. So a clock that jumps far ahead, even once, expires every
    /// secret with an expiry until the process ends or [`Vault::forget_latest_time`] is called.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Which names may be stored; every [`SecretName`](crate::SecretName) without.
    #[must_use]
    pub fn name_policy(mut self, names: NamePolicy) -> Self {
        self.names = names;
        self
    }

    /// The engine of the methods `resolve…` of [`ScopedVault`](crate::ScopedVault): its syntax,
    /// limits, filters and surfaces; the default one without. The methods of the same names that
    /// [`ResolveExt`](crate::ResolveExt) gives to code which is generic over resolvers know no
    /// vault, and use the default one. A [`Template`](crate::Template) or
    /// [`Document`](crate::template::Document) keeps the engine it was compiled with.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Syntax};
    /// use keyslot::{RootKey, Vault};
    ///
    /// let engine = Engine::new().syntax(Syntax::mustache());
    /// let vault = Vault::builder().engine(engine).create(RootKey::generate()?)?;
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

    /// Refuses uses whose target is not said, and secrets without access rules: nothing is used
    /// anywhere by accident. Neither is refused without.
    ///
    /// ```
    /// use keyslot::{AccessRules, ErrorKind, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::builder().strict().create(RootKey::generate()?)?.scope("acme")?;
    /// let rules = AccessRules::new().tool("stripe")?.host("api.stripe.com")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_...").rules(rules))?;
    /// project.put("UNBOUND", "of no tool")?;
    ///
    /// let target = Target::tool("stripe").with_host("api.stripe.com");
    /// assert!(project.resolve_for(&target, "<<$secret.STRIPE_KEY>>").is_ok());
    /// assert_eq!(project.resolve("<<$secret.STRIPE_KEY>>").unwrap_err().kind(), ErrorKind::Denied);
    /// assert_eq!(project.resolve_for(&target, "<<$secret.UNBOUND>>").unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.gate.strict = true;
        self
    }

    /// Who is told what happens in the vault through this handle; nobody without. A second observer
    /// replaces the first.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Keeps the last four characters of values that are stored from now on, for screens to show:
    /// only of those of 24 characters or more that are one opaque token, because the end of a
    /// connection string or a sentence can be guessed with less. Nothing is kept without; a
    /// [`Fingerprint`](crate::Fingerprint) tells values apart and gives nothing away.
    #[must_use]
    pub fn hints(mut self) -> Self {
        self.hints = true;
        self
    }

    /// The largest value that may be stored, in bytes: 64 KiB without, [`Vault::MAX_VALUE`] at
    /// most.
    #[must_use]
    pub fn max_value(mut self, bytes: usize) -> Self {
        self.max_value = bytes.min(Vault::MAX_VALUE);
        self
    }

    /// How many versions of a secret are kept, the newest included: 10 without, 1 at least, 1,000
    /// at most.
    #[must_use]
    pub fn kept_versions(mut self, count: usize) -> Self {
        self.kept_versions = count.clamp(1, 1000);
        self
    }

    /// Makes a vault in an empty store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VaultExists`] when the store holds a vault, or why it cannot be written.
    pub fn create(self, key: RootKey) -> Result<Vault> {
        if self.initialise(&key)? {
            return self.open(key);
        }
        Err(Error::new(
            ErrorKind::VaultExists,
            "there is a vault here already; open it, or use another place",
        ))
    }

    /// Opens the vault in a store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotAVault`] when the store holds none, [`ErrorKind::WrongKey`] when the key is
    /// another vault's, [`ErrorKind::UnsupportedFormat`] when a later version of this crate made
    /// it, [`ErrorKind::Corrupt`] when it is damaged, or why the store cannot be read.
    // By value, so that the key is wiped here and not held by the caller for longer than needed.
    #[allow(clippy::needless_pass_by_value)]
    pub fn open(self, key: RootKey) -> Result<Vault> {
        let keys = self.unlock(&key)?;
        let Self {
            store,
            clock,
            names,
            engine,
            gate,
            observer,
            hints,
            max_value,
            kept_versions,
        } = self;
        let seen = HighWater::default();
        let core = Core {
            store,
            keys,
            seen,
            clock,
            names,
            engine,
            gate,
            observer,
            hints,
            max_value,
            kept_versions,
        };
        Ok(Vault {
            core: Arc::new(core),
        })
    }

    /// Opens the vault in a store, or makes one if the store is empty.
    ///
    /// # Errors
    ///
    /// As [`open`](VaultBuilder::open).
    pub fn open_or_create(self, key: RootKey) -> Result<Vault> {
        // Asked first without a lock, because nearly always there is one.
        if get_from(&*self.store, &[HEADER])?
            .iter()
            .flatten()
            .next()
            .is_none()
        {
            self.initialise(&key)?;
        }
        self.open(key)
    }

    /// Writes the rows that make an empty store a vault. `false` when it is one already; exactly
    /// one of several callers gets `true`.
    fn initialise(&self, key: &RootKey) -> Result<bool> {
        let (mut created, now) = (false, self.clock.now()?.reading);
        self.store.write(&HEADER, &mut |tx| {
            created = get_in(tx, &[HEADER])?
                .into_iter()
                .flatten()
                .next()
                .is_none();
            if created {
                check_empty(tx)?;
                first_rows(key, now)?
                    .iter()
                    .try_for_each(|row| tx.put(row))?;
            }
            Ok(())
        })?;
        Ok(created)
    }

    fn unlock(&self, root: &RootKey) -> Result<Keyring> {
        let mut rows = get_from(&*self.store, &[HEADER, VAULT_SECRET])?.into_iter();
        let (header, secret) = (rows.next().flatten(), rows.next().flatten());
        let header = header.ok_or_else(|| {
            Error::new(
                ErrorKind::NotAVault,
                "the store holds no vault; open_or_create makes one",
            )
        })?;
        let header = Header::decode(&header.info)?;
        let vault_key = self.vault_key(root, &header)?;
        let secret = secret.ok_or_else(|| corrupt("the vault secret is missing"))?;
        let secret = vault_key.unwrap_vault_secret(&header, &secret.body)?;
        Keyring::new(&header, vault_key, &secret)
    }

    /// Unwraps the vault key from the slot that the root key is for.
    fn vault_key(&self, root: &RootKey, header: &Header) -> Result<VaultKey> {
        let slots = self
            .store
            .scan(Kind::Slot, Tag::Any, Cursor::START, SLOTS, true)?;
        if !(1..=MAX_SLOTS).contains(&slots.rows.len()) || slots.next.is_some() {
            return Err(corrupt("the vault has no key slots, or too many"));
        }
        let mut refusal = None;
        for row in &slots.rows {
            // A slot that cannot be read must not lock out those that can.
            match try_slot(root, header, row) {
                Ok(Some(key)) => return Ok(key),
                Ok(None) => {}
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        Err(refusal.unwrap_or_else(|| {
            let message = "this key does not open this vault: it is another one's, or the key slot is damaged";
            Error::new(ErrorKind::WrongKey, message)
        }))
    }
}

/// The vault key in a slot; `None` when the slot is for another root key.
fn try_slot(root: &RootKey, header: &Header, row: &Row) -> Result<Option<VaultKey>> {
    let (id, slot) = (KeyId::from_row_key(&row.key.key)?, Slot::decode(&row.info)?);
    let keys = root.slot_keys(header, id, slot.kdf)?;
    if keys.fit(&slot) {
        keys.unwrap_vault_key(header, &row.body).map(Some)
    } else {
        Ok(None)
    }
}

pub(super) const HEADER: RowKey = RowKey {
    kind: Kind::Header,
    key: [0; 32],
};

/// There is one for the life of a vault.
pub(super) const VAULT_SECRET: RowKey = RowKey {
    kind: Kind::VaultSecret,
    key: [0; 32],
};

const MAX_SLOTS: usize = 64;

/// One more than there may be. A slot has less than 1 KiB.
const SLOTS: PageSize = PageSize {
    rows: NonZeroU32::new(65).unwrap(),
    bytes: 65 << 10,
};

const ONE: PageSize = PageSize {
    rows: NonZeroU32::MIN,
    bytes: 0,
};

/// A store without a header must not hold anything else: writing a new vault over the remains of
/// one would hide the loss.
fn check_empty(tx: &mut dyn WriteTx) -> Result<()> {
    for kind in Kind::ALL {
        if !tx
            .scan(kind, Tag::Any, Cursor::START, ONE, false)?
            .rows
            .is_empty()
        {
            return Err(corrupt(
                "the store holds rows of a vault, but not its header",
            ));
        }
    }
    Ok(())
}

fn first_rows(root: &RootKey, now: Timestamp) -> Result<[Row; 3]> {
    let header = Header::generate()?;
    let (vault_key, vault_secret) = (VaultKey::generate()?, Key::generate()?);
    let (id, kdf) = (KeyId::generate()?, Kdf::Raw);
    let keys = root.slot_keys(&header, id, kdf)?;
    let slot = Slot {
        kdf,
        check: keys.check,
    }
    .encode();
    let wrapped = keys.wrap_vault_key(&header, &vault_key)?;
    let directory = SlotDirectory(vec![SlotEntry::new(id, kdf, now, &slot, &wrapped)]);
    let directory = vault_key.seal_slot_directory(&header, &directory)?;
    let secret = vault_key.wrap_vault_secret(&header, &vault_secret)?;
    Ok([
        vault_row(HEADER, header.encode(), Vec::new()),
        vault_row(
            RowKey {
                kind: Kind::Slot,
                key: id.row_key(),
            },
            slot,
            wrapped,
        ),
        vault_row(VAULT_SECRET, directory, secret),
    ])
}

/// A row that belongs to no tenant.
fn vault_row(key: RowKey, info: Vec<u8>, body: Vec<u8>) -> Row {
    Row {
        key,
        tenant: [0; 16],
        epoch: 0,
        info,
        body,
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
            .field("hints", &self.hints)
            .field("max_value", &self.max_value)
            .field("kept_versions", &self.kept_versions)
            .finish_non_exhaustive()
    }
}
