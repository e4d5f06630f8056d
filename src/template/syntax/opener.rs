//! The opening marks that a scan looks for.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::dialect::{Dialect, Escape};

/// The dialects that share an opening mark, in the order in which they are asked.
#[derive(Debug)]
pub(in crate::template) struct Opener {
    pub(in crate::template) mark: Box<str>,
    pub(in crate::template) finder: Finder<'static>,
    pub(in crate::template) dialects: Vec<Arc<Dialect>>,
    /// The byte that the mark is made of, if it is one byte repeated.
    pub(in crate::template) repeats: Option<u8>,
    /// True if the mark is that of an escape, one character twice.
    pub(in crate::template) is_escape: bool,
    /// True for an escape with which a longer opener begins: within a run of the character that
    /// opener may stand, so each two are taken alone.
    begins_longer: bool,
}

impl Opener {
    /// The openers of some dialects, the longest first.
    pub(in crate::template) fn of(dialects: &[Arc<Dialect>]) -> Vec<Self> {
        let mut openers: Vec<Self> = Vec::new();
        for dialect in dialects {
            match openers
                .iter_mut()
                .find(|opener| *opener.mark == *dialect.open)
            {
                Some(opener) => opener.dialects.push(Arc::clone(dialect)),
                None => openers.push(Self::new(dialect)),
            }
        }
        for dialect in dialects {
            if let Escape::Doubled(mark) = dialect.escape {
                let escape = Self::escape(mark);
                if !openers.iter().any(|opener| opener.mark == escape.mark) {
                    openers.push(escape);
                }
            }
        }
        openers.sort_by_key(|opener| std::cmp::Reverse(opener.mark.len()));
        let mut longer: Vec<Box<str>> = Vec::new();
        for opener in &mut openers {
            opener.begins_longer = longer.iter().any(|mark| mark.starts_with(&*opener.mark));
            longer.push(opener.mark.clone());
        }
        openers
    }

    fn new(dialect: &Arc<Dialect>) -> Self {
        let mark = dialect.open.as_bytes();
        let first = mark.first().copied();
        Self {
            mark: dialect.open.as_ref().into(),
            finder: Finder::new(mark).into_owned(),
            dialects: vec![Arc::clone(dialect)],
            repeats: first.filter(|first| mark.len() > 1 && mark.iter().all(|byte| byte == first)),
            is_escape: false,
            begins_longer: false,
        }
    }

    fn escape(mark: char) -> Self {
        let mark: Box<str> = [mark, mark].iter().collect::<String>().into();
        Self {
            finder: Finder::new(mark.as_bytes()).into_owned(),
            mark,
            dialects: Vec::new(),
            // The first two of a run are one.
            repeats: None,
            is_escape: true,
            begins_longer: false,
        }
    }

    /// Returns the number of bytes at an escape that do not come out: the first half of a run, or
    /// the first character of two.
    pub(in crate::template) fn dropped(&self, text: &str, at: usize) -> usize {
        let one = self.mark.len() / 2;
        if self.begins_longer {
            return one;
        }
        let (run, mark) = (
            text.get(at..).unwrap_or_default(),
            self.mark.get(..one).unwrap_or_default(),
        );
        let length = run.len() - run.trim_start_matches(mark).len();
        length / self.mark.len() * one
    }
}
