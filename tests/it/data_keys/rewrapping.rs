//! Everything moves to the newest data key, and nobody sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{
    Kind, MemoryStore, Page, Partition, ReadTx, Row, RowKey, Scan, WriteTx, WriteWork,
};
use keyslot::template::Template;
use keyslot::{ErrorKind, Finding, Result, RewrapProgress, SecretStore, Status, Vault, Version};

use super::kit::{
    answers_as_ever, copy_of, is_intact, keys_in_use, killed_everywhere, lived, observed, opened,
    partition,
};
use crate::hand_on;
use crate::life::STATUSES;
use crate::revocation::child::{Other, SCOPE};
use crate::support::counting::Counting;
use crate::support::rows::{all_of, put, rows};
use crate::support::{fast_folder, refusal, root_key, value};

const ALL: [&str; 3] = ["acme", "globex", "initech"];

/// All that is told of the secrets, but for their values.
fn infos(vault: &Vault) -> Vec<String> {
    let info = |(scope, name, _): &(&str, &str, Status)| {
        let info = vault.scope(*scope).unwrap().info(name).unwrap();
        serde_json::to_string(&info).unwrap()
    };
    STATUSES.iter().map(info).collect()
}

fn rewrap(vault: &Vault, organization: &str) -> RewrapProgress {
    let progress = vault.rewrap(organization).unwrap().finish().unwrap();
    assert!(progress.done && progress.left == 0, "{progress:?}");
    progress
}

#[test]
fn everything_is_sealed_anew_and_nobody_sees_it() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    answers_as_ever(&other, &[]);
    let before = infos(&vault);
    for organization in ALL {
        let partition = crate::data_keys::kit::partition;
        let place = partition(&copy_of(&store), organization);
        let first = keys_in_use(&store, place);
        vault.rotate_data_key(organization).unwrap();
        let secrets = store.scan(place, &all_of(Kind::Secret)).unwrap().rows.len() as u64;
        let progress = rewrap(&vault, organization);
        assert_eq!((progress.rewrapped, progress.unreadable), (secrets, 0));
        let now = keys_in_use(&store, place);
        assert!(now.len() == 1 && now.is_disjoint(&first));
    }
    assert_eq!(infos(&vault), before, "no revision, no time, no actor");
    for vault in [&vault, &other, &opened(store.clone())] {
        answers_as_ever(vault, &[]);
    }
    // Nothing is left to do, so nothing is written.
    let before = crate::support::rows::all_rows(&store);
    assert_eq!(
        ALL.map(|organization| rewrap(&other, organization).rewrapped),
        [0; 3]
    );
    assert_eq!(crate::support::rows::all_rows(&store), before);
}

#[test]
fn it_goes_by_pages_and_says_how_many_secrets_are_left() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    for number in 0..600 {
        let scope = vault.scope(["acme", "acme/billing"][number % 2]).unwrap();
        for version in 0..=number % 3 {
            scope
                .put(format!("KEY_{number}"), format!("{number}.{version}"))
                .unwrap();
        }
    }
    vault.rotate_data_key("acme").unwrap();
    let mut walk = vault.rewrap("acme").unwrap();
    let mut steps = Vec::new();
    loop {
        let before = (store.calls(), store.in_writes.load(Ordering::SeqCst));
        let Some(progress) = walk.step().unwrap() else {
            break;
        };
        // A page, the data key of before where it is not known, and 200 older versions or fewer.
        assert_eq!(store.calls() - before.0, 1);
        let asked = store.in_writes.load(Ordering::SeqCst) - before.1;
        assert!(asked <= 2 + 300_usize.div_ceil(32), "{asked} questions");
        steps.push((progress.rewrapped, progress.left, progress.done));
    }
    assert_eq!(steps, [(256, 344, false), (512, 88, false), (600, 0, true)]);
    assert_eq!(walk.step().unwrap(), None);
    for number in 0..600 {
        let scope = vault.scope(["acme", "acme/billing"][number % 2]).unwrap();
        for version in 0..=number % 3 {
            let name = format!("KEY_{number}@{}", version + 1);
            assert_eq!(value(&scope, &name).unwrap(), format!("{number}.{version}"));
        }
    }
    is_intact(&vault);
}

/// A store that weighs what each write puts and reads.
#[derive(Clone, Debug, Default)]
struct Weighing {
    store: MemoryStore,
    writes: Arc<Mutex<Vec<(usize, usize)>>>,
}

struct Scales<'a>(&'a mut dyn WriteTx, (usize, usize));

impl ReadTx for Scales<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let rows = self.0.get(keys)?;
        self.1.1 += rows.iter().flatten().map(Row::size).sum::<usize>();
        Ok(rows)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let page = self.0.scan(scan)?;
        self.1.1 += page.rows.iter().map(Row::size).sum::<usize>();
        Ok(page)
    }
}

impl WriteTx for Scales<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.1.0 += row.size();
        self.0.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.delete(key)
    }
}

impl SecretStore for Weighing {
    hand_on!(store: get scan read head partitions purge self_check);

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let mut weighed = (0, 0);
        let done = self.store.write(partition, first, &mut |rows, tx| {
            let mut scales = Scales(tx, (0, 0));
            let done = work(rows, &mut scales);
            weighed = scales.1;
            done
        });
        self.writes.lock().unwrap().push(weighed);
        done
    }
}

#[test]
fn a_secret_of_many_long_versions_takes_many_steps() {
    const VERSIONS: u64 = 24;
    const LONG: usize = 150_000;
    let store = Weighing::default();
    let vault = Vault::builder()
        .store(store.clone())
        .max_value(1 << 20)
        .kept_versions(100);
    let vault = vault.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    let text = |version: u64| format!("{version} ").repeat(LONG / 3);
    for version in 1..=VERSIONS {
        scope.put("LONG", text(version)).unwrap();
    }
    scope.put("SHORT", "value").unwrap();
    // One whose newest value is short: its older ones are longer than expected.
    for version in 1..=12 {
        scope.put("SURPRISE", text(version)).unwrap();
    }
    scope.put("SURPRISE", "short").unwrap();
    vault.rotate_data_key("acme").unwrap();
    let partition = rows(&store, Kind::Head)[0].partition;
    store.writes.lock().unwrap().clear();
    let mut walk = vault.rewrap("acme").unwrap();
    let (mut steps, mut progress) = (0, None);
    while let Some(now) = walk.step().unwrap() {
        assert!(now.left > 0 || now.done);
        is_intact(&vault);
        steps += 1;
        progress = Some(now);
        // Somebody writes a version of it meanwhile.
        if steps == 2 {
            scope.put("LONG", text(VERSIONS + 1)).unwrap();
        }
    }
    let progress = progress.unwrap();
    assert_eq!(
        (progress.rewrapped, progress.unreadable, progress.done),
        (3, 0, true)
    );
    assert!((3..12).contains(&steps), "{steps} steps");
    for (number, (put, read)) in store.writes.lock().unwrap().iter().enumerate() {
        assert!(
            *put <= (2 << 20) + Row::MAX_BODY,
            "{put} bytes in write {number}"
        );
        assert!(
            *read <= 32 * (LONG + (64 << 10)) + (4 << 20),
            "{read} bytes in write {number}"
        );
    }
    assert_eq!(keys_in_use(&store, partition).len(), 1);
    for version in 1..=VERSIONS + 1 {
        assert_eq!(
            value(&scope, &format!("LONG@{version}")).unwrap(),
            text(version)
        );
    }
    is_intact(&opened(store));
}

#[test]
fn killed_anywhere_another_walk_goes_on() {
    let base = MemoryStore::new();
    let vault = lived(base.clone());
    // Two pages, so that deaths lie between them, too.
    let scope = vault.scope("acme/many").unwrap();
    (0..300).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
    scope.put("KEY_0", "second").unwrap();
    let place = partition_of_newest(&base);
    vault.rotate_data_key("acme").unwrap();
    let work = |vault: &Vault| vault.rewrap("acme")?.finish().map(drop);
    let check = |store: &MemoryStore, after| {
        let vault = opened(store.clone());
        answers_as_ever(&vault, &[]);
        assert_eq!(rewrap(&vault, "acme").unreadable, 0, "after {after} calls");
        assert_eq!(keys_in_use(store, place).len(), 1, "after {after} calls");
        is_intact(&opened(store.clone()));
    };
    let deaths = killed_everywhere(|| copy_of(&base), work, check);
    assert!(deaths >= 12, "only {deaths} deaths");
}

fn partition_of_newest(store: &dyn SecretStore) -> Partition {
    let heads = rows(store, Kind::Head);
    heads
        .into_iter()
        .max_by_key(|row| row.epoch)
        .unwrap()
        .partition
}

#[test]
fn a_revocation_between_two_pages_stays() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let (scope, other) = (vault.scope("acme").unwrap(), opened(store.clone()));
    for number in 0..400 {
        for version in ["first", "second"] {
            scope.put(format!("KEY_{number}"), version).unwrap();
        }
    }
    vault.rotate_data_key("acme").unwrap();
    let mut walk = vault.rewrap("acme").unwrap();
    assert_eq!(walk.step().unwrap().unwrap().left, 144);
    let theirs = other.scope("acme").unwrap();
    // Secrets that were done and secrets that were not.
    for number in 0..40 {
        let name = |of: u32| format!("KEY_{}", number + of * 40);
        theirs.revoke(name(0)).unwrap();
        theirs.delete(name(1)).unwrap();
        theirs.set_status(name(2), Status::Inactive).unwrap();
        theirs.put(name(3), "third").unwrap();
        theirs.rollback(name(4), Version::FIRST).unwrap();
        theirs.put(format!("NEW_{number}"), "new").unwrap();
    }
    while walk.step().unwrap().is_some() {}
    let partition = partition_of_newest(&store);
    assert_eq!(keys_in_use(&store, partition).len(), 1);
    for number in 0..40 {
        let name = |of: u32| format!("KEY_{}", number + of * 40);
        assert_eq!(refusal(&scope, &name(0)), ErrorKind::Revoked);
        assert_eq!(
            refusal(&scope, &format!("{}@1", name(0))),
            ErrorKind::Revoked
        );
        assert_eq!(refusal(&scope, &name(1)), ErrorKind::NotFound);
        assert_eq!(refusal(&scope, &name(2)), ErrorKind::Inactive);
        assert_eq!(value(&scope, &name(3)).unwrap(), "third");
        assert_eq!(value(&scope, &name(4)).unwrap(), "first");
        assert_eq!(value(&scope, &format!("{}@2", name(3))).unwrap(), "second");
        assert_eq!(value(&scope, &format!("NEW_{number}")).unwrap(), "new");
    }
    let values = |kind| store.scan(partition, &all_of(kind)).unwrap().rows;
    let with_value = values(Kind::Secret)
        .iter()
        .filter(|row| !row.body.is_empty())
        .count();
    assert_eq!((with_value, values(Kind::Version).len()), (360, 320 + 80));
    is_intact(&vault);
}

#[test]
fn writers_in_threads_and_another_process_lose_nothing() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = Vault::create(&file, &root_key()).unwrap();
    let scope = vault.scope(SCOPE).unwrap();
    for number in 0..300 {
        scope
            .put(format!("STILL_{number}"), format!("value {number}"))
            .unwrap();
    }
    let mut other = Other::start(&file);
    let stop = AtomicBool::new(false);
    let (written, walks) = std::thread::scope(|threads| {
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let (vault, stop) = (Vault::open(&file, &root_key()).unwrap(), &stop);
                threads.spawn(move || {
                    let scope = vault.scope(SCOPE).unwrap();
                    let mut round = 0_u32;
                    while !stop.load(Ordering::SeqCst) || round < 5 {
                        let name = format!("MINE_{writer}_{}", round % 7);
                        scope.put(&name, format!("round {round}")).unwrap();
                        scope
                            .put(format!("GONE_{writer}_{round}"), "a leaked value")
                            .unwrap();
                        scope.revoke(format!("GONE_{writer}_{round}")).unwrap();
                        round += 1;
                    }
                    round
                })
            })
            .collect();
        let mut walks = 0;
        for _ in 0..6 {
            scope.put("RACE", "canary value").unwrap();
            assert_eq!(other.tell("write RACE"), "writing");
            vault.rotate_data_key("acme").unwrap();
            rewrap(&vault, "acme");
            scope.revoke("RACE").unwrap();
            assert!(
                other
                    .tell("ask RACE")
                    .contains("[\"Revoked\", \"Revoked\"]")
            );
            scope.force_delete("RACE").unwrap();
            walks += 1;
        }
        stop.store(true, Ordering::SeqCst);
        (
            writers
                .into_iter()
                .map(|it| it.join().unwrap())
                .collect::<Vec<_>>(),
            walks,
        )
    });
    other.end();
    rewrap(&vault, "acme");
    let store = keyslot::SqliteStore::open(&file).unwrap();
    assert_eq!(keys_in_use(&store, partition_of_newest(&store)).len(), 1);
    for number in 0..300 {
        let name = format!("STILL_{number}");
        assert_eq!(value(&scope, &name).unwrap(), format!("value {number}"));
    }
    for (writer, rounds) in written.iter().enumerate() {
        for round in rounds.saturating_sub(5)..*rounds {
            let name = format!("MINE_{writer}_{}", round % 7);
            assert_eq!(value(&scope, &name).unwrap(), format!("round {round}"));
        }
        for round in 0..*rounds {
            let name = format!("GONE_{writer}_{round}");
            assert_eq!(refusal(&scope, &name), ErrorKind::Revoked);
        }
    }
    println!("{written:?} rounds of writers, {walks} walks");
    is_intact(&vault);
}

#[test]
fn two_walks_and_a_rotation_between_them_end_on_the_newest_key() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    (0..600).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
    let other = opened(store.clone());
    vault.rotate_data_key("acme").unwrap();
    let (mut one, mut two) = (vault.rewrap("acme").unwrap(), other.rewrap("acme").unwrap());
    assert_eq!(one.step().unwrap().unwrap().rewrapped, 256);
    assert_eq!(two.step().unwrap().unwrap().rewrapped, 0, "those were done");
    assert_eq!(two.step().unwrap().unwrap().rewrapped, 256);
    assert_eq!(
        one.step().unwrap().unwrap().rewrapped,
        256,
        "and these by the other one"
    );
    other.rotate_data_key("acme").unwrap();
    // Both begin anew.
    assert_eq!(one.step().unwrap().unwrap().left, 344);
    let end = two.finish().unwrap();
    assert_eq!((end.rewrapped, end.left), (600 - 256, 0));
    while one.step().unwrap().is_some() {}
    assert_eq!(keys_in_use(&store, partition_of_newest(&store)).len(), 1);
    is_intact(&vault);
}

#[test]
fn what_cannot_be_read_stays_as_it_is_and_is_counted() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    let damaged = |row: &crate::support::rows::Stored, in_info: bool| {
        row.with(|row| {
            let bytes = if in_info {
                &mut row.info
            } else {
                &mut row.body
            };
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        })
    };
    let secrets = rows(&store, Kind::Secret);
    let mut secrets = secrets
        .iter()
        .filter(|row| row.partition == place && !row.body.is_empty());
    let (info, body) = (secrets.next().unwrap(), secrets.next().unwrap());
    let (info, body) = (damaged(info, true), damaged(body, false));
    put(&store, &info);
    put(&store, &body);
    // An older version of a third secret.
    let values = || {
        let findings = vault.verify().unwrap().findings;
        let is_value = |finding: &&Finding| matches!(finding, Finding::Value { .. });
        findings.iter().filter(is_value).count()
    };
    assert_eq!(values(), 1);
    let versions = rows(&store, Kind::Version);
    let mut versions = versions.iter().filter(|row| row.partition == place);
    let version = versions.find_map(|row| {
        let version = damaged(row, false);
        put(&store, &version);
        (values() == 2).then_some(version).or_else(|| {
            put(&store, row);
            None
        })
    });
    let version = version.unwrap();
    // In the order of rows, which each new data key changes.
    let findings = || {
        let found = vault.verify().unwrap().findings.into_iter();
        let mut found: Vec<String> = found.map(|finding| format!("{finding:?}")).collect();
        found.sort();
        found
    };
    let before = findings();
    vault.rotate_data_key("acme").unwrap();
    let first = keys_in_use(&store, place);
    let progress = rewrap(&vault, "acme");
    assert_eq!((progress.rewrapped, progress.unreadable), (10, 3));
    let get = |row: &crate::support::rows::Stored| {
        crate::support::rows::get(&store, row.partition, row.row.key).unwrap()
    };
    assert_eq!(get(&info), info.row);
    assert_eq!(get(&body).body, body.row.body);
    assert_eq!(get(&version), version.row);
    assert_eq!(keys_in_use(&store, place).len(), first.len() + 1);
    assert_eq!(findings(), before);
    assert_eq!(
        vault.rewrap("nobody").unwrap().step().unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        vault.rewrap("acme/billing").unwrap_err().kind(),
        ErrorKind::InvalidScope
    );
}

#[test]
fn a_snapshot_goes_on_over_a_rewrap_of_somebody_else() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    let scope = other.scope("acme").unwrap();
    let snapshot = scope
        .snapshot(
            Template::compile("<<$secret.A>> <<$secret.D@1>>")
                .unwrap()
                .references(),
        )
        .unwrap();
    vault.rotate_data_key("acme").unwrap();
    rewrap(&vault, "acme");
    let text = |text: &str| {
        use keyslot::secrecy::ExposeSecret as _;
        snapshot.resolve(text).unwrap().expose_secret().to_string()
    };
    assert_eq!(
        text("<<$secret.A>> <<$secret.D@1>>"),
        "equal everywhere acme D, first"
    );
    scope.put("A", "a newer value").unwrap();
    assert_eq!(text("<<$secret.A>>"), "equal everywhere", "the control");
    vault.scope("acme").unwrap().revoke("A").unwrap();
    assert!(snapshot.resolve("<<$secret.A>>").is_err());
}

#[test]
fn the_observer_is_told_at_the_end_and_of_refusals() {
    let (told, vault) = observed();
    let scope = vault.scope("acme").unwrap();
    (0..300).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
    vault.rotate_data_key("acme").unwrap();
    told.taken();
    let mut walk = vault.rewrap("acme").unwrap();
    walk.step().unwrap();
    assert!(told.taken().is_empty());
    while walk.step().unwrap().is_some() {}
    assert_eq!(told.taken(), ["rewrap acme 2 done"]);
    vault.rewrap("nobody").unwrap().finish().unwrap_err();
    assert_eq!(told.taken(), ["rewrap nobody - NotFound"]);
}
