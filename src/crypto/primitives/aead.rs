//! Authenticated encryption: XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03), by one of
//! two libraries that give the same bytes.

mod lengths;
#[cfg(any(not(feature = "ring"), test))]
pub(in crate::crypto) mod pure;
#[cfg(feature = "ring")]
mod ring;
#[cfg(all(test, feature = "ring", feature = "internals"))]
mod tests;

pub(in crate::crypto) use lengths::{NONCE_LEN, TAG_LEN};
#[cfg(not(feature = "ring"))]
pub(in crate::crypto) use pure::{decrypt, encrypt};
#[cfg(feature = "ring")]
pub(in crate::crypto) use ring::{decrypt, encrypt};
