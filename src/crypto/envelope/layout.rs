//! The parts of an envelope.

use super::Refused;
use crate::crypto::header::Header;
use crate::crypto::key::KeyId;
use crate::crypto::padding::is_padded_len;
use crate::crypto::primitives::{NONCE_LEN, TAG_LEN};

/// The length of a commitment.
pub(crate) const COMMITMENT_LEN: usize = 32;

/// The first byte of every envelope, `K`.
const MAGIC: u8 = 0x4B;

/// Length of magic, suite and key id: authenticated, though not secret.
pub(in crate::crypto) const PREFIX_LEN: usize = 2 + 16;

/// Length of an envelope beyond that of its padded plaintext.
pub(in crate::crypto) const OVERHEAD: usize = PREFIX_LEN + NONCE_LEN + COMMITMENT_LEN + TAG_LEN;

#[cfg(test)]
thread_local! {
    /// The number of times that this thread parsed an envelope.
    pub(crate) static PARSED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// An envelope, parsed. Nothing of it is trusted before it is [opened](Envelope::open).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<'a> {
    pub(super) key_id: KeyId,
    pub(super) nonce: &'a [u8; NONCE_LEN],
    pub(super) commitment: &'a [u8; COMMITMENT_LEN],
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8; TAG_LEN],
}

impl<'a> Envelope<'a> {
    /// Takes the bytes of an envelope apart.
    ///
    /// # Errors
    ///
    /// [`Refused::Malformed`] or [`Refused::UnknownSuite`].
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refused> {
        #[cfg(test)]
        PARSED.set(PARSED.get() + 1);
        match bytes {
            [MAGIC, Header::SUITE, rest @ ..] => Self::split(rest).ok_or(Refused::Malformed),
            [MAGIC, _, ..] => Err(Refused::UnknownSuite),
            _ => Err(Refused::Malformed),
        }
    }

    fn split(rest: &'a [u8]) -> Option<Self> {
        let (key_id, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        is_padded_len(ciphertext.len()).then_some(Self {
            key_id: KeyId(*key_id),
            nonce,
            commitment,
            ciphertext,
            tag,
        })
    }

    /// Name of the key that the envelope says it was sealed under.
    pub(crate) fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The commitment: names the key, the place and the nonce. No nonce serves twice, so it names
    /// this one envelope.
    pub(crate) fn commitment(&self) -> &'a [u8; COMMITMENT_LEN] {
        self.commitment
    }
}

/// The first bytes of an envelope under a key.
pub(in crate::crypto) fn prefix(key: KeyId) -> [u8; PREFIX_LEN] {
    let mut prefix = [0; PREFIX_LEN];
    let (start, id) = prefix.split_at_mut(2);
    start.copy_from_slice(&[MAGIC, Header::SUITE]);
    id.copy_from_slice(&key.0);
    prefix
}
