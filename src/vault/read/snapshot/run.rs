//! The snapshot of a run.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use crate::error::Result;
use crate::reference::Reference;
use crate::resolve::{Outcomes, Resolved, Resolver};
use crate::target::Target;
use crate::template::Resolvable;
use crate::vault::binding::refused;
use crate::vault::scoped::ScopedVault;

/// The secrets that some references mean at one moment: all resolves of a run that use it agree,
/// no matter what is stored meanwhile.
///
/// Only the versions are held fast. Each use asks the store whether anything was written, and
/// unless it knows that nothing was, reads the records again and compares them with what is held,
/// byte for byte: a secret that was revoked, switched off or deleted, that expired or got other
/// rules, is refused from then on. (A host may [allow an age](Snapshot::with_max_age), within which
/// the store is not asked.) So is one that a nearer scope has come to block: by a secret of
/// the name that a resolve for the same target would refuse. A new version, and a new secret in a
/// nearer scope, are seen only after [`refresh`](Snapshot::refresh).
///
/// A use fails as [`Tampered`](crate::ErrorKind::Tampered) where the organization's head is older
/// than one that this open vault has seen: see
/// [`Vault::accept_rollback`](crate::Vault::accept_rollback).
///
/// The question goes to the file that is open. That a file was removed or replaced under a vault is
/// seen by everything that reads or writes it, [`refresh`](Snapshot::refresh) included, but not by
/// a use of what is held.
///
/// Values are opened when they are first used, and wiped with the last clone of the snapshot and of
/// what was resolved by it.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{ErrorKind, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_first")?;
/// let run = project.snapshot(&project.references("<<$secret.STRIPE_KEY>>")?)?;
///
/// project.put("STRIPE_KEY", "sk_live_second")?;
/// assert_eq!(run.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_first");
/// project.revoke("STRIPE_KEY")?;
/// assert_eq!(run.resolve("<<$secret.STRIPE_KEY>>").unwrap_err().kind(), ErrorKind::Revoked);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Snapshot {
    scoped: ScopedVault,
    shared: Arc<Shared>,
    /// The age below which the store is not asked; zero for an exact snapshot.
    max_age: Duration,
}

impl ScopedVault {
    /// Holds fast the secrets that these references mean now, for all resolves of a run; see
    /// [`Snapshot`]. One store call, and one for the head. A reference that finds no secret, or an
    /// inactive one, is not an error yet.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let references = project.references("Bearer <<$secret.STRIPE_KEY>>")?;
    /// let run = project.snapshot(&references)?;
    /// assert!(run.resolve("<<$secret.OTHER_KEY>>").is_err(), "not part of the run");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when the organization's head is older than one that
    /// was seen, [`Corrupt`](crate::ErrorKind::Corrupt) when it is damaged, or why the store cannot
    /// be read.
    pub fn snapshot(&self, references: &[Reference]) -> Result<Snapshot> {
        Ok(Snapshot {
            scoped: self.clone(),
            shared: Arc::new(Shared::of(self, references)?),
            max_age: Duration::ZERO,
        })
    }
}

impl Snapshot {
    /// Resolves a text as [`ScopedVault::resolve`] does, with the versions of the snapshot.
    ///
    /// Blocks the thread for one question to the store, which a [maximum
    /// age](Snapshot::with_max_age) saves; for a read after a change, as
    /// [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "the first")?;
    /// let run = project.snapshot(&project.references("<<$secret.STRIPE_KEY>>")?)?;
    /// project.put("STRIPE_KEY", "the second")?;
    /// assert_eq!(run.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "the first");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method; [`NotFound`](crate::ErrorKind::NotFound) for a name that is not part
    /// of the snapshot.
    pub fn resolve<'t>(&self, text: &'t str) -> Result<Resolved<Cow<'t, str>>> {
        self.resolve_for(&Target::unspecified(), text)
    }

    /// Resolves a document as [`ScopedVault::resolve_json`] does, with the versions of the
    /// snapshot.
    ///
    /// Blocks the thread for one question to the store, which a [maximum
    /// age](Snapshot::with_max_age) saves; for a read after a change, as
    /// [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    /// use serde_json::json;
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let body = json!({"keys": ["<<$secret.STRIPE_KEY>>"]});
    /// let run = project.snapshot(&project.references(&body)?)?;
    /// assert_eq!(run.resolve_json(&body)?.expose_secret()["keys"][0], "sk_live_...");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method; [`NotFound`](crate::ErrorKind::NotFound) for a name that is not part
    /// of the snapshot.
    #[cfg(feature = "json")]
    pub fn resolve_json(
        &self,
        document: &serde_json::Value,
    ) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// Resolves for a target as [`ScopedVault::resolve_for`] does, with the versions of the
    /// snapshot.
    ///
    /// Blocks the thread for one question to the store, which a [maximum
    /// age](Snapshot::with_max_age) saves; for a read after a change, as
    /// [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Surface, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("CITY", "La Paz")?;
    /// let run = project.snapshot(&project.references("<<$secret.CITY>>")?)?;
    /// let target = Target::tool("weather").with_surface(Surface::UrlQuery);
    /// assert_eq!(run.resolve_for(&target, "<<$secret.CITY>>")?.expose_secret(), "La%20Paz");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method; [`NotFound`](crate::ErrorKind::NotFound) for a name that is not part
    /// of the snapshot.
    pub fn resolve_for<I: Resolvable>(
        &self,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        let target = self.scoped.binding().meant(target);
        self.scoped.engine().resolve(self, &target, input)
    }

    /// Resolves headers as [`ScopedVault::resolve_headers`] does, with the versions of the
    /// snapshot.
    ///
    /// Blocks the thread for one question to the store, which a [maximum
    /// age](Snapshot::with_max_age) saves; for a read after a change, as
    /// [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let run = project.snapshot(&project.references("<<$secret.STRIPE_KEY>>")?)?;
    /// let headers = [("X-Key", "<<$secret.STRIPE_KEY>>")];
    /// let map = run.resolve_headers(&Target::tool("stripe"), headers)?;
    /// assert_eq!(map["X-Key"], "sk_live_...");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method; [`NotFound`](crate::ErrorKind::NotFound) for a name that is not part
    /// of the snapshot.
    #[cfg(feature = "http")]
    pub fn resolve_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<http::HeaderMap> {
        let target = self.scoped.binding().meant(target);
        self.scoped.engine().resolve_headers(self, &target, headers)
    }

    /// Lets uses go on without a question to the store for `max_age`: it is asked at most once in
    /// that time, by one thread for all. Without this, or with zero, the store is asked on every
    /// use.
    ///
    /// It trades how soon a use sees what *others* write, other processes and other open vaults on
    /// the same store: a secret that one of them revokes, switches off, deletes or narrows may be
    /// used until `max_age` has passed since the store was asked last. A rollback of the store, and
    /// a store that cannot be reached, are noticed as late.
    ///
    /// Nothing else is traded. Writes by handles of this open vault, revocations above all, are
    /// seen by the very next use, also where the store could not tell if it was written. Times of
    /// secrets are judged at every use, by the clock of the vault. The age ends as soon as either
    /// clock says so, the vault's or the monotonic one of the system, and at once where the vault's
    /// goes back. An error of the store ends the use, and the next use asks again.
    ///
    /// It counts for this handle on the snapshot and its clones made from now on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let run = project.snapshot(&project.references("<<$secret.STRIPE_KEY>>")?)?;
    /// let run = run.with_max_age(Duration::from_secs(5));
    /// assert_eq!(run.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_...");
    ///
    /// project.revoke("STRIPE_KEY")?;
    /// let error = run.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Revoked, "at once, by this open vault");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Takes the snapshot anew, of the same references: for a run that wants to see what was stored
    /// since. Its clones see it too.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "the first")?;
    /// let run = project.snapshot(&project.references("<<$secret.STRIPE_KEY>>")?)?;
    /// project.put("STRIPE_KEY", "the second")?;
    /// run.refresh()?;
    /// assert_eq!(run.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "the second");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::snapshot`]; then everything stays as it was.
    pub fn refresh(&self) -> Result<()> {
        self.shared.refresh(&self.scoped)
    }
}

/// One question to the store while it knows that nothing was written; else one `get` more. None
/// within the [maximum age](Snapshot::with_max_age), if there is one.
impl Resolver for Snapshot {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let target = &*match self.scoped.admit_target(references, target) {
            Ok(target) => target,
            Err(error) => return Ok(refused(references, &error).collect()),
        };
        let begun = self.scoped.begin();
        let (state, now) = self.shared.for_use(&self.scoped, self.max_age)?;
        let outcome = |reference| state.outcome(&self.scoped, reference, target, now);
        let outcomes = references.iter().map(outcome).collect();
        self.scoped.release(begun, references, target, outcomes)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        let references: Vec<&Reference> = state.held.keys().collect();
        f.debug_struct("Snapshot")
            .field("scope", self.scoped.scope())
            .field("references", &references)
            .finish_non_exhaustive()
    }
}
