//! The collection of patterns for a redactor.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher as _;

use super::encodings::{encodings, json_forms};
use super::parts::{bare, commands, lines, parts};
use super::pattern::{Claim, Claims};
use super::pieces::{PIECE, pieces};
use super::search::Patterns;
use super::size::{MAX_SECRETS, Size, too_large};
use super::skipped::SkipReason;
use super::skips::Skips;
use super::table::{Policy, Table};
use super::variants::Variant;
use crate::error::Result;
use crate::reference::Reference;
use crate::wipe::Wiped;

/// Most parts of a value of which all writings are added, and that are read in turn.
pub(super) const MAX_PARTS: usize = 500;
/// Deepest nesting of parts within parts.
const DEPTH: usize = 5;

/// A pattern.
struct Known {
    number: usize,
    claims: Claims,
    /// True if it is found as a whole word only.
    is_word: bool,
}

/// The patterns of the secrets so far.
pub(super) struct Collector {
    policy: Policy,
    references: Vec<Reference>,
    /// The places of the references in the list.
    owners: HashMap<Reference, usize>,
    patterns: HashMap<Wiped<u8>, Known>,
    /// Size of all patterns, as the limits count it.
    size: Size,
    /// Of the value that is being explored, how many parts were found so far, and at which depth
    /// which patterns were.
    parts: usize,
    explored: HashMap<Part, usize>,
    skips: Skips,
}

/// A part of the value that is being explored.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    /// The number of its pattern.
    Pattern(usize),
    /// The hash of one that is longer than a pattern and has no number. Its key is chosen by
    /// chance, so nobody can write two parts of the same hash.
    Long(u64),
}

impl Collector {
    /// Patterns that there is room for at first, for each secret.
    const USUAL: usize = 13;

    /// Begins with no secrets, and room for so many.
    pub(super) fn new(policy: Policy, secrets: usize) -> Self {
        Self {
            policy,
            references: Vec::new(),
            owners: HashMap::new(),
            patterns: HashMap::with_capacity(secrets.min(MAX_SECRETS) * Self::USUAL),
            size: Size::default(),
            parts: 0,
            explored: HashMap::new(),
            skips: Skips::default(),
        }
    }

    /// Adds a secret.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn secret(&mut self, reference: &Reference, value: &str) -> Result<()> {
        self.value(reference, Variant::Value, value, 0)
    }

    /// Adds the result of a filter on a secret.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn filtered(&mut self, reference: &Reference, made: &str) -> Result<()> {
        self.value(reference, Variant::Filtered, made, 1)
    }

    /// Adds a secret whose value was erased.
    pub(super) fn without_value(&mut self, reference: &Reference) {
        self.skips
            .push(reference, Variant::Value, SkipReason::Erased);
    }

    /// Adds all of another table, whose values were judged when they were added.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn table(&mut self, table: &Table) -> Result<()> {
        let before = self.size;
        // In the order of their numbers, so those of the first table keep them.
        for reference in table.references() {
            self.intern(reference)?;
        }
        let mut patterns: Vec<_> = table.patterns().collect();
        patterns.sort_unstable_by_key(|(number, _)| *number);
        for (number, pattern) in patterns {
            for claim in table.claims(number) {
                let Some(reference) = table.reference(claim.owner) else {
                    continue;
                };
                let owner = self.intern(reference)?;
                self.pattern(
                    owner,
                    claim.variant,
                    pattern,
                    table.searcher().is_word(number),
                )?;
            }
        }
        self.skips.extend(table.skipped());
        if table.is_guarded() {
            self.size = before.plus(table.size())?;
        }
        Ok(())
    }

    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn finish(self) -> Result<Table> {
        let Self {
            policy,
            references,
            patterns,
            size,
            skips,
            ..
        } = self;
        let skipped = if policy.guarded {
            skips.untold()
        } else {
            skips.into_list()
        };
        let mut patterns: Vec<_> = patterns.into_iter().collect();
        patterns.sort_unstable_by_key(|(_, known)| known.number);
        let mut searched = Patterns::with_capacity(size.bytes(), patterns.len());
        for (pattern, known) in &patterns {
            searched.push(pattern)?;
            if known.is_word {
                searched.as_word();
            }
        }
        let claims = patterns
            .into_iter()
            .map(|(_, known)| known.claims.settled(&references))
            .collect();
        Ok(Table::new(
            searched, claims, references, skipped, policy, size,
        ))
    }

    fn value(
        &mut self,
        reference: &Reference,
        variant: Variant,
        text: &str,
        depth: usize,
    ) -> Result<()> {
        let owner = self.intern(reference)?;
        let before = self.size;
        self.parts = 0;
        self.explored.clear();
        self.explore(owner, variant, text, depth)?;
        if self.policy.guarded {
            self.size = self.size.in_units_since(before)?;
        }
        Ok(())
    }

    /// Adds a text, all ways to write it, and all parts of it.
    fn explore(&mut self, owner: usize, variant: Variant, text: &str, depth: usize) -> Result<()> {
        let is_user = variant == Variant::User && !self.policy.users;
        if text.is_empty() || is_user || self.skips(owner, variant, text) {
            return Ok(());
        }
        let is_word = self.is_word(text);
        self.add(owner, variant, text, is_word)?;
        if self.was_explored(text, depth) {
            return Ok(());
        }
        let in_full = self.parts <= MAX_PARTS;
        // A long part is work for several.
        self.parts += 1 + text.len() / PIECE;
        if in_full {
            encodings(text, &mut |variant, written| {
                self.add(owner, variant, written, is_word)
            })?;
            for command in commands(text) {
                if self.objection(command).is_none() {
                    self.add(owner, Variant::Line, command, self.is_word(command))?;
                }
            }
        } else {
            self.skipped(owner, variant, SkipReason::TooMany);
            json_forms(text, &mut |variant, written| {
                self.add(owner, variant, written, is_word)
            })?;
        }
        for line in lines(text) {
            if !self.skips(owner, Variant::Line, line) {
                let is_word = self.is_word(line);
                self.add(owner, Variant::Line, line, is_word)?;
                json_forms(line, &mut |variant, written| {
                    self.add(owner, variant, written, is_word)
                })?;
            }
        }
        if depth == DEPTH || !in_full {
            return Ok(());
        }
        parts(variant, text, &mut |variant, part| {
            if part == text {
                Ok(())
            } else {
                self.explore(owner, variant, part, depth + 1)
            }
        })
    }

    /// Returns true if a text, in any writing, is found as a whole word only.
    fn is_word(&self, text: &str) -> bool {
        bare(text).len() < self.policy.words_below
    }

    /// Returns true if a text that was added is a part that was found before, no deeper than now.
    fn was_explored(&mut self, text: &str, depth: usize) -> bool {
        let part = match self.patterns.get(text.as_bytes()) {
            Some(known) => Part::Pattern(known.number),
            None if text.len() > PIECE => Part::Long(self.explored.hasher().hash_one(text)),
            None => return false,
        };
        let known = self.explored.entry(part).or_insert(usize::MAX);
        let before = *known <= depth;
        *known = depth.min(*known);
        before
    }

    /// Returns true if a text is not searched for, and records that.
    fn skips(&mut self, owner: usize, variant: Variant, text: &str) -> bool {
        let reason = self.objection(text);
        reason
            .inspect(|reason| self.skipped(owner, variant, *reason))
            .is_some()
    }

    /// Returns the reason not to search for a text, if there is one. White space and quotes around
    /// the text do not count.
    fn objection(&self, text: &str) -> Option<SkipReason> {
        let text = bare(text);
        if text.len() < self.policy.min_len {
            return Some(SkipReason::TooShort);
        }
        self.policy
            .is_harmless(text.as_bytes())
            .then_some(SkipReason::Harmless)
    }

    /// Records once that something is not masked, or not in all writings.
    fn skipped(&mut self, owner: usize, variant: Variant, reason: SkipReason) {
        if let Some(reference) = self.references.get(owner) {
            self.skips.push(reference, variant, reason);
        }
    }

    /// Adds a text, unless it is a rest that is too short, such as the last line of many.
    fn add(&mut self, owner: usize, variant: Variant, text: &str, is_word: bool) -> Result<()> {
        if text.len() < self.policy.min_len {
            return Ok(());
        }
        pieces(text).try_for_each(|piece| self.pattern(owner, variant, piece.as_bytes(), is_word))
    }

    fn pattern(
        &mut self,
        owner: usize,
        variant: Variant,
        pattern: &[u8],
        is_word: bool,
    ) -> Result<()> {
        let claim = Claim { owner, variant };
        if let Some(known) = self.patterns.get_mut(pattern) {
            known.claims.push(claim);
            known.is_word &= is_word;
            return Ok(());
        }
        self.size = self.size.with_pattern(pattern.len())?;
        let number = self.patterns.len();
        if let Entry::Vacant(entry) = self.patterns.entry(Wiped::from(pattern)) {
            entry.insert(Known {
                number,
                claims: Claims::of(claim),
                is_word,
            });
        }
        Ok(())
    }

    fn intern(&mut self, reference: &Reference) -> Result<usize> {
        if let Some(&known) = self.owners.get(reference) {
            return Ok(known);
        }
        if self.references.len() == MAX_SECRETS {
            return Err(too_large());
        }
        let owner = self.references.len();
        self.references.push(reference.clone());
        self.owners.insert(reference.clone(), owner);
        Ok(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collector() -> Collector {
        let policy = Policy {
            min_len: 8,
            harmless: Vec::new(),
            words_below: 0,
            users: false,
            guarded: false,
        };
        Collector::new(policy, 1)
    }

    #[test]
    fn a_part_longer_than_a_pattern_is_explored_once() {
        let mut collector = collector();
        let (long, other) = ("x".repeat(PIECE + 1), "y".repeat(PIECE + 1));
        assert!(!collector.was_explored(&long, 2));
        assert!(collector.was_explored(&long, 2) && collector.was_explored(&long, 3));
        assert!(!collector.was_explored(&long, 1), "nearer to the value");
        assert!(!collector.was_explored(&other, 2));
    }

    #[test]
    fn a_long_part_counts_as_several() {
        let reference = Reference::secret("A".parse().unwrap());
        for (len, parts) in [(PIECE - 1, 1), (PIECE * 2, 3)] {
            let mut collector = collector();
            collector.secret(&reference, &"x".repeat(len)).unwrap();
            assert_eq!(collector.parts, parts, "{len}");
        }
    }
}
