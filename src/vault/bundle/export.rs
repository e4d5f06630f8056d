//! Exports.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::call::ExportCall;
use super::plain::PlainFormat;
use super::progress::ExportProgress;
use super::sealed::Sealed;
use super::sink::Sink;
use super::tenant::TenantRead;
use crate::actor::Actor;
use crate::crypto::{BundleCounts, BundleReach, BundleStart, BundledSecret, Unlock};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Partition};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::observer::{Action, Begun};
use crate::vault::partition_walk::PartitionWalk;
use crate::vault::permissions::Permissions;
use crate::vault::reason;
use crate::vault::rows::{corrupt, get_one_in};
use crate::vault::scoped::ScopedVault;
use crate::vault::verify::go_on;
use crate::vault::walk::Walk;

type Progress<'e> = Box<dyn FnMut(ExportProgress) -> ControlFlow<()> + 'e>;

/// An export that is about to be made: of one scope by
/// [`ScopedVault::export`], or of more by [`Vault::export`](crate::Vault::export).
///
/// Each organization is read as of one moment, page by page, while writers go on. The memory that
/// it takes does not grow with the number of secrets. All records of the organization are read and
/// held against its sealed head, also for an export of one scope, so a record that is missing,
/// added or old ends the export as [`Corrupt`](ErrorKind::Corrupt). A store that has to hold the
/// moment does so as long as the writer takes.
///
/// If the vault has an [audit log](crate::AuditLog), the entry of the export is durable before the
/// first value is read, whatever the [mode](crate::AuditMode) is; without it the export is refused.
///
/// ```
/// use std::io::Cursor;
///
/// use keyslot::{Bundle, OnExisting, RootKey, Vault};
///
/// let (old, new) = (RootKey::generate()?, RootKey::generate()?);
/// let (from, to) = (Vault::in_memory(&old)?, Vault::in_memory(&new)?);
/// let billing = from.scope("acme/billing")?;
/// billing.put("STRIPE_KEY", "sk_live_...")?;
///
/// let (key, mut file) = (RootKey::generate()?, Vec::new());
/// billing.export("moving to the new host")?.bundle(&key, &mut file)?;
///
/// let mut bundle = Bundle::open(Cursor::new(file), &key)?;
/// let target = to.scope("acme/billing")?;
/// bundle.import(OnExisting::Fail).into_scope(&target)?;
/// assert!(target.matches("STRIPE_KEY", "sk_live_...")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is written before `bundle` or `plain` is called"]
pub struct Export<'e> {
    call: ExportCall,
    reach: BundleReach,
    progress: Option<Progress<'e>>,
}

impl ScopedVault {
    /// Begins an export of the secrets of this very scope, for a reason that the audit log keeps.
    ///
    /// It needs [`REVEAL`](Permissions::REVEAL) and [`COPY`](Permissions::COPY), which a handle
    /// that is bound to a target does not have: whoever holds the export has the values, and no
    /// access rule holds there. For scopes below, see [`Vault::export`](crate::Vault::export).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says, where it stores that it was
    /// refused.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Permissions, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let narrowed = project.with(Permissions::USE | Permissions::REVEAL);
    /// assert_eq!(narrowed.export("a backup").unwrap_err().kind(), ErrorKind::Denied);
    /// assert_eq!(project.export(" ").unwrap_err().kind(), ErrorKind::InvalidInput);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied) without the permissions, before the store is asked;
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a reason that is empty, longer than 1,024
    /// bytes, or has control characters.
    pub fn export<'e>(&self, reason: impl AsRef<str>) -> Result<Export<'e>> {
        let call = ExportCall {
            core: self.shared_core(),
            actor: self.actor().cloned(),
            run: self.run().map(Arc::clone),
            reason: reason::check(reason.as_ref())?.to_owned(),
        };
        self.must(Permissions::REVEAL)
            .and_then(|()| self.must(Permissions::COPY))
            .inspect_err(|error| {
                call.note_refused(Action::ExportBundle, self.scope(), error.kind());
            })?;
        Ok(Export::of(call, BundleReach::Scope(self.scope().clone())))
    }
}

impl<'e> Export<'e> {
    fn of(call: ExportCall, reach: BundleReach) -> Self {
        Self {
            call,
            reach,
            progress: None,
        }
    }

    /// An export by the owner of a vault.
    pub(in crate::vault) fn by_owner(
        core: Arc<Core>,
        reach: BundleReach,
        reason: &str,
    ) -> Result<Self> {
        let call = ExportCall {
            core,
            actor: None,
            run: None,
            reason: reason::check(reason)?.to_owned(),
        };
        Ok(Self::of(call, reach))
    }

    /// Sets the actor that the audit log names.
    ///
    /// ```
    /// use keyslot::{Actor, BundleReach, RootKey, Vault};
    ///
    /// let (vault, key) = (Vault::in_memory(&RootKey::generate()?)?, RootKey::generate()?);
    /// let export = vault.export(BundleReach::Vault, "a copy for the auditors")?;
    /// export.acting_as(Actor::new("user:ada")?).bundle(&key, Vec::new())?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn acting_as(mut self, actor: Actor) -> Self {
        self.call.actor = Some(actor);
        self
    }

    /// Hears of the progress after each page of secrets, and may end the export there. What was
    /// written of it is of no use then.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let export = project.export("a test")?.on_progress(|_| ControlFlow::Break(()));
    /// let error = export.bundle(&RootKey::generate()?, Vec::new()).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Stopped);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        progress: impl FnMut(ExportProgress) -> ControlFlow<()> + 'e,
    ) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Writes a sealed bundle, which a root key, a passphrase or a provider opens: with every kept
    /// version, statuses, rules, times, actors, descriptions, metadata, and the tombstones of
    /// revoked and deleted secrets.
    ///
    /// The key should be one of its own: whoever is given the bundle needs it, and no vault should
    /// open with it. The writer should be a file that only its owner may read. A bundle that is
    /// not whole, because the call failed or the file was cut, is refused by every reader.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Passphrase, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let passphrase = Passphrase::new("copper lantern walks over the ridge");
    /// let mut file = Vec::new();
    /// let written = project.export("for the new host")?.bundle(&passphrase, &mut file)?;
    /// assert_eq!((written.secrets, written.values), (1, 1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeakKey`](ErrorKind::WeakKey) for a weak passphrase; [`Corrupt`](ErrorKind::Corrupt) or
    /// [`Tampered`](ErrorKind::Tampered) when the vault is damaged or older than what was seen;
    /// [`TooLarge`](ErrorKind::TooLarge) for more than 4,194,304 secrets, or 256 MiB of values of
    /// one secret; [`Stopped`](ErrorKind::Stopped) by the callback;
    /// [`StorageFull`](ErrorKind::StorageFull) or [`Io`](ErrorKind::Io) of the writer; the errors
    /// of the store, also when the entry of the audit log cannot be written.
    pub fn bundle(self, key: &dyn Unlock, to: impl Write) -> Result<ExportProgress> {
        let start = BundleStart {
            reach: self.reach.clone(),
            made_at: self.call.core.clock.now()?.reading,
        };
        let sink = Sealed::begin(to, key, start)?;
        self.write(Action::ExportBundle, sink)
    }

    /// Writes the newest values **in clear**, for whoever can read the file: no encryption, no
    /// history, no tombstones. Nothing protects a value there any more, and nothing can revoke it.
    ///
    /// The writer should be a file that only its owner may read, on a disk that is encrypted. Where
    /// the reader is another vault, use [`bundle`](Export::bundle).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{PlainFormat, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first")?;
    /// let mut file = Vec::new();
    /// project.export("leaving keyslot")?.plain(PlainFormat::Dotenv, &mut file)?;
    /// assert!(String::from_utf8_lossy(&file).ends_with("STRIPE_KEY=sk_live_first\n"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) when the format cannot hold the scopes or a name;
    /// those of [`bundle`](Export::bundle).
    pub fn plain(self, format: PlainFormat, to: impl Write) -> Result<ExportProgress> {
        format.export(self, to)
    }

    pub(super) fn reach(&self) -> &BundleReach {
        &self.reach
    }

    /// Writes all that is reached to a sink.
    pub(super) fn write(mut self, action: Action, mut sink: impl Sink) -> Result<ExportProgress> {
        let mut counts = BundleCounts::default();
        let base = self.reach.base().cloned();
        if let Some(base) = base {
            let tenant = self.call.core.hashed(&base).partition;
            self.tenant(action, tenant, &mut sink, &mut counts)?;
        } else {
            let mut walk = PartitionWalk::default();
            while let Some(tenants) = walk.step(&*self.call.core.store)?.page()? {
                for tenant in tenants {
                    self.tenant(action, tenant, &mut sink, &mut counts)?;
                }
            }
        }
        sink.finish(&counts)?;
        Ok(counts.into())
    }

    /// Writes the secrets of a tenant.
    fn tenant(
        &mut self,
        action: Action,
        tenant: Partition,
        sink: &mut impl Sink,
        counts: &mut BundleCounts,
    ) -> Result<()> {
        let Self {
            call,
            reach,
            progress,
        } = self;
        let core = Arc::clone(&call.core);
        let seen = core.seen.of(tenant);
        let row = core.get_one(tenant, head_row(tenant))?;
        let head = core.admit_head(tenant, row.as_ref(), seen)?;
        let Some(head) = head else {
            return without_head(&core, tenant);
        };
        if head.is_of_uses() {
            return Ok(());
        }
        let organization = Scope::organization(&head.tenant)?;
        let scope = reach.base().unwrap_or(&organization);
        call.require(action, scope, &head)?;
        let begun = Begun(core.observer.as_ref().map(|_| Instant::now()));
        sink.organization(&organization)?;
        counts.organizations += 1;
        let (has_history, mut is_begun) = (sink.has_history(), false);
        core.store.read(tenant, &mut |tx| {
            if mem::replace(&mut is_begun, true) {
                return Err(read_again());
            }
            let row = get_one_in(tx, head_row(tenant))?;
            let head = core.admit_head(tenant, row.as_ref(), seen)?;
            let head = head.ok_or_else(no_head)?;
            let read = TenantRead {
                core: &core,
                partition: tenant,
                tx,
                reach,
                has_history,
            };
            // Borrowed by two closures, one after the other.
            let told = Cell::new(*counts);
            let each = &mut |secret: BundledSecret| {
                let before = told.get();
                let mut counts = before;
                counts.enter(&secret.info)?;
                if !has_history {
                    counts.values = before.values + secret.values.len() as u64;
                }
                let info = secret.info.clone();
                if sink.secret(secret)? {
                    told.set(counts);
                    call.tell(begun, action, scope, &info);
                }
                Ok(())
            };
            let paged = &mut || {
                let told = told.get().into();
                progress.as_mut().map_or(Ok(()), |tell| go_on(tell(told)))
            };
            let outcome = read.read(&head, each, paged);
            *counts = told.get();
            outcome
        })
    }
}

/// Refuses to leave out the secrets of an organization whose head is gone. Without secrets there is
/// no organization.
fn without_head(core: &Core, tenant: Partition) -> Result<()> {
    let mut is_headless = false;
    core.store.read(tenant, &mut |tx| {
        let secrets = Walk::of_all(Kind::Secret, false).step_in(tx)?.page()?;
        let has_secrets = secrets.is_some_and(|rows| !rows.is_empty());
        // The organization may have begun just now.
        is_headless = has_secrets && get_one_in(tx, head_row(tenant))?.is_none();
        Ok(())
    })?;
    if is_headless {
        return Err(no_head());
    }
    Ok(())
}

fn no_head() -> Error {
    corrupt("the head of an organization is missing")
}

/// A store may begin a read again, and what was written cannot be taken back.
fn read_again() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the store had to begin the read again, so the export is not whole; export again",
    )
}

impl fmt::Debug for Export<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}
