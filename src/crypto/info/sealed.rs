//! A sealed info, as a row holds it.

use super::Info;
use crate::crypto::context::{Context, InfoPlace};
use crate::crypto::envelope::{COMMITMENT_LEN, Envelope, Refused};
use crate::crypto::header::Header;
use crate::crypto::key::{KeyId, SymmetricKey};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::RecordId;
use crate::scope::Scope;

/// A sealed info, parsed: the identity of the secret, then the envelope. Nothing of it is trusted
/// before it is [opened](SealedInfo::open).
#[derive(Clone, Copy, Debug)]
pub(crate) struct SealedInfo<'a> {
    record: RecordId,
    envelope: Envelope<'a>,
}

impl<'a> SealedInfo<'a> {
    /// Takes the bytes that [`Info::seal`] made apart.
    ///
    /// # Errors
    ///
    /// The check that refused them.
    pub(crate) fn parse(sealed: &'a [u8]) -> Result<Self, Refused> {
        let (record, envelope) = sealed.split_first_chunk().ok_or(Refused::Truncated)?;
        Ok(Self {
            record: RecordId::from_bytes(*record),
            envelope: Envelope::parse(envelope)?,
        })
    }

    /// Name of the key that the envelope says it was sealed under.
    pub(crate) fn key_id(&self) -> KeyId {
        self.envelope.key_id()
    }

    /// The commitment of the envelope.
    pub(crate) fn commitment(&self) -> &'a [u8; COMMITMENT_LEN] {
        self.envelope.commitment()
    }

    /// Opens an info that was sealed for this row. The scope and name in it are those that the
    /// row's key is made of, because they are sealed together. `expected` are those that the caller
    /// looks for; another scope or name is no error here.
    #[inline]
    pub(crate) fn open(
        &self,
        header: &Header,
        place: &InfoPlace,
        key: &SymmetricKey,
        expected: Option<(&Scope, &SecretName)>,
    ) -> Result<Info> {
        let context = Context::info(header, self.record, place);
        Info::decode(self.record, &self.envelope.open(key, &context)?, expected)
    }
}
