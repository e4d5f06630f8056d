//! Sizes and limits of redactors.

use super::search::Patterns;
use crate::error::{Error, ErrorKind, Result};

/// The most secrets, patterns, and bytes of patterns.
pub(super) const MAX_SECRETS: usize = 1_000;
pub(super) const MAX_PATTERNS: usize = Patterns::MAX_COUNT;
pub(super) const MAX_BYTES: usize = 64 << 20;

/// Number of patterns and of their bytes, as the limits count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    patterns: usize,
    bytes: usize,
}

impl Size {
    /// Step in which the size of a guarded value is counted: the limits do not tell how long a
    /// usual value is.
    const UNIT: Self = Self {
        patterns: 100,
        bytes: 64 << 10,
    };

    /// The size with one more pattern of `len` bytes.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn with_pattern(self, len: usize) -> Result<Self> {
        self.plus(Self {
            patterns: 1,
            bytes: len,
        })
    }

    /// The sum of both.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn plus(self, other: Self) -> Result<Self> {
        let (patterns, bytes) = (
            self.patterns.saturating_add(other.patterns),
            self.bytes.saturating_add(other.bytes),
        );
        if patterns > MAX_PATTERNS || bytes > MAX_BYTES {
            Err(too_large())
        } else {
            Ok(Self { patterns, bytes })
        }
    }

    /// The size `before`, and what came since rounded up to whole units, at least one.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn in_units_since(self, before: Self) -> Result<Self> {
        let units = |now: usize, before: usize, unit: usize| {
            now.saturating_sub(before).div_ceil(unit).max(1)
        };
        let patterns = units(self.patterns, before.patterns, Self::UNIT.patterns);
        let units = units(self.bytes, before.bytes, Self::UNIT.bytes).max(patterns);
        before.plus(Self {
            patterns: units * Self::UNIT.patterns,
            bytes: units * Self::UNIT.bytes,
        })
    }
}

pub(super) fn too_large() -> Error {
    let bytes = MAX_BYTES >> 20;
    let message = format!(
        "a redactor takes at most {MAX_SECRETS} secrets, and {MAX_PATTERNS} writings of {bytes} \
         MiB of them; make one redactor for each run"
    );
    Error::new(ErrorKind::TooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_secrets_are_counted_alike() {
        let before = Size {
            patterns: 7,
            bytes: 1000,
        };
        let unit = Size {
            patterns: 107,
            bytes: 1000 + (64 << 10),
        };
        for (patterns, bytes) in [(0, 0), (1, 8), (12, 900), (100, 64 << 10)] {
            let after = Size {
                patterns: 7 + patterns,
                bytes: 1000 + bytes,
            };
            assert_eq!(
                after.in_units_since(before).unwrap(),
                unit,
                "{patterns} {bytes}"
            );
        }
        for (patterns, bytes) in [(101, 8), (1, (64 << 10) + 1), (150, 100_000)] {
            let after = Size {
                patterns: 7 + patterns,
                bytes: 1000 + bytes,
            };
            let two = Size {
                patterns: 207,
                bytes: 1000 + (128 << 10),
            };
            assert_eq!(
                after.in_units_since(before).unwrap(),
                two,
                "{patterns} {bytes}"
            );
        }
        // So many fit as there may be secrets.
        let all = (0..MAX_SECRETS)
            .try_fold(Size::default(), |size, _| size.in_units_since(size))
            .unwrap();
        assert_eq!(all.with_pattern(1).unwrap_err().kind(), ErrorKind::TooLarge);
    }
}
