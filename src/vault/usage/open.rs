//! The rows of uses, opened.

use crate::crypto::UsageRecord;
use crate::error::Result;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::store::{Kind, Partition, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::rows::{corrupt, place_of, sealed_row};

/// The uses of a secret as they are stored.
pub(in crate::vault) struct StoredUsage {
    pub(in crate::vault) record: UsageRecord,
    /// Bytes that they add to the account of their partition.
    pub(in crate::vault) entry: [u8; 32],
}

impl Core {
    /// Key of the row of the uses of a name.
    pub(super) fn usage_row(&self, scope: &Scope, name: &SecretName) -> RowKey {
        RowKey {
            kind: Kind::Usage,
            key: self.keys.sub().usage_row(scope, name),
        }
    }

    /// Opens the row of the uses of a name.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when this vault did not write it into this row.
    pub(in crate::vault) fn open_usage(
        &self,
        partition: Partition,
        row: &Row,
    ) -> Result<StoredUsage> {
        let place = place_of(partition, row);
        let (record, entry) = UsageRecord::open(self.keys.sub(), &place, &row.info)?;
        if !row.body.is_empty() {
            return Err(corrupt("the row of a secret's uses has a value"));
        }
        Ok(StoredUsage { record, entry })
    }

    /// Seals uses for their row, and gives the entry that they have in the account.
    pub(super) fn seal_usage(
        &self,
        partition: Partition,
        key: RowKey,
        epoch: u64,
        record: &UsageRecord,
    ) -> Result<(Row, [u8; 32])> {
        let sub = self.keys.sub();
        let (row, place) = sealed_row(partition, key, epoch, |place| record.seal(sub, place))?;
        let entry = sub.usage_entry(&place, &row.info)?;
        Ok((row, entry))
    }
}
