//! The ways in which the root key of a key slot is made.

use crate::crypto::passphrase::{Argon2Cost, Work};
use crate::crypto::provider::{MAX_WRAPPED, is_name};
use crate::crypto::tlv::{FieldReader, FieldWriter, corrupt, text, unsupported};
use crate::error::Result;

/// The length of the salt of a passphrase.
pub(crate) const SALT_LEN: usize = 16;

/// The way in which the root key of a key slot is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kdf {
    /// It is a uniform key already.
    Raw,
    /// Argon2id makes it of a passphrase.
    Passphrase {
        cost: Argon2Cost,
        salt: [u8; SALT_LEN],
    },
    /// A provider unwraps it.
    Provider { name: String, wrapped: Vec<u8> },
}

impl Kdf {
    /// The record of its parameters: `1: kind`, for a passphrase also `2: memory in KiB, 3: passes,
    /// 4: lanes, 5: salt`, for a provider `6: name, 7: wrapped key`. Goes into the derivation byte
    /// for byte, so nobody can turn them down.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let record = FieldWriter::new().field(1, &[self.kind()]);
        match self {
            Self::Raw => record,
            Self::Passphrase { cost, salt } => record
                .field(2, &cost.memory_kib().to_be_bytes())
                .field(3, &cost.passes().to_be_bytes())
                .field(4, &cost.lanes().to_be_bytes())
                .field(5, salt),
            Self::Provider { name, wrapped } => record.field(6, name.as_bytes()).field(7, wrapped),
        }
        .finish()
    }

    /// Its number.
    pub(crate) fn kind(&self) -> u8 {
        match self {
            Self::Raw => 1,
            Self::Passphrase { .. } => 2,
            Self::Provider { .. } => 3,
        }
    }

    /// Returns true if a provider unwraps the root key.
    pub(crate) fn is_provider(&self) -> bool {
        matches!(self, Self::Provider { .. })
    }

    /// The work of making its root key, as [`Work`] counts it.
    pub(crate) fn work(&self) -> u64 {
        match self {
            Self::Passphrase { cost, .. } => cost.work(),
            Self::Raw | Self::Provider { .. } => 0,
        }
    }

    /// Takes the work of one more such slot of a vault.
    pub(crate) fn take(&self, work: &mut Work) -> Result<()> {
        match self {
            Self::Passphrase { cost, .. } => work.take(*cost),
            Self::Provider { name, .. } => work.add(name),
            Self::Raw => Ok(()),
        }
    }

    /// Undoes [`encode`](Self::encode). Parameters out of bounds are refused here, before anything
    /// is allocated for them.
    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let number = |bytes: [u8; 4]| u32::from_be_bytes(bytes);
        let kdf = match reader.array(1)? {
            [1] => Self::Raw,
            [2] => {
                let memory = number(reader.array(2)?);
                let (passes, lanes) = (number(reader.array(3)?), number(reader.array(4)?));
                Self::Passphrase {
                    cost: Argon2Cost::stored(memory, passes, lanes).ok_or_else(corrupt)?,
                    salt: reader.array(5)?,
                }
            }
            [3] => {
                let (name, wrapped) = (text(reader.bytes(6)?)?, reader.bytes(7)?);
                if !is_name(name) || wrapped.len() > MAX_WRAPPED {
                    return Err(corrupt());
                }
                Self::Provider {
                    name: name.to_owned(),
                    wrapped: wrapped.to_vec(),
                }
            }
            _ => return Err(unsupported()),
        };
        reader.finish()?;
        Ok(kdf)
    }
}
