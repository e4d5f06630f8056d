//! The view of a tenant.

use std::collections::HashMap;

use super::digest::Digest;
use super::known_rows::KnownRows;
use super::scope_rows::{Change, ScopeRows, ShortKey};
use crate::crypto::{Head, Info, SubKeys};
use crate::vault::high_water::Mark;

/// The rows of a tenant's secrets, as one head of it accounts for them.
pub(in crate::vault) struct View {
    /// The head.
    mark: Mark,
    /// The era of the heads that were seen: those of an earlier one no longer count.
    era: u64,
    sum: Digest,
    rows: usize,
    scopes: HashMap<[u8; 16], ScopeRows>,
    known: KnownRows,
}

/// A row that was opened: its key, and the digest of the secret in it.
#[derive(Clone, Copy)]
pub(in crate::vault) struct ProvenRow {
    pub(in crate::vault) key: [u8; 32],
    digest: Digest,
}

impl ProvenRow {
    /// The row of this key, in which this info was found under this commitment.
    pub(in crate::vault) fn of(
        keys: &SubKeys,
        key: [u8; 32],
        info: &Info,
        commitment: &[u8; 32],
    ) -> Self {
        let digest = Digest::of(keys, info, commitment);
        Self { key, digest }
    }
}

impl View {
    /// A view of a head, without the rows yet.
    pub(in crate::vault) fn new(mark: Mark, era: u64) -> Self {
        Self {
            mark,
            era,
            sum: Digest::ZERO,
            rows: 0,
            scopes: HashMap::new(),
            known: KnownRows::default(),
        }
    }

    /// Adds a row that is not there yet.
    pub(in crate::vault) fn push(&mut self, row: ProvenRow) {
        let (scope, key) = split(&row.key);
        self.scopes.entry(scope).or_default().push(key, row.digest);
        self.sum.toggle(row.digest);
        self.rows += 1;
    }

    /// Ends the adding of rows. Returns false if they are not those of the head.
    pub(in crate::vault) fn finish(&mut self, head: &Head) -> bool {
        self.scopes.values_mut().for_each(ScopeRows::sort);
        self.is_of(head)
    }

    /// Goes on to a later head by the rows that were written since. Returns false if the rows are
    /// not those of the head then; the view is of no use any more.
    pub(in crate::vault) fn advance(
        &mut self,
        mark: Mark,
        head: &Head,
        changed: &[ProvenRow],
    ) -> bool {
        for row in changed {
            let (scope, key) = split(&row.key);
            self.known.forget(&row.key);
            match self.scopes.entry(scope).or_default().set(key, row.digest) {
                Change::Added => self.rows += 1,
                Change::Replaced(was) => self.sum.toggle(was),
                Change::Ambiguous => return false,
            }
            self.sum.toggle(row.digest);
        }
        self.mark = mark;
        self.is_of(head)
    }

    fn is_of(&self, head: &Head) -> bool {
        let rows = head.live.checked_add(head.tombstones);
        rows == u64::try_from(self.rows).ok() && self.sum.is(Digest::half(&head.accumulator))
    }

    /// The head that it is of.
    pub(in crate::vault) fn mark(&self) -> Mark {
        self.mark
    }

    /// The era that it is of.
    pub(in crate::vault) fn era(&self) -> u64 {
        self.era
    }

    /// The number of rows.
    pub(in crate::vault) fn rows(&self) -> usize {
        self.rows
    }

    /// Memory, as a number of rows of 24 bytes: more for each scope and each row in use.
    pub(super) fn weight(&self) -> usize {
        16 + self.rows + 8 * self.scopes.len() + 4 * self.known.len()
    }

    /// Gives up what only saves work. The rows stay.
    pub(super) fn slim(&mut self) {
        self.known = KnownRows::default();
    }

    /// Returns true if the tenant has a row of this key.
    pub(in crate::vault) fn knows(&self, key: &[u8; 32]) -> bool {
        let (scope, key) = split(key);
        self.scopes.get(&scope).is_some_and(|rows| rows.knows(key))
    }

    /// Returns true if the tenant has this row.
    pub(in crate::vault) fn has(&self, row: &ProvenRow) -> bool {
        let (scope, key) = split(&row.key);
        let rows = self.scopes.get(&scope);
        rows.is_some_and(|rows| rows.has(key, row.digest))
    }

    /// Returns true if the row of this key was found here with this commitment.
    pub(in crate::vault) fn was_found(&self, key: &[u8; 32], commitment: &[u8; 32]) -> bool {
        self.known.has(key, commitment)
    }

    /// Notes a row that was found here.
    pub(in crate::vault) fn found(&mut self, key: [u8; 32], commitment: [u8; 32]) {
        self.known.insert(key, commitment);
    }

    /// The number of rows of a scope behind one key, up to another.
    pub(in crate::vault) fn count(
        &self,
        scope: [u8; 16],
        after: Option<&[u8; 32]>,
        until: Option<&[u8; 32]>,
    ) -> usize {
        let short = |key: Option<&[u8; 32]>| key.map(|key| split(key).1);
        let rows = self.scopes.get(&scope);
        rows.map_or(0, |rows| rows.count(short(after), short(until)))
    }
}

/// The tag of the scope, and the short key within it.
fn split(key: &[u8; 32]) -> ([u8; 16], ShortKey) {
    let (mut scope, mut short) = ([0; 16], [0; 8]);
    let (tag, hash) = key.split_at(16);
    scope.copy_from_slice(tag);
    short.copy_from_slice(hash.split_at(8).0);
    (scope, short)
}
