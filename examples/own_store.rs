//! A vault on a store of your own.
//!
//! The store here keeps its rows in a map that each write replaces. A store on a database of yours
//! has the same six methods. The suite `store::conformance` proves that it keeps the contract:
//! `cargo run -p keyslot-examples --example own_store`.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx, conformance,
};
use keyslot::{Error, ErrorKind, Result, RootKey, Vault};

type Rows = BTreeMap<RowKey, Row>;

/// A store whose readers keep the map that was committed when they began.
#[derive(Clone, Default)]
struct OwnStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    committed: RwLock<(u64, Arc<Rows>)>,
    writer: Mutex<()>,
}

impl OwnStore {
    /// Returns the number of commits and the rows of the last one. Readers wait for no writer.
    fn committed(&self) -> (u64, Arc<Rows>) {
        self.0
            .committed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for OwnStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnStore")
    }
}

impl SecretStore for OwnStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(get(&self.committed().1, keys))
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        scan(&self.committed().1, kind, tag, from, size, bodies)
    }

    // One lock for all tenants is allowed. A database would lock the row that `_lock` names.
    fn write(
        &self,
        _lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        let give_up = Instant::now() + Duration::from_secs(5);
        let _turn = loop {
            match self.0.writer.try_lock() {
                Ok(turn) => break turn,
                Err(TryLockError::Poisoned(turn)) => break turn.into_inner(),
                Err(TryLockError::WouldBlock) if Instant::now() > give_up => {
                    return Err(Error::new(
                        ErrorKind::Busy,
                        "another write takes too long; try again",
                    ));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
            }
        };
        let (number, rows) = self.committed();
        let mut changed = Changes(Rows::clone(&rows));
        work(&mut changed)?;
        *self
            .0
            .committed
            .write()
            .unwrap_or_else(PoisonError::into_inner) = (number + 1, Arc::new(changed.0));
        Ok(())
    }

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let (number, rows) = self.committed();
        if known == Some(Moment(number)) {
            return Ok(HeadRead::Unchanged);
        }
        Ok(HeadRead::Read {
            row: rows.get(tenant).cloned(),
            moment: Some(Moment(number)),
        })
    }

    // The memory of replaced maps is freed at once.
    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    // A map in memory has no index that could disagree with its rows.
    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

/// The rows as they will be after the write, which sees its own changes.
struct Changes(Rows);

impl WriteTx for Changes {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(get(&self.0, keys))
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.0.insert(row.key, row.clone());
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.remove(key);
        Ok(())
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        scan(&self.0, kind, tag, from, size, bodies)
    }
}

fn get(rows: &Rows, keys: &[RowKey]) -> Vec<Option<Row>> {
    keys.iter().map(|key| rows.get(key).cloned()).collect()
}

/// Reads a page. It looks at every row, where a database has an index.
fn scan(
    rows: &Rows,
    kind: Kind,
    tag: Tag,
    from: Cursor,
    size: PageSize,
    bodies: bool,
) -> Result<Page> {
    let mut found: Vec<&Row> = rows
        .values()
        .filter(|row| row.key.kind == kind && is_tagged(row, tag) && is_after(row, from))
        .collect();
    if let Cursor::Epoch(..) = from {
        found.sort_by_key(|row| (row.epoch, row.key.key));
    }
    let copies = found.into_iter().map(|row| {
        Ok(Row {
            body: if bodies { row.body.clone() } else { Vec::new() },
            info: row.info.clone(),
            ..*row
        })
    });
    Page::collect(copies, from, size)
}

fn is_tagged(row: &Row, tag: Tag) -> bool {
    match tag {
        Tag::Any => true,
        Tag::Scope(scope) => row.key.scope() == scope,
        Tag::Tenant(tenant) => row.tenant == tenant,
    }
}

fn is_after(row: &Row, from: Cursor) -> bool {
    match from {
        Cursor::Key(None) => true,
        Cursor::Key(Some(last)) => row.key.key > last,
        Cursor::Epoch(epoch, None) => row.epoch > epoch,
        Cursor::Epoch(epoch, Some(last)) => (row.epoch, row.key.key) > (epoch, last),
    }
}

fn main() -> Result<()> {
    conformance::check(OwnStore::default);
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(OwnStore::default()) });
    conformance::check_handles(|| {
        let store = OwnStore::default();
        (store.clone(), store)
    });
    println!("the store keeps the contract");

    let store = OwnStore::default();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&RootKey::generate()?)?;
    let project = vault.scope("acme/billing")?;
    project.put("STRIPE_KEY", "sk_live_4eC39HqLyjWD")?;
    let header = project.resolve("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
    assert!(header.expose_secret().ends_with("sk_live_4eC39HqLyjWD"));

    let rows = store.committed().1;
    println!(
        "{} sealed rows; none of them shows a name or a value",
        rows.len()
    );
    for row in rows.values() {
        let bytes = [&row.info[..], &row.body].concat();
        assert!(
            !bytes
                .windows(10)
                .any(|part| part == b"STRIPE_KEY" || part == b"sk_live_4e")
        );
    }
    Ok(())
}
