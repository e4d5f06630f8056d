//! One reference of a snapshot.

use std::sync::{Arc, OnceLock};

use crate::crypto::{Envelope, Info, VersionEntry};
use crate::error::{ErrorKind, Result};
use crate::reference::Reference;
use crate::resolve::Outcome;
use crate::store::Row;
use crate::target::Target;
use crate::vault::clock::Now;
use crate::vault::data_keys::DataKeys;
use crate::vault::high_water::rolled_back;
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::read::refusal::{no_such_version, refuse, unreadable, version_missing};
use crate::vault::read::select::{Candidates, Hit, per_scope, permit};
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;

/// A reference: its meaning at the time of the snapshot, and its rows as they were read last.
#[derive(Clone)]
pub(super) struct Held {
    /// The rows that may answer the reference.
    rows: Arc<[Option<Row>]>,
    /// The latest authenticated epoch of the secret's row in each scope of the chain, where it was
    /// ever replaced; 0 elsewhere. A vault never takes such a row away, nor writes an older one.
    epochs: Arc<[u64]>,
    pinned: Arc<Pinned>,
    /// Namesakes that are asked first. One that resolves does not matter to this run; one that does
    /// not blocks the name.
    namesakes: Arc<[Info]>,
    /// The info of the secret now; or the refusal of all uses from now on.
    now: Result<Arc<Info>>,
}

/// The secret that a reference meant at the time of the snapshot.
struct Pinned {
    /// The version, or the error for a reference that meant none, which stays so.
    version: Result<PinnedVersion>,
    opened: OnceLock<Outcome>,
}

/// A version, and the bytes of its envelope; none if its row was missing.
struct PinnedVersion {
    info: Arc<Info>,
    kept: VersionEntry,
    sealed: Option<Vec<u8>>,
}

impl Held {
    /// Pins the secret that a reference means, which is one of the candidates.
    pub(super) fn of(
        scoped: &ScopedVault,
        reference: &Reference,
        rows: &[Option<Row>],
        candidates: Candidates<'_>,
    ) -> Self {
        let hit = scoped.nearest(reference, candidates);
        let version = hit.and_then(|hit| PinnedVersion::of(hit, reference));
        let now = match &version {
            Ok(version) => Ok(Arc::clone(&version.info)),
            Err(error) => Err(error.clone()),
        };
        let pinned = Pinned {
            version,
            opened: OnceLock::new(),
        };
        Self {
            rows: rows.into(),
            epochs: Arc::default(),
            pinned: Arc::new(pinned),
            namesakes: Arc::default(),
            now,
        }
    }

    /// Returns true if these are the rows that were read last.
    pub(super) fn has(&self, rows: &[Option<Row>]) -> bool {
        *self.rows == *rows
    }

    /// The reference with its rows as they are now. `is_same_era` is false once the host has
    /// accepted older rows.
    pub(super) fn again(
        &self,
        scoped: &ScopedVault,
        reference: &Reference,
        rows: &[Option<Row>],
        is_same_era: bool,
    ) -> Result<Self> {
        let epochs = if is_same_era {
            self.epochs(scoped, reference, rows)
        } else {
            Arc::default()
        };
        let (namesakes, now) = match &self.pinned.version {
            Ok(_) if is_older(secrets(reference, rows), &epochs) => {
                (Vec::new(), Err(rolled_back()))
            }
            Ok(pinned) => {
                let parsed = ParsedRows::of(scoped.core(), scoped.partition(), rows)?;
                let only = std::slice::from_ref(reference);
                let mut candidates = scoped.candidates(only, &parsed);
                still(&pinned.info, candidates.next().map(|(_, hits)| hits))
            }
            Err(error) => (Vec::new(), Err(error.clone())),
        };
        Ok(Self {
            rows: rows.into(),
            epochs,
            pinned: Arc::clone(&self.pinned),
            namesakes: namesakes.into(),
            now,
        })
    }

    /// The latest authenticated epochs, with those of the rows that are replaced now.
    fn epochs(
        &self,
        scoped: &ScopedVault,
        reference: &Reference,
        next: &[Option<Row>],
    ) -> Arc<[u64]> {
        let known = self.epochs.iter().copied().chain(std::iter::repeat(0));
        let replaced = secrets(reference, &self.rows)
            .zip(secrets(reference, next))
            .map(|(before, next)| before.filter(|_| before != next));
        let latest = |((scope, known), row): ((_, u64), Option<&Row>)| {
            // An epoch that is not the one that the seal is bound to is anybody's.
            let opens = |row: &&Row| {
                let core = scoped.core();
                core.open_named(scope, reference.name(), row).is_ok()
            };
            let later = row.filter(|row| row.epoch > known).filter(opens);
            later.map_or(known, |row| row.epoch)
        };
        let scopes = scoped.chain().iter();
        scopes.zip(known).zip(replaced).map(latest).collect()
    }

    /// Outcome of a use now.
    pub(super) fn outcome(&self, scoped: &ScopedVault, target: &Target, now: Now) -> Outcome {
        let pinned = self.pinned.version.as_ref().map_err(Clone::clone)?;
        let gate = scoped.core().gate;
        // At each use, because a namesake outside of its time may come into it.
        for namesake in self.namesakes.iter() {
            let refusal = gate.check(namesake, target, now);
            refusal.map_err(|(kind, what)| refuse(namesake, kind, what))?;
        }
        let info = self.now.as_ref().map_err(Clone::clone)?;
        let refusal = gate.check(info, target, now);
        refusal.map_err(|(kind, what)| refuse(&pinned.info, kind, what))?;
        let opened = self.pinned.opened.get_or_init(|| pinned.open(scoped));
        Ok(opened.clone()?.permitted(permit(info)))
    }
}

impl PinnedVersion {
    fn of(hit: Hit<'_>, reference: &Reference) -> Result<Self> {
        let Some(kept) = stored::kept(&hit.info, reference.version()).cloned() else {
            // A secret without values has a status that says why, which is asked first at each use.
            return Err(
                if reference.version().is_some() && hit.info.state.is_live() {
                    no_such_version(&hit.info, reference)
                } else {
                    refuse(&hit.info, ErrorKind::Revoked, "is revoked")
                },
            );
        };
        let sealed = hit.row(&kept).map(|row| row.body().to_vec());
        Ok(Self {
            info: Arc::new(hit.info),
            kept,
            sealed,
        })
    }

    fn open(&self, scoped: &ScopedVault) -> Outcome {
        let sealed = match &self.sealed {
            Some(sealed) => Envelope::parse(sealed).map_err(Into::into),
            None => Err(version_missing()),
        };
        let sealed = sealed.map_err(|error| unreadable(&self.info, error))?;
        scoped.open_kept(
            &self.info,
            &self.kept,
            &sealed,
            &DataKeys::none(scoped.partition()),
        )
    }
}

/// The rows of the secrets, one for each scope of the chain.
fn secrets<'r>(
    reference: &Reference,
    rows: &'r [Option<Row>],
) -> impl Iterator<Item = Option<&'r Row>> {
    rows.iter()
        .step_by(per_scope(reference))
        .map(Option::as_ref)
}

/// Returns true if a row is gone, or of an earlier epoch than one that was there.
fn is_older<'r>(secrets: impl Iterator<Item = Option<&'r Row>>, epochs: &[u64]) -> bool {
    let mut pairs = secrets.zip(epochs);
    pairs.any(|(row, &epoch)| row.map_or(0, |row| row.epoch) < epoch)
}

/// The namesakes before a secret that is held, and its info now.
fn still(held: &Info, candidates: Option<Candidates<'_>>) -> (Vec<Info>, Result<Arc<Info>>) {
    let mut namesakes = Vec::new();
    for hit in candidates.into_iter().flatten() {
        match hit {
            Ok(hit) if hit.info.record == held.record => {
                return (namesakes, Ok(Arc::new(hit.info)));
            }
            Ok(hit) => namesakes.push(hit.info),
            Err(error) => return (namesakes, Err(error)),
        }
    }
    let what = "was deleted or replaced since the snapshot was taken; take a new one";
    (namesakes, Err(refuse(held, ErrorKind::Revoked, what)))
}
