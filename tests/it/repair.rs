//! Ways out where a record or a head cannot be read: nothing comes back, nothing above shows.
#![cfg(feature = "vault")]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyslot::store::{Kind, MemoryStore, RowKey, SecretStore};
use keyslot::{
    Error, ErrorKind, Event, Observer, Repair, Revision, Scope, ScopedVault, Status, Vault, Version,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, rows};
use crate::support::{refusal, root_key, value};

/// Remembers what the observer was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn observe(&self, event: &Event<'_>) {
        let outcome = event.outcome.map_or_else(|kind| kind.as_str(), |()| "done");
        let line = format!("{} {} {}: {outcome}", event.action, event.scope, event.name);
        self.0.lock().unwrap().push(line);
    }

    fn repaired(&self, scope: &Scope, reason: &str) {
        self.0
            .lock()
            .unwrap()
            .push(format!("repaired {scope}: {reason}"));
    }
}

struct World {
    store: MemoryStore,
    vault: Vault,
    organization: ScopedVault,
    project: ScopedVault,
    told: Told,
}

impl World {
    fn new() -> Self {
        let (store, told) = (MemoryStore::new(), Told::default());
        let builder = Vault::builder().store(store.clone()).observer(told.clone());
        let vault = builder.create(&root_key()).unwrap();
        let (organization, project) =
            (vault.scope("acme").unwrap(), vault.scope("acme/x").unwrap());
        organization.put("KEY", "of the organization").unwrap();
        for value in ["one", "two", "three"] {
            project.put("KEY", value).unwrap();
        }
        project.put("OTHER", "one").unwrap();
        project.put("OTHER", "two").unwrap();
        Self {
            store,
            vault,
            organization,
            project,
            told,
        }
    }

    fn put(&self, row: &Stored) {
        let put = self
            .store
            .write(row.partition, &[], &mut |_, tx| tx.put(row));
        put.unwrap();
    }

    fn delete(&self, row: &Stored) {
        let delete = self
            .store
            .write(row.partition, &[], &mut |_, tx| tx.delete(&row.key));
        delete.unwrap();
    }

    /// The row that a call of the project changes.
    fn row_of(&self, kind: Kind, change: impl FnOnce(&ScopedVault)) -> Stored {
        let before = rows(&self.store, kind);
        change(&self.project);
        let after = rows(&self.store, kind);
        after.into_iter().find(|row| !before.contains(row)).unwrap()
    }

    /// The row of `KEY` in the project.
    fn row_of_key(&self) -> Stored {
        self.row_of(Kind::Secret, |project| {
            project.set_status("KEY", Status::Active).unwrap();
            project.put("KEY", "four").unwrap();
        })
    }

    fn damage(&self, row: &Stored) {
        self.put(&row.with(|row| *row.info.last_mut().unwrap() ^= 1));
    }

    fn damage_head(&self) -> Stored {
        let head = rows(&self.store, Kind::Head).pop().unwrap();
        self.damage(&head);
        head
    }

    fn is_intact(&self) -> bool {
        let other = Vault::builder()
            .store(self.store.clone())
            .open(&root_key())
            .unwrap();
        other.verify().unwrap().is_intact() && self.vault.verify().unwrap().is_intact()
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.0.lock().unwrap())
    }
}

fn counts(repair: &Repair) -> (u64, u64, u64, Option<u64>) {
    (
        repair.secrets,
        repair.tombstones,
        repair.unreadable,
        repair.missing,
    )
}

#[test]
fn a_record_that_cannot_be_read_is_revoked_and_lets_nothing_above_through() {
    let world = World::new();
    let row = world.row_of_key();
    let versions = rows(&world.store, Kind::Version).len();
    world.damage(&row);
    for refused in [
        world.project.revoke("KEY"),
        world.project.force_delete("KEY"),
    ] {
        assert_eq!(
            refused.unwrap_err().kind(),
            ErrorKind::Corrupt,
            "the control"
        );
    }
    world.told();
    let repair = world
        .vault
        .revoke_lost("acme/x", "KEY", "a bad disk")
        .unwrap();
    assert_eq!(counts(&repair), (2, 1, 0, Some(0)));
    assert_eq!(
        world.told(),
        ["revoke acme/x KEY: done", "repaired acme/x: a bad disk"]
    );
    assert!(world.is_intact());
    assert_eq!(
        refusal(&world.project, "KEY"),
        ErrorKind::Revoked,
        "and not the one above"
    );
    assert_eq!(
        value(&world.organization, "KEY").unwrap(),
        "of the organization"
    );
    assert_eq!(
        value(&world.project, "OTHER@1").unwrap(),
        "one",
        "an older value of another"
    );
    // Its older values are gone, and those of others are not.
    assert_eq!(rows(&world.store, Kind::Version).len(), versions - 3);
    let now = rows(&world.store, Kind::Secret);
    let now = now.iter().find(|now| now.key == row.key).unwrap();
    assert!(now.body.is_empty());

    // The old row is of no use any more: the head does not account for it.
    world.put(&row);
    assert!(!world.is_intact());
    world.put(now);
    // Numbers go on.
    let info = world.project.replace_revoked("KEY", "five").unwrap();
    assert!(
        info.version() > Version::new(4) && info.revision > Revision::new(5),
        "{info:?}"
    );
    assert!(world.is_intact());
}

#[test]
fn a_record_that_is_gone_is_revoked() {
    let world = World::new();
    let row = world.row_of_key();
    world.project.revoke("KEY").unwrap();
    world.delete(&row);
    let shown = value(&world.project, "KEY").unwrap();
    assert_eq!(shown, "of the organization", "the control");
    let repair = world
        .vault
        .revoke_lost("acme/x", "KEY", "a row is gone")
        .unwrap();
    assert_eq!(counts(&repair), (2, 1, 0, Some(0)));
    assert_eq!(refusal(&world.project, "KEY"), ErrorKind::Revoked);
    assert!(world.is_intact());
    world.project.force_delete("KEY").unwrap();
    assert_eq!(value(&world.project, "KEY").unwrap(), "of the organization");
    assert!(world.is_intact());
}

#[test]
fn a_head_that_cannot_be_read_is_made_anew() {
    for gone in [false, true] {
        let world = World::new();
        world.project.revoke("OTHER").unwrap();
        let reader = Vault::builder()
            .store(world.store.clone())
            .open(&root_key())
            .unwrap();
        assert!(reader.verify().unwrap().is_intact(), "it sees the head");
        let head = world.damage_head();
        if gone {
            world.delete(&head);
        }
        for refused in [world.project.revoke("KEY"), world.project.delete("KEY")] {
            let kind = refused.unwrap_err().kind();
            assert_eq!(
                kind,
                if gone {
                    ErrorKind::Tampered
                } else {
                    ErrorKind::Corrupt
                }
            );
        }
        world.told();
        let repair = world.vault.rebuild_head("acme", "a bad disk").unwrap();
        assert_eq!(counts(&repair), (2, 1, 0, None));
        assert_eq!(world.told(), ["repaired acme: a bad disk"]);
        assert!(world.is_intact());
        assert_eq!(value(&world.project, "KEY").unwrap(), "three");
        assert_eq!(refusal(&world.project, "OTHER"), ErrorKind::Revoked);
        // Epochs go on, so whoever saw the last head goes on.
        let now = rows(&world.store, Kind::Head).pop().unwrap();
        assert_eq!(now.epoch, head.epoch + 1);
        reader.scope("acme/x").unwrap().revoke("KEY").unwrap();
        assert_eq!(refusal(&world.project, "KEY"), ErrorKind::Revoked);
        assert!(world.is_intact());
    }
}

#[test]
fn an_unreadable_head_over_an_unreadable_record_is_one_call() {
    let world = World::new();
    let row = world.row_of_key();
    let other = world.row_of(Kind::Secret, |project| {
        project.put("OTHER", "three").unwrap();
    });
    for row in [&row, &other] {
        world.damage(row);
    }
    world.damage_head();
    let repair = world
        .vault
        .revoke_lost("acme/x", "KEY", "a bad disk")
        .unwrap();
    assert_eq!(counts(&repair), (1, 1, 1, None));
    assert_eq!(refusal(&world.project, "KEY"), ErrorKind::Revoked);
    // The other one is listed until somebody says its name.
    assert!(!world.is_intact());
    assert_eq!(refusal(&world.project, "OTHER"), ErrorKind::Corrupt);
    let repair = world
        .vault
        .revoke_lost("acme/x", "OTHER", "a bad disk")
        .unwrap();
    assert_eq!(counts(&repair), (1, 2, 0, Some(0)));
    assert!(world.is_intact());
}

#[test]
fn what_can_be_read_is_left_to_the_usual_calls() {
    let world = World::new();
    let before = rows(&world.store, Kind::Head);
    let vault = &world.vault;
    let kind = |refused: keyslot::Result<Repair>| refused.unwrap_err().kind();
    assert_eq!(
        kind(vault.revoke_lost("acme/x", "KEY", "none")),
        ErrorKind::InvalidInput
    );
    for reason in ["", " ", "a\nb"] {
        assert_eq!(
            kind(vault.revoke_lost("acme/x", "NEW", reason)),
            ErrorKind::InvalidInput
        );
        assert_eq!(
            kind(vault.rebuild_head("acme", reason)),
            ErrorKind::InvalidInput
        );
    }
    assert_eq!(
        kind(vault.rebuild_head("globex", "none")),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(vault.revoke_lost("globex", "KEY", "none")),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(vault.rebuild_head("a//b", "none")),
        ErrorKind::InvalidScope
    );
    assert_eq!(rows(&world.store, Kind::Head), before);
    assert_eq!(value(&world.project, "KEY").unwrap(), "three");
    let key = rows(&world.store, Kind::DataKey).pop().unwrap();
    world.damage(&key);
    let other = Vault::builder()
        .store(world.store.clone())
        .open(&root_key())
        .unwrap();
    assert_eq!(
        kind(other.rebuild_head("acme", "no key")),
        ErrorKind::Corrupt
    );
}

#[test]
fn records_that_are_gone_are_counted_while_the_head_can_be_read() {
    let world = World::new();
    let row = world.row_of_key();
    world.delete(&row);
    let repair = world.vault.rebuild_head("acme", "a row is gone").unwrap();
    assert_eq!(counts(&repair), (2, 0, 0, Some(1)));
}

#[test]
fn a_head_beside_the_head_is_removed() {
    let world = World::new();
    let head = rows(&world.store, Kind::Head).pop().unwrap();
    world.put(&head.with(|row| {
        row.key = RowKey {
            kind: Kind::Head,
            key: [7; 32],
        }
    }));
    assert!(!world.is_intact(), "the control");
    let _ = world.vault.rebuild_head("acme", "a second head").unwrap();
    assert!(world.is_intact());
}

#[test]
fn a_guarded_vault_goes_on_after_a_repair() {
    let world = World::new();
    let builder = Vault::builder().store(world.store.clone());
    let guarded = builder.guard(1_000).open(&root_key()).unwrap();
    let scope = guarded.scope("acme/x").unwrap();
    assert_eq!(value(&scope, "KEY").unwrap(), "three");
    let row = world.row_of_key();
    assert_eq!(value(&scope, "KEY").unwrap(), "four");
    world.delete(&row);
    assert_eq!(refusal(&scope, "KEY"), ErrorKind::Tampered, "the control");
    let _ = world
        .vault
        .revoke_lost("acme/x", "KEY", "a row is gone")
        .unwrap();
    assert_eq!(refusal(&scope, "KEY"), ErrorKind::Revoked);
    assert_eq!(value(&scope, "OTHER").unwrap(), "two");
}

#[test]
fn under_a_guard_what_cannot_be_read_is_refused_and_no_other_secret() {
    let world = World::new();
    let row = world.row_of_key();
    world.damage(&row);
    let guarded = || {
        let builder = Vault::builder().store(world.store.clone());
        builder.guard(1_000).open(&root_key()).unwrap()
    };
    let (warm, organization) = (guarded(), "acme");
    let of = |vault: &Vault, scope: &str| vault.scope(scope).unwrap();
    // The head accounts for it, so nothing tells what else is damaged.
    assert_eq!(
        refusal(&of(&warm, organization), "KEY"),
        ErrorKind::Tampered,
        "the control"
    );
    let repair = world.vault.rebuild_head("acme", "a bad disk").unwrap();
    assert_eq!(counts(&repair), (2, 0, 1, Some(0)));
    for vault in [&warm, &guarded()] {
        let top = of(vault, organization);
        assert_eq!(value(&top, "KEY").unwrap(), "of the organization");
        assert_eq!(value(&of(vault, "acme/x"), "OTHER").unwrap(), "two");
        assert_eq!(refusal(&of(vault, "acme/x"), "KEY"), ErrorKind::Tampered);
        top.put("NEW", "value").unwrap();
        assert_eq!(top.names().unwrap().len(), 2);
        assert!(of(vault, "acme/x").names().is_err());
    }
    let _ = world
        .vault
        .revoke_lost("acme/x", "KEY", "a bad disk")
        .unwrap();
    assert_eq!(refusal(&of(&warm, "acme/x"), "KEY"), ErrorKind::Revoked);
    assert_eq!(warm.scopes("acme").unwrap().len(), 2);
}

#[test]
fn what_was_erased_stays_erased_also_if_its_key_is_put_back() {
    let world = World::new();
    let past: Vec<Stored> = [Kind::DataKey, Kind::Secret]
        .into_iter()
        .flat_map(|kind| rows(&world.store, kind))
        .collect();
    let _ = world.vault.erase_tenant("acme").unwrap();
    world.project.put("NEW", "of today").unwrap();
    past.iter().for_each(|row| world.put(row));
    let repair = world.vault.rebuild_head("acme", "a bad disk").unwrap();
    assert_eq!(counts(&repair), (1, 0, 3, Some(0)));
    let refused = world.project.put("KEY", "another").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt, "{refused}");
    let builder = Vault::builder().store(world.store.clone());
    let guarded = builder.guard(1_000).open(&root_key()).unwrap();
    let scope = guarded.scope("acme/x").unwrap();
    assert_eq!(refusal(&scope, "KEY"), ErrorKind::Tampered);
    assert_eq!(value(&scope, "NEW").unwrap(), "of today");
}

/// The head of the uses says what was erased, too.
#[test]
fn what_was_erased_stays_erased_also_where_the_head_is_lost() {
    for is_erased in [true, false] {
        let world = World::new();
        let past: Vec<Stored> = [Kind::DataKey, Kind::Secret]
            .into_iter()
            .flat_map(|kind| rows(&world.store, kind))
            .collect();
        if is_erased {
            let _ = world.vault.erase_tenant("acme").unwrap();
        }
        world.project.put("NEW", "of today").unwrap();
        past.iter().for_each(|row| world.put(row));
        let heads = rows(&world.store, Kind::Head);
        let is_own = |head: &&Stored| head.partition == past[0].partition;
        world.damage(heads.iter().find(is_own).unwrap());
        let repair = world.vault.rebuild_head("acme", "a bad disk").unwrap();
        let expected = if is_erased { (1, 0, 3) } else { (4, 0, 0) };
        let (secrets, tombstones, unreadable, missing) = counts(&repair);
        assert_eq!((secrets, tombstones, unreadable), expected);
        assert_eq!(missing, None);
        let refused = world.project.put("KEY", "another").err();
        let refused = refused.map(|error| error.kind());
        assert_eq!(refused, is_erased.then_some(ErrorKind::Corrupt));
        assert_eq!(value(&world.project, "NEW").unwrap(), "of today");
    }
}

#[test]
fn a_head_that_is_made_anew_seals_with_the_newest_key_whatever_the_columns_say() {
    let world = World::new();
    let first = rows(&world.store, Kind::DataKey).pop().unwrap();
    world.vault.rotate_data_key("acme").unwrap();
    world.put(&first.with(|row| row.epoch = 1 << 40));
    world.damage_head();
    let _ = world.vault.rebuild_head("acme", "a bad disk").unwrap();
    world.project.put("NEW", "of today").unwrap();
    let status = world.vault.key_status().unwrap();
    let keys = &status.organizations.first().unwrap().keys;
    let newest = keys.iter().find(|key| key.generation == 2).unwrap();
    assert_eq!(newest.rows, 1);
}

#[test]
fn a_repair_that_may_have_happened_ends_the_age_of_snapshots() {
    let rows_of = MemoryStore::new();
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = Arc::clone(&broken);
    let store = Hooked::new(rows_of.clone(), move |call| {
        if call == Call::Written && is_broken.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unsettled, "cut off in the commit"));
        }
        Ok(())
    });
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    let references = scope.references("<<$secret.KEY>>").unwrap();
    let run = scope.snapshot(&references).unwrap();
    let run = run.with_max_age(Duration::from_secs(3_600));
    let use_of_run = || run.resolve("<<$secret.KEY>>").map_err(|error| error.kind());
    let row = rows(&rows_of, Kind::Secret).pop().unwrap();
    let damaged = row.with(|row| *row.info.last_mut().unwrap() ^= 1);
    let put = rows_of.write(row.partition, &[], &mut |_, tx| tx.put(&damaged));
    put.unwrap();
    assert!(use_of_run().is_ok(), "the control");
    broken.store(true, Ordering::SeqCst);
    let repaired = vault.revoke_lost("acme", "KEY", "a bad disk");
    assert_eq!(repaired.unwrap_err().kind(), ErrorKind::Unsettled);
    assert_eq!(use_of_run().err(), Some(ErrorKind::Revoked));
}
