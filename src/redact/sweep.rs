//! Goes over a text once and puts masks in the place of what was found.

use std::ops::Range;

use smallvec::SmallVec;

use super::mask::Masks;
use super::pattern::Claim;
use super::search::{Match, Text};
use super::table::Table;

/// Progress of a sweep. It may stop at any place, if no match that is not complete yet can begin
/// behind it. It then goes on in a text that begins at that place.
#[derive(Default)]
pub(super) struct Sweep {
    /// End of the part that is done.
    at: usize,
    /// The matches that overlap up to `at`, which are masked as one.
    open: Open,
}

/// Matches that overlap. They may go on for ever, so what is known of them is found fast and grows
/// with the patterns only.
#[derive(Default)]
struct Open {
    /// The owners, each once, in the order of the text. Empty without owners.
    claims: SmallVec<[Claim; 2]>,
    /// Their owners, in order.
    owners: SmallVec<[usize; 4]>,
    /// Their patterns, in order.
    patterns: SmallVec<[u32; 4]>,
}

/// A piece of the output.
pub(super) enum Piece<'m> {
    /// This part of the text, as it is.
    Clean(Range<usize>),
    /// The replacement of secrets.
    Mask(&'m str),
}

impl<'m> Piece<'m> {
    /// The piece without what lies before `start`.
    pub(super) fn behind(self, start: usize) -> Self {
        match self {
            Self::Clean(range) => Self::Clean(range.start.max(start)..range.end),
            mask @ Self::Mask(_) => mask,
        }
    }

    /// Its bytes, if it is of this text.
    pub(super) fn bytes(self, text: &'m [u8]) -> &'m [u8] {
        match self {
            Self::Clean(range) => text.get(range).unwrap_or_default(),
            Self::Mask(mask) => mask.as_bytes(),
        }
    }
}

impl Sweep {
    /// Goes on up to `end`, which is the beginning of the next text.
    pub(super) fn advance(
        &mut self,
        masks: Masks<'_>,
        text: Text<'_>,
        end: usize,
        out: &mut impl FnMut(Piece<'_>),
    ) {
        let found = masks.table.searcher().matches_before(text, end);
        self.cover(masks, found, end, out);
    }

    /// Goes on to the end of the last text. `truncated` is the truncated secret there.
    pub(super) fn finish(
        &mut self,
        masks: Masks<'_>,
        text: Text<'_>,
        truncated: Option<Match>,
        out: &mut impl FnMut(Piece<'_>),
    ) {
        // Matches that start later lie within it.
        let before = truncated.map_or(text.bytes.len(), |found| found.start);
        let found = masks.table.searcher().matches_before(text, before);
        self.cover(masks, found.chain(truncated), text.bytes.len(), out);
    }

    /// Masks what was found up to `end`.
    fn cover(
        &mut self,
        masks: Masks<'_>,
        found: impl Iterator<Item = Match>,
        end: usize,
        out: &mut impl FnMut(Piece<'_>),
    ) {
        for found in found {
            if self.open.claims.is_empty() || found.start >= self.at {
                self.close(masks, out);
                out(Piece::Clean(self.at..found.start));
            } else if found.end <= self.at {
                // What lies within another match is part of it.
                continue;
            }
            self.open.add(found.pattern, masks.table);
            self.at = found.end;
        }
        if self.at <= end {
            self.close(masks, out);
            out(Piece::Clean(self.at..end));
        }
        self.at = self.at.saturating_sub(end);
    }

    fn close(&mut self, masks: Masks<'_>, out: &mut impl FnMut(Piece<'_>)) {
        if !self.open.claims.is_empty() {
            masks.write(&self.open.claims, &mut |mask| out(Piece::Mask(mask)));
            self.open.clear();
        }
    }
}

impl Open {
    fn add(&mut self, pattern: u32, table: &Table) {
        if insert(&mut self.patterns, pattern) {
            self.claims.extend(
                table
                    .claims(pattern)
                    .filter(|claim| insert(&mut self.owners, claim.owner)),
            );
        }
    }

    fn clear(&mut self) {
        self.claims.clear();
        self.owners.clear();
        self.patterns.clear();
    }
}

/// Adds to what is in order, unless it is there.
fn insert<T: Ord>(known: &mut SmallVec<[T; 4]>, one: T) -> bool {
    match known.binary_search(&one) {
        Ok(_) => false,
        Err(place) => {
            known.insert(place, one);
            true
        }
    }
}
