//! Changes of a write, until they are sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyslot::store::{Kind, RowKey};

use crate::rows::number;
use crate::sql::{Sql, WRITTEN_AT_ONCE};
use crate::statement::{Query, Step};
use crate::value::Value;
use keyslot::store::{Partition, Row};

const GRANT: &str = "INSERT, UPDATE and DELETE on keyslot_rows";

/// Keys that one statement deletes.
const DELETED_AT_ONCE: usize = 1000;

/// The changes of a write, each with the last word on its key, and what it read.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The row that is put; `None` for one that is deleted.
    changed: BTreeMap<RowKey, Option<Row>>,
    /// Keys that were not sent yet.
    unsent: BTreeSet<RowKey>,
    /// Rows as they were before the first change.
    seen: BTreeMap<RowKey, Option<Row>>,
}

impl Changes {
    pub(crate) fn put(&mut self, row: &Row) {
        self.change(row.key, Some(row.clone()));
    }

    pub(crate) fn delete(&mut self, key: RowKey) {
        self.change(key, None);
    }

    fn change(&mut self, key: RowKey, row: Option<Row>) {
        self.changed.insert(key, row);
        self.unsent.insert(key);
    }

    /// The row at a key that was changed.
    pub(crate) fn at(&self, key: &RowKey) -> Option<&Option<Row>> {
        self.changed.get(key)
    }

    /// Remembers a row that was read, unless the write changed it before.
    pub(crate) fn see(&mut self, key: RowKey, row: Option<&Row>) {
        if !self.changed.contains_key(&key) {
            self.seen.entry(key).or_insert_with(|| row.cloned());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Each change: its key, the row that was there if that is known, and the one that is.
    pub(crate) fn all(
        &self,
    ) -> impl Iterator<Item = (&RowKey, Option<&Option<Row>>, &Option<Row>)> {
        let all = self.changed.iter();
        all.map(|(key, put)| (key, self.seen.get(key), put))
    }

    /// The steps that send what was not sent, with the number of rows that each must change, or
    /// `None` where that is not known.
    pub(crate) fn flush(&mut self, sql: &Sql, partition: Partition) -> Vec<(Step, Option<u64>)> {
        let mut deleted: BTreeMap<Kind, Vec<Vec<u8>>> = BTreeMap::new();
        let mut put = Vec::new();
        for key in std::mem::take(&mut self.unsent) {
            match self.changed.get(&key) {
                Some(Some(row)) => put.push(row),
                Some(None) => deleted.entry(key.kind).or_default().push(key.key.to_vec()),
                None => {}
            }
        }
        let mut steps = Vec::new();
        for (kind, keys) in deleted {
            for keys in keys.chunks(DELETED_AT_ONCE) {
                let values = vec![
                    Value::Bytes(partition.0.to_vec()),
                    Value::Kind(number(kind)),
                    Value::ManyBytes(keys.to_vec()),
                ];
                steps.push((change(&sql.delete, values, true), None));
            }
        }
        for rows in put.chunks(WRITTEN_AT_ONCE) {
            if let Some(text) = sql.put(rows.len()) {
                let values = put_values(partition, rows);
                let is_frequent = rows.len() <= 4;
                steps.push((change(text, values, is_frequent), Some(rows.len() as u64)));
            }
        }
        steps
    }
}

fn change(sql: &Arc<str>, values: Vec<Value>, is_frequent: bool) -> Step {
    Step::Query(Query {
        sql: Arc::clone(sql),
        values,
        rows: 0,
        bytes: 0,
        is_frequent,
        grant: GRANT,
    })
}

fn put_values(partition: Partition, rows: &[&Row]) -> Vec<Value> {
    let mut values = vec![Value::Bytes(partition.0.to_vec())];
    for row in rows {
        values.extend([
            Value::Kind(number(row.key.kind)),
            Value::Bytes(row.key.key.to_vec()),
            // Checked when it was put.
            Value::Number(i64::try_from(row.epoch).unwrap_or(i64::MAX)),
            Value::Bytes(row.info.clone()),
            Value::Bytes(row.body.clone()),
        ]);
    }
    values
}
