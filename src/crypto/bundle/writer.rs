//! Writing bundles.

use std::io::Write;
use std::mem;

use super::counts::BundleCounts;
use super::item::{BundleItem, MAX_BODY};
use super::key::BundleKey;
use super::refused::unwritten;
use crate::crypto::primitives::Sha;
use crate::crypto::unlock::Unlock;
use crate::error::{Error, ErrorKind, Result};
use crate::wipe::Wiped;

/// The bytes that a chunk holds: padded, they are 64 KiB.
pub(super) const CHUNK: usize = (64 << 10) - 4;

/// A bundle while it is written, chunk by chunk. One that is not [finished](Self::finish) is
/// refused by every reader.
pub(crate) struct BundleWriter<W> {
    to: W,
    key: BundleKey,
    /// The plaintext of the chunk that is not full yet.
    chunk: Wiped<u8>,
    /// The number of the next chunk.
    number: u64,
    /// Hash of all chunks.
    written: Sha,
}

impl<W: Write> BundleWriter<W> {
    /// Begins a bundle that this key or passphrase opens.
    ///
    /// # Errors
    ///
    /// [`WeakKey`](ErrorKind::WeakKey) for a passphrase that is too weak; the errors of a provider;
    /// those of the writer.
    pub(crate) fn begin(mut to: W, unlock: &dyn Unlock) -> Result<Self> {
        let (key, header) = BundleKey::make(unlock)?;
        to.write_all(&header).map_err(unwritten)?;
        Ok(Self {
            to,
            key,
            chunk: Wiped::with_capacity(CHUNK),
            number: 0,
            written: Sha::start(),
        })
    }

    /// Writes an item.
    pub(crate) fn item(&mut self, item: &BundleItem) -> Result<()> {
        let (kind, body) = item.encode();
        let length = u32::try_from(body.len()).ok();
        let length = length
            .filter(|_| body.len() <= MAX_BODY)
            .ok_or_else(|| Error::new(ErrorKind::TooLarge, "a secret is too long for a bundle"))?;
        self.push(&[kind])?;
        self.push(&length.to_be_bytes())?;
        self.push(&body)
    }

    /// Writes bytes of items.
    pub(in crate::crypto) fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let free = CHUNK - self.chunk.len();
            let (now, later) = bytes.split_at(bytes.len().min(free));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the trailer, and gives the writer back.
    pub(crate) fn finish(mut self, counts: &BundleCounts) -> Result<W> {
        if !self.chunk.is_empty() {
            self.flush()?;
        }
        let hash = mem::replace(&mut self.written, Sha::start()).finish();
        self.frame(true, &counts.encode(&hash))?;
        self.to.flush().map_err(unwritten)?;
        Ok(self.to)
    }

    fn flush(&mut self) -> Result<()> {
        let chunk = mem::replace(&mut self.chunk, Wiped::with_capacity(CHUNK));
        self.frame(false, &chunk)
    }

    /// Writes a chunk: `u8 mark ‖ u32 length ‖ envelope`.
    fn frame(&mut self, is_last: bool, plain: &[u8]) -> Result<()> {
        let sealed = self.key.seal(self.number, is_last, plain)?;
        // An envelope of a chunk has some 64 KiB.
        let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.number += 1;
        for part in [&[u8::from(is_last)][..], &length.to_be_bytes(), &sealed] {
            self.to.write_all(part).map_err(unwritten)?;
            self.written.update(part);
        }
        Ok(())
    }
}
