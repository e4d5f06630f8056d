//! The head of a tenant, by which a missing or an older row is noticed.

use super::context::Context;
use super::envelope::{open, seal};
use super::key::KeyId;
use super::log_state::LogState;
use super::row_account::RowAccount;
use super::sub_keys::SubKeys;
use super::tlv::{FieldReader, FieldWriter, array, corrupt};
use crate::error::Result;
use crate::scope::Scope;

/// Counts and sums over all secrets of a tenant; written with each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Tenant that the head belongs to.
    pub(crate) tenant: String,
    /// The number of writes; at most `i64::MAX`.
    pub(crate) epoch: u64,
    /// The number of secrets with values.
    pub(crate) live: u64,
    /// The number of tombstones, of revoked and of deleted secrets.
    pub(crate) tombstones: u64,
    /// The XOR of the entries of all secrets and tombstones. Sealed, because somebody who sees it
    /// could solve for rows to drop.
    pub(crate) accumulator: [u8; 32],
    /// The data key that new envelopes are sealed under.
    pub(crate) active_key: KeyId,
    /// The generation of the first data key after all secrets were erased, so that all earlier ones
    /// are destroyed; 0 if they never were.
    pub(crate) erased_before: u32,
    /// The audit log in its partition, if there is one.
    pub(crate) log: Option<LogState>,
    /// The documents in its partition.
    pub(crate) documents: RowAccount,
    /// The uses of secrets, in the head of the partition that has them.
    pub(crate) usage: RowAccount,
}

impl Head {
    /// The head of a tenant that has no secrets yet.
    pub(crate) fn first(tenant: &str, active_key: KeyId) -> Self {
        Self {
            tenant: tenant.to_owned(),
            epoch: 0,
            live: 0,
            tombstones: 0,
            accumulator: [0; 32],
            active_key,
            erased_before: 0,
            log: None,
            documents: RowAccount::default(),
            usage: RowAccount::default(),
        }
    }

    /// The head of the partition that has the uses of a tenant. It has no secrets and no data key;
    /// it says what was erased, because a process may store uses that waited meanwhile.
    pub(crate) fn of_uses(tenant: &str, log: LogState) -> Self {
        Self {
            log: Some(log),
            ..Self::first(tenant, KeyId::VAULT_SECRET)
        }
    }

    /// Returns true for the head of a partition that has the uses of a tenant.
    pub(crate) fn is_of_uses(&self) -> bool {
        self.active_key == KeyId::VAULT_SECRET
    }

    fn has_a_log_alone(&self) -> bool {
        let accounts = (self.live, self.tombstones, self.accumulator, self.documents);
        self.log.is_some() && accounts == (0, 0, [0; 32], RowAccount::default())
    }

    /// Adds an entry to the accumulator, or takes it out again.
    pub(crate) fn toggle(&mut self, entry: &[u8; 32]) {
        for (sum, byte) in self.accumulator.iter_mut().zip(entry) {
            *sum ^= byte;
        }
    }

    /// Seals it for the row of its tenant, whose tag the caller derived from its name.
    pub(crate) fn seal(&self, sub_keys: &SubKeys, tenant_tag: &[u8; 16]) -> Result<Vec<u8>> {
        let context = Context::head(sub_keys.header(), tenant_tag);
        seal(sub_keys.head_key(), &context, &self.encode())
    }

    /// Opens what [`seal`](Self::seal) sealed for the tenant of this tag. The epoch inside is to be
    /// compared with that of the row.
    pub(crate) fn open(sub_keys: &SubKeys, tenant_tag: &[u8; 16], sealed: &[u8]) -> Result<Self> {
        let context = Context::head(sub_keys.header(), tenant_tag);
        Self::decode(&open(sub_keys.head_key(), &context, sealed)?)
    }

    /// The record `1: tenant, 2: epoch, 3: live, 4: tombstones, 5: accumulator, 6: active data key,
    /// 7: erased before, 8: audit log, 9: documents, 10: usage`, the last four left out while
    /// nothing was erased and nothing is in them.
    pub(super) fn encode(&self) -> Vec<u8> {
        let erased_before = self.erased_before.to_be_bytes();
        FieldWriter::new()
            .field(1, self.tenant.as_bytes())
            .field(2, &self.epoch.to_be_bytes())
            .field(3, &self.live.to_be_bytes())
            .field(4, &self.tombstones.to_be_bytes())
            .field(5, &self.accumulator)
            .field(6, &self.active_key.0)
            .optional(
                7,
                Some(&erased_before[..]).filter(|_| self.erased_before > 0),
            )
            .optional(8, self.log.as_ref().map(LogState::encode).as_deref())
            .optional(9, self.documents.encode().as_ref().map(|it| &it[..]))
            .optional(10, self.usage.encode().as_ref().map(|it| &it[..]))
            .finish()
    }

    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let head = Self {
            tenant: reader.text(1)?.to_owned(),
            epoch: reader.number(2)?,
            live: reader.number(3)?,
            tombstones: reader.number(4)?,
            accumulator: reader.array(5)?,
            active_key: KeyId(reader.array(6)?),
            erased_before: match reader.optional(7)? {
                // One form alone: what is left out is not there.
                Some([0, 0, 0, 0]) => return Err(corrupt()),
                Some(generation) => u32::from_be_bytes(array(generation)?),
                None => 0,
            },
            log: reader.optional(8)?.map(LogState::decode).transpose()?,
            documents: RowAccount::decode(reader.optional(9)?)?,
            usage: RowAccount::decode(reader.optional(10)?)?,
        };
        reader.finish()?;
        if head.erased_before == 1
            || i64::try_from(head.epoch).is_err()
            || Scope::organization(&head.tenant).is_err()
            || (head.is_of_uses() && !head.has_a_log_alone())
            || (!head.is_of_uses() && head.usage != RowAccount::default())
        {
            return Err(corrupt());
        }
        Ok(head)
    }
}
