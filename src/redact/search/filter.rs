//! Says where a pattern may start.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use super::dictionary::Dictionary;
use super::work::count;
use crate::wipe::Wiped;

/// Bytes of a piece.
const PIECE: usize = 4;
/// The strides, in bytes. Longer ones help little: they come with more pieces, of which more are
/// met by chance.
const STRIDES: [usize; 8] = [21, 17, 13, 8, 5, 3, 2, 1];
/// Most bytes of a pattern that are passed over. So many places at the end of a text have no piece
/// to go by.
const MOST_SKIPPED: usize = 32;
/// The sizes of the table, in bytes, and how many pieces are the most for each. The first fits in
/// the nearest cache.
const SIZES: [(usize, usize); 5] = [
    (1 << 15, 600),
    (1 << 16, 2_500),
    (1 << 18, 8_000),
    (1 << 20, 40_000),
    (1 << 22, usize::MAX),
];
/// Places that are looked up together, before any result is looked at.
const LANES: usize = 8;

/// Knows pieces of all patterns that begin with no other one.
pub(super) struct Filter {
    /// Distance of the places that are looked at, in bytes; each pattern has so many pieces.
    stride: usize,
    /// Bytes of each pattern before its pieces: many secrets begin in the same way.
    skipped: usize,
    hash: Hash,
    /// Bits for each hash: all zero if no piece has it.
    table: Wiped<u8>,
    /// The pieces by their hash; one whose slot is taken lies in the next that is free.
    slots: Wiped<Slot>,
}

/// A piece, and its distances from the skipped part of a pattern: bit `n` for `n` bytes. They are
/// zero in a free slot.
type Slot = [u32; 2];

/// A hash function; another one in each filter, so that nobody can choose patterns that fall into
/// one place.
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    fn random() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self(u32::try_from(random >> 32).unwrap_or(0) | 1)
    }

    /// The first bits are the good ones.
    #[inline]
    fn of(self, piece: u32) -> u32 {
        piece.wrapping_mul(self.0)
    }
}

impl Filter {
    pub(super) fn new(dictionary: &Dictionary) -> Self {
        let room = (dictionary.shortest_len() + 1).saturating_sub(PIECE).max(1);
        let stride = STRIDES
            .into_iter()
            .find(|&stride| stride <= room)
            .unwrap_or(1);
        // A pattern that begins with another one is found at its places.
        let pieces = dictionary.roots().count() * stride;
        let size = SIZES
            .into_iter()
            .find(|&(_, most)| pieces <= most)
            .map_or(1, |(size, _)| size);
        // Half of the slots stay free.
        let slots = (pieces * 2).next_power_of_two().max(2);
        let mut filter = Self {
            stride,
            skipped: (room - stride).min(MOST_SKIPPED),
            hash: Hash::random(),
            table: Wiped::filled(0, size),
            slots: Wiped::filled([0, 0], slots),
        };
        for pattern in dictionary.roots() {
            for (offset, piece) in pattern
                .windows(PIECE)
                .skip(filter.skipped)
                .take(stride)
                .enumerate()
            {
                filter.insert(read(piece), 1 << offset);
            }
        }
        filter.mark_all();
        filter
    }

    fn insert(&mut self, piece: u32, offset: u32) {
        let at = self.slot_of(piece);
        if let Some(slot) = self.slots.get_mut(at) {
            let [_, offsets] = *slot;
            *slot = [piece, offsets | offset];
        }
    }

    /// Fills the table. The slots have nearly its order, so memory is written from one end to the
    /// other.
    fn mark_all(&mut self) {
        let shift = shift_to(self.table.len());
        for [piece, offsets] in self.slots.iter().copied() {
            let hash = self.hash.of(piece);
            let marks = self.table.get_mut((hash >> shift) as usize);
            if let Some(marks) = marks.filter(|_| offsets != 0) {
                *marks |= mark(hash, shift);
            }
        }
    }

    /// Returns the slot of a piece, or the free one for it.
    #[inline]
    fn slot_of(&self, piece: u32) -> usize {
        let last = self.slots.len() - 1;
        let mut at = (self.hash.of(piece) >> shift_to(self.slots.len())) as usize;
        while let Some(&[other, offsets]) = self.slots.get(at) {
            if other == piece || offsets == 0 {
                break;
            }
            at = (at + 1) & last;
        }
        at
    }

    /// Adds to `starts` every place in `range` where a pattern starts, and some where none does, in
    /// the order of the text.
    pub(super) fn starts(&self, text: &[u8], range: Range<usize>, starts: &mut Vec<usize>) {
        count(range.len() / self.stride);
        let text = text
            .get(..text.len().min(range.end + self.reach() - 1))
            .unwrap_or_default();
        match self.stride {
            21 => self.with_stride::<21>(text, range, starts),
            17 => self.with_stride::<17>(text, range, starts),
            13 => self.with_stride::<13>(text, range, starts),
            8 => self.with_stride::<8>(text, range, starts),
            5 => self.with_stride::<5>(text, range, starts),
            3 => self.with_stride::<3>(text, range, starts),
            2 => self.with_stride::<2>(text, range, starts),
            _ => self.with_stride::<1>(text, range, starts),
        }
    }

    fn with_stride<const STRIDE: usize>(
        &self,
        text: &[u8],
        range: Range<usize>,
        starts: &mut Vec<usize>,
    ) {
        if let Ok(table) = <&[u8; 1 << 15]>::try_from(&*self.table) {
            self.scan::<STRIDE, { 1 << 15 }>(table, text, range, starts);
        } else if let Ok(table) = <&[u8; 1 << 16]>::try_from(&*self.table) {
            self.scan::<STRIDE, { 1 << 16 }>(table, text, range, starts);
        } else if let Ok(table) = <&[u8; 1 << 18]>::try_from(&*self.table) {
            self.scan::<STRIDE, { 1 << 18 }>(table, text, range, starts);
        } else if let Ok(table) = <&[u8; 1 << 20]>::try_from(&*self.table) {
            self.scan::<STRIDE, { 1 << 20 }>(table, text, range, starts);
        } else if let Ok(table) = <&[u8; 1 << 22]>::try_from(&*self.table) {
            self.scan::<STRIDE, { 1 << 22 }>(table, text, range, starts);
        } else {
            // Never: there are no other sizes. If there were, nothing might be missed.
            starts.extend(range.start..range.end.min(text.len()));
        }
    }

    /// Looks at every place a stride apart. The compiler knows the stride and the size of the
    /// table, so nothing is checked in the loop, and it takes half of the time.
    fn scan<const STRIDE: usize, const SIZE: usize>(
        &self,
        table: &[u8; SIZE],
        text: &[u8],
        range: Range<usize>,
        starts: &mut Vec<usize>,
    ) {
        let shift = const { shift_to(SIZE) };
        let hash = self.hash;
        let marks = |hash: u32| table.get((hash >> shift) as usize).copied().unwrap_or(0);
        let mut at = range.start + self.skipped;
        while let Some(places) = text.get(at..at + (LANES - 1) * STRIDE + PIECE) {
            let piece = |lane: usize| places.get(lane * STRIDE..).map_or(0, read);
            // One branch for all of them.
            if (0..LANES).fold(0, |any, lane| any | marks(hash.of(piece(lane)))) != 0 {
                for lane in 0..LANES {
                    let hash = hash.of(piece(lane));
                    if marks(hash) & mark(hash, shift) != 0 {
                        self.add(piece(lane), at + lane * STRIDE, &range, starts);
                    }
                }
            }
            at += LANES * STRIDE;
        }
        while let Some(place) = text.get(at..at + PIECE) {
            self.add(read(place), at, &range, starts);
            at += STRIDE;
        }
    }

    /// Adds the places where a pattern with this piece would start.
    fn add(&self, piece: u32, at: usize, range: &Range<usize>, starts: &mut Vec<usize>) {
        let slot = self.slots.get(self.slot_of(piece));
        let mut offsets = slot.map_or(0, |[_, offsets]| *offsets);
        // The farthest behind its start first: that is the order of the starts.
        while let Some(offset) = offsets.checked_ilog2() {
            let start = at.checked_sub(self.skipped + offset as usize);
            starts.extend(start.filter(|start| range.contains(start)));
            offsets ^= 1 << offset;
        }
    }

    /// Returns the number of bytes behind a place that decide if a pattern may start there.
    pub(super) fn reach(&self) -> usize {
        self.skipped + self.stride - 1 + PIECE
    }
}

/// Bits by which a hash is shifted to become a place in a table of this size.
const fn shift_to(size: usize) -> u32 {
    32 - size.trailing_zeros()
}

/// Returns the bit that a hash has at its place in the table, taken from the bits behind those of
/// the place.
#[inline]
fn mark(hash: u32, shift: u32) -> u8 {
    1 << (hash >> (shift - 3) & 7)
}

#[inline]
fn read(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |piece| u32::from_le_bytes(*piece))
}
