//! Gathers what to search for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::encodings::{encodings, json_forms};
use super::parts::{bare, commands, lines, parts};
use super::pattern::{Claim, Claims};
use super::search::Patterns;
use super::size::{MAX_SECRETS, Size, too_large};
use super::skipped::{SkipReason, Skipped};
use super::table::{Policy, Table};
use super::variants::Variant;
use crate::error::Result;
use crate::reference::Reference;
use crate::wipe::Wiped;

/// Of so many parts of a value all writings are added.
pub(super) const MAX_PARTS: usize = 500;
/// A pattern is no longer; a longer text is cut into pieces that overlap. So a stream never holds
/// back more than this.
pub(super) const PIECE: usize = 64 << 10;
/// Bytes of each piece that are part of the next one.
const OVERLAP: usize = 64;
/// Deepest nesting of parts within parts.
const DEPTH: usize = 3;

/// The patterns of the secrets so far.
pub(super) struct Collector {
    policy: Policy,
    references: Vec<Reference>,
    patterns: HashMap<Wiped<u8>, (usize, Claims)>,
    /// Size of all patterns, as the limits count it.
    size: Size,
    /// Of the value that is being explored, how many parts were found so far, and at which depth
    /// which patterns were.
    parts: usize,
    explored: HashMap<usize, usize>,
    skipped: Vec<Skipped>,
}

impl Collector {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            references: Vec::new(),
            patterns: HashMap::new(),
            size: Size::default(),
            parts: 0,
            explored: HashMap::new(),
            skipped: Vec::new(),
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

    /// Adds what a filter made of a secret.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn filtered(&mut self, reference: &Reference, made: &str) -> Result<()> {
        self.value(reference, Variant::Filtered, made, 1)
    }

    /// Says that a secret has nothing to search for.
    pub(super) fn without_value(&mut self, reference: &Reference) {
        self.skipped.push(Skipped {
            reference: reference.clone(),
            variant: Variant::Value,
            reason: SkipReason::Erased,
        });
    }

    /// Adds all of another table, whose values were judged when they were added.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn table(&mut self, table: &Table) -> Result<()> {
        let before = self.size;
        for (number, pattern) in table.patterns() {
            for claim in table.claims(number) {
                let Some(reference) = table.reference(claim.owner) else {
                    continue;
                };
                let owner = self.intern(reference)?;
                self.pattern(owner, claim.variant, pattern)?;
            }
        }
        for skipped in table.skipped() {
            if !self.skipped.contains(skipped) {
                self.skipped.push(skipped.clone());
            }
        }
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
            mut skipped,
            ..
        } = self;
        if policy.guarded {
            skipped = untold(&skipped);
        }
        let mut patterns: Vec<_> = patterns.into_iter().collect();
        patterns.sort_unstable_by_key(|(_, (number, _))| *number);
        let mut searched = Patterns::with_capacity(size.bytes(), patterns.len());
        for (pattern, _) in &patterns {
            searched.push(pattern)?;
        }
        let claims = patterns
            .into_iter()
            .map(|(_, (_, claims))| claims.settled(&references))
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
        if text.is_empty() || self.skips(owner, variant, text) {
            return Ok(());
        }
        self.add(owner, variant, text)?;
        if self.was_explored(text, depth) {
            return Ok(());
        }
        let in_full = self.parts <= MAX_PARTS;
        self.parts += 1;
        if in_full {
            encodings(text, &mut |variant, written| {
                self.add(owner, variant, written)
            })?;
            for command in commands(text) {
                if self.objection(command).is_none() {
                    self.add(owner, Variant::Line, command)?;
                }
            }
        } else {
            self.skipped(owner, variant, SkipReason::TooMany);
            json_forms(text, &mut |variant, written| {
                self.add(owner, variant, written)
            })?;
        }
        for line in lines(text) {
            if !self.skips(owner, Variant::Line, line) {
                self.add(owner, Variant::Line, line)?;
                json_forms(line, &mut |variant, written| {
                    self.add(owner, variant, written)
                })?;
            }
        }
        if depth == DEPTH || !in_full {
            return Ok(());
        }
        parts(text, &mut |variant, part| {
            if part == text {
                Ok(())
            } else {
                self.explore(owner, variant, part, depth + 1)
            }
        })
    }

    /// Returns true if a text that was added is a part that was found before, no deeper than now.
    fn was_explored(&mut self, text: &str, depth: usize) -> bool {
        // A text that is longer than a pattern has no number.
        let Some((number, _)) = self.patterns.get(text.as_bytes()) else {
            return false;
        };
        let known = self.explored.entry(*number).or_insert(usize::MAX);
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

    /// Writes down that something is not masked, or not in all writings, once.
    fn skipped(&mut self, owner: usize, variant: Variant, reason: SkipReason) {
        let Some(reference) = self.references.get(owner) else {
            return;
        };
        let mut known = self
            .skipped
            .iter()
            .rev()
            .take_while(|known| known.reference == *reference);
        if !known.any(|known| (known.variant, known.reason) == (variant, reason)) {
            self.skipped.push(Skipped {
                reference: reference.clone(),
                variant,
                reason,
            });
        }
    }

    /// Adds a text, unless it is a rest that is too short, such as the last line of many.
    fn add(&mut self, owner: usize, variant: Variant, text: &str) -> Result<()> {
        if text.len() < self.policy.min_len {
            return Ok(());
        }
        pieces(text).try_for_each(|piece| self.pattern(owner, variant, piece.as_bytes()))
    }

    fn pattern(&mut self, owner: usize, variant: Variant, pattern: &[u8]) -> Result<()> {
        let claim = Claim { owner, variant };
        if let Some((_, claims)) = self.patterns.get_mut(pattern) {
            claims.push(claim);
            return Ok(());
        }
        self.size = self.size.with_pattern(pattern.len())?;
        let number = self.patterns.len();
        if let Entry::Vacant(entry) = self.patterns.entry(Wiped::from(pattern)) {
            entry.insert((number, Claims::of(claim)));
        }
        Ok(())
    }

    fn intern(&mut self, reference: &Reference) -> Result<usize> {
        if let Some(known) = self.references.iter().rposition(|known| known == reference) {
            return Ok(known);
        }
        if self.references.len() == MAX_SECRETS {
            return Err(too_large());
        }
        self.references.push(reference.clone());
        Ok(self.references.len() - 1)
    }
}

/// One entry for each secret of which something is skipped, without the part and the reason.
fn untold(skipped: &[Skipped]) -> Vec<Skipped> {
    let mut told: Vec<Skipped> = Vec::new();
    for one in skipped {
        let name = one.reference.name();
        if !told.iter().any(|known| known.reference.name() == name) {
            let reference = Reference::secret(name.clone());
            told.push(Skipped {
                reference,
                variant: Variant::Value,
                reason: SkipReason::Untold,
            });
        }
    }
    told
}

/// A text, in pieces that overlap if it is long.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = boundary(text.len().min(start + PIECE));
        next = (end < text.len()).then(|| boundary(end - OVERLAP));
        text.get(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_pieces_that_overlap() {
        for unit in ["a", "é", "🔑x"] {
            for length in [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
                let text: String = unit.chars().cycle().take(length / 2).collect::<String>()
                    + &unit.repeat(length / 4);
                let mut end = 0;
                for piece in pieces(&text) {
                    let start = piece.as_ptr().addr() - text.as_ptr().addr();
                    assert!(piece.len() <= PIECE && (start == 0 || start + OVERLAP <= end));
                    end = start + piece.len();
                }
                assert_eq!(end, text.len());
            }
        }
    }
}
