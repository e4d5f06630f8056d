//! Finds the next opener of several, each text once.

use super::opener::Opener;

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
        }
    }

    /// The next opener from `from`, which never lies before the one that was found last.
    #[inline]
    pub(in crate::template) fn next(&mut self, from: usize) -> Option<Hit<'r>> {
        match self.openers {
            [opener] => find(opener, self.text, from).map(|at| Hit { at, opener }),
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
                let found = from.map_or_else(Some, |from| find(opener, self.text, from));
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
fn find(opener: &Opener, text: &[u8], from: usize) -> Option<usize> {
    let first = from + opener.finder.find(text.get(from..)?)?;
    let Some(byte) = opener.repeats else {
        return Some(first);
    };
    let more = text.get(first + opener.mark.len()..)?;
    Some(first + more.iter().take_while(|&&next| next == byte).count())
}
