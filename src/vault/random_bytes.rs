//! The hash of bytes that are random already.

use std::hash::Hasher;

/// A hash of bytes that are random already: names of keys, and keyed hashes of scopes. Only those
/// of this vault get into a map, so nobody else chooses some that collide.
#[derive(Default)]
pub(super) struct RandomBytes(u64);

impl Hasher for RandomBytes {
    fn write(&mut self, bytes: &[u8]) {
        let words = bytes.chunks_exact(8);
        for &byte in words.remainder() {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
        for word in words {
            let word = word.try_into().map_or(0, u64::from_ne_bytes);
            self.0 = self.0.rotate_left(8) ^ word;
        }
    }

    fn write_u64(&mut self, half: u64) {
        self.0 = half;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
