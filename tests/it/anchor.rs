//! Anchors: what was put back whole is told as a vault is opened.
#![cfg(all(feature = "sqlite", feature = "json", unix))]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use keyslot::store::{Kind, Partition, SecretStore};
use keyslot::{
    AnchorMark, Error, ErrorKind, Event, FileAnchor, Finding, MemoryStore, Observer, OpenMode,
    Result, RollbackAnchor, RootKey, SqliteStore, Vault,
};
use tempfile::TempDir;

use crate::support::rows::{all_rows, rows};
use crate::support::{fast_folder, repository, root_key, value};

/// A folder with a vault, an anchor, and older copies of the vault.
struct World(TempDir);

impl World {
    fn new() -> Self {
        let world = Self(fast_folder());
        FileAnchor::create(world.at("anchor")).unwrap();
        Vault::create(world.at("vault.db"), &root_key()).unwrap();
        world
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, file: &str) -> Result<Vault> {
        let store = SqliteStore::open(self.at(file)).unwrap();
        let anchor = FileAnchor::open(self.at("anchor")).unwrap();
        Vault::builder()
            .store(store)
            .anchor(anchor)
            .open(&root_key())
    }

    fn refused(&self, file: &str) -> ErrorKind {
        self.open(file).unwrap_err().kind()
    }

    fn open_without(&self, file: &str) -> Vault {
        Vault::open(self.at(file), &root_key()).unwrap()
    }
}

/// Remembers what the observer was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn observe(&self, _: &Event<'_>) {}

    fn rollback_accepted(&self, reason: &str) {
        self.0.lock().unwrap().push(format!("accepted: {reason}"));
    }

    fn anchor_failed(&self, error: &Error) {
        self.0
            .lock()
            .unwrap()
            .push(format!("failed: {}", error.kind()));
    }
}

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// An anchor in memory that fails when it is told to, and counts its calls.
#[derive(Clone, Debug, Default)]
struct Faulty(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    marks: Vec<AnchorMark>,
    fails: Option<ErrorKind>,
    reads: usize,
    advances: usize,
}

impl Faulty {
    fn fail(&self, kind: Option<ErrorKind>) {
        self.0.lock().unwrap().fails = kind;
    }

    fn calls(&self) -> (usize, usize) {
        let state = self.0.lock().unwrap();
        (state.reads, state.advances)
    }

    /// The epochs of the tenants.
    fn epochs(&self) -> Vec<u64> {
        let state = self.0.lock().unwrap();
        let tenants = state.marks.iter().filter(|mark| mark.tenant != [0; 16]);
        let mut epochs: Vec<u64> = tenants.map(|mark| mark.epoch).collect();
        epochs.sort_unstable();
        epochs
    }

    /// The epoch of the vault's own rows.
    fn own_epoch(&self) -> Option<u64> {
        let state = self.0.lock().unwrap();
        let own = state.marks.iter().find(|mark| mark.tenant == [0; 16]);
        own.map(|mark| mark.epoch)
    }
}

impl State {
    fn check(&self) -> Result<()> {
        self.fails.map_or(Ok(()), |kind| {
            Err(Error::new(kind, "the anchor of a test fails"))
        })
    }
}

impl RollbackAnchor for Faulty {
    fn marks(&self, _: &[u8; 16]) -> Result<Vec<AnchorMark>> {
        let mut state = self.0.lock().unwrap();
        state.reads += 1;
        state.check()?;
        Ok(state.marks.clone())
    }

    fn advance(&self, _: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
        let mut state = self.0.lock().unwrap();
        state.advances += 1;
        state.check()?;
        for mark in marks {
            match state
                .marks
                .iter_mut()
                .find(|kept| kept.tenant == mark.tenant)
            {
                Some(kept) => *kept = kept.advance(*mark)?,
                None => state.marks.push(*mark),
            }
        }
        Ok(())
    }

    fn replace(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
        self.0.lock().unwrap().check()?;
        self.0.lock().unwrap().marks.clear();
        self.advance(vault, marks)
    }
}

#[test]
fn a_vault_that_is_put_back_whole_is_told_with_an_anchor_and_not_without() {
    let world = World::new();
    let vault = world.open("vault.db").unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "monday").unwrap();
    vault.backup_to(world.at("monday.db")).unwrap();
    scope.revoke("KEY").unwrap();
    drop((scope, vault));

    assert_eq!(world.refused("monday.db"), ErrorKind::Tampered);
    let restored = world.at("restored.db");
    drop(Vault::restore(world.at("monday.db"), &restored, &root_key()).unwrap());
    assert_eq!(world.refused("restored.db"), ErrorKind::Tampered);
    let put_back = world.open_without("monday.db").scope("acme").unwrap();
    assert_eq!(value(&put_back, "KEY").unwrap(), "monday", "the control");
    world.open("vault.db").unwrap();

    // The host accepts it once, and from then on it is the truth.
    let told = Told::default();
    let open = |reason: &str| {
        let builder = Vault::builder()
            .store(SqliteStore::open(world.at("monday.db")).unwrap())
            .anchor(FileAnchor::open(world.at("anchor")).unwrap())
            .observer(told.clone());
        builder.accept_rollback(reason).open(&root_key())
    };
    assert_eq!(open(" \t").unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(world.refused("monday.db"), ErrorKind::Tampered);
    let restored = open("the backup of Monday").unwrap();
    assert_eq!(told.take(), ["accepted: the backup of Monday"]);
    open("nothing to accept").unwrap();
    assert_eq!(told.take(), Vec::<String>::new());
    restored
        .scope("acme")
        .unwrap()
        .put("KEY", "wednesday")
        .unwrap();
    world.open("monday.db").unwrap();
    // The other one has as many writes, and is another one.
    assert_eq!(world.refused("vault.db"), ErrorKind::Tampered);
}

#[test]
fn one_tenant_that_is_put_back_or_gone_is_told() {
    let world = World::new();
    let vault = world.open("vault.db").unwrap();
    let (acme, globex) = (vault.scope("acme").unwrap(), vault.scope("globex").unwrap());
    acme.put("KEY", "one").unwrap();
    let store = SqliteStore::open(world.at("vault.db")).unwrap();
    let past = all_rows(&store);
    globex.put("KEY", "two").unwrap();
    globex.put("KEY", "three").unwrap();
    acme.put("OTHER", "four").unwrap();
    drop((acme, globex, vault));
    let newest = all_rows(&store);
    let tenant = past
        .iter()
        .find(|row| row.key.kind == Kind::Head)
        .unwrap()
        .partition;
    let other = newest
        .iter()
        .find(|row| row.key.kind == Kind::Head && row.partition != tenant)
        .unwrap()
        .partition;
    let set = |partition: Partition, rows: &[crate::support::rows::Stored]| {
        let write = store.write(partition, &[], &mut |_, tx| {
            for row in newest.iter().filter(|row| row.partition == partition) {
                tx.delete(&row.key)?;
            }
            let own = rows.iter().filter(|row| row.partition == partition);
            own.into_iter().try_for_each(|row| tx.put(row))
        });
        write.unwrap();
    };
    for (partition, rows) in [(tenant, &past[..]), (other, &[]), (tenant, &[])] {
        set(partition, rows);
        assert_eq!(world.refused("vault.db"), ErrorKind::Tampered);
        set(partition, &newest);
        world.open("vault.db").unwrap();
    }
    // A head that cannot be read proves nothing.
    let head = newest
        .iter()
        .find(|row| row.key.kind == Kind::Head)
        .unwrap();
    let damaged = head.with(|row| *row.info.last_mut().unwrap() ^= 1);
    let put = |row: &crate::support::rows::Stored| {
        store
            .write(row.partition, &[], &mut |_, tx| tx.put(row))
            .unwrap();
    };
    put(&damaged);
    assert_eq!(world.refused("vault.db"), ErrorKind::Corrupt);
    world.open_without("vault.db");
    put(head);
    world.open("vault.db").unwrap();
}

#[test]
fn a_verification_knows_what_others_told_the_anchor() {
    let (store, anchor) = (MemoryStore::new(), Faulty::default());
    let builder = || Vault::builder().store(store.clone());
    let writer = builder()
        .anchor(anchor.clone())
        .create(&root_key())
        .unwrap();
    writer.scope("acme").unwrap().put("KEY", "one").unwrap();
    let past = all_rows(&store);
    // This one sees the first write and no more.
    let reader = builder().anchor(anchor.clone()).open(&root_key()).unwrap();
    writer.scope("acme").unwrap().put("KEY", "two").unwrap();
    for row in all_rows(&store)
        .iter()
        .filter(|row| row.partition != Partition::VAULT)
    {
        let delete = store.write(row.partition, &[], &mut |_, tx| tx.delete(&row.key));
        delete.unwrap();
    }
    for row in &past {
        store
            .write(row.partition, &[], &mut |_, tx| tx.put(row))
            .unwrap();
    }
    let stranger = builder().open(&root_key()).unwrap();
    assert!(stranger.verify().unwrap().is_intact(), "the control");
    let report = reader.verify().unwrap();
    assert!(
        matches!(
            &report.findings[..],
            [Finding::RolledBack { tenant: Some(_) }]
        ),
        "{report:?}"
    );
}

/// Somebody who can write the store puts back the slot of a removed key, with the list of then.
#[test]
fn a_removed_key_that_was_put_back_with_the_list_of_then_is_told() {
    let (store, anchor) = (MemoryStore::new(), Faulty::default());
    let builder = || Vault::builder().store(store.clone());
    let anchored = || builder().anchor(anchor.clone());
    let vault = anchored().create(&root_key()).unwrap();
    vault.scope("acme").unwrap().put("KEY", "one").unwrap();
    let removed = RootKey::generate().unwrap();
    vault.add_key("removed", &removed).unwrap();
    let past = all_rows(&store);
    // One that saw the past and no more, and one that has no anchor.
    let (reader, without) = (
        anchored().open(&root_key()).unwrap(),
        builder().open(&root_key()).unwrap(),
    );
    vault.remove_key("removed").unwrap();
    let newest = all_rows(&store);
    let put = |rows: &[crate::support::rows::Stored]| {
        let own = rows
            .iter()
            .filter(|row| row.partition == Partition::VAULT)
            .collect::<Vec<_>>();
        let write = store.write(Partition::VAULT, &[], &mut |_, tx| {
            for row in past.iter().chain(&newest) {
                tx.delete(&row.key)?;
            }
            own.iter().try_for_each(|row| tx.put(row))
        });
        write.unwrap();
    };
    put(&past);
    for key in [&root_key(), &removed] {
        let error = anchored().open(key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
        assert!(
            builder().open(key).unwrap().verify().unwrap().is_intact(),
            "the limit"
        );
    }
    for (vault, is_told) in [(&vault, true), (&reader, true), (&without, false)] {
        let expected: &[Finding] = if is_told {
            &[Finding::KeysRolledBack]
        } else {
            &[]
        };
        assert_eq!(vault.verify().unwrap().findings, expected);
    }
    // This one saw the newer list, and needs no anchor.
    let own = |result: Result<()>| result.unwrap_err().kind();
    let next = RootKey::generate().unwrap();
    assert_eq!(own(vault.keys().map(drop)), ErrorKind::Tampered);
    assert_eq!(
        own(vault.add_key("next", &next).map(drop)),
        ErrorKind::Tampered
    );
    assert_eq!(
        own(vault.remove_key("removed").map(drop)),
        ErrorKind::Tampered
    );
    assert_eq!(own(vault.key_status().map(drop)), ErrorKind::Tampered);
    vault.scope("acme").unwrap().put("KEY", "two").unwrap();

    put(&newest);
    assert!(vault.verify().unwrap().is_intact() && reader.verify().unwrap().is_intact());
    assert_eq!(vault.keys().unwrap().len(), 1);
    // The host accepts it.
    put(&past);
    vault.accept_rollback("the backup of Monday").unwrap();
    assert_eq!(vault.keys().unwrap().len(), 2);
    assert_eq!(anchor.own_epoch(), Some(2));
    anchored().open(&removed).unwrap();
    assert_eq!(
        own(reader.keys().map(drop)),
        ErrorKind::Tampered,
        "it is for one handle"
    );
}

#[test]
fn each_change_of_the_keys_is_told_to_the_anchor() {
    let (store, anchor) = (MemoryStore::new(), Faulty::default());
    let builder = || Vault::builder().store(store.clone());
    let vault = builder()
        .anchor(anchor.clone())
        .create(&root_key())
        .unwrap();
    let epoch = || anchor.own_epoch().unwrap();
    assert_eq!(epoch(), 1);
    let [first, second] = [(); 2].map(|()| RootKey::generate().unwrap());
    vault.add_key("first", &first).unwrap();
    assert_eq!(epoch(), 2);
    vault.change_root_key(&first, &second).unwrap();
    assert_eq!(epoch(), 4, "one write adds, one removes");
    vault.remove_key("first").unwrap();
    vault.remove_key("none").unwrap_err();
    assert_eq!(epoch(), 5, "what was refused is no write");
    // A change without the anchor is told to it at the next opening.
    builder()
        .open(&root_key())
        .unwrap()
        .add_key("later", &first)
        .unwrap();
    assert_eq!(epoch(), 5);
    builder().anchor(anchor.clone()).open(&first).unwrap();
    assert_eq!(epoch(), 6);
    // A list that cannot be read is no proof of anything; with a mark of it nothing opens.
    let secret = rows(&store, Kind::VaultSecret).remove(0);
    let damaged = secret.with(|row| *row.info.last_mut().unwrap() ^= 1);
    crate::support::rows::put(&store, &damaged);
    let error = builder().anchor(anchor).open(&first).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    builder().open(&first).unwrap();
    builder().anchor(Faulty::default()).open(&first).unwrap();
}

/// Two processes changed the keys of two copies of one store.
#[test]
fn two_lists_of_keys_of_one_epoch_are_told() {
    let stores = [MemoryStore::new(), MemoryStore::new()];
    let builder = |at: usize| Vault::builder().store(stores[at].clone());
    builder(0).create(&root_key()).unwrap();
    for row in all_rows(&stores[0]) {
        crate::support::rows::put(&stores[1], &row);
    }
    let anchor = Faulty::default();
    for at in [0, 1] {
        let vault = builder(at).open(&root_key()).unwrap();
        vault
            .add_key("one more", &RootKey::generate().unwrap())
            .unwrap();
    }
    builder(0).anchor(anchor.clone()).open(&root_key()).unwrap();
    let other = builder(1).anchor(anchor.clone()).open(&root_key());
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Tampered);
    builder(0).anchor(anchor).open(&root_key()).unwrap();
}

#[test]
fn two_vaults_that_went_different_ways_are_told() {
    let world = World::new();
    let vault = world.open("vault.db").unwrap();
    vault.scope("acme").unwrap().put("KEY", "one").unwrap();
    vault.backup_to(world.at("copy.db")).unwrap();
    // Opened before the two differ, so neither is older.
    let copy = world.open("copy.db").unwrap();
    let told = Told::default();
    let observed = Vault::builder()
        .store(SqliteStore::open(world.at("copy.db")).unwrap())
        .anchor(FileAnchor::open(world.at("anchor")).unwrap())
        .observer(told.clone())
        .open(&root_key())
        .unwrap();
    drop(copy);
    vault.scope("acme").unwrap().put("KEY", "two").unwrap();
    observed
        .scope("acme")
        .unwrap()
        .put("KEY", "another two")
        .unwrap();
    assert_eq!(told.take(), ["failed: tampered"]);
    assert_eq!(world.refused("copy.db"), ErrorKind::Tampered);
    world.open("vault.db").unwrap();
}

#[test]
fn what_was_written_without_the_anchor_is_told_to_it_at_the_next_opening() {
    let world = World::new();
    world
        .open("vault.db")
        .unwrap()
        .scope("acme")
        .unwrap()
        .put("KEY", "one")
        .unwrap();
    let without = world.open_without("vault.db");
    without.backup_to(world.at("before.db")).unwrap();
    without.scope("acme").unwrap().put("KEY", "two").unwrap();
    without.scope("new").unwrap().put("KEY", "three").unwrap();
    // The window: until then nobody told the anchor.
    world.open("before.db").unwrap();
    world.open("vault.db").unwrap();
    assert_eq!(world.refused("before.db"), ErrorKind::Tampered);
}

#[test]
fn an_anchor_that_fails_keeps_the_vault_closed_and_undoes_no_write() {
    let (store, anchor, told) = (MemoryStore::new(), Faulty::default(), Told::default());
    let open = || {
        let builder = Vault::builder().store(store.clone()).anchor(anchor.clone());
        builder.observer(told.clone()).open_or_create(&root_key())
    };
    let vault = open().unwrap();
    let (acme, globex) = (vault.scope("acme").unwrap(), vault.scope("globex").unwrap());
    acme.put("KEY", "one").unwrap();
    assert_eq!((anchor.epochs(), told.take().len()), (vec![1], 0));

    anchor.fail(Some(ErrorKind::Unavailable));
    acme.put("KEY", "two").unwrap();
    acme.put("KEY", "three").unwrap();
    assert_eq!(value(&acme, "KEY").unwrap(), "three");
    assert_eq!(told.take(), ["failed: unavailable", "failed: unavailable"]);
    assert_eq!(open().unwrap_err().kind(), ErrorKind::Unavailable);
    let error = vault.accept_rollback("the anchor is down").unwrap_err();
    assert_eq!(
        (error.kind(), told.take().len()),
        (ErrorKind::Unavailable, 0)
    );

    // It goes along with the next write, of any tenant.
    anchor.fail(None);
    globex.put("KEY", "four").unwrap();
    assert_eq!((anchor.epochs(), told.take().len()), (vec![1, 3], 0));
    open().unwrap();
}

#[test]
fn a_tenant_that_the_anchor_contradicts_keeps_no_other_from_it() {
    let (anchor, told) = (Faulty::default(), Told::default());
    let builder = Vault::builder().anchor(anchor.clone());
    let vault = builder.observer(told.clone()).create(&root_key()).unwrap();
    let (acme, globex) = (vault.scope("acme").unwrap(), vault.scope("globex").unwrap());
    acme.put("KEY", "one").unwrap();
    let forked = |mark: &mut AnchorMark| (mark.epoch, mark.head) = (2, [9; 32]);
    anchor.0.lock().unwrap().marks.iter_mut().for_each(forked);
    anchor.fail(Some(ErrorKind::Unavailable));
    globex.put("KEY", "one").unwrap();
    anchor.fail(None);
    acme.put("KEY", "two").unwrap();
    assert_eq!(told.take(), ["failed: unavailable", "failed: tampered"]);
    assert_eq!(anchor.epochs(), [1, 2]);
    // What is contradicted is not told again and again.
    let (_, before) = anchor.calls();
    globex.put("KEY", "two").unwrap();
    assert_eq!((anchor.calls().1, told.take().len()), (before + 1, 0));
    assert_eq!(anchor.epochs(), [2, 2]);
}

#[test]
fn an_anchor_file_is_read_while_others_replace_it() {
    let folder = fast_folder();
    let anchor = FileAnchor::create(folder.path().join("anchor")).unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            for epoch in 1..2_000 {
                let mark = AnchorMark {
                    tenant: [1; 16],
                    epoch,
                    head: [2; 32],
                };
                anchor.advance(&[3; 16], &[mark]).unwrap();
            }
            over.store(true, Ordering::SeqCst);
        });
        let mut epoch = 0;
        while !over.load(Ordering::SeqCst) {
            let marks = anchor.marks(&[3; 16]).unwrap();
            let newest = marks.first().map_or(0, |mark| mark.epoch);
            assert!(newest >= epoch);
            epoch = newest;
        }
    });
}

#[test]
fn reads_and_refused_writes_ask_the_anchor_nothing() {
    let anchor = Faulty::default();
    let builder = Vault::builder().anchor(anchor.clone());
    let vault = builder.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "one").unwrap();
    let before = anchor.calls();
    // The vault's own rows, and the first write.
    assert_eq!(before, (1, 2), "the control");
    value(&scope, "KEY").unwrap();
    scope.names().unwrap();
    scope.put("", "no name").unwrap_err();
    scope.revoke("MISSING").unwrap_err();
    assert_eq!(anchor.calls(), before);
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(
        anchor.calls(),
        (before.0 + 1, before.1),
        "all marks at once"
    );
}

#[test]
fn writers_with_one_anchor_are_never_told_of_a_rollback() {
    let world = World::new();
    let told = Told::default();
    thread::scope(|threads| {
        for number in 0..4 {
            let (world, told) = (&world, told.clone());
            threads.spawn(move || {
                for round in 0..5 {
                    let store = SqliteStore::open(world.at("vault.db")).unwrap();
                    let vault = Vault::builder()
                        .store(store)
                        .anchor(FileAnchor::open(world.at("anchor")).unwrap())
                        .observer(told.clone())
                        .open(&root_key())
                        .unwrap();
                    let scope = vault.scope(["acme", "globex"][number % 2]).unwrap();
                    scope
                        .put(format!("KEY_{number}"), format!("{round}"))
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(told.take(), Vec::<String>::new());
    let vault = world.open("vault.db").unwrap();
    vault.backup_to(world.at("newest.db")).unwrap();
    vault
        .scope("acme")
        .unwrap()
        .put("LAST", "one more")
        .unwrap();
    assert_eq!(world.refused("newest.db"), ErrorKind::Tampered);
}

#[test]
fn an_anchor_file_keeps_several_vaults_apart() {
    let world = World::new();
    Vault::create(world.at("second.db"), &root_key()).unwrap();
    for file in ["vault.db", "second.db"] {
        let vault = world.open(file).unwrap();
        vault.backup_to(world.at(&format!("old-{file}"))).unwrap();
        vault.scope("acme").unwrap().put("KEY", "one").unwrap();
    }
    for file in ["vault.db", "second.db"] {
        world.open(file).unwrap();
        assert_eq!(world.refused(&format!("old-{file}")), ErrorKind::Tampered);
    }
}

#[test]
fn an_anchor_file_is_private_and_refused_where_others_can_change_it() {
    let world = World::new();
    let path = world.at("anchor");
    let chmod = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = |path: &Path| FileAnchor::open(path).unwrap_err().kind();
    for name in ["anchor", "anchor-lock"] {
        let mode = fs::metadata(world.at(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!world.at("anchor-next").exists());
    FileAnchor::open(&path).unwrap();

    assert_eq!(
        FileAnchor::create(&path).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(refused(&world.at("missing")), ErrorKind::Io);
    assert_eq!(refused(Path::new("/")), ErrorKind::InvalidInput);
    chmod(&path, 0o640);
    assert_eq!(refused(&path), ErrorKind::UnsafeFile);
    chmod(&path, 0o600);
    symlink(&path, world.at("link")).unwrap();
    assert_eq!(refused(&world.at("link")), ErrorKind::UnsafeFile);
    fs::hard_link(&path, world.at("second")).unwrap();
    assert_eq!(refused(&path), ErrorKind::UnsafeFile);
    fs::remove_file(world.at("second")).unwrap();
    fs::create_dir(world.at("folder")).unwrap();
    assert_eq!(refused(&world.at("folder")), ErrorKind::UnsafeFile);
    chmod(&world.at("folder"), 0o777);
    let inside = world.at("folder/anchor");
    assert_eq!(
        FileAnchor::create(&inside).unwrap_err().kind(),
        ErrorKind::UnsafeFile
    );
    chmod(&world.at("folder"), 0o700);
    FileAnchor::create(&inside).unwrap();

    let bytes = fs::read(&path).unwrap();
    for damaged in [&bytes[..bytes.len() - 1], &[], b"keyslot-anchor-2"] {
        fs::write(&path, damaged).unwrap();
        assert_eq!(refused(&path), ErrorKind::Corrupt);
    }
    fs::write(&path, vec![7; 1 << 20]).unwrap();
    assert_eq!(refused(&path), ErrorKind::Corrupt);
    fs::write(&path, bytes).unwrap();

    // A process that was killed in a change left this.
    fs::write(world.at("anchor-next"), "half of an anchor").unwrap();
    let vault = world.open("vault.db").unwrap();
    vault.backup_to(world.at("old.db")).unwrap();
    vault.scope("acme").unwrap().put("KEY", "one").unwrap();
    assert_eq!(world.refused("old.db"), ErrorKind::Tampered);
    // One that disappears while the vault is open is not made anew.
    fs::remove_file(&path).unwrap();
    vault.scope("acme").unwrap().put("KEY", "two").unwrap();
    assert!(!path.exists());
}

#[test]
fn a_vault_that_is_opened_in_full_is_whole() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    vault.scope("acme").unwrap().put("KEY", "one").unwrap();
    let open = |mode| {
        Vault::builder()
            .store(store.clone())
            .open_mode(mode)
            .open(&root_key())
    };
    open(OpenMode::Full).unwrap();
    let row = rows(&store, Kind::Secret).pop().unwrap();
    let put = |row: &crate::support::rows::Stored| {
        store
            .write(row.partition, &[], &mut |_, tx| tx.put(row))
            .unwrap();
    };
    put(&row.with(|row| *row.body.last_mut().unwrap() ^= 1));
    assert_eq!(open(OpenMode::Full).unwrap_err().kind(), ErrorKind::Corrupt);
    open(OpenMode::Header).unwrap();
    put(&row);
    open(OpenMode::Full).unwrap();
}

#[test]
fn a_new_key_and_an_erasure_are_told_to_the_anchor() {
    let world = World::new();
    let vault = world.open("vault.db").unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    for (copy, change) in ["before the key", "before the erasure"]
        .into_iter()
        .zip([true, false])
    {
        vault.backup_to(world.at(copy)).unwrap();
        if change {
            vault.rotate_data_key("acme").unwrap();
        } else {
            let _ = vault.erase_tenant("acme").unwrap();
        }
        assert_eq!(world.refused(copy), ErrorKind::Tampered, "{copy}");
        assert!(world.open("vault.db").is_ok());
    }
}

/// An anchor file that the second implementation made, in Python, and reads.
#[test]
fn the_anchor_file_of_the_vectors_is_read_and_written_byte_for_byte() {
    let vector = fs::read_to_string(repository().join("tests/vectors/anchor.json")).unwrap();
    let vector: serde_json::Value = serde_json::from_str(&vector).unwrap();
    let hex = |value: &serde_json::Value| {
        let digits = value.as_str().unwrap();
        let pairs = (0..digits.len()).step_by(2);
        pairs
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect::<Vec<_>>()
    };
    let folder = fast_folder();
    let path = folder.path().join("anchor");
    let made = FileAnchor::create(&path).unwrap();
    let marks = vector["marks"].as_array().unwrap();
    for mark in marks {
        let vault = hex(&mark["vault"]).try_into().unwrap();
        let mark = AnchorMark {
            tenant: hex(&mark["tenant"]).try_into().unwrap(),
            epoch: mark["epoch"].as_u64().unwrap(),
            head: hex(&mark["head"]).try_into().unwrap(),
        };
        assert!(!made.marks(&vault).unwrap().contains(&mark));
        made.advance(&vault, &[mark]).unwrap();
        assert!(made.marks(&vault).unwrap().contains(&mark));
    }
    assert!(marks.len() >= 3 && fs::read(&path).unwrap() == hex(&vector["file"]));
}
