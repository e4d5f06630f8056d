//! What is known of a tenant's data key besides the key.

use super::tlv::{Reader, Writer, corrupt, unsupported};
use crate::error::Result;
use crate::scope::Scope;

/// What a data key is for. Sealed under the vault key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataKey {
    /// What may be done with it.
    pub(crate) state: DataKeyState,
    /// 1 for the first one of a tenant, then ascending.
    pub(crate) generation: u32,
    /// Whose key it is.
    pub(crate) tenant: String,
}

/// What may be done with a data key.
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

impl DataKey {
    /// The record `1: state, 2: generation, 3: tenant`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let generation = self.generation.to_be_bytes();
        Writer::new()
            .field(1, &[self.state as u8])
            .field(2, &generation)
            .field(3, self.tenant.as_bytes())
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(record)?;
        let state = match reader.array(1)? {
            [1] => DataKeyState::Active,
            [2] => DataKeyState::OpenOnly,
            [3] => DataKeyState::Destroyed,
            _ => return Err(unsupported()),
        };
        let generation = u32::from_be_bytes(reader.array(2)?);
        let tenant = reader.text(3)?;
        reader.finish()?;
        if generation == 0 || Scope::organization(tenant).is_err() {
            return Err(corrupt());
        }
        Ok(Self {
            state,
            generation,
            tenant: tenant.to_owned(),
        })
    }
}
