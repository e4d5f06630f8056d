//! The chunks of a bundle, opened one after the other.

use std::io::Read;
use std::mem;

use super::item::MAX_BODY;
use super::key::BundleKey;
use super::refused::{damaged, unread};
use super::writer::CHUNK;
use crate::crypto::envelope::OVERHEAD;
use crate::crypto::primitives::Sha;
use crate::error::Result;
use crate::wipe::Wiped;

/// The longest sealed chunk.
const MAX_SEALED: usize = OVERHEAD + CHUNK + 4;

/// The chunks of a bundle as one run of bytes.
pub(super) struct Chunks<'k, R> {
    from: R,
    key: &'k BundleKey,
    /// The number of the next chunk.
    number: u64,
    /// Bytes that were opened.
    plain: Wiped<u8>,
    /// The number of those that were taken.
    taken: usize,
    /// True after a chunk that is not full: only the trailer may follow.
    is_short: bool,
    /// Hash of all chunks so far.
    read: Option<Sha>,
    /// The trailer, once it was read.
    trailer: Option<Vec<u8>>,
    /// Hash of the chunks before the trailer.
    hash: [u8; 32],
}

impl<'k, R: Read> Chunks<'k, R> {
    pub(super) fn new(from: R, key: &'k BundleKey) -> Self {
        Self {
            from,
            key,
            number: 0,
            plain: Wiped::default(),
            taken: 0,
            is_short: false,
            read: Some(Sha::start()),
            trailer: None,
            hash: [0; 32],
        }
    }

    /// The next item: its kind and its body; `None` at the end.
    pub(super) fn item(&mut self) -> Result<Option<(u8, Wiped<u8>)>> {
        if !self.fill(1)? {
            return Ok(None);
        }
        if !self.fill(5)? {
            return Err(damaged());
        }
        let head = self.take(5);
        let (kind, length) = head.split_first().ok_or_else(damaged)?;
        let length = length.first_chunk().ok_or_else(damaged)?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > MAX_BODY || !self.fill(length)? {
            return Err(damaged());
        }
        Ok(Some((*kind, self.take(length))))
    }

    /// The trailer and the hash that it must have, of a bundle that was read to its end.
    pub(super) fn trailer(&self) -> Option<(&[u8], [u8; 32])> {
        Some((self.trailer.as_deref()?, self.hash))
    }

    /// Opens chunks until there are so many bytes. Returns false if the trailer comes before.
    fn fill(&mut self, length: usize) -> Result<bool> {
        while self.plain.len() - self.taken < length {
            if self.trailer.is_some() {
                return Ok(false);
            }
            self.next_chunk()?;
        }
        Ok(true)
    }

    fn take(&mut self, length: usize) -> Wiped<u8> {
        let bytes = self.plain.get(self.taken..self.taken + length);
        self.taken += length;
        Wiped::from(bytes.unwrap_or_default())
    }

    fn next_chunk(&mut self) -> Result<()> {
        let mut head = [0; 5];
        self.from.read_exact(&mut head).map_err(unread)?;
        let [mark, length @ ..] = head;
        let (is_last, length) = (mark == 1, u32::from_be_bytes(length) as usize);
        if mark > 1 || length > MAX_SEALED {
            return Err(damaged());
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed).map_err(unread)?;
        let plain = self.key.open(self.number, is_last, &sealed);
        let plain = plain.map_err(|_| damaged())?;
        self.number += 1;
        if is_last {
            return self.end(plain.to_vec());
        }
        if plain.is_empty() || plain.len() > CHUNK || self.is_short {
            return Err(damaged());
        }
        self.is_short = plain.len() < CHUNK;
        self.plain.remove_first(mem::take(&mut self.taken));
        self.plain.extend_from_slice(&plain);
        if let Some(read) = &mut self.read {
            read.update(&head);
            read.update(&sealed);
        }
        Ok(())
    }

    /// Takes the trailer, which must lie at the end.
    fn end(&mut self, trailer: Vec<u8>) -> Result<()> {
        let behind = self.from.read(&mut [0]).map_err(unread)?;
        if behind > 0 {
            return Err(damaged());
        }
        self.hash = self.read.take().map(Sha::finish).ok_or_else(damaged)?;
        self.trailer = Some(trailer);
        Ok(())
    }
}
