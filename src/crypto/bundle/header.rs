//! The header of a bundle: the only bytes of it that are not sealed.

use std::io::Read;

use super::refused::{damaged, not_a_bundle, of_part, unread, unsupported};
use crate::crypto::header::Header;
use crate::crypto::key::KeyId;
use crate::crypto::key_slot::{KeySlot, KeySlotPlace};
use crate::error::Result;

const MAGIC: &[u8; 8] = b"ksbundle";

/// Length of the header without the key slot.
const FIXED: usize = 8 + 2 + 1 + 16 + 2;

/// The most bytes of the key slot. The longest one is that of a provider.
const MAX_SLOT: usize = 2048;

/// Place of the one key slot of a bundle. No key slot of a vault has this id, which is not random.
const PLACE: KeyId = KeyId(*b"keyslot/1 bundle");

/// Identity of a bundle, and the way in which its key is made.
#[derive(Debug)]
pub(super) struct BundleHeader {
    /// Format and suite. The id is random, and makes the same root key another key in each bundle.
    pub(super) header: Header,
    pub(super) key_slot: KeySlot,
}

impl BundleHeader {
    /// The place of the key slot.
    pub(super) fn place(header: &Header) -> KeySlotPlace<'_> {
        KeySlotPlace { header, id: PLACE }
    }

    /// `magic[8] ‖ u16 format ‖ u8 suite ‖ bundle id[16] ‖ u16 length ‖ key slot`.
    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        let key_slot = self.key_slot.encode();
        let length = u16::try_from(key_slot.len()).map_err(|_| damaged())?;
        Ok([
            &MAGIC[..],
            &self.header.format.to_be_bytes(),
            &[self.header.suite],
            &self.header.vault_id,
            &length.to_be_bytes(),
            &key_slot,
        ]
        .concat())
    }

    /// Reads a header, and gives its bytes too. A length is checked before there is memory for it.
    pub(super) fn read(from: &mut impl Read) -> Result<(Self, Vec<u8>)> {
        let mut bytes = Vec::with_capacity(FIXED + MAX_SLOT);
        let mut limited = from.by_ref().take(FIXED as u64);
        limited.read_to_end(&mut bytes).map_err(unread)?;
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(not_a_bundle)?;
        let (format, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (suite, rest) = rest.split_first().ok_or_else(damaged)?;
        let header = Header {
            format: u16::from_be_bytes(*format),
            suite: *suite,
            vault_id: *rest.first_chunk().ok_or_else(damaged)?,
        };
        if (header.format, header.suite) != (Header::FORMAT, Header::SUITE) {
            return Err(unsupported());
        }
        let length = rest.get(16..).and_then(<[u8]>::first_chunk);
        let length = usize::from(u16::from_be_bytes(*length.ok_or_else(damaged)?));
        if length > MAX_SLOT {
            return Err(damaged());
        }
        bytes.resize(FIXED + length, 0);
        let key_slot = bytes.get_mut(FIXED..).unwrap_or_default();
        from.read_exact(key_slot).map_err(unread)?;
        let key_slot = KeySlot::decode(key_slot).map_err(of_part)?;
        Ok((Self { header, key_slot }, bytes))
    }
}
