//! A pattern in alphabetical order.

use super::matched::Match;

/// A pattern.
#[derive(Clone, Copy, Default)]
pub(super) struct Indexed {
    /// The first eight bytes as a number that sorts as they do; zeros follow a shorter one.
    pub(super) head: u64,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) number: u32,
    /// One more than the index of the longest other pattern that this one starts with; 0 if there
    /// is none.
    pub(super) parent: u32,
}

impl Indexed {
    pub(super) fn len(&self) -> usize {
        self.end as usize - self.start as usize
    }

    pub(super) fn found(&self) -> FoundPattern {
        FoundPattern {
            len: self.len(),
            number: self.number,
        }
    }
}

/// A pattern that was found.
pub(super) struct FoundPattern {
    len: usize,
    number: u32,
}

impl FoundPattern {
    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Its number.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn at(&self, start: usize) -> Match {
        Match {
            start,
            end: start + self.len,
            pattern: self.number,
        }
    }
}

#[inline]
pub(super) fn bytes_of<'b>(bytes: &'b [u8], entry: &Indexed) -> &'b [u8] {
    bytes
        .get(entry.start as usize..entry.end as usize)
        .unwrap_or_default()
}

/// Returns the [`head`](Indexed::head) of a pattern.
#[inline]
pub(super) fn head(bytes: &[u8]) -> u64 {
    if let Some(head) = bytes.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

/// Makes an index a `u32`: there are fewer patterns than that.
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
