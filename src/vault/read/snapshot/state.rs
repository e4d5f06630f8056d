//! The state of a snapshot.

use std::collections::BTreeMap;

use super::held::Held;
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::resolve::Outcome;
use crate::store::Row;
use crate::target::Target;
use crate::vault::clock::Now;
use crate::vault::news::{News, Point};
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// The secrets that are held, and a point before they were read.
pub(super) struct State {
    pub(super) point: Point,
    /// The era of the heads that were seen: those of an earlier one no longer count.
    pub(super) era: u64,
    /// Ordered, because comparing a few names is faster than hashing one.
    pub(super) held: BTreeMap<Reference, Held>,
}

impl State {
    /// Reads and pins the secrets that references mean now.
    pub(super) fn of(scoped: &ScopedVault, references: &[Reference]) -> Result<Self> {
        let era = scoped.core().seen.era();
        // The point comes first: a commit in between is then read again, not missed.
        let point = match scoped.core().news(scoped.partition(), None)? {
            News::Perhaps(point) => point,
            News::Nothing => Point::NEVER,
        };
        let rows = scoped.read(references, Permissions::USE)?;
        let parsed = ParsedRows::of(scoped.core(), scoped.partition(), &rows)?;
        let mut rest = &rows[..];
        let hold = |(reference, candidates)| {
            let held = Held::of(
                scoped,
                reference,
                next_rows(scoped, reference, &mut rest),
                candidates,
            );
            (Reference::clone(reference), held)
        };
        let held = scoped.candidates(references, &parsed).map(hold).collect();
        Ok(Self { point, era, held })
    }

    /// Reads the rows again, and opens those that are not the ones that are held.
    pub(super) fn again(&self, scoped: &ScopedVault, point: Point) -> Result<Self> {
        let era = scoped.core().seen.era();
        let references: Vec<Reference> = self.held.keys().cloned().collect();
        let rows = scoped.read(&references, Permissions::USE)?;
        let mut rest = &rows[..];
        let again = |(reference, held): (&Reference, &Held)| {
            let rows = next_rows(scoped, reference, &mut rest);
            let held = if era == self.era && held.has(rows) {
                held.clone()
            } else {
                held.again(scoped, reference, rows, era == self.era)?
            };
            Ok((reference.clone(), held))
        };
        let held = self.held.iter().map(again).collect::<Result<_>>()?;
        Ok(Self { point, era, held })
    }

    /// Returns true if this open vault knows of no write to the tenant after the rows were read.
    pub(super) fn is_newest_known(&self, scoped: &ScopedVault) -> bool {
        let seen = &scoped.core().seen;
        seen.era() == self.era && seen.of(scoped.partition()) == self.point.mark
    }

    /// Outcome of a use now.
    pub(super) fn outcome(
        &self,
        scoped: &ScopedVault,
        reference: &Reference,
        target: &Target,
        now: Now,
    ) -> Outcome {
        let Some(held) = self.held.get(reference) else {
            let name = reference.name();
            let message = format!(
                "{name} is not part of the snapshot; take one of all references \
                                   that the run needs"
            );
            return Err(Error::new(ErrorKind::NotFound, message).with_name(name));
        };
        held.outcome(scoped, target, now)
    }
}

/// Takes the rows that may answer a reference from the start of `rest`.
fn next_rows<'r>(
    scoped: &ScopedVault,
    reference: &Reference,
    rest: &mut &'r [Option<Row>],
) -> &'r [Option<Row>] {
    let (rows, after) = rest.split_at(scoped.row_count(reference).min(rest.len()));
    *rest = after;
    rows
}
