//! Memory that leaves nothing behind.

use std::borrow::Borrow;
use std::ops::{Deref, DerefMut};

/// A list of what is secret or made of secrets. What it holds is overwritten before its memory is
/// given back, also when it grows.
#[derive(Default, PartialEq, Eq, Hash)]
pub(super) struct Wiped<T: Copy + Default>(Vec<T>);

impl<T: Copy + Default> Wiped<T> {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// So many items, all the same.
    pub(super) fn filled(item: T, len: usize) -> Self {
        Self(vec![item; len])
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) {
        self.reserve(1);
        self.0.push(item);
    }

    pub(super) fn extend_from_slice(&mut self, items: &[T]) {
        self.reserve(items.len());
        self.0.extend_from_slice(items);
    }

    /// Drops the items that `keep` refuses.
    pub(super) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Drops so many items at the start.
    pub(super) fn remove_first(&mut self, count: usize) {
        self.0.drain(..count.min(self.0.len()));
    }

    /// As `Vec` does it, but for what it leaves behind.
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
        // What was dropped lies behind the end.
        self.0.resize(self.0.capacity(), T::default());
        // `fill` is as fast as memory. This keeps the compiler from leaving it out.
        zeroize::optimization_barrier(self.0.as_slice());
    }
}
