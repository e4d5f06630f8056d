//! Opening envelopes.

use super::keys::derive;
use super::layout::{Envelope, prefix};
use super::{Opened, Refused};
use crate::crypto::context::Context;
use crate::crypto::key::SymmetricKey;
use crate::crypto::primitives::{decrypt, equal};
use crate::crypto::stack::wiped;
use crate::wipe::Wiped;

impl Envelope<'_> {
    /// Decrypts an envelope that was sealed under the same key and in the same context.
    ///
    /// # Errors
    ///
    /// The check that refused it.
    pub(in crate::crypto) fn open(
        &self,
        key: &SymmetricKey,
        context: &Context,
    ) -> Result<Opened, Refused> {
        wiped(|| self.decrypt(key, context))
    }

    fn decrypt(&self, key: &SymmetricKey, context: &Context) -> Result<Opened, Refused> {
        let aad = context.authenticated(&prefix(self.key_id));
        let keys = derive(key, context, self.nonce, &aad);
        if !equal(&keys.commitment, self.commitment) {
            return Err(Refused::Commitment);
        }
        let mut padded = Wiped::from(self.ciphertext);
        if !decrypt(&keys.encryption, self.nonce, &aad, &mut padded, self.tag) {
            return Err(Refused::Unauthentic);
        }
        Opened::new(padded).ok_or(Refused::Padding)
    }
}

/// Parses an envelope and opens it.
pub(in crate::crypto) fn open(
    key: &SymmetricKey,
    context: &Context,
    envelope: &[u8],
) -> Result<Opened, Refused> {
    Envelope::parse(envelope)?.open(key, context)
}
