//! The log of uses, and entries that a value waits for.

use super::append::Noted;
use super::broken::broken;
use crate::crypto::{Head, KeyId, LogState};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::vault::audit_mode::AuditMode;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::numbers::next_epoch;
use crate::vault::rows::checked;

impl Core {
    /// Returns true if a value waits until its entry is durable.
    pub(in crate::vault) fn requires_entries(&self) -> bool {
        let uses = self.uses.as_ref();
        uses.is_some_and(|uses| uses.mode == AuditMode::Required)
    }

    /// Stores entries about values that are about to leave.
    ///
    /// # Errors
    ///
    /// Those of a store that cannot be written.
    pub(in crate::vault) fn require_entries(&self, scope: &Scope, noted: &Noted) -> Result<()> {
        if noted.is_empty() {
            return Ok(());
        }
        self.write_uses(scope.tenant(), noted, &mut None)
            .map_err(|error| {
                // A chain of resolvers takes this kind for an answer.
                let kind = match error.kind() {
                    ErrorKind::NotFound => ErrorKind::Store,
                    kind => kind,
                };
                Error::new(
                kind,
                "the use could not be written to the audit log, and without that this vault gives \
                 no value",
            )
            .with_source(error)
            })
    }

    /// Writes entries to the log of uses of a tenant. `begun` is set to the number of the first
    /// row, once all is written but for the commit.
    pub(super) fn write_uses(
        &self,
        tenant: &str,
        noted: &Noted,
        begun: &mut Option<u64>,
    ) -> Result<()> {
        let partition = self.uses_of(tenant);
        let (keys, seen) = ([head_row(partition)], self.seen.of(partition));
        let now = self.clock.now()?.reading;
        let mark = self.commit(partition, &keys, |rows, tx| {
            *begun = None;
            let row = checked(&keys, rows)?.pop().flatten();
            let head = self.admit_head(partition, row.as_ref(), seen)?;
            let mut head = head.unwrap_or_else(|| Head::of_uses(tenant, LogState::new(now)));
            let log = head.log.filter(|_| head.is_of_uses()).ok_or_else(broken)?;
            let first = log.end.row.saturating_add(1);
            head.epoch = next_epoch(head.epoch)?;
            let mark = self.put_log(tx, partition, head, log, noted)?;
            *begun = Some(first);
            Ok(mark)
        })?;
        self.note_head(partition, mark, KeyId::VAULT_SECRET);
        Ok(())
    }
}
