//! The rows of a log: some entries, sealed together.

use crate::crypto::canonical::encode;
use crate::crypto::context::Context;
use crate::crypto::envelope::{open, seal};
use crate::crypto::log_state::LogPlace;
use crate::crypto::sub_keys::SubKeys;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{FieldReader, FieldWriter, array, corrupt, items};
use crate::error::Result;

/// The contents of one row of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogRow {
    /// The open vault that wrote it: random, drawn as it was opened.
    pub(crate) writer: [u8; 16],
    /// The time at which it was written.
    pub(crate) written_at: Timestamp,
    /// The place before its first entry. The row has the next number.
    pub(crate) before: LogPlace,
    /// The records of its entries, one at least.
    pub(crate) entries: Vec<Vec<u8>>,
}

impl LogRow {
    /// The number of the row.
    pub(crate) fn number(&self) -> u64 {
        self.before.row.saturating_add(1)
    }

    /// Seals it for its place in the log of a partition.
    pub(crate) fn seal(&self, keys: &SubKeys, partition: &[u8; 16]) -> Result<Vec<u8>> {
        let context = Context::audit(keys.header(), partition, self.number());
        seal(keys.audit_key(), &context, &self.encode())
    }

    /// Opens the row of a number.
    pub(crate) fn open(
        keys: &SubKeys,
        partition: &[u8; 16],
        number: u64,
        sealed: &[u8],
    ) -> Result<Self> {
        let context = Context::audit(keys.header(), partition, number);
        Self::decode(number, &open(keys.audit_key(), &context, sealed)?)
    }

    /// The record `1: writer, 2: written at, 3: number of the entry before, 4: chain value before,
    /// 5: list of entries`.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let entries: Vec<&[u8]> = self.entries.iter().map(Vec::as_slice).collect();
        FieldWriter::new()
            .field(1, &self.writer)
            .field(2, &self.written_at.encode())
            .field(3, &self.before.entry.to_be_bytes())
            .field(4, &self.before.chain)
            .field(5, &encode(&entries))
            .finish()
    }

    pub(in crate::crypto) fn decode(number: u64, record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let row = Self {
            writer: reader.array(1)?,
            written_at: Timestamp::decode(reader.bytes(2)?)?,
            before: LogPlace {
                row: number.checked_sub(1).ok_or_else(corrupt)?,
                entry: u64::from_be_bytes(array(reader.bytes(3)?)?),
                chain: reader.array(4)?,
            },
            entries: items(reader.bytes(5)?)?
                .into_iter()
                .map(<[u8]>::to_vec)
                .collect(),
        };
        reader.finish()?;
        if row.entries.is_empty() {
            return Err(corrupt());
        }
        Ok(row)
    }
}
