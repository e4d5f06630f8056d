//! Looking up with a cache: what is held, if the store says that it is still so; else its rows, and
//! then they are held.

use std::sync::OnceLock;

use super::refusal::{no_such_version, unreadable, version_missing};
use super::select::{Candidates, Hit};
use crate::crypto::Envelope;
use crate::error::Result;
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Outcomes};
use crate::target::Target;
use crate::vault::clock::Now;
use crate::vault::data_keys::DataKeys;
use crate::vault::news::Freshness;
use crate::vault::observer::Begun;
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;
use crate::vault::tenant_view::{Answer, OpenedSecret, OpenedTenants, Tick};

impl ScopedVault {
    /// Looks up as without a cache, for a handle that may use secrets.
    pub(super) fn lookup_opened(
        &self,
        opened: &OpenedTenants,
        references: &[Reference],
        target: &Target,
        begun: Begun,
    ) -> Result<Outcomes> {
        let (core, tenant) = (self.core(), self.partition());
        let now = core.clock.now()?;
        let tick = opened.tick(now);
        let chain = &self.own().scope_tag;
        if let Some(held) = opened.of(tenant, chain, references, tick) {
            let fresh = core.freshness(tenant, &held.stamp, opened.max_age(), (now, tick.at))?;
            if let Freshness::Confirmed(stamp) = &fresh {
                opened.confirm(tenant, stamp);
            }
            if !matches!(fresh, Freshness::Stale) {
                // Read after the store has answered: what expires meanwhile is expired.
                let now = match fresh {
                    Freshness::Young => now,
                    _ => core.clock.now()?,
                };
                let outcome =
                    |(reference, answer)| self.outcome_held(answer, reference, target, now);
                let answers = held.answers.iter().map(|answer| &**answer);
                let outcomes = references.iter().zip(answers).map(outcome).collect();
                return self.release(begun, references, target, outcomes);
            }
        }
        self.lookup_and_hold(opened, references, target, begun, tick)
    }

    /// Reads the rows, and holds what was found in them.
    fn lookup_and_hold(
        &self,
        opened: &OpenedTenants,
        references: &[Reference],
        target: &Target,
        begun: Begun,
        tick: Tick,
    ) -> Result<Outcomes> {
        let (core, tenant) = (self.core(), self.partition());
        let reading = opened.begin(tenant, &core.clock, &core.seen);
        let (rows, mark) = core.get_marked(tenant, &self.keys_of(references))?;
        let rows = ParsedRows::of(core, tenant, &rows)?;
        let now = core.clock.now()?;
        let mut answers = Vec::with_capacity(references.len());
        let outcome = |(reference, candidates)| {
            let (outcome, secret) = self.open_nearest(reference, candidates, target, now);
            if let Some((secret, bytes)) = secret {
                let answer = opened.answer(secret, bytes, tick);
                answers.push((Reference::clone(reference), answer));
            }
            outcome
        };
        let outcomes = self.candidates(references, &rows).map(outcome).collect();
        if let Some(mark) = mark {
            let chain = self.own().scope_tag;
            opened.hold(tenant, (&reading, mark), chain, answers.into_iter());
        }
        self.release(begun, references, target, outcomes)
    }

    /// Outcome of a use, and what there is to hold of it: the secret, and its size in bytes.
    /// Nothing is held of damage, which may be mended.
    fn open_nearest<'r>(
        &'r self,
        reference: &Reference,
        mut candidates: Candidates<'r>,
        target: &Target,
        now: Now,
    ) -> (Outcome, Option<(Option<OpenedSecret>, usize)>) {
        let hit = match candidates.next() {
            None => return (Err(self.nowhere(reference)), Some((None, 0))),
            Some(Err(error)) => return (Err(error), None),
            Some(Ok(hit)) => hit,
        };
        let outcome = match self.admit(&hit, reference, target, now) {
            // The value stays sealed until it may be used.
            Err(refusal) => Err(refusal),
            Ok(kept) => match self.open(&hit, kept) {
                Ok(found) => Ok(found),
                Err(error) => return (Err(error), None),
            },
        };
        let size = hit.size();
        let secret = hit.into_opened(reference, outcome.as_ref().ok());
        (outcome, Some((Some(secret), size)))
    }

    /// Outcome of a use of what is held.
    fn outcome_held(
        &self,
        answer: &Answer,
        reference: &Reference,
        target: &Target,
        now: Now,
    ) -> Outcome {
        let Some(secret) = &answer.secret else {
            return Err(self.nowhere(reference));
        };
        let info = &secret.info;
        self.pass(info, target, now)?;
        let kept = secret.kept.as_ref();
        let kept = kept.ok_or_else(|| no_such_version(info, reference))?;
        if let Some(found) = secret.value.get() {
            return Ok(found.clone());
        }
        let sealed = match &secret.sealed {
            Some(sealed) => Envelope::parse(sealed).map_err(Into::into),
            None => Err(version_missing()),
        };
        let sealed = sealed.map_err(|error| unreadable(info, error))?;
        let keys = DataKeys::none(self.partition());
        let found = self.open_kept(info, kept, &sealed, &keys)?;
        Ok(secret.value.get_or_init(|| found).clone())
    }
}

impl Hit<'_> {
    /// The secret, to be held. Its value stays sealed if it was not found.
    fn into_opened(self, reference: &Reference, found: Option<&Found>) -> OpenedSecret {
        let kept = stored::kept(&self.info, reference.version()).cloned();
        let row = kept.as_ref().filter(|_| found.is_none());
        let sealed = row
            .and_then(|kept| self.row(kept))
            .map(|row| row.body().into());
        OpenedSecret {
            info: self.info,
            kept,
            sealed,
            value: found.cloned().map_or_else(OnceLock::new, OnceLock::from),
        }
    }
}
