//! Rows of a store, each with its partition.

use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut};

use keyslot::Result;
use keyslot::store::{Cursor, Kind, PageSize, Partition, Row, RowKey, Scan, SecretStore};

/// A row in its partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub partition: Partition,
    pub row: Row,
}

/// Identity of a row in a store.
pub type Place = (Partition, RowKey);

impl Stored {
    pub fn place(&self) -> Place {
        (self.partition, self.row.key)
    }

    /// The row with a change.
    pub fn with(&self, change: impl FnOnce(&mut Row)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.row);
        changed
    }
}

impl Deref for Stored {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}

impl DerefMut for Stored {
    fn deref_mut(&mut self) -> &mut Row {
        &mut self.row
    }
}

/// The rows without their partitions.
pub fn bare(rows: Vec<Stored>) -> Vec<Row> {
    rows.into_iter().map(|stored| stored.row).collect()
}

/// A scan for all rows of a kind.
pub fn all_of(kind: Kind) -> Scan {
    Scan {
        kind,
        scope: None,
        from: Cursor::START,
        size: PageSize::MAX,
        bodies: true,
    }
}

/// The partitions that hold rows.
pub fn partitions(store: &dyn SecretStore) -> Result<Vec<Partition>> {
    store.partitions(None, NonZeroU32::MAX)
}

/// All rows of a kind.
pub fn try_rows(store: &dyn SecretStore, kind: Kind) -> Result<Vec<Stored>> {
    let mut rows = Vec::new();
    for partition in partitions(store)? {
        let found = store.scan(partition, &all_of(kind))?.rows;
        rows.extend(found.into_iter().map(|row| Stored { partition, row }));
    }
    Ok(rows)
}

/// All rows of a kind.
pub fn rows(store: &dyn SecretStore, kind: Kind) -> Vec<Stored> {
    try_rows(store, kind).unwrap()
}

/// All rows.
pub fn all_rows(store: &dyn SecretStore) -> Vec<Stored> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| rows(store, kind))
        .collect()
}

/// Reads a row.
pub fn get(store: &dyn SecretStore, partition: Partition, key: RowKey) -> Option<Row> {
    store.get(partition, &[key]).unwrap().remove(0)
}

/// Puts a row into its partition.
pub fn put(store: &dyn SecretStore, stored: &Stored) {
    store
        .write(stored.partition, &[], &mut |_, tx| tx.put(&stored.row))
        .unwrap();
}

/// Deletes a row.
pub fn delete(store: &dyn SecretStore, stored: &Stored) {
    store
        .write(stored.partition, &[], &mut |_, tx| {
            tx.delete(&stored.row.key)
        })
        .unwrap();
}

/// Methods of a store that hand on to the one in a field.
#[macro_export]
macro_rules! hand_on {
    ($field:tt: $($method:ident)+) => {
        $($crate::hand_on!(@ $field $method);)+
    };
    (@ $field:tt get) => {
        fn get(
            &self,
            partition: keyslot::store::Partition,
            keys: &[keyslot::store::RowKey],
        ) -> keyslot::Result<Vec<Option<keyslot::store::Row>>> {
            self.$field.get(partition, keys)
        }
    };
    (@ $field:tt scan) => {
        fn scan(
            &self,
            partition: keyslot::store::Partition,
            scan: &keyslot::store::Scan,
        ) -> keyslot::Result<keyslot::store::Page> {
            self.$field.scan(partition, scan)
        }
    };
    (@ $field:tt read) => {
        fn read(
            &self,
            partition: keyslot::store::Partition,
            work: &mut keyslot::store::ReadWork<'_>,
        ) -> keyslot::Result<()> {
            self.$field.read(partition, work)
        }
    };
    (@ $field:tt write) => {
        fn write(
            &self,
            partition: keyslot::store::Partition,
            first: &[keyslot::store::RowKey],
            work: &mut keyslot::store::WriteWork<'_>,
        ) -> keyslot::Result<()> {
            self.$field.write(partition, first, work)
        }
    };
    (@ $field:tt head) => {
        fn head(
            &self,
            partition: keyslot::store::Partition,
            head: &keyslot::store::RowKey,
            known: Option<keyslot::store::Moment>,
        ) -> keyslot::Result<keyslot::store::HeadRead> {
            self.$field.head(partition, head, known)
        }
    };
    (@ $field:tt partitions) => {
        fn partitions(
            &self,
            after: Option<keyslot::store::Partition>,
            limit: std::num::NonZeroU32,
        ) -> keyslot::Result<Vec<keyslot::store::Partition>> {
            self.$field.partitions(after, limit)
        }
    };
    (@ $field:tt purge) => {
        fn purge(&self) -> keyslot::Result<keyslot::store::Purge> {
            self.$field.purge()
        }
    };
    (@ $field:tt self_check) => {
        fn self_check(&self) -> keyslot::Result<keyslot::store::SelfCheck> {
            self.$field.self_check()
        }
    };
}
