//! One consistent set of versions for a whole run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::iter;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::clock::Now;
use super::high_water::rolled_back;
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::sealed::head_row;
use super::select::{Answer, Candidates, Hit, permit};
use crate::crypto::{Info, VersionEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::resolve::{Outcome, Outcomes, Resolved, Resolver};
use crate::store::{HeadRead, Moment, Row};
use crate::target::Target;
use crate::template::Resolvable;

/// The secrets that some references mean at one moment: all resolves of a run that use it agree,
/// whatever is stored meanwhile.
///
/// Only the versions are held fast. Each use asks the store whether anything was written, and
/// unless it knows that nothing was, reads the records again and compares them with what is held,
/// byte for byte: a secret that was revoked, switched off or deleted, that expired or got other
/// rules, is refused from then on. So is one that a nearer scope has come to block: by a secret of
/// the name that a resolve for the same target would refuse. A new version, and a new secret in a
/// nearer scope, are seen only after [`refresh`](Snapshot::refresh).
///
/// A use fails as [`Tampered`](ErrorKind::Tampered) where the organization's head is older than one
/// that this open vault has seen: see [`Vault::accept_rollback`](crate::Vault::accept_rollback).
///
/// The question goes to the file that is open. That a file was removed or replaced under a vault is
/// seen by whatever reads or writes it, [`refresh`](Snapshot::refresh) included, but not by a use
/// of what is held.
///
/// Values are opened when they are first used, and wiped with the last clone of the snapshot and of
/// what was resolved by it.
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

/// The secrets that are held, and a moment of the store before they were read.
struct State {
    moment: Option<Moment>,
    /// The era of what was seen of older rows.
    era: u64,
    /// Ordered, because comparing a few names is faster than hashing one.
    held: BTreeMap<Reference, Held>,
}

#[derive(Clone)]
struct Held {
    /// The rows that answered the reference when they were read last.
    answer: Arc<Answer>,
    /// The latest authenticated epoch of the secret's row in each scope of the chain, where it was
    /// ever replaced; 0 elsewhere. A vault never takes such a row away, nor writes an older one.
    epochs: Arc<[u64]>,
    pinned: Arc<Pinned>,
    /// Namesakes that are asked first. One that resolves does not matter to this run; one that does
    /// not blocks the name.
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
    /// Holds fast what these references mean now, for all resolves of a run; see [`Snapshot`]. One
    /// store call, and one for the head. What a reference does not find, or finds inactive, is not
    /// an error yet.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when the organization's head is older than one that was
    /// seen, [`Corrupt`](ErrorKind::Corrupt) when it is damaged, or why the store cannot be read.
    pub fn snapshot(&self, references: &[Reference]) -> Result<Snapshot> {
        let state = self.hold(references)?;
        Ok(Snapshot {
            scoped: self.clone(),
            state: Arc::new(RwLock::new(Arc::new(state))),
            reading: Arc::default(),
        })
    }

    fn hold(&self, references: &[Reference]) -> Result<State> {
        let era = self.core().seen.era();
        // The moment comes first: what is written in between is then read again, not missed.
        let moment = match self.news(None)? {
            News::Something(moment) => moment,
            News::Nothing => None,
        };
        let hold = |(reference, answer): (&Reference, Answer)| {
            let hit = self
                .nearest(reference, self.candidates_in(reference, answer.clone()))
                .and_then(|hit| {
                    let kept = hit.stored.kept(reference.version()).cloned();
                    // What has no value has a status that says why, which is asked first at each
                    // use.
                    match (kept, reference.version()) {
                        (Some(kept), _) => Ok((hit, kept)),
                        (None, Some(_)) if hit.stored.info.state.is_live() => {
                            Err(hit.refuse(ErrorKind::NoSuchVersion, "has no such version"))
                        }
                        (None, _) => Err(hit.refuse(ErrorKind::Revoked, "is revoked")),
                    }
                });
            let now = hit
                .as_ref()
                .map(|(hit, _)| Arc::new(hit.stored.info.clone()))
                .map_err(Clone::clone);
            let pinned = Arc::new(Pinned {
                hit,
                opened: OnceLock::new(),
            });
            let held = Held {
                answer: Arc::new(answer),
                epochs: Arc::default(),
                pinned,
                namesakes: Arc::default(),
                now,
            };
            (reference.clone(), held)
        };
        let held = references
            .iter()
            .zip(self.answers(references, Permissions::USE)?)
            .map(hold)
            .collect();
        Ok(State { moment, era, held })
    }

    /// Asks the store whether anything was committed since a moment, and holds the head against
    /// those seen before.
    fn news(&self, since: Option<Moment>) -> Result<News> {
        let (core, tenant) = (self.core(), self.own().tenant_tag);
        let seen = core.seen.of(tenant);
        match core.store.head(&head_row(tenant), since)? {
            HeadRead::Unchanged => Ok(News::Nothing),
            HeadRead::Read { row, moment } => {
                if !row
                    .as_ref()
                    .is_some_and(|row| core.is_newest_head(tenant, row))
                {
                    core.admit_head(tenant, row.as_ref(), seen)?;
                }
                Ok(News::Something(moment))
            }
        }
    }
}

/// Answer of the store to the question for commits since a moment.
enum News {
    /// Nothing: what is held is what would be read.
    Nothing,
    /// Something, perhaps; with a moment to ask from the next time.
    Something(Option<Moment>),
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
    pub fn resolve_json(
        &self,
        document: &serde_json::Value,
    ) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// As [`ScopedVault::resolve_for`], with the versions of the snapshot.
    ///
    /// # Errors
    ///
    /// As there; [`NotFound`](ErrorKind::NotFound) for what is not part of the snapshot.
    pub fn resolve_for<I: Resolvable>(
        &self,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        self.scoped.core().engine.resolve(self, target, input)
    }

    /// Takes the snapshot anew, of the same references: for a run that wants to see what was stored
    /// since. Its clones see it too.
    ///
    /// # Errors
    ///
    /// As for [`ScopedVault::snapshot`]; then everything stays as it was.
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

    /// The state, checked against a store that was asked after the call began.
    fn current(&self) -> Result<Arc<State>> {
        let before = self.state();
        // What was found of older rows no longer counts once the host has accepted them.
        let era = self.scoped.core().seen.era();
        let since = before.moment.filter(|_| before.era == era);
        let News::Something(mut moment) = self.scoped.news(since)? else {
            return Ok(before);
        };
        let _one_at_a_time = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state();
        if !Arc::ptr_eq(&before, &state) {
            // Another thread has read it again meanwhile.
            match self
                .scoped
                .news(state.moment.filter(|_| state.era == era))?
            {
                News::Nothing => return Ok(state),
                News::Something(later) => moment = later,
            }
        }
        let state = Arc::new(self.look_again(&state, moment)?);
        self.set(Arc::clone(&state));
        Ok(state)
    }

    /// Reads the rows again, and opens those that are not what is held.
    fn look_again(&self, before: &State, moment: Option<Moment>) -> Result<State> {
        let era = self.scoped.core().seen.era();
        let references: Vec<Reference> = before.held.keys().cloned().collect();
        let answers = self.scoped.answers(&references, Permissions::USE)?;
        let again = |(reference, answer): (Reference, Answer)| {
            let held = before.held.get(&reference)?;
            if *held.answer == answer && era == before.era {
                return Some((reference, held.clone()));
            }
            let pinned = Arc::clone(&held.pinned);
            let epochs = if era == before.era {
                self.epochs(&reference, held, &answer)
            } else {
                Arc::default()
            };
            let (namesakes, now) = match &pinned.hit {
                Ok(_) if is_older(&answer, &epochs) => (Vec::new(), Err(rolled_back())),
                Ok((hit, _)) => still(hit, self.scoped.candidates_in(&reference, answer.clone())),
                Err(error) => (Vec::new(), Err(error.clone())),
            };
            let held = Held {
                answer: Arc::new(answer),
                epochs,
                pinned,
                namesakes: namesakes.into(),
                now,
            };
            Some((reference, held))
        };
        Ok(State {
            moment,
            era,
            held: references
                .into_iter()
                .zip(answers)
                .filter_map(again)
                .collect(),
        })
    }

    /// The latest authenticated epochs of a reference, with those of the rows that are replaced
    /// now.
    fn epochs(&self, reference: &Reference, held: &Held, next: &Answer) -> Arc<[u64]> {
        let mut epochs = Vec::with_capacity(self.scoped.chain().len());
        let known = held.epochs.iter().copied().chain(iter::repeat(0));
        let replaced = held
            .answer
            .secrets()
            .zip(next.secrets())
            .map(|(before, next)| before.filter(|_| before != next));
        for ((place, known), row) in self.scoped.chain().iter().zip(known).zip(replaced) {
            // An epoch that is not what the seal is bound to is anybody's.
            let opens = |row: &Row| {
                self.scoped
                    .core()
                    .open_named(place, reference.name(), row.clone())
                    .is_ok()
            };
            let later = row.filter(|row| row.epoch > known && opens(row));
            epochs.push(later.map_or(known, |row| row.epoch));
        }
        epochs.into()
    }

    fn outcome(
        &self,
        held: Option<&Held>,
        reference: &Reference,
        target: &Target,
        now: Now,
    ) -> Outcome {
        let Some(Held {
            answer: _,
            epochs: _,
            pinned,
            namesakes,
            now: info,
        }) = held
        else {
            let message = format!("{} is not part of the snapshot", reference.name());
            return Err(Error::new(ErrorKind::NotFound, message).with_name(reference.name()));
        };
        let (hit, kept) = pinned.hit.as_ref().map_err(Clone::clone)?;
        // At each use, because what is out of its time may come into it.
        for namesake in namesakes.iter() {
            let refusal = self
                .scoped
                .core()
                .gate
                .check(&namesake.stored.info, target, now);
            refusal.map_err(|(kind, what)| namesake.refuse(kind, what))?;
        }
        let info = info.as_ref().map_err(Clone::clone)?;
        let refusal = self.scoped.core().gate.check(info, target, now);
        refusal.map_err(|(kind, what)| hit.refuse(kind, what))?;
        let found = pinned
            .opened
            .get_or_init(|| self.scoped.open(hit, kept))
            .clone()?;
        Ok(found.permitted(permit(info)))
    }
}

/// Returns true if a row is gone, or of an earlier epoch than one that was there.
fn is_older(answer: &Answer, epochs: &[u64]) -> bool {
    answer
        .secrets()
        .zip(epochs)
        .any(|(row, &epoch)| row.map_or(0, |row| row.epoch) < epoch)
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
    (
        namesakes,
        Err(held.refuse(
            ErrorKind::Revoked,
            "was deleted or replaced since the snapshot was taken",
        )),
    )
}

/// One question to the store while it knows that nothing was written; else one `get` more.
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
