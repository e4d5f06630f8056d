//! The rows of one scope.

use std::collections::BTreeMap;

use super::digest::Digest;

/// Stands for the key of a row within its scope: the first bytes of the keyed hash of its name.
/// Two rows of one scope may share them, at odds of one to 10^19.
pub(super) type ShortKey = [u8; 8];

/// Short keys and digests of the rows of one scope, 24 bytes for each.
#[derive(Default)]
pub(super) struct ScopeRows {
    /// In the order of keys, which is that of the rows in a store.
    sorted: Vec<Entry>,
    /// Added since they were sorted; few. No key of them is in `sorted`.
    recent: BTreeMap<ShortKey, Digest>,
}

struct Entry {
    key: ShortKey,
    digest: Digest,
}

/// The answer to a change of one row.
pub(super) enum Change {
    /// The row is new.
    Added,
    /// The row had this digest.
    Replaced(Digest),
    /// Two rows have this short key, so the one that changed is not known.
    Ambiguous,
}

impl ScopeRows {
    /// Adds a row that is not there yet; [`sort`](Self::sort) afterwards.
    pub(super) fn push(&mut self, key: ShortKey, digest: Digest) {
        self.sorted.push(Entry { key, digest });
    }

    /// Sorts what was pushed, and gives up the memory that is left over.
    pub(super) fn sort(&mut self) {
        self.sorted.sort_unstable_by_key(|entry| entry.key);
        self.sorted.shrink_to_fit();
    }

    /// The number of rows.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.sorted.len() + self.recent.len()
    }

    /// Returns true if there is a row of this key.
    pub(super) fn knows(&self, key: ShortKey) -> bool {
        !self.of(key).is_empty() || self.recent.contains_key(&key)
    }

    /// Returns true if there is a row of this key and digest.
    pub(super) fn has(&self, key: ShortKey, digest: Digest) -> bool {
        self.of(key).iter().any(|entry| entry.digest.is(digest))
            || self.recent.get(&key).is_some_and(|known| known.is(digest))
    }

    /// The number of rows behind one key, up to another; from the first, up to the last.
    pub(super) fn count(&self, after: Option<ShortKey>, until: Option<ShortKey>) -> usize {
        let from = self
            .sorted
            .partition_point(|entry| after.is_some_and(|after| entry.key <= after));
        let to = self
            .sorted
            .partition_point(|entry| until.is_none_or(|until| entry.key <= until));
        let recent = self.recent.keys().filter(|&&key| {
            after.is_none_or(|after| key > after) && until.is_none_or(|until| key <= until)
        });
        to.saturating_sub(from) + recent.count()
    }

    /// Sets the digest of a row.
    pub(super) fn set(&mut self, key: ShortKey, digest: Digest) -> Change {
        let at = self.range(key);
        if let Some(entries) = self.sorted.get_mut(at) {
            match entries {
                [] => {}
                [entry] => return Change::Replaced(std::mem::replace(&mut entry.digest, digest)),
                _ => return Change::Ambiguous,
            }
        }
        let was = self.recent.insert(key, digest);
        // Few, so that memory stays near 24 bytes for each row; not too few, because each time all
        // are sorted again.
        if self.recent.len() > 64 + self.sorted.len() / 64 {
            self.merge();
        }
        was.map_or(Change::Added, Change::Replaced)
    }

    fn merge(&mut self) {
        self.sorted.reserve_exact(self.recent.len());
        let recent = std::mem::take(&mut self.recent).into_iter();
        self.sorted
            .extend(recent.map(|(key, digest)| Entry { key, digest }));
        // Two sorted runs, which this merges in linear time.
        self.sorted.sort_by_key(|entry| entry.key);
    }

    fn of(&self, key: ShortKey) -> &[Entry] {
        self.sorted.get(self.range(key)).unwrap_or_default()
    }

    fn range(&self, key: ShortKey) -> std::ops::Range<usize> {
        let from = self.sorted.partition_point(|entry| entry.key < key);
        let same = self.sorted.get(from..).unwrap_or_default();
        from..from + same.iter().take_while(|entry| entry.key == key).count()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn digest(number: u64) -> Digest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Digest::half(&bytes)
    }

    fn key(number: u64) -> ShortKey {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()
    }

    #[test]
    fn an_entry_has_24_bytes() {
        assert_eq!(size_of::<Entry>(), 24);
    }

    #[test]
    fn rows_are_those_of_a_map() {
        let (mut rows, mut model) = (ScopeRows::default(), BTreeMap::new());
        for number in 0..500 {
            rows.push(key(number), digest(number));
            model.insert(key(number), number);
        }
        rows.sort();
        for step in 0..3000_u64 {
            let number = step * 7 % 1100;
            let was = model.insert(key(number), step);
            match (rows.set(key(number), digest(step)), was) {
                (Change::Added, None) => {}
                (Change::Replaced(was), Some(known)) => assert!(was.is(digest(known))),
                _ => panic!("step {step}"),
            }
        }
        assert_eq!(rows.len(), model.len());
        for (key, value) in &model {
            assert!(rows.knows(*key) && rows.has(*key, digest(*value)));
            assert!(!rows.has(*key, digest(value + 1)));
        }
        assert!(!rows.knows(key(2000)));
        let keys: Vec<ShortKey> = model.keys().copied().collect();
        for (from, to) in [(0, 10), (3, 3), (17, 800), (0, keys.len() - 1)] {
            let between = rows.count(Some(keys[from]), Some(keys[to]));
            assert_eq!(between, to - from, "{from} {to}");
            assert_eq!(rows.count(None, Some(keys[to])), to + 1);
            assert_eq!(rows.count(Some(keys[from]), None), keys.len() - from - 1);
        }
        assert_eq!(rows.count(None, None), model.len());
    }

    #[test]
    fn two_rows_may_share_a_key() {
        let mut rows = ScopeRows::default();
        rows.push(key(1), digest(1));
        rows.push(key(1), digest(2));
        rows.sort();
        assert!(rows.has(key(1), digest(1)) && rows.has(key(1), digest(2)));
        assert!(!rows.has(key(1), digest(3)));
        assert!(matches!(rows.set(key(1), digest(3)), Change::Ambiguous));
    }
}
