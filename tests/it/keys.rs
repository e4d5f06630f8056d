//! The keys that open a vault: adding, removing and changing them, cut off at every step.
#![cfg(feature = "vault")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore, Purge};
use keyslot::{
    ErrorKind, Event, Finding, KeyAction, KeyEvent, KeyKind, Observer, Result, RootKey, Unlock,
    Vault,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{put, rows};

fn key() -> RootKey {
    RootKey::generate().unwrap()
}

fn open(store: &MemoryStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store.clone()).open(key)
}

fn opens(store: &MemoryStore, key: &dyn Unlock) -> bool {
    match open(store, key) {
        Ok(vault) => {
            let value = vault.scope("acme").unwrap().resolve("<<$secret.KEY>>");
            assert_eq!(value.unwrap().expose_secret(), "a value");
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WrongKey);
            false
        }
    }
}

/// A vault with a secret in it.
fn lab(key: &RootKey) -> (MemoryStore, Vault) {
    let store = MemoryStore::new();
    let vault = Vault::builder().store(store.clone()).create(key).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    (store, vault)
}

fn names(vault: &Vault) -> Vec<String> {
    vault
        .keys()
        .unwrap()
        .into_iter()
        .map(|key| key.name)
        .collect()
}

fn refusal<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn several_keys_open_a_vault_until_they_are_removed() {
    let (first, second, third) = (key(), key(), key());
    let (store, vault) = lab(&first);
    let added = vault.add_key("recovery", &second).unwrap();
    assert_eq!(
        (added.name.as_str(), added.kind),
        ("recovery", KeyKind::Raw)
    );
    vault.add_key("next to come", &third).unwrap();
    assert_eq!(names(&vault), ["", "recovery", "next to come"]);
    assert!(opens(&store, &first) && opens(&store, &second) && opens(&store, &third));
    assert!(!opens(&store, &key()), "the control");
    assert!(vault.verify().unwrap().is_intact());

    // By id and by name, from a vault that another key opened.
    let other = open(&store, &third).unwrap();
    let unnamed = other.keys().unwrap().remove(0);
    assert_eq!(other.remove_key(&unnamed.id).unwrap(), Purge::Done);
    other.remove_key("recovery").unwrap();
    assert!(!opens(&store, &first) && !opens(&store, &second) && opens(&store, &third));
    assert_eq!(names(&vault), ["next to come"]);
    assert!(vault.verify().unwrap().is_intact() && other.verify().unwrap().is_intact());
    assert_eq!(rows(&store, Kind::Slot).len(), 1);
}

#[test]
fn the_last_key_stays_and_one_that_is_damaged_does_not_count() {
    let (first, second) = (key(), key());
    let (store, vault) = lab(&first);
    let only = vault.keys().unwrap().remove(0);
    assert_eq!(
        refusal(vault.remove_key(&only.id)),
        Some(ErrorKind::InvalidInput)
    );
    let before = rows(&store, Kind::Slot);
    vault.add_key("spare", &second).unwrap();
    let spare = rows(&store, Kind::Slot);
    let spare = spare.iter().find(|row| !before.contains(row)).unwrap();
    put(&store, &spare.with(|row| row.body[100] ^= 1));
    assert_eq!(
        refusal(vault.remove_key(&only.id)),
        Some(ErrorKind::InvalidInput)
    );
    put(&store, spare);
    assert!(vault.remove_key(&only.id).is_ok(), "the control");
    assert!(opens(&store, &second));
}

#[test]
fn names_of_keys_are_not_ambiguous() {
    let (_, vault) = lab(&key());
    vault.add_key("recovery", &key()).unwrap();
    let id = vault.keys().unwrap()[0].id.clone();
    for (name, kind) in [
        ("", ErrorKind::InvalidInput),
        (" recovery", ErrorKind::InvalidInput),
        ("line\nbreak", ErrorKind::InvalidInput),
        (&"x".repeat(129), ErrorKind::InvalidInput),
        (&id, ErrorKind::InvalidInput),
        ("recovery", ErrorKind::Conflict),
    ] {
        assert_eq!(refusal(vault.add_key(name, &key())), Some(kind), "{name:?}");
    }
    assert!(
        vault.add_key("x".repeat(128), &key()).is_ok(),
        "the control"
    );
    for name in ["", "none", &id[1..]] {
        assert_eq!(
            refusal(vault.remove_key(name)),
            Some(ErrorKind::NotFound),
            "{name:?}"
        );
    }
}

#[test]
fn bad_input_113_a_key_opens_a_vault_once() {
    let (first, second) = (key(), key());
    let (store, vault) = lab(&first);
    assert_eq!(
        refusal(vault.add_key("again", &first)),
        Some(ErrorKind::Conflict)
    );
    vault.add_key("second", &second).unwrap();
    assert_eq!(
        refusal(vault.add_key("third", &second)),
        Some(ErrorKind::Conflict)
    );
    assert_eq!(
        refusal(vault.change_root_key(&first, &second)),
        Some(ErrorKind::Conflict)
    );
    assert!(opens(&store, &first) && opens(&store, &second));
    assert_eq!(names(&vault), ["", "second"]);
}

#[test]
fn a_vault_has_64_keys_at_most() {
    let first = key();
    let (store, vault) = lab(&first);
    for number in 1..Vault::MAX_KEYS {
        vault.add_key(format!("key {number}"), &key()).unwrap();
    }
    assert_eq!(
        refusal(vault.add_key("one more", &key())),
        Some(ErrorKind::TooLarge)
    );
    // There is no room for a second key beside the first.
    assert_eq!(
        refusal(vault.change_root_key(&first, &key())),
        Some(ErrorKind::TooLarge)
    );
    assert!(opens(&store, &first) && vault.verify().unwrap().is_intact());
    vault.remove_key("key 7").unwrap();
    vault.change_root_key(&first, &key()).unwrap();
    assert!(vault.add_key("one more", &key()).is_ok());
}

#[test]
fn bad_input_109_a_key_that_was_changed_is_wrong_from_then_on() {
    let (old, new, spare) = (key(), key(), key());
    let (store, vault) = lab(&old);
    vault.add_key("spare", &spare).unwrap();
    let reader = open(&store, &old).unwrap();
    let made = vault.keys().unwrap().remove(0);
    assert_eq!(vault.change_root_key(&old, &new).unwrap(), Purge::Done);
    assert!(!opens(&store, &old) && opens(&store, &new) && opens(&store, &spare));
    // Whoever has the vault open goes on.
    reader
        .scope("acme")
        .unwrap()
        .put("MORE", "another")
        .unwrap();
    assert!(reader.verify().unwrap().is_intact() && vault.verify().unwrap().is_intact());
    let keys = vault.keys().unwrap();
    assert!(keys.iter().all(|key| key.id != made.id) && keys.len() == 2);
    assert!(keys.iter().any(|key| key.name == made.name));
    assert_eq!(
        refusal(vault.change_root_key(&old, &key())),
        Some(ErrorKind::WrongKey)
    );
    assert_eq!(
        refusal(vault.change_root_key(&key(), &old)),
        Some(ErrorKind::WrongKey)
    );
}

#[test]
fn bad_input_114_a_key_is_not_changed_into_itself() {
    let old = root_key();
    let (store, vault) = lab(&old);
    let before = rows(&store, Kind::Slot);
    assert_eq!(
        refusal(vault.change_root_key(&old, &root_key())),
        Some(ErrorKind::InvalidInput)
    );
    assert_eq!(rows(&store, Kind::Slot), before);
    #[cfg(feature = "passphrase")]
    {
        let weak = keyslot::Passphrase::new("hunter2");
        assert_eq!(
            refusal(vault.change_root_key(&old, &weak)),
            Some(ErrorKind::WeakKey)
        );
        assert_eq!(rows(&store, Kind::Slot), before);
    }
    assert!(vault.change_root_key(&old, &key()).is_ok(), "the control");
}

/// Somebody else changes the key between the two writes of a change.
#[test]
fn two_changes_of_one_key_at_once_are_told() {
    let (old, new, other) = (key(), key(), key());
    let (store, _) = lab(&old);
    let (writes, theirs, by) = (AtomicUsize::new(0), other.to_base64(), old.to_base64());
    let inner = store.clone();
    let late = Hooked::new(store.clone(), move |call| {
        if matches!(call, Call::Write(_)) && writes.fetch_add(1, Ordering::SeqCst) == 1 {
            let [old, other] =
                [&by, &theirs].map(|key| RootKey::from_base64(key.expose_secret()).unwrap());
            let vault = open(&inner, &old).unwrap();
            vault.change_root_key(&old, &other).unwrap();
        }
        Ok(())
    });
    let vault = Vault::builder().store(late).open(&old).unwrap();
    let error = vault.change_root_key(&old, &new).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    // Nothing is damaged: both new ones are there, and the list has them.
    assert!(!opens(&store, &old) && opens(&store, &new) && opens(&store, &other));
    assert_eq!(names(&vault), ["", ""]);
    assert!(vault.verify().unwrap().is_intact());
}

/// Somebody who can write the store puts the slot of a removed key back from an older copy.
#[test]
fn a_removed_key_that_was_put_back_is_found_and_removed_by_its_id() {
    let (first, second) = (key(), key());
    let (store, _) = lab(&first);
    let log = Log::default();
    let vault = Vault::builder().store(store.clone()).observer(log.clone());
    let vault = vault.open(&first).unwrap();
    let id = vault.add_key("second", &second).unwrap().id;
    let before = rows(&store, Kind::Slot);
    vault.remove_key("second").unwrap();
    assert!(!opens(&store, &second));
    let after = rows(&store, Kind::Slot);
    let gone = before.iter().find(|row| !after.contains(row)).unwrap();
    put(&store, gone);
    assert!(opens(&store, &second), "the control: it opens again");
    assert_eq!(vault.keys().unwrap().len(), 1);
    let found = vault.verify().unwrap().findings;
    assert_eq!(found, [Finding::KeySlotAdded { id: id.clone() }]);
    // Not by the name, which anybody could have given it.
    assert_eq!(
        refusal(vault.remove_key("second")),
        Some(ErrorKind::NotFound)
    );
    log.0.lock().unwrap().clear();
    vault.remove_key(&id).unwrap();
    assert!(opens(&store, &first) && !opens(&store, &second));
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(refusal(vault.remove_key(&id)), Some(ErrorKind::NotFound));
    let told = log.0.lock().unwrap();
    let expected = [
        (KeyAction::RemoveKey, Ok("-".to_owned())),
        (KeyAction::RemoveKey, Err(ErrorKind::NotFound)),
    ];
    assert_eq!(*told, expected);
    drop(told);
    // One whose row has no id of a slot, too.
    let strange = gone.with(|row| row.key.key = [7; 32]);
    put(&store, &strange);
    let found = vault.verify().unwrap().findings;
    assert_eq!(
        found,
        [Finding::KeySlotAdded {
            id: "07".repeat(32)
        }]
    );
    vault.remove_key("07".repeat(32)).unwrap();
    assert!(vault.verify().unwrap().is_intact());
}

/// The calls of a whole change, so that each can be the first that fails.
fn calls_of(change: fn(&Vault, &RootKey, &RootKey) -> Result<()>) -> usize {
    let (old, new) = (key(), key());
    let (store, _) = lab(&old);
    let (hooked, calls) = Hooked::failing(store.clone(), usize::MAX);
    let vault = Vault::builder().store(hooked).open(&old).unwrap();
    let opening = calls.load(Ordering::SeqCst);
    change(&vault, &old, &new).unwrap();
    calls.load(Ordering::SeqCst) - opening
}

#[test]
fn a_change_that_is_cut_off_at_any_call_leaves_old_or_new_and_goes_on() {
    let change: fn(&Vault, &RootKey, &RootKey) -> Result<()> =
        |vault, old, new| vault.change_root_key(old, new).map(drop);
    let calls = calls_of(change);
    assert!((12..30).contains(&calls), "{calls} calls");
    let (mut both, mut only_new) = (0, 0);
    for failed in 0..calls {
        let (old, new, spare) = (key(), key(), key());
        let (store, vault) = lab(&old);
        vault.add_key("spare", &spare).unwrap();
        let (hooked, made) = Hooked::failing(store.clone(), usize::MAX);
        let opened = Vault::builder().store(hooked).open(&old).unwrap();
        drop(opened);
        let opening = made.load(Ordering::SeqCst);
        let (hooked, _) = Hooked::failing(store.clone(), opening + failed);
        let cut_off = Vault::builder().store(hooked).open(&old).unwrap();
        let outcome = change(&cut_off, &old, &new);
        let (by_old, by_new) = (opens(&store, &old), opens(&store, &new));
        assert!(by_old || by_new, "call {failed}");
        assert!(opens(&store, &spare), "call {failed}");
        assert!(!(outcome.is_ok() && by_old), "call {failed}");
        both += usize::from(by_old && by_new);
        only_new += usize::from(!by_old);
        let again = open(&store, &spare).unwrap();
        assert!(again.verify().unwrap().is_intact(), "call {failed}");
        // The same call goes on; where all was done, the old key is wrong by now.
        let gone_on = change(&again, &old, &new);
        assert_eq!(
            refusal(gone_on),
            (!by_old).then_some(ErrorKind::WrongKey),
            "call {failed}"
        );
        assert!(!opens(&store, &old) && opens(&store, &new) && opens(&store, &spare));
        assert_eq!(names(&again).len(), 2);
        assert!(again.verify().unwrap().is_intact(), "call {failed}");
    }
    assert!(both > 2 && only_new > 0, "{both} {only_new}");
}

#[test]
fn an_addition_that_is_cut_off_at_any_call_is_whole_or_nothing() {
    let add: fn(&Vault, &RootKey, &RootKey) -> Result<()> =
        |vault, _, new| vault.add_key("new", new).map(drop);
    for failed in 0..calls_of(add) {
        let (old, new) = (key(), key());
        let (store, _) = lab(&old);
        let (hooked, made) = Hooked::failing(store.clone(), usize::MAX);
        drop(Vault::builder().store(hooked).open(&old).unwrap());
        let (hooked, _) = Hooked::failing(store.clone(), made.load(Ordering::SeqCst) + failed);
        let vault = Vault::builder().store(hooked).open(&old).unwrap();
        let written = add(&vault, &old, &new).is_ok();
        let again = open(&store, &old).unwrap();
        assert!(again.verify().unwrap().is_intact(), "call {failed}");
        assert!(!written || opens(&store, &new));
        assert_eq!(
            names(&again).len(),
            1 + usize::from(opens(&store, &new)),
            "call {failed}"
        );
    }
}

#[test]
fn a_removal_that_is_cut_off_at_any_call_is_whole_or_nothing() {
    for failed in 0..16 {
        let (old, new) = (key(), key());
        let (store, vault) = lab(&old);
        vault.add_key("new", &new).unwrap();
        let (hooked, made) = Hooked::failing(store.clone(), usize::MAX);
        drop(Vault::builder().store(hooked).open(&old).unwrap());
        let (hooked, _) = Hooked::failing(store.clone(), made.load(Ordering::SeqCst) + failed);
        let vault = Vault::builder().store(hooked).open(&old).unwrap();
        let removed = vault.remove_key("new").is_ok();
        let again = open(&store, &old).unwrap();
        assert!(again.verify().unwrap().is_intact(), "call {failed}");
        assert!(!removed || !opens(&store, &new));
        assert_eq!(
            names(&again).len(),
            1 + usize::from(opens(&store, &new)),
            "call {failed}"
        );
    }
}

#[test]
fn a_change_costs_the_same_however_large_the_vault_is() {
    let cost = |secrets: usize| {
        let (old, new) = (key(), key());
        let (store, vault) = lab(&old);
        let scope = vault.scope("acme").unwrap();
        let items = (0..secrets).map(|number| (format!("KEY_{number}"), "a value"));
        scope.put_all(items, keyslot::OnExisting::Fail).unwrap();
        let (hooked, calls) = Hooked::recording(store);
        let vault = Vault::builder().store(hooked).open(&old).unwrap();
        calls.lock().unwrap().clear();
        vault.change_root_key(&old, &new).unwrap();
        calls.lock().unwrap().clone()
    };
    let (small, large) = (cost(1), cost(10_000));
    assert_eq!(small, large);
    let changes = large
        .iter()
        .filter(|call| matches!(call, Call::InPut | Call::InDelete));
    assert_eq!(changes.count(), 4, "{large:?}");
    let outside = large.iter().filter(|call| {
        !matches!(
            call,
            Call::InPut | Call::InDelete | Call::InScan | Call::Written
        )
    });
    assert_eq!(
        outside.count(),
        5,
        "two scans, two writes, a purge: {large:?}"
    );
}

#[test]
fn a_wrong_key_asks_for_no_record() {
    let (store, _) = lab(&key());
    let (hooked, calls) = Hooked::recording(store);
    let error = Vault::builder().store(hooked).open(&key()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
    assert_eq!(*calls.lock().unwrap(), [Call::Get(2), Call::Scan]);
}

#[test]
fn a_slot_that_cannot_be_read_locks_nobody_out() {
    let (first, second) = (key(), key());
    let (store, vault) = lab(&first);
    let own = rows(&store, Kind::Slot).remove(0);
    vault.add_key("second", &second).unwrap();
    for info in [
        Vec::new(),
        vec![0; 37],
        vec![0xFF; 1000],
        own.row.info[..20].to_vec(),
    ] {
        put(&store, &own.with(|row| row.info = info));
        assert!(opens(&store, &second));
        assert!(open(&store, &first).is_err());
        // It can be replaced by who has another key.
        let vault = open(&store, &second).unwrap();
        assert!(!vault.verify().unwrap().is_intact());
    }
    let vault = open(&store, &second).unwrap();
    let broken = vault.keys().unwrap().remove(0);
    vault.remove_key(&broken.id).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    vault.add_key("first", &first).unwrap();
    assert!(opens(&store, &first) && opens(&store, &second));
}

type Told = Arc<Mutex<Vec<(KeyAction, Result<String, ErrorKind>)>>>;

#[derive(Clone, Default)]
struct Log(Told);

impl Observer for Log {
    fn observe(&self, _: &Event<'_>) {}

    fn key_changed(&self, event: &KeyEvent<'_>) {
        assert!(event.organization.is_none() && event.generation.is_none());
        assert!(event.key.is_none() || event.outcome.is_ok());
        let name = event.key.map_or("-", |key| &key.name);
        let name = event.outcome.map(|()| name.to_owned());
        let told = (event.action, name);
        self.0.lock().unwrap().push(told);
    }
}

#[test]
fn the_observer_is_told_of_every_change_and_every_refusal() {
    let (old, new, log) = (key(), key(), Log::default());
    let (store, _) = lab(&old);
    let vault = Vault::builder().store(store).observer(log.clone());
    let vault = vault.open(&old).unwrap();
    vault.add_key("spare", &key()).unwrap();
    vault.add_key("spare", &key()).unwrap_err();
    vault.remove_key("none").unwrap_err();
    vault.change_root_key(&old, &new).unwrap();
    vault.change_root_key(&old, &new).unwrap_err();
    vault.remove_key("spare").unwrap();
    let told = log.0.lock().unwrap();
    let name = |name: &str| Ok(name.to_owned());
    let expected = [
        (KeyAction::AddKey, name("spare")),
        (KeyAction::AddKey, Err(ErrorKind::Conflict)),
        (KeyAction::RemoveKey, Err(ErrorKind::NotFound)),
        (KeyAction::AddKey, name("")),
        (KeyAction::RemoveKey, name("")),
        (KeyAction::ChangeRootKey, Err(ErrorKind::WrongKey)),
        (KeyAction::RemoveKey, name("spare")),
    ];
    assert_eq!(*told, expected);
}

#[test]
fn keys_of_processes_that_change_them_at_once_are_all_accounted_for() {
    let first = key();
    let (store, _) = lab(&first);
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (store, first) = (&store, &first);
            threads.spawn(move || {
                let vault = open(store, first).unwrap();
                for number in 0..5 {
                    vault.add_key(format!("{thread} {number}"), &key()).unwrap();
                }
                vault.remove_key(format!("{thread} 0")).unwrap();
            });
        }
    });
    let vault = open(&store, &first).unwrap();
    assert_eq!(vault.keys().unwrap().len(), 17);
    assert_eq!(rows(&store, Kind::Slot).len(), 17);
    assert!(vault.verify().unwrap().is_intact());
}

/// A process that is killed (`kill -9`) at a call of its store, in a file.
#[cfg(all(feature = "sqlite", target_os = "linux"))]
mod killed {
    use std::path::Path;
    use std::process::Command;

    use keyslot::store::SqliteStore;

    use super::*;
    use crate::support::again;

    const PLACE: &str = "KEYSLOT_TEST_KILLED";

    fn read(folder: &Path, name: &str) -> RootKey {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        RootKey::from_base64(&text).unwrap()
    }

    /// Changes the key, and kills itself at the call of a number.
    #[test]
    #[ignore = "run by the test beside it, in a process of its own"]
    fn child() {
        let place = std::env::var(PLACE).unwrap();
        let (folder, at) = place.split_once('=').unwrap();
        let (folder, at) = (Path::new(folder), at.parse::<usize>().unwrap());
        let (old, new) = (read(folder, "old"), read(folder, "new"));
        let file = SqliteStore::open(folder.join("vault.db")).unwrap();
        let calls = AtomicUsize::new(0);
        let armed = Arc::new(AtomicUsize::new(0));
        let is_armed = Arc::clone(&armed);
        let hooked = Hooked::new(file, move |_| {
            if is_armed.load(Ordering::SeqCst) == 1 && calls.fetch_add(1, Ordering::SeqCst) == at {
                let own = std::process::id().to_string();
                Command::new("kill").args(["-9", &own]).status().unwrap();
                std::thread::sleep(std::time::Duration::from_secs(60));
            }
            Ok(())
        });
        let vault = Vault::builder().store(hooked).open(&old).unwrap();
        armed.store(1, Ordering::SeqCst);
        vault.change_root_key(&old, &new).unwrap();
        println!("not killed");
    }

    #[test]
    fn a_process_that_is_killed_in_a_change_leaves_old_or_new() {
        let (mut at, mut both, mut finished) = (0, 0, false);
        while !finished {
            let folder = crate::support::fast_folder();
            let (old, new) = (key(), key());
            for (name, key) in [("old", &old), ("new", &new)] {
                let text = key.to_base64();
                std::fs::write(folder.path().join(name), text.expose_secret()).unwrap();
            }
            let path = folder.path().join("vault.db");
            let vault = Vault::create(&path, &old).unwrap();
            vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
            drop(vault);
            let place = format!("{}={at}", folder.path().display());
            let mut child = again(module_path!(), "child");
            child.args(["--ignored", "--nocapture", "--test-threads=1"]);
            let output = child.env(PLACE, place).output().unwrap();
            finished = String::from_utf8_lossy(&output.stdout).contains("not killed");
            assert_eq!(finished, output.status.success(), "{output:?}");
            let (by_old, by_new) = (Vault::open(&path, &old), Vault::open(&path, &new));
            both += usize::from(by_old.is_ok() && by_new.is_ok());
            assert!(!finished || by_old.is_err());
            let vault = by_old.or(by_new).unwrap();
            assert!(vault.verify().unwrap().is_intact(), "call {at}");
            let value = vault.scope("acme").unwrap().resolve("<<$secret.KEY>>");
            assert_eq!(value.unwrap().expose_secret(), "a value");
            if !finished {
                // Goes on, unless all but the purge was done.
                let gone_on = vault.change_root_key(&old, &new);
                assert!(matches!(refusal(gone_on), None | Some(ErrorKind::WrongKey)));
                assert!(Vault::open(&path, &old).is_err() && Vault::open(&path, &new).is_ok());
            }
            at += 1;
        }
        assert!(at > 10 && both > 2, "{at} kills, {both} with both keys");
    }
}
