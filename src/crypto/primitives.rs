//! The primitives of suite 1, one function each. No other file names a cryptographic library.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::block_api::HmacCore;
use hmac::digest::block_api::{Buffer, CoreProxy};
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

/// The length of a nonce of XChaCha20-Poly1305: long enough to be drawn at random for every
/// message.
pub(super) const NONCE_LEN: usize = 24;

/// The length of a tag of Poly1305.
pub(super) const TAG_LEN: usize = 16;

/// Fills `bytes` from the operating system's generator.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|cause| {
        Error::new(
            ErrorKind::Io,
            "the operating system gave no random bytes; nothing was written",
        )
        .with_source(cause)
    })
}

/// Whether two texts are equal, at a cost that depends on their lengths only.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// SHA-256 of FIPS 180-4.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A pseudorandom key of HKDF-SHA256 (RFC 5869). Its state is wiped on drop.
pub(super) struct Prk(Hkdf<Sha256>);

impl Prk {
    /// HKDF-Extract: makes a uniform key of input that may not be uniform.
    pub(super) fn extract(salt: &[u8], material: &[u8]) -> Self {
        let (mut prk, hkdf) = Hkdf::extract(Some(salt), material);
        prk.as_mut_slice().zeroize();
        Self(hkdf)
    }

    /// Takes a key that is uniform already, 32 bytes or more.
    pub(super) fn new(key: &[u8]) -> Result<Self> {
        Hkdf::from_prk(key)
            .map(Self)
            .map_err(|_| Error::new(ErrorKind::InvalidKey, "a key to derive from has 32 bytes"))
    }

    /// HKDF-Expand: fills `output`, 8,160 bytes at most.
    pub(super) fn expand(&self, info: &[u8], output: &mut [u8]) -> Result<()> {
        let too_long = |_| Error::new(ErrorKind::TooLarge, "a derived key has 8160 bytes at most");
        self.0.expand(info, output).map_err(too_long)
    }
}

/// A key of HMAC-SHA256 (RFC 2104), its two blocks hashed once. Its state and that of every clone
/// is wiped on drop.
///
/// The state alone is kept, and on the heap. `Hmac` itself has a buffer for the message beside it,
/// which begins without a value: whoever moves one moves what an earlier call left in that place of
/// the stack.
pub(super) struct Mac(Box<HmacCore<Sha256>>);

impl Mac {
    /// Takes a key of any length. The library gives the state by value, so a copy stays on the
    /// stack: call it in [`wiped`](super::stack::wiped).
    pub(super) fn new(key: &[u8]) -> Result<Self> {
        let refused = |_| {
            Error::new(
                ErrorKind::InvalidKey,
                "this key cannot be used to authenticate",
            )
        };
        HmacCore::new_from_slice(key)
            .map(|core| Self(Box::new(core)))
            .map_err(refused)
    }

    /// The tag of what `feed` writes.
    pub(super) fn tag(&self, feed: impl FnOnce(&mut dyn FnMut(&[u8]))) -> [u8; 32] {
        let mut mac = Hmac::compose(
            HmacCore::clone(&self.0),
            Buffer::<HmacCore<Sha256>>::default(),
        );
        feed(&mut |bytes| mac.update(bytes));
        mac.finalize().into_bytes().into()
    }
}

/// Encrypts `buffer` in place with XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03) and
/// returns the tag.
///
/// A nonce may never serve twice under one key: only the envelope calls this, with a fresh nonce
/// and a key derived from it.
pub(super) fn encrypt(
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

/// Undoes [`encrypt`]. Says `false`, and leaves `buffer` encrypted, unless key, nonce, AAD and text
/// are what they were then.
pub(super) fn decrypt(
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

/// Without the features of the libraries that wipe, this does not compile. The state of HMAC and
/// HKDF is made of states of SHA-256.
#[cfg(test)]
const _: () = {
    const fn is_wiped_on_drop<T: zeroize::ZeroizeOnDrop>() {}
    is_wiped_on_drop::<Sha256>();
    is_wiped_on_drop::<XChaCha20Poly1305>();
};
