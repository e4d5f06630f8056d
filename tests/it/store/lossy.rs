//! A store in memory behind a connection that can be lost.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use keyslot::store::conformance::Cut;
use keyslot::store::{
    HeadRead, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteTx, WriteWork,
};
use keyslot::{Error, ErrorKind, Result};

/// The way in which a store takes the loss of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Says what it knows.
    Honest,
    /// Looks for what it wrote, and runs the work again if it is not there.
    Settles,
    /// Runs the work again whatever became of the commit.
    RunsAgain,
    /// Says that a commit was done which did not arrive.
    SaysDone,
    /// Says that nothing was written, though the commit arrived.
    SaysUnavailable,
    /// Commits the first row alone when the connection is lost.
    CommitsHalf,
    /// Cannot tell what became of a write that did not begin.
    AlwaysUnsettled,
    /// Never connects again.
    StaysDown,
    /// Tells nobody that it was the connection.
    SaysStore,
    /// Finds nothing when a connection is lost.
    FindsNothing,
    /// Goes on with a read over another connection.
    ReadsOn,
}

#[derive(Debug)]
pub(super) struct Lossy {
    manner: Manner,
    /// The server, which is there all the time.
    server: MemoryStore,
    /// The number of cuts so far. A connection of before the last one is lost.
    cuts: AtomicU64,
    connection: AtomicU64,
    at_commit: Mutex<Option<Cut>>,
}

impl Lossy {
    pub(super) fn new(manner: Manner) -> Self {
        Self {
            manner,
            server: MemoryStore::new(),
            cuts: AtomicU64::new(0),
            connection: AtomicU64::new(0),
            at_commit: Mutex::default(),
        }
    }

    pub(super) fn cut(&self, cut: Cut) {
        match cut {
            Cut::Now => drop(self.cuts.fetch_add(1, Ordering::SeqCst)),
            at_commit => *self.armed() = Some(at_commit),
        }
    }

    fn armed(&self) -> std::sync::MutexGuard<'_, Option<Cut>> {
        self.at_commit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lost(&self) -> Error {
        let kind = match self.manner {
            Manner::SaysStore => ErrorKind::Store,
            _ => ErrorKind::Unavailable,
        };
        Error::new(kind, "the connection is lost; try again")
    }

    /// Uses the connection, or connects for the next call.
    fn connected(&self) -> Result<u64> {
        let cuts = self.cuts.load(Ordering::SeqCst);
        if self.connection.load(Ordering::SeqCst) == cuts {
            return Ok(cuts);
        }
        if self.manner != Manner::StaysDown {
            self.connection.store(cuts, Ordering::SeqCst);
        }
        Err(self.lost())
    }

    fn still(&self, connection: u64) -> Result<()> {
        if self.cuts.load(Ordering::SeqCst) == connection {
            return Ok(());
        }
        Err(self.lost())
    }

    /// The answer of a write whose connection was lost, in the answer to its commit or before it.
    fn after_a_loss(&self, partition: Partition, loss: &Loss) -> Option<Result<()>> {
        let unsettled = || Error::new(ErrorKind::Unsettled, "the commit may be done; read again");
        match self.manner {
            Manner::Settles => {
                let keys: Vec<RowKey> = loss.changed.keys().copied().collect();
                let there = self.server.get(partition, &keys);
                let is_there = there.is_ok_and(|rows| rows.iter().eq(loss.changed.values()));
                is_there.then_some(Ok(()))
            }
            Manner::RunsAgain => None,
            Manner::SaysDone => Some(Ok(())),
            Manner::SaysUnavailable => Some(Err(self.lost())),
            _ => Some(Err(unsettled())),
        }
    }
}

/// The changes of a write whose commit got no answer.
struct Loss {
    changed: BTreeMap<RowKey, Option<Row>>,
}

impl SecretStore for Lossy {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        match self.connected() {
            Err(_) if self.manner == Manner::FindsNothing => Ok(vec![None; keys.len()]),
            Err(error) => Err(error),
            Ok(_) => self.server.get(partition, keys),
        }
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.connected()?;
        self.server.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        let connection = self.connected()?;
        if self.manner == Manner::ReadsOn {
            return work(&mut NoMoment(self, partition));
        }
        self.server.read(partition, &mut |tx| {
            work(&mut Reads {
                store: self,
                connection,
                tx,
            })
        })
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        loop {
            let connection = match self.connected() {
                Err(_) if self.manner == Manner::AlwaysUnsettled => {
                    return Err(Error::new(ErrorKind::Unsettled, "nobody knows"));
                }
                connection => connection?,
            };
            let mut lost = None;
            let written = self.server.write(partition, first, &mut |found, tx| {
                let mut changes = Changes {
                    store: self,
                    connection,
                    tx,
                    changed: BTreeMap::new(),
                };
                work(found, &mut changes)?;
                // Nothing is sent over a connection that is known to be lost.
                self.still(connection)?;
                let changed = changes.changed;
                let at_commit = self.armed().take();
                if at_commit.is_none() {
                    return Ok(());
                }
                let rows: Vec<&Row> = changed.values().flatten().collect();
                if at_commit == Some(Cut::BeforeCommit) && self.manner == Manner::CommitsHalf {
                    for row in rows.iter().skip(1) {
                        tx.delete(&row.key)?;
                    }
                }
                lost = Some(Loss { changed });
                if at_commit == Some(Cut::BeforeCommit) && self.manner != Manner::CommitsHalf {
                    return Err(self.lost());
                }
                Ok(())
            });
            let Some(loss) = lost else {
                return written;
            };
            if let Some(said) = self.after_a_loss(partition, &loss) {
                return said;
            }
        }
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.connected()?;
        self.server.head(partition, head, known)
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.connected()?;
        self.server.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.connected()?;
        self.server.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.connected()?;
        self.server.self_check()
    }
}

struct Reads<'a> {
    store: &'a Lossy,
    connection: u64,
    tx: &'a mut dyn ReadTx,
}

impl ReadTx for Reads<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.store.still(self.connection)?;
        self.tx.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.store.still(self.connection)?;
        self.tx.scan(scan)
    }
}

struct NoMoment<'a>(&'a Lossy, Partition);

impl ReadTx for NoMoment<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.server.get(self.1, keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.0.server.scan(self.1, scan)
    }
}

struct Changes<'a> {
    store: &'a Lossy,
    connection: u64,
    tx: &'a mut dyn WriteTx,
    changed: BTreeMap<RowKey, Option<Row>>,
}

impl ReadTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.store.still(self.connection)?;
        self.tx.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.store.still(self.connection)?;
        self.tx.scan(scan)
    }
}

impl WriteTx for Changes<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.changed.insert(row.key, Some(row.clone()));
        self.tx.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.changed.insert(*key, None);
        self.tx.delete(key)
    }
}
