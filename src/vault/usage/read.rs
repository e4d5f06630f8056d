//! Uses of secrets, read.

use super::secret_usage::SecretUsage;
use crate::error::Result;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::store::{Row, RowKey};
use crate::vault::core::Core;

impl Core {
    /// The uses of secrets of one tenant, of each in turn; `None` for one that was not used. Uses
    /// of another secret that had its name before are not its own.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for a row that cannot be read, or why the store
    /// cannot be read.
    pub(in crate::vault) fn usage_of(
        &self,
        tenant: &Scope,
        secrets: &[SecretInfo],
    ) -> Result<Vec<Option<SecretUsage>>> {
        let partition = self.uses_of(tenant.tenant());
        let keys = secrets
            .iter()
            .map(|info| self.usage_row(&info.scope, &info.name));
        let keys: Vec<RowKey> = keys.collect();
        let rows = self.get(partition, &keys)?;
        let own = |(row, info): (Option<Row>, &SecretInfo)| {
            let opened = row
                .map(|row| self.open_usage(partition, &row))
                .transpose()?;
            let record = opened.map(|opened| opened.record);
            let record = record.filter(|usage| usage.record == info.record);
            Ok(record.map(SecretUsage::of))
        };
        rows.into_iter().zip(secrets).map(own).collect()
    }
}
