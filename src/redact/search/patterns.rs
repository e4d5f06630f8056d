//! Patterns in the order in which they were given.

use std::fmt;

use super::indexed::number;
use crate::error::{Error, ErrorKind, Result};
use crate::wipe::Wiped;

/// Patterns one behind the other, numbered from 0. Wiped on drop.
pub(in crate::redact) struct Patterns {
    bytes: Wiped<u8>,
    ends: Wiped<u32>,
    /// The numbers of those that are found as whole words only.
    words: Wiped<u32>,
}

impl Patterns {
    /// The shortest pattern, in bytes: shorter ones are found everywhere, and hiding them says what
    /// they are.
    pub(in crate::redact) const MIN_LEN: usize = 4;
    /// The longest pattern, in bytes.
    pub(in crate::redact) const MAX_LEN: usize = 1 << 20;
    /// The most patterns.
    pub(in crate::redact) const MAX_COUNT: usize = 100_000;
    /// The most bytes of all patterns together.
    pub(in crate::redact) const MAX_TOTAL_LEN: usize = 256 << 20;

    /// None yet, with room for so many bytes of so many patterns.
    pub(in crate::redact) fn with_capacity(bytes: usize, count: usize) -> Self {
        Self {
            bytes: Wiped::with_capacity(bytes),
            ends: Wiped::with_capacity(count),
            words: Wiped::default(),
        }
    }

    /// Adds a pattern, and returns its number. The caller wipes `pattern`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`](ErrorKind::InvalidValue) if it is too short,
    /// [`TooLarge`](ErrorKind::TooLarge) if it is too long or one too many.
    pub(in crate::redact) fn push(&mut self, pattern: &[u8]) -> Result<u32> {
        if pattern.len() < Self::MIN_LEN {
            let why = format!(
                "a value of less than {} bytes cannot be redacted; leave it out",
                Self::MIN_LEN
            );
            return Err(Error::new(ErrorKind::InvalidValue, why));
        }
        if pattern.len() > Self::MAX_LEN {
            let why = format!(
                "a value to redact may have {} bytes at most; leave it out",
                Self::MAX_LEN
            );
            return Err(Error::new(ErrorKind::TooLarge, why));
        }
        let end = self.bytes.len() + pattern.len();
        match u32::try_from(end) {
            Ok(end_at) if end <= Self::MAX_TOTAL_LEN && self.len() < Self::MAX_COUNT => {
                self.bytes.extend_from_slice(pattern);
                self.ends.push(end_at);
                Ok(number(self.len() - 1))
            }
            _ => {
                let (count, total) = (Self::MAX_COUNT, Self::MAX_TOTAL_LEN);
                let why = format!(
                    "{count} values of {total} bytes together can be redacted; redact those of one \
                     run"
                );
                Err(Error::new(ErrorKind::TooLarge, why))
            }
        }
    }

    /// Makes patterns those that are found as whole words only: where no letter or digit is beside
    /// them.
    pub(in crate::redact) fn as_words(&mut self, numbers: impl Iterator<Item = u32>) {
        numbers.for_each(|number| self.words.push(number));
    }

    /// The pattern of a number.
    pub(in crate::redact) fn get(&self, number: u32) -> &[u8] {
        let end = |number: u32| self.ends.get(number as usize).map(|&end| end as usize);
        let start = number.checked_sub(1).and_then(end).unwrap_or(0);
        let end = end(number).unwrap_or(0);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The numbers of the patterns that are found as whole words only.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// Returns the number of patterns.
    pub(in crate::redact) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All of them, one behind the other.
    pub(super) fn into_bytes(self) -> Wiped<u8> {
        self.bytes
    }

    /// Returns start and end of each pattern.
    pub(super) fn spans(&self) -> impl Iterator<Item = (u32, u32)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends.iter().copied())
    }
}

/// Shows their number only.
impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patterns({})", self.len())
    }
}
