//! Sealing.

use std::mem;

use zeroize::Zeroizing;

use super::keys::derive;
use super::layout::{OVERHEAD, prefix};
use crate::crypto::context::Context;
use crate::crypto::key::{SymmetricKey, random};
use crate::crypto::padding::{pad, padded_len};
use crate::crypto::primitives::{NONCE_LEN, encrypt};
use crate::crypto::stack::wiped;
use crate::error::Result;

/// Seals `plaintext`, 2 MiB at most, under a fresh nonce.
pub(in crate::crypto) fn seal(
    key: &SymmetricKey,
    context: &Context,
    plaintext: &[u8],
) -> Result<Vec<u8>> {
    seal_with_nonce(key, context, plaintext, &random()?)
}

/// Never call this but from [`seal`] and tests: a nonce that serves twice gives both texts away.
pub(in crate::crypto) fn seal_with_nonce(
    key: &SymmetricKey,
    context: &Context,
    plaintext: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> Result<Vec<u8>> {
    let length = padded_len(plaintext.len())?;
    wiped(|| seal_padded(key, context, length, nonce, |buffer| pad(plaintext, buffer)))
}

/// Seals what `write` puts into a buffer of zeros: once, in place, at its final size.
pub(in crate::crypto) fn seal_padded(
    key: &SymmetricKey,
    context: &Context,
    length: usize,
    nonce: &[u8; NONCE_LEN],
    write: impl FnOnce(&mut [u8]) -> Result<()>,
) -> Result<Vec<u8>> {
    let prefix = prefix(key.id());
    let aad = context.authenticated(&prefix);
    let keys = derive(key, context, nonce, &aad);

    let mut envelope = Zeroizing::new(Vec::with_capacity(OVERHEAD + length));
    for part in [&prefix[..], nonce, &keys.commitment] {
        envelope.extend_from_slice(part);
    }
    let start = envelope.len();
    envelope.resize(start + length, 0);
    let padded = envelope.get_mut(start..).unwrap_or_default();
    write(padded)?;
    let tag = encrypt(&keys.encryption, nonce, &aad, padded)?;
    envelope.extend_from_slice(&tag);
    Ok(mem::take(&mut *envelope))
}
