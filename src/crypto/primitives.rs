//! The primitives of suite 1. No other folder names a cryptographic library.

mod aead;
#[cfg(feature = "passphrase")]
mod argon2;
mod hash;
mod hkdf;
mod hmac;
mod random;

#[cfg(all(test, feature = "ring", feature = "internals"))]
pub(super) use aead::pure as pure_aead;
pub(super) use aead::{NONCE_LEN, TAG_LEN, decrypt, encrypt};
#[cfg(feature = "passphrase")]
pub(super) use argon2::argon2id;
pub(crate) use hash::equal;
pub(super) use hash::{Sha, sha256};
pub(super) use hkdf::Prk;
pub(super) use hmac::Mac;
pub(super) use random::fill_random;
