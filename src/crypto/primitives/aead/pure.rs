//! XChaCha20-Poly1305 by the crate `chacha20poly1305`, in Rust alone.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};

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
    XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(nonce.into(), aad, buffer.into())
        .map(Into::into)
        .map_err(|_| Error::new(ErrorKind::TooLarge, "too long to be sealed"))
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
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
        .is_ok()
}

/// Without the feature of the library that wipes, this does not compile.
#[cfg(test)]
const _: () = {
    const fn is_wiped_on_drop<T: zeroize::ZeroizeOnDrop>() {}
    is_wiped_on_drop::<XChaCha20Poly1305>();
};
