//! Goes over a text once and puts masks in the place of what was found.

use smallvec::SmallVec;

use super::pattern::Claim;
use super::redactor::Redactor;

/// How far a sweep is. It may stop at any place behind which no match can begin that is not there yet, and go on from there in
/// a text that begins at this place.
#[derive(Default)]
pub(super) struct Sweep {
    /// What lies before this is done.
    at: usize,
    /// Matches that overlap, which are masked as one.
    open: Option<Masked>,
}

/// Up to `at`, which is its end.
struct Masked {
    /// Without repetitions.
    claims: SmallVec<[Claim; 2]>,
}

impl Sweep {
    /// Goes on up to `end`, which is the beginning of the next text.
    pub(super) fn advance(&mut self, redactor: &Redactor, text: &[u8], end: usize, out: &mut impl FnMut(&[u8])) {
        let table = redactor.table();
        for found in table.searcher().matches(text).take_while(|found| found.start < end) {
            if self.open.is_some() && found.start < self.at {
                // What lies within another match is part of it.
                if found.end > self.at {
                    self.claim(table.claims(found.pattern));
                    self.at = found.end;
                }
                continue;
            }
            self.close(redactor, out);
            out(text.get(self.at..found.start).unwrap_or_default());
            self.open = Some(Masked { claims: SmallVec::new() });
            self.claim(table.claims(found.pattern));
            self.at = found.end;
        }
        if self.at <= end {
            self.close(redactor, out);
            out(text.get(self.at..end).unwrap_or_default());
        }
        self.at = self.at.saturating_sub(end);
    }

    fn claim(&mut self, claims: impl Iterator<Item = Claim>) {
        if let Some(Masked { claims: known }) = &mut self.open {
            for claim in claims {
                if known.iter().all(|known| known.owner != claim.owner) {
                    known.push(claim);
                }
            }
        }
    }

    fn close(&mut self, redactor: &Redactor, out: &mut impl FnMut(&[u8])) {
        if let Some(Masked { claims }) = self.open.take() {
            redactor.write_mask(&claims, out);
        }
    }
}
