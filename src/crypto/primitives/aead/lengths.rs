//! The lengths of XChaCha20-Poly1305.

/// The length of a nonce of XChaCha20-Poly1305: long enough to be drawn at random for every
/// message.
pub(in crate::crypto) const NONCE_LEN: usize = 24;

/// The length of a tag of Poly1305.
pub(in crate::crypto) const TAG_LEN: usize = 16;
