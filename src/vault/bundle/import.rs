//! Imports of bundles.

use std::fmt;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::bundle::{Bundle, changed};
use super::pass::{Pass, Told};
use crate::actor::Actor;
use crate::crypto::BundleReach;
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::Purge;
use crate::vault::core::Core;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::write::{BulkError, BulkProgress, OnExisting};

/// An import that is about to be made, of all secrets of a [`Bundle`].
///
/// First the whole bundle is verified, and each secret is tried against the vault: its name, its
/// texts and values, and what is under its name. Nothing is written before all of that passed. Then
/// the secrets are stored part by part, 256 of one organization and 2 MiB at most, each part whole
/// or not at all. So a bundle that is one part comes in whole or not at all. If a part of a larger
/// one fails, the error tells how many secrets were stored or skipped: the first ones, in the order
/// of [`inspect`](Bundle::inspect). To go on, import again with [`OnExisting::Skip`].
///
/// * A secret gets a new identity. Times, actors, status, rules, texts and versions stay.
/// * A revoked secret comes in revoked, and the tombstone of a deleted one goes on counting its
///   versions. It deletes nothing.
/// * No import brings back a name that is revoked here: [`OnExisting::Replace`] refuses it.
/// * Where versions were given under a name before, those of the bundle get numbers behind them.
/// * Of older versions, as many come in as the vault [keeps](crate::VaultBuilder::kept_versions).
#[must_use = "nothing is imported before `into_scope` or `into_vault` is called"]
pub struct BundleImport<'b, R> {
    bundle: &'b mut Bundle<R>,
    existing: OnExisting,
    at: Option<Scope>,
    actor: Option<Actor>,
    progress: Option<Told<'b>>,
}

impl<R: Read + Seek> Bundle<R> {
    /// Begins an import of all secrets of the bundle, with a rule for names that are there already.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, OnExisting, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let (from, to) = (vault.scope("acme/old")?, vault.scope("acme/new")?);
    /// from.put("STRIPE_KEY", "sk_live_...")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// from.export("a move")?.bundle(&key, &mut file)?;
    ///
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// let done = bundle.import(OnExisting::Fail).into_scope(&to)?;
    /// assert_eq!(done.changed, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import(&mut self, existing: OnExisting) -> BundleImport<'_, R> {
        BundleImport::new(self, existing)
    }
}

impl<'b, R: Read + Seek> BundleImport<'b, R> {
    pub(super) fn new(bundle: &'b mut Bundle<R>, existing: OnExisting) -> Self {
        Self {
            bundle,
            existing,
            at: None,
            actor: None,
            progress: None,
        }
    }

    /// Hears of the progress after each part, and may end the import there: what is stored stays.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{Bundle, OnExisting, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/old")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// vault.scope("acme/old")?.export("a move")?.bundle(&key, &mut file)?;
    ///
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// let import = bundle.import(OnExisting::Fail).on_progress(|progress| {
    ///     println!("{} of {}", progress.changed, progress.total);
    ///     ControlFlow::Continue(())
    /// });
    /// import.into_scope(&vault.scope("acme/new")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_progress(
        mut self,
        progress: impl FnMut(BulkProgress) -> ControlFlow<()> + 'b,
    ) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Sets the scope that takes the place of the one that was exported, for an import into a
    /// vault. Without it, all scopes stay as they are.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, BundleReach, OnExisting, RootKey, Scope, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/billing/mailer")?.put("SMTP_KEY", "a value")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// let reach = BundleReach::Below(Scope::new("acme/billing")?);
    /// vault.export(reach, "a copy for tests")?.bundle(&key, &mut file)?;
    ///
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// bundle.import(OnExisting::Fail).at(Scope::new("test")?).into_vault(&vault)?;
    /// assert!(vault.scope("test/mailer")?.matches("SMTP_KEY", "a value")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(mut self, scope: Scope) -> Self {
        self.at = Some(scope);
        self
    }

    /// Sets the actor that the audit log names, for an import into a vault. A handle has its own.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Actor, Bundle, BundleReach, OnExisting, RootKey, Vault};
    ///
    /// let (key, vault) = (RootKey::generate()?, Vault::in_memory(&RootKey::generate()?)?);
    /// let mut file = Vec::new();
    /// vault.export(BundleReach::Vault, "a test")?.bundle(&key, &mut file)?;
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// let import = bundle.import(OnExisting::Skip).acting_as(Actor::new("user:ada")?);
    /// assert_eq!(import.into_vault(&vault)?.total, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acting_as(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Imports the secrets of one exported scope into the scope of a handle.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied) without [`MANAGE`](Permissions::MANAGE), before anything is
    /// read; [`InvalidInput`](ErrorKind::InvalidInput) for a bundle of more than one scope, which
    /// [`into_vault`](BundleImport::into_vault) takes; those of [`inspect`](Bundle::inspect) and
    /// [`put`](ScopedVault::put); [`Conflict`](ErrorKind::Conflict) and
    /// [`Revoked`](ErrorKind::Revoked) as the rule says.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, ErrorKind, OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// project.export("a copy")?.bundle(&key, &mut file)?;
    ///
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// let error = bundle.import(OnExisting::Fail).into_scope(&project).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Conflict);
    /// assert_eq!(bundle.import(OnExisting::Skip).into_scope(&project)?.skipped, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_scope(mut self, target: &ScopedVault) -> Result<BulkProgress, BulkError> {
        let checked = target.must(Permissions::MANAGE).and_then(|()| {
            let reader = self.bundle.reader()?;
            match &reader.start().reach {
                BundleReach::Scope(_) => Ok(()),
                _ => Err(Error::new(
                    ErrorKind::InvalidInput,
                    "a handle on one scope takes a bundle of one scope; import this one into a \
                     vault",
                )),
            }
        });
        checked.map_err(|error| BulkError::new(error, None, BulkProgress::default()))?;
        self.at = Some(target.scope().clone());
        let handle = target.clone();
        self.run(&target.shared_core(), &|_| Ok(handle.clone()))
    }

    /// Imports all secrets into a vault, for its owner.
    pub(in crate::vault) fn by_owner(self, core: &Arc<Core>) -> Result<BulkProgress, BulkError> {
        let (owner, actor) = (Arc::clone(core), self.actor.clone());
        self.run(core, &|tenant: &Scope| {
            let handle = ScopedVault::new(Arc::clone(&owner), tenant);
            Ok(match &actor {
                Some(actor) => handle.acting_as(actor.clone()),
                None => handle,
            })
        })
    }

    /// Verifies and tries all of it, then stores it. `handle` gives the handle that writes to an
    /// organization.
    fn run(
        self,
        core: &Arc<Core>,
        handle: &dyn Fn(&Scope) -> Result<ScopedVault>,
    ) -> Result<BulkProgress, BulkError> {
        let mut done = BulkProgress::default();
        let mut run = Pass {
            core,
            handle,
            existing: self.existing,
            at: self.at,
            is_trial: true,
            done: BulkProgress::default(),
            progress: self.progress,
        };
        if self.existing == OnExisting::Version {
            let error = Error::new(
                ErrorKind::InvalidInput,
                "a bundle has its own versions, so they cannot become the next ones of a secret; \
                 use OnExisting::Replace or OnExisting::Skip",
            );
            return Err(BulkError::new(error, None, done));
        }
        let tried = run.make(self.bundle);
        let hash = tried.map_err(|(item, error)| BulkError::new(error, item, done))?;
        done.total = run.done.changed + run.done.skipped;
        (run.is_trial, run.done) = (false, done);
        let stored = run.make(self.bundle);
        done = run.done;
        if run.existing == OnExisting::Replace && done.changed > 0 {
            done.purge = Some(core.store.purge().unwrap_or(Purge::Pending));
        }
        match stored {
            Ok(again) if again == hash => Ok(done),
            Ok(_) => Err(BulkError::new(changed(), None, done)),
            Err((_, error)) if is_stop(&error) => Ok(done),
            Err((item, error)) => Err(BulkError::new(error, item, done)),
        }
    }
}

fn is_stop(error: &Error) -> bool {
    error.kind() == ErrorKind::Stopped
}

impl<R> fmt::Debug for BundleImport<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BundleImport")
            .field("existing", &self.existing)
            .field("at", &self.at)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}
