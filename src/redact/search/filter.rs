//! Says where a pattern may start.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use super::dictionary::Dictionary;
use super::wiped::Wiped;

/// How many bytes a piece has.
const PIECE: usize = 4;
/// The longest stride: the pieces of a pattern are marked in as many bits.
const MAX_STRIDE: usize = 16;

/// Knows pieces of all patterns.
pub(super) struct Filter {
    /// How far the places lie apart that are looked at, in bytes.
    stride: usize,
    hash: Hash,
    /// A bit for each hash, set if there is a piece with it.
    bits: Wiped<u64>,
    /// How many bits of a hash say where a piece is looked for.
    slot_bits: u32,
    /// The pieces by their hash; one whose slot is taken lies in the next that is free.
    slots: Wiped<Slot>,
}

/// A piece.
#[derive(Clone, Copy, Default)]
struct Slot {
    piece: u32,
    /// How far behind the start of a pattern it lies: bit `n` for `n` bytes. Zero in a free slot.
    offsets: u32,
}

/// Which hash; another one in each filter, so that nobody can choose patterns that fall into one place.
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    fn random() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self(u32::try_from(random >> 32).unwrap_or(0) | 1)
    }

    #[inline]
    fn of(self, piece: u32) -> u32 {
        piece.wrapping_mul(self.0)
    }
}

impl Filter {
    pub(super) fn new(dictionary: &Dictionary) -> Self {
        let stride = (dictionary.shortest_len() + 1).saturating_sub(PIECE).clamp(1, MAX_STRIDE);
        let pieces = dictionary.len() * stride;
        // Half of the slots stay free, and all but few of the bits.
        let slot_bits = (pieces * 2).next_power_of_two().trailing_zeros().max(1);
        let bits_bits = (slot_bits + 3).max(14);
        let mut filter = Self {
            stride,
            hash: Hash::random(),
            bits: Wiped::filled(0, 1 << (bits_bits - 6)),
            slot_bits,
            slots: Wiped::filled(Slot::default(), 1 << slot_bits),
        };
        for pattern in dictionary.iter() {
            for (offset, piece) in pattern.windows(PIECE).take(stride).enumerate() {
                filter.insert(read(piece), 1 << offset);
            }
        }
        filter
    }

    fn insert(&mut self, piece: u32, offset: u32) {
        let bit = self.hash.of(piece) >> self.shift();
        if let Some(word) = self.bits.get_mut(bit as usize / 64) {
            *word |= 1 << (bit % 64);
        }
        let at = self.slot_of(piece);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { piece, offsets: slot.offsets | offset };
        }
    }

    /// Where a piece lies, or would lie.
    fn slot_of(&self, piece: u32) -> usize {
        let first = (self.hash.of(piece) >> (32 - self.slot_bits)) as usize;
        let slots = (first..self.slots.len()).chain(0..first);
        let fits = |slot: &Slot| slot.offsets == 0 || slot.piece == piece;
        slots.into_iter().find(|&at| self.slots.get(at).is_some_and(fits)).unwrap_or(first)
    }

    /// How far a hash is shifted to give its bit.
    fn shift(&self) -> u32 {
        32 - (self.bits.len() * 64).trailing_zeros()
    }

    /// Adds to `starts` every place in `range` where a pattern starts, and some where none does; in no order, some twice.
    pub(super) fn starts(&self, text: &[u8], range: Range<usize>, starts: &mut Vec<usize>) {
        let end = text.len().min(range.end + self.reach() - 1);
        let shift = self.shift();
        let mut at = range.start;
        while let Some(piece) = text.get(at..end).and_then(|rest| rest.first_chunk::<PIECE>()) {
            let piece = u32::from_le_bytes(*piece);
            let bit = self.hash.of(piece) >> shift;
            if self.bits.get(bit as usize / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1) {
                self.starts_of(piece, at, &range, starts);
            }
            at += self.stride;
        }
    }

    /// The places where a pattern with this piece would start.
    fn starts_of(&self, piece: u32, at: usize, range: &Range<usize>, starts: &mut Vec<usize>) {
        let mut offsets = self.slots.get(self.slot_of(piece)).map_or(0, |slot| slot.offsets);
        while offsets != 0 {
            let start = at.checked_sub(offsets.trailing_zeros() as usize);
            starts.extend(start.filter(|start| range.contains(start)));
            offsets &= offsets - 1;
        }
    }

    /// How many bytes behind its start say whether a pattern may start there.
    pub(super) fn reach(&self) -> usize {
        self.stride - 1 + PIECE
    }
}

fn read(piece: &[u8]) -> u32 {
    piece.first_chunk().map_or(0, |piece| u32::from_le_bytes(*piece))
}
