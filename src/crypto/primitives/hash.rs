//! SHA-256, and the comparison of hashes.

use std::slice;

use sha2::block_api::compress256;
use subtle::ConstantTimeEq;

/// The length of a block of SHA-256.
pub(super) const BLOCK: usize = 64;

/// The state of SHA-256 before the first block (FIPS 180-4, 5.3.3).
pub(super) const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Returns true if two texts are equal, at a cost that depends on their lengths only.
///
/// Word by word: the library compares a list byte by byte, which takes eight times as long.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left, right) = (left.chunks_exact(8), right.chunks_exact(8));
    let mut equal = left.remainder().ct_eq(right.remainder());
    for (left, right) in left.zip(right) {
        equal &= word(left).ct_eq(&word(right));
    }
    equal.into()
}

/// The number in 8 bytes.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_ne_bytes)
}

/// SHA-256 of FIPS 180-4.
pub(in crate::crypto) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha::start();
    hash.update(bytes);
    hash.finish()
}

/// A hash of SHA-256 while it reads: the state, and the bytes that do not fill a block yet.
///
/// Stays in the frame that made it and is not wiped there: a hash of something secret is made in
/// [`wiped`](crate::crypto::stack::wiped).
pub(in crate::crypto) struct Sha {
    state: [u32; 8],
    block: [u8; BLOCK],
    /// The number of bytes in the block, less than a block.
    filled: usize,
    /// The number of bytes read so far.
    read: u64,
}

impl Sha {
    /// A hash that has read nothing.
    pub(in crate::crypto) fn start() -> Self {
        Self::new(&INITIAL, 0)
    }

    /// Goes on from a state that has read whole blocks.
    #[inline]
    pub(super) fn new(state: &[u32; 8], blocks: u64) -> Self {
        Self {
            state: *state,
            block: [0; BLOCK],
            filled: 0,
            read: blocks * BLOCK as u64,
        }
    }

    /// Reads bytes.
    pub(in crate::crypto) fn update(&mut self, mut bytes: &[u8]) {
        self.read += bytes.len() as u64;
        if self.filled > 0 {
            let free = self.block.split_at_mut(self.filled).1;
            let (now, later) = bytes.split_at(bytes.len().min(free.len()));
            free.split_at_mut(now.len()).0.copy_from_slice(now);
            self.filled += now.len();
            if self.filled < BLOCK {
                return;
            }
            compress256(&mut self.state, slice::from_ref(&self.block));
            self.filled = 0;
            bytes = later;
        }
        while let Some((block, later)) = bytes.split_first_chunk() {
            compress256(&mut self.state, slice::from_ref(block));
            bytes = later;
        }
        self.block
            .split_at_mut(bytes.len())
            .0
            .copy_from_slice(bytes);
        self.filled = bytes.len();
    }

    /// The hash of what was read.
    #[inline]
    pub(in crate::crypto) fn finish(mut self) -> [u8; 32] {
        const LENGTH_AT: usize = BLOCK - 8;
        let bits = self.read.wrapping_mul(8).to_be_bytes();
        let rest = self.block.split_at_mut(self.filled).1;
        rest.fill(0);
        if let Some(end) = rest.first_mut() {
            *end = 0x80;
        }
        if self.filled >= LENGTH_AT {
            compress256(&mut self.state, slice::from_ref(&self.block));
            self.block.fill(0);
        }
        self.block.split_at_mut(LENGTH_AT).1.copy_from_slice(&bits);
        compress256(&mut self.state, slice::from_ref(&self.block));
        let mut hash = [0; 32];
        for (bytes, word) in hash.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn texts_are_equal_only_if_every_byte_is() {
        for length in 0..40 {
            let text: Vec<u8> = (1..).take(length).collect();
            assert!(equal(&text, &text), "{length} bytes");
            assert!(!equal(&text, &[&text[..], &[0]].concat()), "{length} bytes");
            for at in 0..length {
                for bit in 0..8 {
                    let mut other = text.clone();
                    other[at] ^= 1 << bit;
                    assert!(!equal(&text, &other), "byte {at} of {length}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn every_length_and_every_split_is_that_of_the_library() {
        let text: Vec<u8> = (0..300_u32).map(|at| (at * 7 % 251) as u8).collect();
        for length in 0..text.len() {
            let expected: [u8; 32] = Sha256::digest(&text[..length]).into();
            assert_eq!(sha256(&text[..length]), expected, "{length} bytes");
        }
        let expected = sha256(&text);
        for first in 0..text.len() {
            for second in [first, usize::midpoint(first, text.len())] {
                let mut hash = Sha::new(&INITIAL, 0);
                hash.update(&text[..first]);
                hash.update(&text[first..second]);
                hash.update(&text[second..]);
                assert_eq!(hash.finish(), expected, "split at {first} and {second}");
            }
        }
        assert_ne!(sha256(&text[1..]), expected, "the control");
    }
}
