//! Stores of others that break their contract.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::store::{
    HeadRead, Kind, MemoryStore, Moment, Partition, Row, RowKey, SecretStore, WriteWork, copy_vault,
};
use keyslot::{Error, ErrorKind, Result, Vault};

use super::Messages;
use crate::hand_on;
use crate::support::hooked::{Call, Hooked};
use crate::support::{root_key, value};

/// The rule that the store breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breaks {
    /// A row that is absent is `None`.
    AbsentRow,
    /// There is one answer for each key.
    EveryKey,
    /// A head is the one that was asked for.
    Head,
    /// The work of a write is done.
    Write,
}

#[derive(Debug)]
struct Broken(MemoryStore, Breaks);

impl SecretStore for Broken {
    hand_on!(0: scan read partitions purge self_check);

    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        match self.1 {
            Breaks::AbsentRow => Err(Error::new(ErrorKind::NotFound, "no such row")),
            Breaks::EveryKey => Ok(Vec::new()),
            Breaks::Head | Breaks::Write => self.0.get(partition, keys),
        }
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        match self.1 {
            Breaks::Write => Ok(()),
            _ => self.0.write(partition, first, work),
        }
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let mut read = self.0.head(partition, head, known)?;
        if let (Breaks::Head, HeadRead::Read { row: Some(row), .. }) = (self.1, &mut read) {
            row.key.key = [7; 32];
        }
        Ok(read)
    }
}

pub(super) fn all(messages: &mut Messages) {
    broken(messages);
    copied(messages);
}

fn copied(messages: &mut Messages) {
    let vault = || {
        let store = MemoryStore::new();
        Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap();
        store
    };
    let (source, other, unfinished) = (vault(), vault(), MemoryStore::new());
    messages.of(copy_vault(&MemoryStore::new(), &unfinished));
    messages.of(copy_vault(&source, &other));
    let stray = MemoryStore::new();
    let key = RowKey {
        kind: Kind::Secret,
        key: [7; 32],
    };
    let row = Row {
        key,
        epoch: 1,
        info: vec![1],
        body: vec![1],
    };
    stray
        .write(Partition([1; 16]), &[], &mut |_, tx| tx.put(&row))
        .unwrap();
    messages.of(copy_vault(&source, &stray));
    let writes = AtomicUsize::new(0);
    let broken = Hooked::new(unfinished.clone(), move |call| match call {
        Call::Write(_) if writes.fetch_add(1, Ordering::SeqCst) == 1 => {
            Err(Error::new(ErrorKind::Io, "cut off"))
        }
        _ => Ok(()),
    });
    copy_vault(&source, &broken).unwrap_err();
    messages.of(Vault::builder().store(unfinished.clone()).open(&root_key()));
    messages.of(copy_vault(&other, &unfinished));
}

fn broken(messages: &mut Messages) {
    for breaks in [Breaks::AbsentRow, Breaks::EveryKey] {
        let store = Broken(MemoryStore::new(), breaks);
        messages.of(Vault::builder().store(store).open(&root_key()));
    }
    let store = MemoryStore::new();
    let vault = Vault::builder().store(store.clone()).create(&root_key());
    let scope = vault.unwrap().scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    let open = |breaks| {
        let vault = Vault::builder().store(Broken(store.clone(), breaks));
        vault.open(&root_key()).unwrap().scope("acme").unwrap()
    };
    messages.of(open(Breaks::Write).put("KEY", "other"));
    let scope = open(Breaks::Head);
    let references = scope.references("<<$secret.KEY>>").unwrap();
    value(&scope, "KEY").unwrap();
    messages.of(scope.snapshot(&references).map(drop));
}
