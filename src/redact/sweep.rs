//! Goes over a text once and puts masks in the place of what was found.

use std::ops::Range;

use smallvec::SmallVec;

use super::pattern::Claim;
use super::redactor::Redactor;

/// How far a sweep is. It may stop at any place behind which no match can begin that is not there yet, and go on from there in
/// a text that begins at this place.
#[derive(Default)]
pub(super) struct Sweep {
    /// What lies before this is done.
    at: usize,
    /// Whose the matches are that overlap up to `at` and will be masked as one, each once. Empty if there are none.
    open: SmallVec<[Claim; 2]>,
}

/// What comes out.
pub(super) enum Piece<'m> {
    /// This part of the text, as it is.
    Clean(Range<usize>),
    /// What stands in the place of secrets.
    Mask(&'m str),
}

impl<'m> Piece<'m> {
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
    pub(super) fn advance(&mut self, redactor: &Redactor, text: &[u8], end: usize, out: &mut impl FnMut(Piece<'_>)) {
        let table = redactor.table();
        for found in table.searcher().matches(text).take_while(|found| found.start < end) {
            if self.open.is_empty() || found.start >= self.at {
                self.close(redactor, out);
                out(Piece::Clean(self.at..found.start));
            } else if found.end <= self.at {
                // What lies within another match is part of it.
                continue;
            }
            self.claim(table.claims(found.pattern));
            self.at = found.end;
        }
        if self.at <= end {
            self.close(redactor, out);
            out(Piece::Clean(self.at..end));
        }
        self.at = self.at.saturating_sub(end);
    }

    fn claim(&mut self, claims: impl Iterator<Item = Claim>) {
        for claim in claims {
            if self.open.iter().all(|known| known.owner != claim.owner) {
                self.open.push(claim);
            }
        }
    }

    fn close(&mut self, redactor: &Redactor, out: &mut impl FnMut(Piece<'_>)) {
        if !self.open.is_empty() {
            redactor.masking().write(&self.open, redactor.table(), &mut |mask| out(Piece::Mask(mask)));
            self.open.clear();
        }
    }
}
