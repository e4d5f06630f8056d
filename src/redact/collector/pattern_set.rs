//! Patterns, each once.

use super::index::Index;
use crate::error::Result;
use crate::redact::pattern::{Claim, Claims};
use crate::redact::search::Patterns;
use crate::redact::size::Size;
use crate::reference::Reference;

/// The patterns so far, each once, with all claims on it.
pub(super) struct PatternSet {
    patterns: Patterns,
    index: Index,
    /// The owners of each, by its number.
    claims: Vec<Claims>,
    /// True for each that is found as a whole word only.
    words: Vec<bool>,
    /// Size of all of them, as the limits count it.
    pub(super) size: Size,
}

impl PatternSet {
    /// Begins with no patterns, and room for so many bytes of so many.
    pub(super) fn with_capacity(bytes: usize, count: usize) -> Self {
        Self {
            patterns: Patterns::with_capacity(bytes, count),
            index: Index::with_capacity(count),
            claims: Vec::with_capacity(count),
            words: Vec::with_capacity(count),
            size: Size::default(),
        }
    }

    /// Adds a claim on a pattern, which is added unless it is there, and returns its number. It is
    /// found as a whole word only if all claims say so.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn claim(&mut self, pattern: &[u8], claim: Claim, is_word: bool) -> Result<u32> {
        let place = self.index.place(pattern, &self.patterns);
        if let Some(number) = self.index.get(&place) {
            if let Some(claims) = self.claims.get_mut(number as usize) {
                claims.push(claim);
            }
            if let Some(word) = self.words.get_mut(number as usize) {
                *word &= is_word;
            }
            return Ok(number);
        }
        self.size = self.size.with_pattern(pattern.len())?;
        let number = self.patterns.push(pattern)?;
        self.index.add(&place, number);
        self.claims.push(Claims::of(claim));
        self.words.push(is_word);
        Ok(number)
    }

    /// Returns the patterns, and the claims that masks name.
    pub(super) fn finish(self, references: &[Reference]) -> (Patterns, Vec<Claims>) {
        let mut patterns = self.patterns;
        let numbered = (0..).zip(self.words);
        patterns.as_words(numbered.filter_map(|(number, is_word)| is_word.then_some(number)));
        let claims = self.claims.into_iter();
        let settled = claims.map(|claims| claims.settled(references));
        (patterns, settled.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::variants::Variant;

    #[test]
    fn each_pattern_has_one_number_however_many_there_are() {
        let mut set = PatternSet::with_capacity(0, 0);
        let patterns: Vec<String> = (0..5_000).map(|n| format!("pattern {n}")).collect();
        for owner in [1, 2] {
            let variant = Variant::Value;
            for (number, pattern) in (0..).zip(&patterns) {
                let claim = Claim { owner, variant };
                let is_word = owner == 1 || number % 2 == 0;
                let found = set.claim(pattern.as_bytes(), claim, is_word).unwrap();
                assert_eq!(found, number, "{pattern}");
            }
        }
        let words: Vec<bool> = [true, false].into_iter().cycle().take(5_000).collect();
        assert_eq!(set.words, words, "of both only");
        let owners = set.claims.iter().map(|claims| claims.iter().count());
        assert_eq!(owners.sum::<usize>(), 10_000);
    }
}
