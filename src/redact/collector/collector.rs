//! The collection of patterns for a redactor.

use super::explored::Explored;
use super::owners::Owners;
use super::pattern_set::PatternSet;
use crate::error::Result;
use crate::redact::encodings::{encodings, json_forms};
use crate::redact::parts::{bare, commands, lines, parts};
use crate::redact::pattern::Claim;
use crate::redact::pieces::{PIECE, pieces};
use crate::redact::size::MAX_PATTERNS;
use crate::redact::skipped::SkipReason;
use crate::redact::skips::Skips;
use crate::redact::table::{Policy, Table};
use crate::redact::variants::Variant;
use crate::reference::Reference;

/// Deepest nesting of parts within parts.
const DEPTH: usize = 5;

/// The patterns of the secrets so far.
pub(in crate::redact) struct Collector {
    policy: Policy,
    owners: Owners,
    patterns: PatternSet,
    explored: Explored,
    skips: Skips,
}

impl Collector {
    /// Number of patterns that a usual secret comes to.
    pub(in crate::redact) const USUAL_PATTERNS: usize = 13;
    /// Bytes of these patterns for each byte of the secret.
    pub(in crate::redact) const USUAL_GROWTH: usize = 36;
    /// Most bytes that there is room for at first.
    const ROOM: usize = 4 << 20;

    /// Begins with no secrets, and room for so many patterns of so many bytes, within limits.
    pub(in crate::redact) fn new(policy: Policy, patterns: usize, bytes: usize) -> Self {
        let (patterns, bytes) = (patterns.min(MAX_PATTERNS), bytes.min(Self::ROOM));
        Self {
            policy,
            owners: Owners::default(),
            patterns: PatternSet::with_capacity(bytes, patterns),
            explored: Explored::default(),
            skips: Skips::default(),
        }
    }

    /// Adds a secret.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(in crate::redact) fn secret(&mut self, reference: &Reference, value: &str) -> Result<()> {
        self.value(reference, Variant::Value, value, 0)
    }

    /// Adds the result of a filter on a secret.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(in crate::redact) fn filtered(&mut self, reference: &Reference, made: &str) -> Result<()> {
        self.value(reference, Variant::Filtered, made, 1)
    }

    /// Adds a secret whose value was erased.
    pub(in crate::redact) fn without_value(&mut self, reference: &Reference) {
        self.skips
            .push(reference, Variant::Value, SkipReason::Erased);
    }

    /// Adds all of another table, whose values were judged when they were added.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(in crate::redact) fn table(&mut self, table: &Table) -> Result<()> {
        let before = self.patterns.size;
        // In the order of their numbers, so those of the first table keep them.
        for reference in table.references() {
            self.owners.intern(reference)?;
        }
        let mut patterns: Vec<_> = table.patterns().collect();
        patterns.sort_unstable_by_key(|(number, _)| *number);
        for (number, pattern) in patterns {
            for claim in table.claims(number) {
                let Some(reference) = table.reference(claim.owner) else {
                    continue;
                };
                let owner = self.owners.intern(reference)?;
                let claim = Claim { owner, ..claim };
                let is_word = table.searcher().is_word(number);
                self.patterns.claim(pattern, claim, is_word)?;
            }
        }
        self.skips.extend(table.skipped());
        if table.is_guarded() {
            self.patterns.size = before.plus(table.size())?;
        }
        Ok(())
    }

    /// Makes the table of all that was added.
    pub(in crate::redact) fn finish(self) -> Table {
        let skipped = if self.policy.guarded {
            self.skips.untold()
        } else {
            self.skips.into_list()
        };
        let size = self.patterns.size;
        let references = self.owners.into_list();
        let (patterns, claims) = self.patterns.finish(&references);
        Table::new(patterns, claims, references, skipped, self.policy, size)
    }

    fn value(
        &mut self,
        reference: &Reference,
        variant: Variant,
        text: &str,
        depth: usize,
    ) -> Result<()> {
        let owner = self.owners.intern(reference)?;
        let before = self.patterns.size;
        self.explored.clear();
        self.explore(owner, variant, text, depth)?;
        if self.policy.guarded {
            self.patterns.size = self.patterns.size.in_units_since(before)?;
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
        let pattern = self.add(owner, variant, text, is_word)?;
        if self.explored.knows(text, pattern, depth) {
            return Ok(());
        }
        let in_full = self.explored.count(text);
        if in_full {
            encodings(text, &mut |variant, written| {
                self.add(owner, variant, written, is_word).map(drop)
            })?;
            for command in commands(text) {
                if self.objection(command).is_none() {
                    self.add(owner, Variant::Line, command, self.is_word(command))?;
                }
            }
        } else {
            self.skipped(owner, variant, SkipReason::TooMany);
            json_forms(text, &mut |variant, written| {
                self.add(owner, variant, written, is_word).map(drop)
            })?;
        }
        for line in lines(text) {
            if !self.skips(owner, Variant::Line, line) {
                let is_word = self.is_word(line);
                self.add(owner, Variant::Line, line, is_word)?;
                json_forms(line, &mut |variant, written| {
                    self.add(owner, variant, written, is_word).map(drop)
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
        if let Some(reference) = self.owners.get(owner) {
            self.skips.push(reference, variant, reason);
        }
    }

    /// Adds a text, unless it is a rest that is too short, such as the last line of many. Returns
    /// the number of its pattern; `None` of a text that is longer than one.
    fn add(
        &mut self,
        owner: usize,
        variant: Variant,
        text: &str,
        is_word: bool,
    ) -> Result<Option<u32>> {
        if text.len() < self.policy.min_len {
            return Ok(None);
        }
        let mut number = None;
        for piece in pieces(text) {
            let claim = Claim { owner, variant };
            number = Some(self.patterns.claim(piece.as_bytes(), claim, is_word)?);
        }
        Ok(number.filter(|_| text.len() <= PIECE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_part_counts_as_several() {
        let reference = Reference::secret("A".parse().unwrap());
        for (len, parts) in [(PIECE - 1, 1), (PIECE * 2, 3)] {
            let policy = Policy {
                min_len: 8,
                harmless: Vec::new(),
                words_below: 0,
                users: false,
                guarded: false,
            };
            let mut collector = Collector::new(policy, 0, 0);
            collector.secret(&reference, &"x".repeat(len)).unwrap();
            assert_eq!(collector.explored.count, parts, "{len}");
        }
    }
}
