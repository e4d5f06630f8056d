//! Wiping: secrets are overwritten before their memory is given back.
//!
//! `fill` is as fast as memory, and `zeroize` writes byte by byte. An optimization barrier keeps
//! the compiler from leaving out the writes of `fill`.

use std::borrow::Borrow;
use std::mem;
use std::ops::{Deref, DerefMut, Range};

/// A list of items that are secret or made of secrets. The list is overwritten before its memory is
/// given back, also when it grows.
#[derive(Default, PartialEq, Eq, Hash)]
pub(crate) struct Wiped<T: Copy + Default>(Vec<T>);

impl<T: Copy + Default> Wiped<T> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// A list of `len` copies of an item.
    pub(crate) fn filled(item: T, len: usize) -> Self {
        Self(vec![item; len])
    }

    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        self.reserve(1);
        self.0.push(item);
    }

    pub(crate) fn extend_from_slice(&mut self, items: &[T]) {
        self.reserve(items.len());
        self.0.extend_from_slice(items);
    }

    /// Drops the items that `keep` refuses.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Drops the first `count` items.
    pub(crate) fn remove_first(&mut self, count: usize) {
        self.0.drain(..count.min(self.0.len()));
    }

    /// Makes room as `Vec` does, and leaves no copy behind.
    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            self.grow(more);
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let mut grown = Self::with_capacity((self.0.len() + more).max(self.0.len() * 2));
        grown.0.extend_from_slice(&self.0);
        *self = grown;
    }
}

impl<T: Copy + Default> From<&[T]> for Wiped<T> {
    fn from(items: &[T]) -> Self {
        Self(items.to_vec())
    }
}

impl<T: Copy + Default> Borrow<[T]> for Wiped<T> {
    fn borrow(&self) -> &[T] {
        &self.0
    }
}

impl<T: Copy + Default> Deref for Wiped<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Copy + Default> DerefMut for Wiped<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Copy + Default> Drop for Wiped<T> {
    fn drop(&mut self) {
        self.0.fill(T::default());
        // Items that were dropped lie behind the end.
        self.0.resize(self.0.capacity(), T::default());
        zeroize::optimization_barrier(self.0.as_slice());
    }
}

/// Overwrites the ranges of a text with zeros; all of it when a range lies outside of it.
pub(crate) fn wipe_ranges(bytes: &mut [u8], ranges: &[Range<usize>]) {
    for range in ranges {
        match bytes.get_mut(range.clone()) {
            Some(value) => value.fill(0),
            // A wrong range is no reason to leave values in memory.
            None => bytes.fill(0),
        }
    }
    zeroize::optimization_barrier(bytes);
}

/// Puts a value without a secret in the place of one that may be secret.
pub(crate) fn overwrite<T>(place: &mut T, empty: T) {
    *place = empty;
    zeroize::optimization_barrier(place);
}

/// Overwrites a string, and leaves it empty.
pub(crate) fn wipe_string(text: &mut String) {
    let mut bytes = mem::take(text).into_bytes();
    bytes.fill(0);
    zeroize::optimization_barrier(&bytes);
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // a list of one range is meant
mod tests {
    use super::*;

    #[test]
    fn exactly_the_ranges_are_overwritten() {
        let mut bytes = *b"Bearer value!, other";
        wipe_ranges(&mut bytes, &[7..12, 15..20]);
        assert_eq!(&bytes, b"Bearer \0\0\0\0\0!, \0\0\0\0\0");
        wipe_ranges(&mut bytes, &[]);
        wipe_ranges(&mut bytes, &[0..0]);
        assert!(bytes.starts_with(b"Bearer "));
    }

    #[test]
    fn wrong_ranges_overwrite_everything() {
        for wrong in [3..99, Range { start: 4, end: 2 }] {
            let mut bytes = *b"a value";
            wipe_ranges(&mut bytes, &[wrong]);
            assert_eq!(bytes, [0; 7]);
        }
    }
}
