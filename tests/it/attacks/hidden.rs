//! No damage to an index hides a secret from a list, or from a look-up, while the vault says that
//! it is intact.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;

use keyslot::store::{
    Kind, MemoryStore, Page, PageSize, Partition, ReadTx, ReadWork, Row, RowKey, Scan, SqliteStore,
    WriteTx, WriteWork,
};
use keyslot::{ErrorKind, Finding, Result, SecretStore, Vault, VaultBuilder};
use rusqlite::Connection;

use crate::hand_on;
use crate::support::rows::{all_of, partitions};
use crate::support::{fast_folder, root_key};

const SCOPES: [&str; 3] = ["acme", "acme/billing", "globex"];

/// Enough secrets for indexes of several pages.
fn build(file: &Path) -> usize {
    let vault = Vault::create(file, &root_key()).unwrap();
    let mut count = 0;
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        for number in 0..40 {
            scope.put(format!("KEY_{number}"), "value").unwrap();
            count += 1;
        }
    }
    count
}

/// The number of secrets that the lists of a vault have and its look-ups find, and true if it says
/// that all is well.
fn look(file: &Path) -> Option<(usize, usize, bool)> {
    let store = SqliteStore::open(file).ok()?;
    let vault = Vault::builder().store(store).open(&root_key()).ok()?;
    let (mut listed, mut found) = (0, 0);
    for scope in SCOPES {
        let scope = vault.scope(scope).unwrap();
        let names: BTreeSet<String> = scope
            .list()
            .filter_map(Result::ok)
            .map(|info| info.name.to_string())
            .collect();
        listed += names.len();
        found += (0..40)
            .filter(|number| scope.info(format!("KEY_{number}")).is_ok())
            .count();
    }
    let organizations = vault.organizations().map_or(0, |all| all.len());
    let scopes: usize = ["acme", "globex"]
        .iter()
        .map(|one| vault.scopes(*one).map_or(0, |scopes| scopes.len()))
        .sum();
    let whole = organizations == 2 && scopes == 3;
    let intact = vault.verify().is_ok_and(|report| report.is_intact());
    Some((listed, if whole { found } else { 0 }, intact))
}

/// The pages of the indexes, by number from 1.
fn index_pages(file: &Path) -> Vec<(String, usize)> {
    let sql = Connection::open(file).unwrap();
    let mut roots = sql
        .prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'index'")
        .unwrap();
    let roots: Vec<(String, usize)> = roots
        .query_map((), |row| Ok((row.get(0)?, row.get::<_, u32>(1)? as usize)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let bytes = std::fs::read(file).unwrap();
    let mut pages = Vec::new();
    for (name, root) in roots {
        let mut waiting = vec![root];
        while let Some(page) = waiting.pop() {
            pages.push((name.clone(), page));
            let at = (page - 1) * 4096;
            // An inner page of an index, https://sqlite.org/fileformat2.html section 1.6.
            if bytes[at] == 2 {
                let word =
                    |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
                let cells = u16::from_be_bytes([bytes[at + 3], bytes[at + 4]]) as usize;
                waiting.push(word(at + 8));
                for cell in 0..cells {
                    let pointer = at + 12 + 2 * cell;
                    waiting.push(word(
                        at + u16::from_be_bytes([bytes[pointer], bytes[pointer + 1]]) as usize,
                    ));
                }
            }
        }
    }
    pages
}

fn write(file: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    std::fs::write(file, bytes).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn no_bit_of_an_index_hides_a_secret_silently() {
    let folder = fast_folder();
    let original = folder.path().join("vault.db");
    let all = build(&original);
    assert_eq!(look(&original), Some((all, all, true)), "the control");
    let pages = index_pages(&original);
    assert!(pages.len() > 5, "{pages:?}");
    let bytes = std::fs::read(&original).unwrap();
    // Every bit in a campaign; else some of each page, everywhere in it.
    let step = if std::env::var("KEYSLOT_SWEEP").as_deref() == Ok("full") {
        1
    } else {
        211
    };
    let bits: Vec<usize> = pages
        .iter()
        .flat_map(|(_, page)| (0..4096 * 8).map(move |bit| (page - 1) * 4096 * 8 + bit))
        .step_by(step)
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let hidden = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for worker in 0..2 {
            let (bits, bytes, next, hidden) = (&bits, &bytes, &next, &hidden);
            let file = folder.path().join(format!("damaged-{worker}.db"));
            threads.spawn(move || {
                while let Some(bit) =
                    bits.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let mut damaged = bytes.clone();
                    damaged[bit / 8] ^= 1 << (bit % 8);
                    write(&file, &damaged);
                    let Some((listed, found, intact)) = look(&file) else {
                        continue;
                    };
                    if listed < all || found < all {
                        assert!(
                            !intact,
                            "bit {} of byte {}: {listed} and {found} of {all}",
                            bit % 8,
                            bit / 8
                        );
                        hidden.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let hidden = hidden.into_inner();
    println!(
        "{} bits of {} index pages: {hidden} hid something, each told",
        bits.len(),
        pages.len()
    );
    assert!(
        hidden > bits.len() / 50,
        "the sweep hit what it was to hit: {hidden} of {}",
        bits.len()
    );
}

/// Takes the rows of a condition out of an index, as a program does that writes the file by itself.
fn take_out(file: &Path, index: &str, rows: &str) {
    let sql = Connection::open(file).unwrap();
    // The rows go while the index is not there, and come back unseen by it.
    let root: i64 = sql
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
            [index],
            |row| row.get(0),
        )
        .unwrap();
    let text: String = sql
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = ?1",
            [index],
            |row| row.get(0),
        )
        .unwrap();
    sql.execute_batch(&format!(
        "CREATE TABLE aside AS SELECT rowid AS at, * FROM rows WHERE {rows};
         DELETE FROM rows WHERE rowid IN (SELECT at FROM aside);
         PRAGMA writable_schema = 1;",
    ))
    .unwrap();
    sql.execute("DELETE FROM sqlite_schema WHERE name = ?1", [index])
        .unwrap();
    drop(sql);
    let sql = Connection::open(file).unwrap();
    sql.execute_batch(
        "INSERT INTO rows(rowid, partition, kind, key, epoch, info, body)
         SELECT at, partition, kind, key, epoch, info, body FROM aside;
         DROP TABLE aside; PRAGMA writable_schema = 1;",
    )
    .unwrap();
    sql.execute(
        "INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES('index', ?1, \
         'rows', ?2, ?3)",
        (index, root, text),
    )
    .unwrap();
}

#[test]
fn an_index_that_lacks_a_row_is_told() {
    for (index, name) in [("rows_by_epoch", "by epoch"), ("rows_by_key", "by key")] {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        let all = build(&file);
        take_out(&file, index, "kind = 6 LIMIT 3");
        let store = SqliteStore::open(&file).unwrap();
        let vault = Vault::builder().store(store).open(&root_key()).unwrap();
        let report = vault.verify().unwrap();
        assert!(
            report.findings.contains(&Finding::Store),
            "{name}: {:?}",
            report.findings
        );
        assert!(
            report.findings.len() > 1,
            "{name}: our own account tells it too: {:?}",
            report.findings
        );
        assert!(all > 100);
    }
}

/// No index alone hides a whole tenant from a vault with a guard: it would look like one that never
/// stored anything.
#[test]
fn an_index_that_lacks_a_tenant_is_refused_under_a_guard() {
    const SMALLEST: &str = "partition = (SELECT partition FROM rows WHERE kind = 6 \
                            GROUP BY partition ORDER BY count(*) LIMIT 1)";
    for index in ["rows_by_epoch", "rows_by_key"] {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        build(&file);
        take_out(&file, index, SMALLEST);
        let builder = || Vault::builder().store(SqliteStore::open(&file).unwrap());
        let globex = |builder: VaultBuilder| {
            let vault = builder.open(&root_key()).unwrap();
            vault.scope("globex").unwrap()
        };
        let refused = |outcome: Result<()>| outcome.unwrap_err().kind();
        let guarded = globex(builder().guard(1_000));
        for outcome in [
            guarded.info("KEY_1").map(drop),
            guarded.names().map(drop),
            guarded.put("NEW", "value").map(drop),
        ] {
            assert_eq!(refused(outcome), ErrorKind::Tampered, "{index}");
        }
        let plain = globex(builder());
        if index == "rows_by_key" {
            assert!(plain.names().unwrap().is_empty(), "the control");
            assert_eq!(refused(plain.info("KEY_1").map(drop)), ErrorKind::NotFound);
        } else {
            assert_eq!(plain.names().unwrap().len(), 40, "the control");
        }
    }
}

/// One entry of an index that says another key sends a scan back to where it was, and it would
/// never end.
#[test]
fn an_index_that_goes_round_in_a_circle_is_told() {
    const SECRETS: usize = 400;
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = Vault::create(&file, &root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    (0..SECRETS).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
    drop((scope, vault));
    let size = PageSize {
        rows: NonZeroU32::new(256).unwrap(),
        bytes: usize::MAX,
    };
    let store = SqliteStore::open(&file).unwrap();
    let tenant = partitions(&store).unwrap()[1];
    let scan = Scan {
        size,
        bodies: false,
        ..all_of(Kind::Secret)
    };
    let last = store.scan(tenant, &scan).unwrap().rows.pop().unwrap();
    drop(store);
    // In the index by key the entry is: the partition, kind 6 and the key. The last one of a page
    // becomes the first of its scope.
    let mut bytes = std::fs::read(&file).unwrap();
    let entry = [&tenant.0[..], &[6_u8], &last.key.key].concat();
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, &entry).collect();
    let pages: Vec<usize> = index_pages(&file)
        .into_iter()
        .filter(|(name, _)| name == "rows_by_key")
        .map(|(_, page)| page)
        .collect();
    let of_index = |place: &usize| pages.contains(&(place / 4096 + 1));
    let [place] = places.into_iter().filter(of_index).collect::<Vec<_>>()[..] else {
        panic!("one entry of the index")
    };
    bytes[place + 33..place + 49].fill(0);
    write(&file, &bytes);

    let vault = Vault::open(&file, &root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    let listed: Vec<_> = scope.list().take(10 * SECRETS).collect();
    assert!(listed.len() <= SECRETS + 1, "{} of {SECRETS}", listed.len());
    assert_eq!(
        listed.last().unwrap().as_ref().unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(scope.names().unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(
        scope
            .clone_all_to(&vault.scope("acme/other").unwrap())
            .unwrap_err()
            .kind(),
        ErrorKind::Corrupt
    );
    let findings = vault.verify().unwrap().findings;
    assert!(
        findings.contains(&Finding::Store) && findings.contains(&Finding::Hidden),
        "{findings:?}"
    );
}

/// A store of somebody else that never says that a scan is over.
#[test]
fn a_store_that_goes_round_in_a_circle_is_told() {
    let store = Circle(MemoryStore::new());
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    assert_eq!(
        scope.list().take(9).last().unwrap().unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(vault.scopes("acme").unwrap_err().kind(), ErrorKind::Corrupt);
    assert!(vault.verify().unwrap().findings.contains(&Finding::Hidden));
}

#[derive(Debug)]
struct Circle(MemoryStore);

impl SecretStore for Circle {
    hand_on!(0: get write head partitions purge self_check);

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        Ok(in_a_circle(self.0.scan(partition, scan)?, scan))
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.0.read(partition, &mut |tx| work(&mut CircleTx(tx)))
    }
}

struct CircleTx<'a>(&'a mut dyn ReadTx);

impl ReadTx for CircleTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        Ok(in_a_circle(self.0.scan(scan)?, scan))
    }
}

fn in_a_circle(page: Page, scan: &Scan) -> Page {
    if scan.kind == Kind::Secret {
        Page {
            next: Some(scan.from),
            ..page
        }
    } else {
        page
    }
}

/// A search of a damaged index may begin before the scope that is asked for.
#[test]
fn a_store_that_gives_rows_of_another_scope_is_told() {
    let store = Scopeless(MemoryStore::new());
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let [above, below] = ["acme", "acme/billing"].map(|scope| vault.scope(scope).unwrap());
    above.put("ABOVE", "value").unwrap();
    assert_eq!(above.names().unwrap().len(), 1, "the control");
    below.put("BELOW", "value").unwrap();
    for (scope, other) in [(&above, &below), (&below, &above)] {
        assert!(scope.list().all(|info| info.is_err()));
        assert_eq!(scope.names().unwrap_err().kind(), ErrorKind::Corrupt);
        let copied = scope.clone_all_to(other);
        assert_eq!(copied.unwrap_err().kind(), ErrorKind::Corrupt);
    }
    assert!(vault.verify().unwrap().findings.contains(&Finding::Hidden));
}

/// A store that gives the rows of a whole partition for those of a scope.
#[derive(Debug)]
struct Scopeless(MemoryStore);

impl SecretStore for Scopeless {
    hand_on!(0: get head partitions purge self_check);

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.0.scan(partition, &everywhere(scan))
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.0.read(partition, &mut |tx| work(&mut ScopelessTx(tx)))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.0.write(partition, first, &mut |rows, tx| {
            work(rows, &mut ScopelessTx(tx))
        })
    }
}

fn everywhere(scan: &Scan) -> Scan {
    Scan {
        scope: None,
        ..*scan
    }
}

struct ScopelessTx<'a, T: ?Sized>(&'a mut T);

impl<T: ReadTx + ?Sized> ReadTx for ScopelessTx<'_, T> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.0.scan(&everywhere(scan))
    }
}

impl<T: WriteTx + ?Sized> WriteTx for ScopelessTx<'_, T> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.0.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.delete(key)
    }
}
