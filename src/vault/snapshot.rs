//! One consistent set of versions for a whole run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::clock::Now;
use super::gate::check_state;
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::sealed::head_row;
use super::select::{Candidates, Hit, permit};
use crate::crypto::{Info, VersionEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::resolve::{Outcome, Outcomes, Resolved, Resolver};
use crate::store::Token;
use crate::target::Target;
use crate::template::Resolvable;

/// The secrets that some references mean at one moment: all resolves of a run that use it agree, whatever is stored meanwhile.
///
/// Only the versions are held fast. Each use asks the store whether anything of the organization was written, and if so reads the
/// records again: a secret that was revoked, switched off or deleted, that expired or got other rules, is refused from then on. So
/// is one that a nearer scope has come to block. A new version, and a new secret in a nearer scope, are seen only after
/// [`refresh`](Snapshot::refresh).
///
/// The question goes to the file that is open. That a file was removed or replaced under a vault is seen by whatever reads or writes
/// it, [`refresh`](Snapshot::refresh) included, but not by a use of what is held.
///
/// Values are opened when they are first used, and wiped with the last clone of the snapshot and of what was resolved by it.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{ErrorKind, RootKey, Vault};
///
/// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
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

/// What is held, and what the store said about it when the token was read.
struct State {
    token: Token,
    /// Ordered, because comparing a few names is faster than hashing one.
    held: BTreeMap<Reference, Held>,
}

#[derive(Clone)]
struct Held {
    pinned: Arc<Pinned>,
    /// Namesakes that are asked first. One that resolves does not matter to this run; one that does not blocks the name.
    namesakes: Arc<[Hit]>,
    /// What is known of the secret now; or why it may not be used any more, whatever the target.
    now: Result<Arc<Info>>,
}

/// What a reference meant when the snapshot was taken.
struct Pinned {
    /// The secret, with the sealed value; or why there was none, which stays so.
    hit: Result<(Hit, VersionEntry)>,
    opened: OnceLock<Outcome>,
}

impl ScopedVault {
    /// Holds fast what these references mean now, for all resolves of a run; see [`Snapshot`]. One store call, and one for the
    /// token. What a reference does not find, or finds inactive, is not an error yet.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn snapshot(&self, references: &[Reference]) -> Result<Snapshot> {
        let state = self.hold(references)?;
        Ok(Snapshot { scoped: self.clone(), state: Arc::new(RwLock::new(Arc::new(state))), reading: Arc::default() })
    }

    fn hold(&self, references: &[Reference]) -> Result<State> {
        // The token comes first: what is written in between is then read again, not missed.
        let token = self.token()?;
        let hold = |(reference, candidates): (&Reference, Candidates<'_>)| {
            let hit = self.nearest(reference, candidates).and_then(|hit| {
                let kept = hit.stored.kept(reference.version()).cloned();
                // What has no value has a status that says why, which is asked first at each use.
                match (kept, reference.version()) {
                    (Some(kept), _) => Ok((hit, kept)),
                    (None, Some(_)) if hit.stored.info.state.is_live() => {
                        Err(hit.refuse(ErrorKind::NoSuchVersion, "has no such version"))
                    }
                    (None, _) => Err(hit.refuse(ErrorKind::Revoked, "is revoked")),
                }
            });
            let now = hit.as_ref().map(|(hit, _)| Arc::new(hit.stored.info.clone())).map_err(Clone::clone);
            let pinned = Arc::new(Pinned { hit, opened: OnceLock::new() });
            (reference.clone(), Held { pinned, namesakes: Arc::default(), now })
        };
        let held = self.candidates(references, Permissions::USE)?.map(hold).collect();
        Ok(State { token, held })
    }

    fn token(&self) -> Result<Token> {
        self.core().store.token(&head_row(self.own().tenant_tag))
    }
}

impl Snapshot {
    /// As [`ScopedVault::resolve`], with the versions of the snapshot.
    ///
    /// # Errors
    ///
    /// As there; [`NotFound`](ErrorKind::NotFound) for what is not part of the snapshot.
    pub fn resolve<'t>(&self, text: &'t str) -> Result<Resolved<Cow<'t, str>>> {
        self.resolve_for(&Target::unspecified(), text)
    }

    /// As [`ScopedVault::resolve_json`], with the versions of the snapshot.
    ///
    /// # Errors
    ///
    /// As there; [`NotFound`](ErrorKind::NotFound) for what is not part of the snapshot.
    #[cfg(feature = "json")]
    pub fn resolve_json(&self, document: &serde_json::Value) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// As [`ScopedVault::resolve_for`], with the versions of the snapshot.
    ///
    /// # Errors
    ///
    /// As there; [`NotFound`](ErrorKind::NotFound) for what is not part of the snapshot.
    pub fn resolve_for<I: Resolvable>(&self, target: &Target, input: I) -> Result<Resolved<I::Output>> {
        self.scoped.core().engine.resolve(self, target, input)
    }

    /// Takes the snapshot anew, of the same references: for a run that wants to see what was stored since. Its clones see it too.
    ///
    /// # Errors
    ///
    /// When the store cannot be read; then everything stays as it was.
    pub fn refresh(&self) -> Result<()> {
        let _one_at_a_time = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let references: Vec<Reference> = self.state().held.keys().cloned().collect();
        self.set(Arc::new(self.scoped.hold(&references)?));
        Ok(())
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, state: Arc<State>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// What is held, checked against a store that was read after the call began.
    fn current(&self) -> Result<Arc<State>> {
        let state = self.state();
        if self.scoped.token()? == state.token {
            return Ok(state);
        }
        let _one_at_a_time = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, token) = (self.state(), self.scoped.token()?);
        if token == state.token {
            return Ok(state);
        }
        let state = Arc::new(self.look_again(&state, token)?);
        self.set(Arc::clone(&state));
        Ok(state)
    }

    fn look_again(&self, before: &State, token: Token) -> Result<State> {
        let references: Vec<Reference> = before.held.keys().cloned().collect();
        let held = |(reference, candidates): (&Reference, Candidates<'_>)| {
            let pinned = Arc::clone(&before.held.get(reference)?.pinned);
            let (namesakes, now) = match &pinned.hit {
                Ok((hit, _)) => still(hit, candidates),
                Err(error) => (Vec::new(), Err(error.clone())),
            };
            Some((reference.clone(), Held { pinned, namesakes: namesakes.into(), now }))
        };
        let candidates = self.scoped.candidates(&references, Permissions::USE)?;
        Ok(State { token, held: candidates.filter_map(held).collect() })
    }

    fn outcome(&self, held: Option<&Held>, reference: &Reference, target: &Target, now: Now) -> Outcome {
        let Some(Held { pinned, namesakes, now: info }) = held else {
            let message = format!("{} is not part of the snapshot", reference.name());
            return Err(Error::new(ErrorKind::NotFound, message).with_name(reference.name()));
        };
        let (hit, kept) = pinned.hit.as_ref().map_err(Clone::clone)?;
        // At each use, because what is out of its time may come into it.
        for namesake in namesakes.iter() {
            check_state(&namesake.stored.info, now).map_err(|(kind, what)| namesake.refuse(kind, what))?;
        }
        let info = info.as_ref().map_err(Clone::clone)?;
        let refusal = self.scoped.core().gate.check(info, target, now);
        refusal.map_err(|(kind, what)| hit.refuse(kind, what))?;
        let found = pinned.opened.get_or_init(|| self.scoped.open(hit, kept)).clone()?;
        Ok(found.permitted(permit(info)))
    }
}

/// What is known now of a secret that is held, and the namesakes before it.
fn still(held: &Hit, candidates: Candidates<'_>) -> (Vec<Hit>, Result<Arc<Info>>) {
    let mut namesakes = Vec::new();
    for hit in candidates {
        match hit {
            Ok(hit) if hit.stored.info.record == held.stored.info.record => {
                return (namesakes, Ok(Arc::new(hit.stored.info)));
            }
            Ok(hit) => namesakes.push(hit),
            Err(error) => return (namesakes, Err(error)),
        }
    }
    (namesakes, Err(held.refuse(ErrorKind::Revoked, "was deleted or replaced since the snapshot was taken")))
}

/// One question to the store, for the token, while nothing was written; then one `get` more.
impl Resolver for Snapshot {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let state = self.current()?;
        let now = self.scoped.core().clock.now()?;
        let outcome = |reference| {
            let outcome = self.outcome(state.held.get(reference), reference, target, now);
            self.scoped.tell_use(reference, target, &outcome);
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
