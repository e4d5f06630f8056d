//! Finds many patterns in a text at once.

use zeroize::Zeroizing;

use crate::error::Result;

pub(super) struct Patterns(Vec<Zeroizing<Vec<u8>>>);

impl Patterns {
    pub(super) fn with_capacity(_bytes: usize, count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn push(&mut self, pattern: &[u8]) -> Result<()> {
        self.0.push(Zeroizing::new(pattern.to_vec()));
        Ok(())
    }
}

pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pattern: u32,
}

pub(super) struct Searcher(Patterns);

impl Searcher {
    pub(super) fn new(patterns: Patterns) -> Self {
        Self(patterns)
    }

    pub(super) fn matches<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Match> + 'a {
        (0..text.len()).filter_map(move |start| {
            let rest = text.get(start..)?;
            let here = (0..).zip(&self.0.0).filter(|(_, pattern)| rest.starts_with(pattern));
            let (pattern, found) = here.max_by_key(|(_, pattern)| pattern.len())?;
            Some(Match { start, end: start + found.len(), pattern })
        })
    }

    pub(super) fn partial(&self, text: &[u8]) -> usize {
        let is_start = |rest: &[u8]| self.0.0.iter().any(|one| one.len() > rest.len() && one.starts_with(rest));
        (1..=text.len()).rev().find(|&len| text.get(text.len() - len..).is_some_and(is_start)).unwrap_or(0)
    }
}
