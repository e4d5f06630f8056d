//! The keys of one envelope.

use zeroize::Zeroizing;

use super::layout::COMMITMENT_LEN;
use crate::crypto::canonical::{Short, append};
use crate::crypto::context::Context;
use crate::crypto::key::SymmetricKey;
use crate::crypto::primitives::{NONCE_LEN, sha256};

/// Keys that are derived for one envelope.
pub(in crate::crypto) struct EnvelopeKeys {
    pub(in crate::crypto) encryption: Zeroizing<[u8; 32]>,
    pub(in crate::crypto) commitment: [u8; COMMITMENT_LEN],
}

/// Derives the keys of one envelope. `aad` is all that is authenticated: the prefix of the envelope
/// and the context.
pub(in crate::crypto) fn derive(
    key: &SymmetricKey,
    context: &Context,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
) -> EnvelopeKeys {
    let digest = sha256(aad);
    let mut info = Short::new();
    append(&mut info, context.label(), &[nonce, &digest]);
    let [encryption, commitment] = key.prk().two_blocks(&info);
    EnvelopeKeys {
        encryption: Zeroizing::new(encryption),
        commitment,
    }
}
