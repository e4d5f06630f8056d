//! The key of a bundle.

use std::fmt;
use std::io::Read;

use super::header::BundleHeader;
use super::refused::{of_part, wrong_key};
use crate::crypto::context::Context;
use crate::crypto::envelope::{Opened, Refused, open, seal};
use crate::crypto::header::Header;
use crate::crypto::key::SymmetricKey;
use crate::crypto::key_slot::KeySlot;
use crate::crypto::passphrase::Work;
use crate::crypto::primitives::sha256;
use crate::crypto::unlock::Unlock;
use crate::error::Result;

/// The key that seals the chunks of one bundle, bound to its header.
pub(crate) struct BundleKey {
    key: SymmetricKey,
    /// Length of the header.
    header_len: usize,
    /// Hash of the header.
    header: [u8; 32],
}

impl BundleKey {
    /// The key of a new bundle, and its header.
    pub(super) fn make(unlock: &dyn Unlock) -> Result<(Self, Vec<u8>)> {
        let header = Header::generate()?;
        let (kdf, keys) = unlock.make(BundleHeader::place(&header))?;
        let key_slot = KeySlot {
            kdf,
            check: keys.check,
        };
        let bytes = BundleHeader { header, key_slot }.encode()?;
        Ok((Self::of(keys.kek, &bytes), bytes))
    }

    /// Reads the header of a bundle, and makes its key.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for anything but a bundle;
    /// [`WrongKey`](crate::ErrorKind::WrongKey); [`TooLarge`](crate::ErrorKind::TooLarge) when it
    /// asks for too much, before memory is taken.
    pub(crate) fn read(from: &mut impl Read, unlock: &dyn Unlock) -> Result<Self> {
        let (BundleHeader { header, key_slot }, bytes) = BundleHeader::read(from)?;
        let place = BundleHeader::place(&header);
        let keys = unlock.keys(place, &key_slot.kdf, &mut Work::default());
        match keys.map_err(of_part)? {
            Some(keys) if keys.fit(&key_slot) => Ok(Self::of(keys.kek, &bytes)),
            _ => Err(wrong_key()),
        }
    }

    fn of(key: SymmetricKey, header: &[u8]) -> Self {
        Self {
            key,
            header_len: header.len(),
            header: sha256(header),
        }
    }

    /// Seals a chunk for its place.
    pub(super) fn seal(&self, number: u64, is_last: bool, plain: &[u8]) -> Result<Vec<u8>> {
        let context = Context::bundle(&self.header, number, is_last);
        seal(&self.key, &context, plain)
    }

    /// Opens the chunk of a place.
    pub(super) fn open(
        &self,
        number: u64,
        is_last: bool,
        sealed: &[u8],
    ) -> Result<Opened, Refused> {
        open(
            &self.key,
            &Context::bundle(&self.header, number, is_last),
            sealed,
        )
    }

    /// The length of the header, in bytes: the chunks begin behind it.
    pub(crate) fn header_len(&self) -> u64 {
        self.header_len as u64
    }
}

impl fmt::Debug for BundleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BundleKey([REDACTED])")
    }
}
