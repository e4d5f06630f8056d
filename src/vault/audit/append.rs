//! Entries at the end of a log.

use std::mem;

use crate::crypto::{Facts, Head, LogChain, LogPlace, LogRow, LogState, Timestamp};
use crate::error::Result;
use crate::store::{Kind, Partition, Row, RowKey, WriteTx};
use crate::vault::core::Core;
use crate::vault::high_water::Mark;
use crate::vault::numbers::exhausted;

/// The most entries of a row.
const MOST: usize = 256;

/// The most bytes of the entries of a row. An entry has 4 KiB at most.
const MOST_BYTES: usize = 512 * 1024;

/// Entries that are to be stored.
#[derive(Default)]
pub(in crate::vault) struct Noted {
    pub(super) records: Vec<Vec<u8>>,
    /// The latest time among them.
    pub(super) latest: Option<Timestamp>,
}

impl Noted {
    /// Adds an entry.
    pub(in crate::vault) fn push(&mut self, facts: &Facts<'_>) {
        self.latest = self.latest.max(Some(facts.time));
        self.records.push(facts.encode());
    }

    /// Returns true if there is nothing to store.
    pub(in crate::vault) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

impl Core {
    /// The partition that has the uses of a tenant.
    pub(in crate::vault) fn uses_of(&self, tenant: &str) -> Partition {
        Partition(self.keys.sub().uses_tag(tenant))
    }

    /// Returns true if a change of the tenant of a head is logged.
    pub(in crate::vault) fn logs_changes(&self, head: Option<&Head>) -> bool {
        self.uses.is_some() || head.is_some_and(|head| head.log.is_some())
    }

    /// Logs a change in the write that makes it.
    pub(in crate::vault) fn log_change(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        head: &mut Head,
        noted: &Noted,
        now: Timestamp,
    ) -> Result<()> {
        if noted.is_empty() {
            return Ok(());
        }
        let mut log = head.log.unwrap_or_else(|| LogState::new(now));
        self.append_to_log(tx, partition, head.epoch, &mut log, noted)?;
        head.log = Some(log);
        Ok(())
    }

    /// Appends entries to a log whose head this write is for, and writes that head.
    pub(super) fn put_log(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        mut head: Head,
        mut log: LogState,
        noted: &Noted,
    ) -> Result<Mark> {
        self.append_to_log(tx, partition, head.epoch, &mut log, noted)?;
        head.log = Some(log);
        let row = self.seal_head(partition, &head)?;
        tx.put(&row)?;
        Mark::of(&row, &head)
    }

    /// Writes entries behind the last one of a log, and enters them into its state.
    pub(in crate::vault) fn append_to_log(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        epoch: u64,
        log: &mut LogState,
        noted: &Noted,
    ) -> Result<()> {
        log.written_at = log.written_at.max(noted.latest.unwrap_or(log.written_at));
        let chain = LogChain::new(self.keys.sub(), partition.0);
        let (mut entries, mut bytes, mut end) = (Vec::new(), 0, log.end);
        for record in &noted.records {
            if entries.len() == MOST || bytes + record.len() > MOST_BYTES {
                self.put_log_row(tx, partition, epoch, log, end, mem::take(&mut entries))?;
                bytes = 0;
            }
            bytes += record.len();
            end.entry = end.entry.checked_add(1).ok_or_else(exhausted)?;
            end.chain = chain.after(&end.chain, end.entry, record);
            entries.push(record.clone());
        }
        if entries.is_empty() {
            return Ok(());
        }
        self.put_log_row(tx, partition, epoch, log, end, entries)
    }

    /// Writes the next row of a log. `end` has the number and the chain value of its last entry.
    fn put_log_row(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        epoch: u64,
        log: &mut LogState,
        end: LogPlace,
        entries: Vec<Vec<u8>>,
    ) -> Result<()> {
        let row = LogRow {
            writer: self.writer,
            written_at: log.written_at,
            before: log.end,
            entries,
        };
        tx.put(&Row {
            key: log_row_key(row.number()),
            epoch,
            info: row.seal(self.keys.sub(), &partition.0)?,
            body: Vec::new(),
        })?;
        log.end = LogPlace {
            row: row.number(),
            ..end
        };
        Ok(())
    }
}

/// The key of a row of a log.
pub(super) fn log_row_key(number: u64) -> RowKey {
    let mut key = [0; 32];
    key.split_at_mut(8).0.copy_from_slice(&number.to_be_bytes());
    RowKey {
        kind: Kind::Audit,
        key,
    }
}
