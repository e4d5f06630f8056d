//! An organization is erased: nothing of it is left, and it can be used anew.

use keyslot::store::{Kind, MemoryStore, Purge};
use keyslot::{ErrorKind, Finding, SecretStore, Vault};

use super::kit::{
    answers_as_ever, copy_of, is_intact, key_of, killed_everywhere, lived, newest, observed,
    opened, partition,
};
use crate::life::{SCRIPT, act, ask, builder};
use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, all_rows, delete, put, rows};
use crate::support::{fast_folder, root_key, value};

fn erased() -> Finding {
    Finding::Erased {
        tenant: "acme".to_owned(),
    }
}

/// The rows of an organization that hold anything of a secret.
fn secrets(store: &dyn SecretStore, of: keyslot::store::Partition) -> Vec<Stored> {
    let own = |row: &Stored| row.partition == of;
    let all = [Kind::Secret, Kind::Version]
        .map(|kind| rows(store, kind))
        .concat();
    all.into_iter().filter(own).collect()
}

fn is_empty(vault: &Vault) {
    for (scope, name) in [("acme", "A"), ("acme", "D@1"), ("acme/billing", "B")] {
        assert_eq!(
            ask(vault, scope, name),
            Err(ErrorKind::NotFound),
            "{scope} {name}"
        );
    }
    assert!(vault.scopes("acme").unwrap().is_empty());
    assert!(
        vault
            .scope("acme/billing")
            .unwrap()
            .names()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn nothing_is_left_and_the_organization_begins_anew() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    answers_as_ever(&other, &[]);
    let place = partition(&store, "acme");
    vault.rotate_data_key("acme").unwrap();
    assert_eq!(secrets(&store, place).len(), 15);
    assert_eq!(vault.erase_tenant("acme").unwrap(), Purge::Done);
    assert!(secrets(&store, place).is_empty());
    for vault in [&vault, &other, &opened(store.clone())] {
        is_empty(vault);
        answers_as_ever(vault, &["acme"]);
    }
    // Again, which changes nothing; then anew, by an old acquaintance.
    let before = all_rows(&store);
    vault.erase_tenant("acme").unwrap();
    assert_eq!(all_rows(&store), before);
    SCRIPT
        .iter()
        .filter(|step| step.0.starts_with("acme"))
        .for_each(|step| act(&other, step));
    for vault in [&vault, &other, &opened(store.clone())] {
        answers_as_ever(vault, &[]);
    }
    assert_eq!(vault.rotate_data_key("acme").unwrap(), 4);
    vault.erase_tenant("acme").unwrap();
    is_empty(&vault);
    is_intact(&vault);
}

#[test]
fn no_byte_of_a_sealed_row_or_a_wrapped_key_is_left_in_the_file() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = builder()
        .store(keyslot::SqliteStore::create(&file).unwrap())
        .create(&root_key())
        .unwrap();
    SCRIPT.iter().for_each(|step| act(&vault, step));
    vault
        .scope("acme")
        .unwrap()
        .put("LONG", "a long value ".repeat(4_000))
        .unwrap();
    let store = keyslot::SqliteStore::open(&file).unwrap();
    let place = rows(&store, Kind::Head)
        .into_iter()
        .max_by_key(|row| row.epoch)
        .unwrap();
    let keys = rows(&store, Kind::DataKey);
    let keys = keys
        .into_iter()
        .filter(|row| row.partition == place.partition);
    let gone: Vec<Vec<u8>> = secrets(&store, place.partition)
        .into_iter()
        .chain(keys)
        .flat_map(|row| [row.row.info, row.row.body])
        .filter(|bytes| !bytes.is_empty())
        .collect();
    drop(store);
    // Pieces of the ciphertext, which begins behind prefix, nonce and commitment.
    let left = || {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        let pieces: std::collections::HashSet<&[u8]> = gone
            .iter()
            .flat_map(|gone| gone[100..].chunks_exact(16))
            .collect();
        bytes
            .windows(16)
            .filter(|window| pieces.contains(window))
            .count()
    };
    assert!(left() > 3_000, "the control: {} pieces", left());
    assert_eq!(vault.erase_tenant("acme").unwrap(), Purge::Done);
    assert_eq!(left(), 0);
    answers_as_ever(&vault, &["acme"]);
}

#[test]
fn killed_anywhere_nothing_opens_and_another_call_ends_it() {
    let base = MemoryStore::new();
    let vault = lived(base.clone());
    let place = partition(&base, "acme");
    let many = vault.scope("acme/many").unwrap();
    (0..300).for_each(|number| drop(many.put(format!("KEY_{number}"), "value").unwrap()));
    let (store, work) = (
        || copy_of(&base),
        |vault: &Vault| vault.erase_tenant("acme").map(drop),
    );
    let mut states = std::cell::RefCell::new([0; 3]);
    let deaths = killed_everywhere(store, work, |store, after| {
        let vault = opened(store.clone());
        answers_as_ever_but_acme(&vault);
        let findings = vault.verify().unwrap().findings;
        let left = secrets(store, place).len();
        let state = match (findings.as_slice(), left) {
            ([], 315) => {
                answers_as_ever(&vault, &[]);
                0
            }
            ([], 0) => 2,
            (findings, _) => {
                assert_eq!(findings, [erased()], "after {after} calls, {left} rows");
                assert_ne!(ask(&vault, "acme", "A"), Ok("equal everywhere".to_owned()));
                1
            }
        };
        states.borrow_mut()[state] += 1;
        vault.erase_tenant("acme").unwrap();
        assert!(secrets(store, place).is_empty());
        is_empty(&vault);
        is_intact(&opened(store.clone()));
    });
    assert!(
        states.get_mut().iter().all(|state| *state > 0),
        "{states:?} of {deaths}"
    );
}

fn answers_as_ever_but_acme(vault: &Vault) {
    for (scope, name, answer) in crate::life::ANSWERS {
        if !scope.starts_with("acme") {
            assert_eq!(
                ask(vault, scope, name),
                answer.map(str::to_owned),
                "{scope} {name}"
            );
        }
    }
}

/// A process that has the old key in memory writes between two pages of an erasure.
#[test]
fn a_stale_process_fails_or_goes_on_but_breaks_nothing() {
    let inner = MemoryStore::new();
    let setup = lived(inner.clone());
    let place = partition(&inner, "acme");
    let stale = opened(inner.clone());
    answers_as_ever(&stale, &[]);
    drop(setup);
    // It dies after the keys are destroyed.
    let writes = std::sync::atomic::AtomicUsize::new(0);
    let dying = Hooked::new(inner.clone(), move |call| {
        let is_write = matches!(call, Call::Write(_));
        if is_write && writes.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 {
            return Err(keyslot::Error::new(ErrorKind::Store, "the machine is off"));
        }
        Ok(())
    });
    opened(dying).erase_tenant("acme").unwrap_err();
    assert_eq!(secrets(&inner, place).len(), 15);
    let scope = stale.scope("acme").unwrap();
    scope.put("NEW", "stored meanwhile").unwrap();
    // The name is there, sealed with a key that it remembers.
    for refused in [
        scope.put("A", "a newer value").map(drop),
        scope.revoke("A").map(drop),
        scope.delete("B").map(drop),
        scope
            .clone_to("A", &stale.scope("acme/billing").unwrap())
            .map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Corrupt);
    }
    assert_eq!(stale.verify().unwrap().findings, [erased()]);
    assert_eq!(value(&scope, "NEW").unwrap(), "stored meanwhile");
    let progress = stale.rewrap("acme").unwrap().finish().unwrap();
    assert_eq!((progress.rewrapped, progress.unreadable), (0, 11));
    // It stored a secret since: calling again erases that as well.
    opened(inner.clone()).erase_tenant("acme").unwrap();
    is_empty(&stale);
    assert_eq!(ask(&stale, "acme", "NEW"), Err(ErrorKind::NotFound));
    scope.put("A", "anew").unwrap();
    assert_eq!(value(&scope, "A").unwrap(), "anew");
    answers_as_ever(&stale, &["acme"]);
}

#[test]
fn an_older_copy_put_back_is_told() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    let old: Vec<_> = all_rows(&store)
        .into_iter()
        .filter(|row| row.partition == place)
        .collect();
    vault.erase_tenant("acme").unwrap();
    vault.scope("acme").unwrap().put("NEW", "value").unwrap();
    let erased_store = copy_of(&store);
    let put_back = |kinds: &[Kind]| {
        let store = copy_of(&erased_store);
        old.iter()
            .filter(|row| kinds.contains(&row.key.kind))
            .for_each(|row| put(&store, row));
        store
    };
    // The rows alone: nobody opens them.
    let rows = put_back(&[Kind::Secret, Kind::Version]);
    assert_eq!(
        ask(&opened(rows.clone()), "acme", "A"),
        Err(ErrorKind::Corrupt)
    );
    assert_eq!(opened(rows).verify().unwrap().findings, [erased()]);
    // With the row of the key: one look-up cannot tell, verification does, a write does.
    let keys = put_back(&[Kind::Secret, Kind::Version, Kind::DataKey]);
    let tenant = || "acme".to_owned();
    let told = opened(keys.clone()).verify().unwrap().findings;
    let expected = [
        Finding::StaleDataKey { tenant: tenant() },
        Finding::Account { tenant: tenant() },
    ];
    assert_eq!(told, expected);
    let write = opened(keys)
        .scope("acme")
        .unwrap()
        .put("A", "a newer value")
        .unwrap_err();
    assert_eq!(write.kind(), ErrorKind::Corrupt);
    // All of it: whoever has seen the erasure says so.
    let seen = Vault::builder()
        .store(store.clone())
        .open(&root_key())
        .unwrap();
    is_intact(&seen);
    old.iter().for_each(|row| put(&store, row));
    for vault in [&vault, &seen] {
        let error = vault
            .scope("acme")
            .unwrap()
            .put("A", "a newer value")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
        let error = vault.erase_tenant("acme").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
    }
}

/// The row of a key of before the erasure is put back, and all that it sealed.
#[test]
fn what_was_put_back_is_erased_by_another_call() {
    for stored_since in [false, true] {
        let store = MemoryStore::new();
        let vault = lived(store.clone());
        let place = partition(&store, "acme");
        let old = all_rows(&store);
        vault.erase_tenant("acme").unwrap();
        if stored_since {
            vault.scope("acme").unwrap().put("NEW", "value").unwrap();
        }
        old.iter()
            .filter(|row| row.partition == place && row.key.kind != Kind::Head)
            .for_each(|row| put(&store, row));
        assert!(!opened(store.clone()).verify().unwrap().is_intact());
        let other = opened(store.clone());
        assert!(ask(&other, "acme", "A").is_ok(), "the control: it opens");
        other.erase_tenant("acme").unwrap();
        assert!(secrets(&store, place).is_empty());
        for vault in [&vault, &other, &opened(store.clone())] {
            is_empty(vault);
            is_intact(vault);
        }
    }
}

/// The row of the active key is damaged while the organization is erased, and put back later.
#[test]
fn a_key_that_could_not_be_read_is_erased_all_the_same() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    for _ in 0..3 {
        vault.rotate_data_key("acme").unwrap();
    }
    vault.rewrap("acme").unwrap().finish().unwrap();
    let old = all_rows(&store);
    let own = old
        .iter()
        .filter(|row| row.partition == place && row.key.kind != Kind::Head);
    let (keys, secrets): (Vec<_>, Vec<_>) = own.partition(|row| row.key.kind == Kind::DataKey);
    let active = key_of(&newest(&store, place).info[16..]);
    let active = keys.iter().find(|row| row.key.key[..16] == active).unwrap();
    for damage in [None, Some(3)] {
        let store = copy_of(&store);
        match damage {
            None => delete(&store, active),
            Some(at) => put(&store, &active.with(|row| row.info[at] ^= 1)),
        }
        let vault = opened(store.clone());
        vault.erase_tenant("acme").unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("NEW", "value").unwrap();
        is_intact(&vault);
        put(&store, active);
        secrets.iter().for_each(|row| put(&store, row));
        let error = scope.put("A", "a newer value").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.to_string().contains("before an erasure"), "{error}");
        // The generations go on from there.
        assert!(vault.rotate_data_key("acme").is_ok());
        opened(store.clone()).erase_tenant("acme").unwrap();
        is_empty(&vault);
        is_intact(&opened(store));
    }
}

#[test]
fn a_snapshot_of_what_is_erased_gives_no_value() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    for of in [&vault, &other] {
        let store_of_before = copy_of(&store);
        drop(store_of_before);
        let scope = of.scope("initech").unwrap();
        let text = "<<$secret.A>>";
        let snapshot = scope.snapshot(&scope.references(text).unwrap()).unwrap();
        assert!(snapshot.resolve(text).is_ok(), "the control");
        let fresh = scope.snapshot(&scope.references(text).unwrap()).unwrap();
        vault.erase_tenant("initech").unwrap();
        assert!(snapshot.resolve(text).is_err());
        assert!(fresh.resolve(text).is_err());
        SCRIPT
            .iter()
            .filter(|step| step.0 == "initech")
            .for_each(|step| act(&vault, step));
        assert!(
            snapshot.resolve(text).is_err(),
            "another secret has the name"
        );
    }
}

#[test]
fn the_observer_is_told_and_others_are_refused() {
    let (told, vault) = observed();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    vault.erase_tenant("acme").unwrap();
    assert_eq!(
        vault.erase_tenant("nobody").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let deep = vault.erase_tenant("acme/billing").unwrap_err();
    assert_eq!(deep.kind(), ErrorKind::InvalidScope);
    assert_eq!(
        told.taken(),
        ["erase acme - done", "erase nobody - NotFound"]
    );
}
