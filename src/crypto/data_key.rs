//! The record of a tenant's data key, without the key.

use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, corrupt, unsupported};
use crate::error::Result;
use crate::scope::Scope;

/// The use of a data key. Sealed under the vault key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataKeyRecord {
    /// Operations that the key may serve for.
    pub(crate) state: DataKeyState,
    /// 1 for the first one of a tenant, then ascending.
    pub(crate) generation: u32,
    /// Tenant that the key belongs to.
    pub(crate) tenant: String,
    /// Time of its creation; none if it was made before times were kept.
    pub(crate) made_at: Option<Timestamp>,
}

/// Operations that a data key may serve for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum DataKeyState {
    /// Seals and opens.
    Active = 1,
    /// Opens what it sealed; nothing new is sealed with it.
    OpenOnly = 2,
    /// The key is gone; the row says that there was one.
    Destroyed = 3,
}

impl DataKeyRecord {
    /// The record `1: state, 2: generation, 3: tenant, 4: made at`, the last one optional.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let generation = self.generation.to_be_bytes();
        FieldWriter::new()
            .field(1, &[self.state as u8])
            .field(2, &generation)
            .field(3, self.tenant.as_bytes())
            .optional(
                4,
                self.made_at
                    .map(Timestamp::encode)
                    .as_ref()
                    .map(|at| &at[..]),
            )
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let state = match reader.array(1)? {
            [1] => DataKeyState::Active,
            [2] => DataKeyState::OpenOnly,
            [3] => DataKeyState::Destroyed,
            _ => return Err(unsupported()),
        };
        let generation = u32::from_be_bytes(reader.array(2)?);
        let tenant = reader.text(3)?;
        let made_at = reader.optional(4)?.map(Timestamp::decode).transpose()?;
        reader.finish()?;
        if generation == 0 || Scope::organization(tenant).is_err() {
            return Err(corrupt());
        }
        Ok(Self {
            state,
            generation,
            tenant: tenant.to_owned(),
            made_at,
        })
    }
}
