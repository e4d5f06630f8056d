//! A log held against its head.

use super::append::log_row_key;
use super::broken::broken;
use super::reader::Read;
use crate::crypto::{LogChain, LogPlace, LogRow, LogState, decode_entry};
use crate::error::Result;
use crate::record::AuditEntry;
use crate::store::{Kind, Partition, ReadTx, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::rows::get_in;
use crate::vault::walk::{Step, Walk};

impl Core {
    /// Returns true if the rows of a log are those that its head accounts for, each of them found
    /// by its key and in the order of epochs, with entries that can be read.
    pub(in crate::vault) fn check_log(
        &self,
        tx: &mut dyn ReadTx,
        partition: Partition,
        log: Option<&LogState>,
    ) -> Result<bool> {
        let none = LogPlace::default();
        let (mut place, end) = log.map_or((none, none), |log| (log.begin, log.end));
        let mut walk = Walk::of_all(Kind::Audit, true);
        loop {
            let rows = match walk.step_in(tx)? {
                Step::Found(rows) => rows,
                Step::Disorder => return Ok(false),
                Step::End => return Ok(place == end),
            };
            let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
            for (row, by_key) in rows.iter().zip(get_in(tx, &keys)?) {
                let next = self.place_after(partition, place, row);
                match next.filter(|_| by_key.as_ref() == Some(row)) {
                    Some(next) => place = next,
                    None => return Ok(false),
                }
            }
        }
    }

    /// The place behind a row; `None` if it is not the row of this place, or cannot be read.
    fn place_after(&self, partition: Partition, place: LogPlace, row: &Row) -> Option<LogPlace> {
        let opened = self.open_log_row(partition, row).ok()?;
        let is_next = opened.before == place && row.body.is_empty();
        let (_, end) = self.entries_of(partition, &opened).ok()?;
        is_next.then_some(end)
    }

    /// Opens a row of a log, whose key says its number.
    pub(super) fn open_log_row(&self, partition: Partition, row: &Row) -> Result<LogRow> {
        let (number, _) = row.key.key.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let number = u64::from_be_bytes(*number);
        if row.key != log_row_key(number) {
            return Err(broken());
        }
        LogRow::open(self.keys.sub(), &partition.0, number, &row.info)
    }

    /// The entries of a row, and the place behind the last one.
    pub(super) fn entries_of(
        &self,
        partition: Partition,
        row: &LogRow,
    ) -> Result<(Vec<Read>, LogPlace)> {
        let chain = LogChain::new(self.keys.sub(), partition.0);
        let (mut entries, mut end) = (Vec::with_capacity(row.entries.len()), row.before);
        for record in &row.entries {
            end.entry = end.entry.checked_add(1).ok_or_else(broken)?;
            end.chain = chain.after(&end.chain, end.entry, record);
            let entry = entry_of(partition, end.entry, record)?;
            entries.push(Read::new(entry, end.chain, record.clone()));
        }
        end.row = row.number();
        Ok((entries, end))
    }
}

/// The entry of a record in the log of a partition. That of keys alone has entries without a scope,
/// and no others.
pub(super) fn entry_of(partition: Partition, number: u64, record: &[u8]) -> Result<AuditEntry> {
    let entry = decode_entry(number, record)?;
    if entry.scope.is_none() == (partition == Partition::VAULT) {
        Ok(entry)
    } else {
        Err(broken())
    }
}
