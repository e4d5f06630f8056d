//! Finds the next opener of several, each text once.

use super::opener::Opener;
use crate::template::chars::begins_with;

/// The number of first bytes of a mark that may stand alone before both are searched for.
const LONE: usize = 16;

/// An opener in the text.
pub(in crate::template) struct Hit<'r> {
    pub(in crate::template) at: usize,
    pub(in crate::template) opener: &'r Opener,
}

/// The next place of each opener. Each looks at each byte of the text once, so the search is
/// linear.
pub(in crate::template) struct Search<'r, 't> {
    openers: &'r [Opener],
    text: &'t [u8],
    /// The next place of each opener; empty when there is only one, whose place need not be kept.
    next: Vec<Next>,
    /// The longest opener that was tried last reaches to here, and is that long.
    covered: (usize, usize),
    /// The number of first bytes of marks that were found alone.
    lone: usize,
}

#[derive(Clone, Copy)]
enum Next {
    /// Not looked for before this byte.
    From(usize),
    At(usize),
    Nowhere,
}

impl<'r, 't> Search<'r, 't> {
    pub(in crate::template) fn new(openers: &'r [Opener], text: &'t str) -> Self {
        let next = if openers.len() > 1 {
            vec![Next::From(0); openers.len()]
        } else {
            Vec::new()
        };
        Self {
            openers,
            text: text.as_bytes(),
            next,
            covered: (0, 0),
            lone: 0,
        }
    }

    /// The next opener from `from`, which never lies before the one that was found last.
    #[inline]
    pub(in crate::template) fn next(&mut self, from: usize) -> Option<Hit<'r>> {
        match self.openers {
            [opener] => find(opener, self.text, from, &mut self.lone).map(|at| Hit { at, opener }),
            _ => self.next_of_many(from),
        }
    }

    fn next_of_many(&mut self, from: usize) -> Option<Hit<'r>> {
        loop {
            let mut first: Option<Hit<'r>> = None;
            for (opener, next) in self.openers.iter().zip(&mut self.next) {
                let from = match *next {
                    Next::At(at) if at >= from => Err(at),
                    Next::At(_) => Ok(from),
                    Next::From(at) => Ok(at.max(from)),
                    Next::Nowhere => continue,
                };
                let lone = &mut self.lone;
                let found = from.map_or_else(Some, |from| find(opener, self.text, from, lone));
                *next = found.map_or(Next::Nowhere, Next::At);
                // The longest come first, so that of two at one place the longer stays.
                if let Some(at) =
                    found.filter(|&at| first.as_ref().is_none_or(|first| at < first.at))
                {
                    first = Some(Hit { at, opener });
                }
            }
            let hit = first?;
            let (until, longest) = self.covered;
            let length = hit.opener.mark.len();
            if hit.at >= until || length >= longest {
                self.covered = (hit.at + length, length);
                return Some(hit);
            }
            // Inside of a longer opener.
            let place = self
                .openers
                .iter()
                .position(|opener| std::ptr::eq(opener, hit.opener))?;
            *self.next.get_mut(place)? = Next::From(hit.at + 1);
        }
    }
}

/// The next opener from `from`; of a run such as `<<<<` the last, because no other can begin a
/// placeholder.
#[inline]
fn find(opener: &Opener, text: &[u8], from: usize, lone: &mut usize) -> Option<usize> {
    let first = first(opener, text, from, lone)?;
    let Some(byte) = opener.repeats else {
        return Some(first);
    };
    let more = text.get(first + opener.mark.len()..)?;
    Some(first + more.iter().take_while(|&&next| next == byte).count())
}

/// The next place of the mark. One byte is found at twice the speed of two, so the search is for
/// the first byte of the mark, until that stood alone too often.
#[inline]
fn first(opener: &Opener, text: &[u8], mut from: usize, lone: &mut usize) -> Option<usize> {
    let mark = opener.mark.as_bytes();
    let byte = *mark.first()?;
    while *lone < LONE {
        let at = from + memchr::memchr(byte, text.get(from..)?)?;
        if begins_with(text.get(at..)?, mark) {
            return Some(at);
        }
        *lone += 1;
        from = at + 1;
    }
    Some(from + opener.finder.find(text.get(from..)?)?)
}
