//! The snapshot of a run.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::news::{News, news};
use super::state::State;
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
/// rules, is refused from then on. So is one that a nearer scope has come to block: by a secret of
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
    state: Arc<RwLock<Arc<State>>>,
    /// Held while the store is read again, so that many threads do it once.
    reading: Arc<Mutex<()>>,
}

impl ScopedVault {
    /// Holds fast the secrets that these references mean now, for all resolves of a run; see
    /// [`Snapshot`]. One store call, and one for the head. A reference that finds no secret, or an
    /// inactive one, is not an error yet.
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
        let state = State::of(self, references)?;
        Ok(Snapshot {
            scoped: self.clone(),
            state: Arc::new(RwLock::new(Arc::new(state))),
            reading: Arc::default(),
        })
    }
}

impl Snapshot {
    /// Resolves a text as [`ScopedVault::resolve`] does, with the versions of the snapshot.
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

    /// Takes the snapshot anew, of the same references: for a run that wants to see what was stored
    /// since. Its clones see it too.
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
        let _one_at_a_time = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let references: Vec<Reference> = self.state().held.keys().cloned().collect();
        self.set(Arc::new(State::of(&self.scoped, &references)?));
        Ok(())
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, state: Arc<State>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The state, checked against a store that was asked after the call began.
    fn current(&self) -> Result<Arc<State>> {
        let before = self.state();
        // What was found of older rows no longer counts once the host has accepted them.
        let era = self.scoped.core().seen.era();
        let since = before.moment.filter(|_| before.era == era);
        let News::Perhaps(mut moment) = news(&self.scoped, since)? else {
            return Ok(before);
        };
        let _one_at_a_time = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state();
        if !Arc::ptr_eq(&before, &state) {
            // Another thread has read it again meanwhile.
            match news(&self.scoped, state.moment.filter(|_| state.era == era))? {
                News::Nothing => return Ok(state),
                News::Perhaps(later) => moment = later,
            }
        }
        let state = Arc::new(state.again(&self.scoped, moment)?);
        self.set(Arc::clone(&state));
        Ok(state)
    }
}

/// One question to the store while it knows that nothing was written; else one `get` more.
impl Resolver for Snapshot {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let target = &*match self.scoped.admit_target(references, target) {
            Ok(target) => target,
            Err(error) => return Ok(refused(references, &error).collect()),
        };
        let begun = self.scoped.begin();
        let state = self.current()?;
        let now = self.scoped.core().clock.now()?;
        let outcome = |reference| {
            let outcome = state.outcome(&self.scoped, reference, target, now);
            self.scoped.tell_use(begun, reference, target, &outcome);
            outcome
        };
        Ok(references.iter().map(outcome).collect())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let references: Vec<&Reference> = state.held.keys().collect();
        f.debug_struct("Snapshot")
            .field("scope", self.scoped.scope())
            .field("references", &references)
            .finish_non_exhaustive()
    }
}
