//! Envelopes: everything secret that is stored.
//!
//! ```text
//! 0x4B ‖ suite ‖ key id[16] ‖ nonce[24] ‖ commitment[32] ‖ ciphertext of the padded plaintext ‖ tag[16]
//! ```
//!
//! XChaCha20-Poly1305 does not commit to its key: one ciphertext can be made that opens to two
//! texts under two keys. So each envelope has an encryption key of its own, derived together with a
//! commitment from key, label, nonce and all that is authenticated (as C2SP's chunked encryption
//! does), and the commitment is compared before anything is decrypted.

use zeroize::Zeroizing;

use super::canonical::encode;
use super::context::Context;
use super::header::Header;
use super::key::{Key, KeyId, random};
use super::padding::{is_padded_len, pad, padded_len, unpad};
use super::primitives::{self, NONCE_LEN, Prk, TAG_LEN, equal, sha256};
use super::stack::wiped;
use crate::error::{Error, ErrorKind, Result};

/// The length of a commitment.
pub(crate) const COMMITMENT_LEN: usize = 32;

/// The first byte of every envelope, `K`.
const MAGIC: u8 = 0x4B;

/// Magic, suite and key id: authenticated, though not secret.
const PREFIX_LEN: usize = 2 + 16;

/// What an envelope is longer by than its padded plaintext.
pub(super) const OVERHEAD: usize = PREFIX_LEN + NONCE_LEN + COMMITMENT_LEN + TAG_LEN;

/// Seals `plaintext`, 2 MiB at most, under a fresh nonce.
pub(crate) fn seal(key: &Key, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>> {
    seal_with_nonce(key, context, plaintext, &random()?)
}

/// Opens what [`seal`] sealed under the same key and in the same context.
pub(crate) fn open(
    key: &Key,
    context: &Context,
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    wiped(|| open_parts(key, context, &Parts::of(envelope)?))
}

fn open_parts(
    key: &Key,
    context: &Context,
    parts: &Parts<'_>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let aad = [parts.prefix, context.aad()].concat();
    let keys = derive(key, context, parts.nonce, &aad).map_err(|_| Refused::Commitment)?;
    if !equal(&keys.commitment, parts.commitment) {
        return Err(Refused::Commitment);
    }
    let mut padded = Zeroizing::new(parts.ciphertext.to_vec());
    if !primitives::decrypt(&keys.encryption, parts.nonce, &aad, &mut padded, parts.tag) {
        return Err(Refused::Unauthentic);
    }
    // A second allocation, of the exact size: whoever makes a string of it must not have to move
    // it.
    unpad(&padded)
        .map(|plaintext| Zeroizing::new(plaintext.to_vec()))
        .ok_or(Refused::Padding)
}

/// The name of the key that an envelope was sealed under. Only [`open`] can tell whether it is
/// true.
pub(crate) fn key_id(envelope: &[u8]) -> Result<KeyId, Refused> {
    let (_, id) = Parts::of(envelope)?
        .prefix
        .split_last_chunk()
        .ok_or(Refused::Malformed)?;
    Ok(KeyId(*id))
}

/// The commitment of an envelope: names its key, its place and its nonce, and so, because no nonce
/// serves twice, the envelope itself. Only [`open`] can tell whether it is true.
pub(crate) fn commitment(envelope: &[u8]) -> Result<[u8; COMMITMENT_LEN], Refused> {
    Parts::of(envelope).map(|parts| *parts.commitment)
}

/// Which check refused an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has not the form of one.
    Malformed,
    /// It names primitives that this version does not know.
    UnknownSuite,
    /// Another key, another place, or its first 74 bytes were changed.
    Commitment,
    /// Its ciphertext was changed.
    Unauthentic,
    /// Whoever sealed it did not pad as the format says.
    Padding,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let (kind, message) = match refused {
            Refused::UnknownSuite => (
                ErrorKind::UnsupportedFormat,
                "stored bytes are sealed in a way that this version of keyslot does not know; use a newer version",
            ),
            Refused::Malformed => (
                ErrorKind::Corrupt,
                "stored bytes are not in the form of sealed ones",
            ),
            Refused::Commitment => (
                ErrorKind::Corrupt,
                "sealed bytes are damaged, or not in the place they were sealed for",
            ),
            Refused::Unauthentic => (ErrorKind::Corrupt, "sealed bytes are damaged"),
            Refused::Padding => (
                ErrorKind::Corrupt,
                "sealed bytes do not hold what the format says",
            ),
        };
        Self::new(kind, message)
    }
}

/// Never call this but from [`seal`] and tests: a nonce that serves twice gives both texts away.
pub(super) fn seal_with_nonce(
    key: &Key,
    context: &Context,
    plaintext: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> Result<Vec<u8>> {
    let length = padded_len(plaintext.len())?;
    wiped(|| seal_padded(key, context, length, nonce, |buffer| pad(plaintext, buffer)))
}

/// Seals what `write` puts into a buffer of zeros: once, in place, at its final size.
pub(super) fn seal_padded(
    key: &Key,
    context: &Context,
    length: usize,
    nonce: &[u8; NONCE_LEN],
    write: impl FnOnce(&mut [u8]) -> Result<()>,
) -> Result<Vec<u8>> {
    let prefix = prefix(key.id());
    let aad = [&prefix[..], context.aad()].concat();
    let keys = derive(key, context, nonce, &aad)?;

    let mut envelope = Zeroizing::new(Vec::with_capacity(OVERHEAD + length));
    for part in [&prefix[..], nonce, &keys.commitment] {
        envelope.extend_from_slice(part);
    }
    let start = envelope.len();
    envelope.resize(start + length, 0);
    let padded = envelope.get_mut(start..).unwrap_or_default();
    write(padded)?;
    let tag = primitives::encrypt(&keys.encryption, nonce, &aad, padded)?;
    envelope.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *envelope))
}

pub(super) fn prefix(key: KeyId) -> [u8; PREFIX_LEN] {
    let mut prefix = [0; PREFIX_LEN];
    for (to, from) in prefix
        .iter_mut()
        .zip([MAGIC, Header::SUITE].into_iter().chain(key.0))
    {
        *to = from;
    }
    prefix
}

/// What is derived for one envelope.
pub(super) struct EnvelopeKeys {
    pub(super) encryption: Zeroizing<[u8; 32]>,
    pub(super) commitment: [u8; COMMITMENT_LEN],
}

/// `aad` is all that is authenticated: the prefix of the envelope and the context.
pub(super) fn derive(
    key: &Key,
    context: &Context,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
) -> Result<EnvelopeKeys> {
    let info = encode(&[context.label(), nonce, &sha256(aad)]);
    let mut output = Zeroizing::new([0; 32 + COMMITMENT_LEN]);
    Prk::new(key.expose())?.expand(&info, &mut *output)?;

    let (encryption, commitment) = output.split_at(32);
    let mut keys = EnvelopeKeys {
        encryption: Zeroizing::new([0; 32]),
        commitment: [0; COMMITMENT_LEN],
    };
    keys.encryption.copy_from_slice(encryption);
    keys.commitment.copy_from_slice(commitment);
    Ok(keys)
}

/// An envelope taken apart. Nothing of it is trusted yet.
struct Parts<'a> {
    prefix: &'a [u8],
    nonce: &'a [u8; NONCE_LEN],
    commitment: &'a [u8; COMMITMENT_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    fn of(envelope: &'a [u8]) -> Result<Self, Refused> {
        match envelope {
            [MAGIC, Header::SUITE, ..] => Self::split(envelope).ok_or(Refused::Malformed),
            [MAGIC, _, ..] => Err(Refused::UnknownSuite),
            _ => Err(Refused::Malformed),
        }
    }

    fn split(envelope: &'a [u8]) -> Option<Self> {
        let (prefix, rest) = envelope.split_at_checked(PREFIX_LEN)?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        is_padded_len(ciphertext.len()).then_some(Self {
            prefix,
            nonce,
            commitment,
            ciphertext,
            tag,
        })
    }
}
