//! XChaCha20-Poly1305 by the crate `ring`, with the first step by the crate `chacha20`.
//!
//! XChaCha20 is ChaCha20 under a key that HChaCha20 makes of the key and the first 16 bytes of the
//! nonce; the other 8 are the nonce of ChaCha20, behind 4 zeros.

use chacha20::{R20, hchacha};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, Tag, UnboundKey};
use zeroize::Zeroize;

use super::lengths::{NONCE_LEN, TAG_LEN};
use crate::error::{Error, ErrorKind, Result};

/// Encrypts `buffer` in place and returns the tag.
///
/// A nonce may never serve twice under one key: only the envelope calls this, with a fresh nonce
/// and a key derived from it.
pub(in crate::crypto) fn encrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LEN]> {
    let sealed = begin(key, nonce).and_then(|(key, nonce)| {
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), buffer);
        tag.ok()?.as_ref().try_into().ok()
    });
    sealed.ok_or_else(|| Error::new(ErrorKind::TooLarge, "too long to be sealed"))
}

/// Undoes [`encrypt`]. Returns false, and leaves nothing of the text in `buffer`, unless key,
/// nonce, AAD and text are what they were then.
pub(in crate::crypto) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> bool {
    let opened = begin(key, nonce).and_then(|(key, nonce)| {
        let (aad, tag) = (Aad::from(aad), Tag::from(*tag));
        let opened = key.open_in_place_separate_tag(nonce, aad, tag, buffer, 0..);
        opened.ok().map(drop)
    });
    if opened.is_none() {
        // The library does so as well, but does not promise it.
        buffer.zeroize();
    }
    opened.is_some()
}

/// The key and the nonce of ChaCha20. The key is on the stack, which the caller wipes.
fn begin(key: &[u8; 32], nonce: &[u8; NONCE_LEN]) -> Option<(LessSafeKey, Nonce)> {
    let (first, last) = nonce.split_first_chunk::<16>()?;
    let mut rest = [0; 12];
    rest.get_mut(4..)?.copy_from_slice(last);
    let mut own = hchacha::<R20>(key.into(), first.into());
    let key = UnboundKey::new(&CHACHA20_POLY1305, own.as_slice());
    own.as_mut_slice().zeroize();
    Some((
        LessSafeKey::new(key.ok()?),
        Nonce::assume_unique_for_key(rest),
    ))
}
