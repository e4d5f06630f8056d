//! The primitives of suite 1. No other folder names a cryptographic library.

mod aead;
mod hash;
mod hkdf;
mod hmac;
mod random;

pub(super) use aead::{NONCE_LEN, TAG_LEN, decrypt, encrypt};
pub(crate) use hash::equal;
pub(super) use hash::sha256;
pub(super) use hkdf::Prk;
pub(super) use hmac::Mac;
pub(super) use random::fill_random;
