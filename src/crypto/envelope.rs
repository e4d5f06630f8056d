//! Envelopes: the one way in which anything is sealed.
//!
//! `magic ‖ suite ‖ key id[16] ‖ nonce[24] ‖ commitment[32] ‖ ciphertext ‖ tag[16]`. The key of
//! each envelope is derived from the sealing key, the label and a fresh nonce, together with a
//! commitment from key, label, nonce and all that is authenticated (as C2SP's chunked encryption
//! does), and the commitment is compared before anything is decrypted.

mod keys;
mod layout;
mod open;
mod opened;
mod refused;
mod seal;

pub(super) use layout::OVERHEAD;
#[cfg(test)]
pub(crate) use layout::PARSED;
pub(crate) use layout::{COMMITMENT_LEN, Envelope};
pub(super) use open::open;
pub(super) use opened::Opened;
pub(crate) use refused::Refused;
pub(super) use seal::seal;

#[cfg(all(test, feature = "internals"))]
pub(super) use self::{
    keys::derive,
    layout::prefix,
    seal::{seal_padded, seal_with_nonce},
};
