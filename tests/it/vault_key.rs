//! The key at the top of a vault: replacing it, cut off at every step, beside processes that still
//! have the old one.
#![cfg(feature = "vault")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore, Partition, SecretStore};
use keyslot::{
    ErrorKind, Event, Finding, KeyAction, KeyEvent, Observer, Result, RootKey, Unlock, Vault,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, all_rows, delete, put, rows};
use crate::support::value;

fn key() -> RootKey {
    RootKey::generate().unwrap()
}

fn open(store: impl SecretStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store).open(key)
}

fn kind<T>(result: Result<T>) -> ErrorKind {
    result.err().unwrap().kind()
}

/// A vault of two organizations, one of which has an older data key, too.
fn lab(key: &RootKey) -> (MemoryStore, Vault) {
    let store = MemoryStore::new();
    let vault = Vault::builder().store(store.clone()).create(key).unwrap();
    for scope in ["acme/billing", "globex"] {
        vault.scope(scope).unwrap().put("KEY", scope).unwrap();
    }
    vault.rotate_data_key("acme").unwrap();
    (store, vault)
}

#[track_caller]
fn is_whole(vault: &Vault) {
    for scope in ["acme/billing", "globex"] {
        let found = value(&vault.scope(scope).unwrap(), "KEY");
        assert_eq!(found.unwrap(), scope);
    }
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
}

/// Names of the keys that the envelopes of data keys and of the vault secret say.
fn vault_keys(store: &MemoryStore) -> Vec<[u8; 16]> {
    let mut keys: Vec<[u8; 16]> = Vec::new();
    for row in [rows(store, Kind::DataKey), rows(store, Kind::VaultSecret)].concat() {
        for sealed in [&row.info, &row.body] {
            if !sealed.is_empty() {
                keys.push(sealed[2..18].try_into().unwrap());
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn own_rows(store: &MemoryStore) -> Vec<Stored> {
    let mut rows = all_rows(store);
    rows.retain(|row| row.partition == Partition::VAULT);
    rows
}

#[test]
fn a_new_vault_key_keeps_the_keys_that_are_given_and_drops_the_others() {
    let (machine, spare, lost) = (key(), key(), key());
    let (store, vault) = lab(&machine);
    vault.add_key("spare", &spare).unwrap();
    vault.add_key("lost", &lost).unwrap();
    let before = vault.keys().unwrap();
    let (old, past) = (vault_keys(&store), own_rows(&store));
    assert_eq!(old.len(), 1);

    // The same key twice is one.
    let replaced = vault
        .replace_vault_key(&[&spare, &machine, &spare])
        .unwrap();
    let names = |keys: &[keyslot::KeyInfo]| {
        let mut names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&replaced.kept), ["", "spare"]);
    assert_eq!(names(&replaced.dropped), ["lost"]);
    let after = vault.keys().unwrap();
    assert_eq!(names(&after), ["", "spare"]);
    for key in &after {
        let was = before.iter().find(|was| was.name == key.name).unwrap();
        assert_eq!((key.made_at, key.kind), (was.made_at, was.kind));
        assert_ne!(key.id, was.id);
    }
    assert_eq!(kind(open(store.clone(), &lost)), ErrorKind::WrongKey);
    is_whole(&vault);
    for key in [&machine, &spare] {
        is_whole(&open(store.clone(), key).unwrap());
    }
    let status = vault.key_status().unwrap();
    assert_eq!(status.previous_vault_keys.len(), 1);
    assert_eq!(status.previous_vault_keys[0].data_keys, 3);
    assert_eq!(vault_keys(&store).len(), 2);

    // The data keys follow, by whoever opened it since.
    let error = vault.drop_previous_vault_keys().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let heads = rows(&store, Kind::Head);
    let other = open(store.clone(), &spare).unwrap();
    let done = other.rewrap_data_keys().unwrap();
    assert_eq!((done.rewrapped, done.unreadable), (3, 0));
    assert_eq!(rows(&store, Kind::Head), heads, "no head is touched");
    assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 0);
    let status = vault.key_status().unwrap();
    assert_eq!(status.previous_vault_keys[0].data_keys, 0);
    is_whole(&vault);
    let _ = vault.drop_previous_vault_keys().unwrap();
    assert!(vault.key_status().unwrap().previous_vault_keys.is_empty());
    let now = vault_keys(&store);
    assert!(now.len() == 1 && now != old);
    for vault in [&vault, &other, &open(store.clone(), &machine).unwrap()] {
        is_whole(vault);
    }
    // Nothing is left to drop, and all goes on.
    let _ = other.drop_previous_vault_keys().unwrap();
    vault.add_key("next", &lost).unwrap();
    vault.scope("new").unwrap().put("KEY", "value").unwrap();
    other.rotate_data_key("globex").unwrap();
    is_whole(&open(store.clone(), &lost).unwrap());

    // Who had the old vault key can put back what is sealed under it, which opens nothing.
    for row in own_rows(&store) {
        delete(&store, &row);
    }
    for row in &past {
        put(&store, row);
    }
    assert_eq!(kind(vault.keys()), ErrorKind::Tampered);
    let opened = open(store.clone(), &lost).unwrap();
    let found = value(&opened.scope("acme/billing").unwrap(), "KEY");
    assert_eq!(found.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn what_cannot_be_replaced_is_refused_and_changes_nothing() {
    let (machine, other) = (key(), key());
    let (store, vault) = lab(&machine);
    vault.add_key("other", &other).unwrap();
    let before = all_rows(&store);
    assert_eq!(kind(vault.replace_vault_key(&[])), ErrorKind::InvalidInput);
    assert_eq!(
        kind(vault.replace_vault_key(&[&machine, &key()])),
        ErrorKind::WrongKey
    );
    // The slot of a key that was changed, or that nobody listed, is not kept.
    let slots = rows(&store, Kind::Slot);
    for slot in &slots {
        put(&store, &slot.with(|row| row.body[90] ^= 1));
    }
    assert_eq!(
        kind(vault.replace_vault_key(&[&machine])),
        ErrorKind::WrongKey
    );
    for slot in &slots {
        put(&store, slot);
    }
    assert_eq!(all_rows(&store), before);
    let _ = vault.replace_vault_key(&[&machine]).unwrap();
    is_whole(&vault);
}

/// A slot that somebody put there goes with the old vault key.
#[test]
fn slots_that_the_vault_did_not_make_are_gone_with_the_old_vault_key() {
    let (machine, removed) = (key(), key());
    let (store, vault) = lab(&machine);
    vault.add_key("removed", &removed).unwrap();
    let slots = rows(&store, Kind::Slot);
    vault.remove_key("removed").unwrap();
    for slot in &slots {
        put(&store, slot);
    }
    open(store.clone(), &removed).unwrap();
    assert_eq!(
        kind(vault.replace_vault_key(&[&removed])),
        ErrorKind::WrongKey
    );
    let replaced = vault.replace_vault_key(&[&machine]).unwrap();
    assert!(replaced.dropped.is_empty());
    assert_eq!(rows(&store, Kind::Slot).len(), 1);
    assert_eq!(kind(open(store, &removed)), ErrorKind::WrongKey);
    is_whole(&vault);
}

#[test]
fn eight_previous_vault_keys_are_kept_and_each_of_them_opens_what_it_wraps() {
    let machine = key();
    let (store, vault) = lab(&machine);
    for number in 0..8 {
        let _ = vault.replace_vault_key(&[&machine]).unwrap();
        let scope = format!("organization-{number}");
        vault.scope(scope).unwrap().put("KEY", "value").unwrap();
    }
    let error = vault.replace_vault_key(&[&machine]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(vault_keys(&store).len(), 9);
    let status = vault.key_status().unwrap();
    let wrapped: Vec<u64> = status
        .previous_vault_keys
        .iter()
        .map(|key| key.data_keys)
        .collect();
    assert_eq!(wrapped, [3, 1, 1, 1, 1, 1, 1, 1]);
    let vault = open(store.clone(), &machine).unwrap();
    is_whole(&vault);
    // A key in two states is wrapped under two vault keys.
    vault.rotate_data_key("globex").unwrap();
    is_whole(&open(store.clone(), &machine).unwrap());
    assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 10);
    let _ = vault.drop_previous_vault_keys().unwrap();
    is_whole(&open(store.clone(), &machine).unwrap());
    let _ = vault.replace_vault_key(&[&machine]).unwrap();
    is_whole(&open(store, &machine).unwrap());
}

/// A process that has the vault open, and does not know of the new vault key.
#[test]
fn a_process_with_the_old_vault_key_loses_nothing_and_is_told_to_open_the_vault_again() {
    let (machine, other) = (key(), key());
    let (store, vault) = lab(&machine);
    let stale = open(store.clone(), &machine).unwrap();
    let (acme, globex) = (
        stale.scope("acme/billing").unwrap(),
        stale.scope("globex").unwrap(),
    );
    assert_eq!(value(&acme, "KEY").unwrap(), "acme/billing");
    let _ = vault.replace_vault_key(&[&machine]).unwrap();

    // It goes on with the organizations that there are, with the keys that it has.
    acme.put("STALE", "a value").unwrap();
    globex.put("STALE", "another").unwrap();
    // A new data key would be under the old vault key.
    let rotated = stale.rotate_data_key("globex");
    assert_eq!(kind(rotated), ErrorKind::VaultKeyReplaced);
    let new = stale.scope("new").unwrap();
    assert_eq!(kind(new.put("KEY", "value")), ErrorKind::VaultKeyReplaced);
    assert_eq!(
        kind(vault.scope("new").unwrap().info("KEY")),
        ErrorKind::NotFound
    );

    let done = vault.rewrap_data_keys().unwrap();
    assert_eq!((done.rewrapped, done.unreadable), (3, 0));
    let _ = vault.drop_previous_vault_keys().unwrap();
    // What it has in memory opens on.
    assert_eq!(value(&acme, "STALE").unwrap(), "a value");
    // All else says what to do.
    let replaced = ErrorKind::VaultKeyReplaced;
    let before = all_rows(&store);
    assert_eq!(kind(acme.put("KEY", "value")), replaced);
    assert_eq!(kind(acme.revoke("KEY")), replaced);
    assert_eq!(kind(new.put("KEY", "value")), replaced);
    assert_eq!(kind(stale.rotate_data_key("acme")), replaced);
    assert_eq!(kind(stale.rewrap("acme").unwrap().finish()), replaced);
    assert_eq!(kind(stale.destroy_data_key("globex", 1)), replaced);
    assert_eq!(kind(stale.erase_tenant("acme")), replaced);
    assert_eq!(kind(stale.rebuild_head("acme", "a test")), replaced);
    assert_eq!(kind(stale.keys()), replaced);
    assert_eq!(kind(stale.key_status()), replaced);
    assert_eq!(kind(stale.verify()), replaced);
    assert_eq!(kind(stale.add_key("more", &other)), replaced);
    assert_eq!(kind(stale.remove_key("more")), replaced);
    assert_eq!(kind(stale.replace_vault_key(&[&machine])), replaced);
    assert_eq!(kind(stale.rewrap_data_keys()), replaced);
    assert_eq!(kind(stale.drop_previous_vault_keys()), replaced);
    assert_eq!(kind(stale.change_root_key(&machine, &other)), replaced);
    assert_eq!(all_rows(&store), before);
    // A data key that it does not have yet.
    let fresh = stale.scope("acme/other").unwrap();
    vault.rotate_data_key("acme").unwrap();
    vault
        .scope("acme/other")
        .unwrap()
        .put("KEY", "new")
        .unwrap();
    assert_eq!(kind(value(&fresh, "KEY")), replaced);

    let again = open(store, &machine).unwrap();
    is_whole(&again);
    let [acme, globex] = ["acme/billing", "globex"].map(|scope| again.scope(scope).unwrap());
    assert_eq!(value(&acme, "STALE").unwrap(), "a value");
    assert_eq!(value(&globex, "STALE").unwrap(), "another");
    again.scope("new").unwrap().put("KEY", "value").unwrap();
}

/// The vault key is replaced after a process looked at it, and before it begins an organization.
#[test]
fn an_organization_that_begins_while_the_vault_key_is_replaced_is_told_and_not_lost() {
    let machine = key();
    for is_dropped in [false, true] {
        let (store, vault) = lab(&machine);
        let (vault, text) = (Arc::new(vault), machine.to_base64());
        let (armed, writes) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let (by, is_armed) = (Arc::clone(&vault), Arc::clone(&armed));
        let late = Hooked::new(store.clone(), move |call| {
            // The first write finds that it has to look at the vault key.
            let is_write = matches!(call, Call::Write(_)) && is_armed.load(Ordering::SeqCst);
            if is_write && writes.fetch_add(1, Ordering::SeqCst) == 1 {
                let key = RootKey::from_base64(text.expose_secret()).unwrap();
                let _ = by.replace_vault_key(&[&key]).unwrap();
                if is_dropped {
                    let _ = by.rewrap_data_keys().unwrap();
                    let _ = by.drop_previous_vault_keys().unwrap();
                }
            }
            Ok(())
        });
        let stale = open(late, &machine).unwrap();
        armed.store(true, Ordering::SeqCst);
        let written = stale.scope("new").unwrap().put("KEY", "value");
        assert_eq!(kind(written), ErrorKind::VaultKeyReplaced);
        let new = vault.scope("new").unwrap();
        if is_dropped {
            // It was told to nobody as stored, and is erased.
            assert_eq!(kind(value(&new, "KEY")), ErrorKind::Corrupt);
            let _ = vault.erase_tenant("new").unwrap();
            new.put("KEY", "value").unwrap();
        } else {
            // It is stored all the same, under the previous vault key.
            assert_eq!(kind(vault.drop_previous_vault_keys()), ErrorKind::Conflict);
            assert_eq!(value(&new, "KEY").unwrap(), "value");
            assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 4);
            let _ = vault.drop_previous_vault_keys().unwrap();
        }
        let again = open(store, &machine).unwrap();
        assert_eq!(value(&again.scope("new").unwrap(), "KEY").unwrap(), "value");
        is_whole(&again);
    }
}

/// The rows of an opening are read one after the other.
#[test]
fn a_vault_opens_while_the_vault_key_is_replaced() {
    let machine = key();
    for times in 1..=2 {
        let (store, vault) = lab(&machine);
        let (text, left) = (machine.to_base64(), AtomicUsize::new(times));
        let late = Hooked::new(store, move |call| {
            // The vault secret is read, and the key slots are not.
            if call == Call::Scan && left.load(Ordering::SeqCst) > 0 {
                left.fetch_sub(1, Ordering::SeqCst);
                let key = RootKey::from_base64(text.expose_secret()).unwrap();
                let _ = vault.replace_vault_key(&[&key]).unwrap();
            }
            Ok(())
        });
        is_whole(&open(late, &machine).unwrap());
    }
}

/// Another process replaces the vault key between two reads of a replacement.
#[test]
fn a_replacement_beside_another_one_is_told() {
    let machine = key();
    let (store, vault) = lab(&machine);
    let (vault, text) = (Arc::new(vault), machine.to_base64());
    let armed = Arc::new(AtomicBool::new(false));
    let (by, is_armed) = (Arc::clone(&vault), Arc::clone(&armed));
    let late = Hooked::new(store, move |call| {
        if call == Call::Scan && is_armed.swap(false, Ordering::SeqCst) {
            let key = RootKey::from_base64(text.expose_secret()).unwrap();
            let _ = by.replace_vault_key(&[&key]).unwrap();
        }
        Ok(())
    });
    let stale = open(late, &machine).unwrap();
    armed.store(true, Ordering::SeqCst);
    let told = kind(stale.replace_vault_key(&[&machine]));
    assert_eq!(told, ErrorKind::VaultKeyReplaced);
    is_whole(&vault);
}

/// All steps after a leak.
fn all_steps(vault: &Vault, keep: &RootKey) -> Result<()> {
    let _ = vault.replace_vault_key(&[keep])?;
    let _ = vault.rewrap_data_keys()?;
    let _ = vault.drop_previous_vault_keys()?;
    Ok(())
}

#[test]
fn a_replacement_that_is_cut_off_at_any_call_opens_with_the_kept_keys_and_goes_on() {
    let (machine, lost) = (key(), key());
    let fresh = || {
        let (store, vault) = lab(&machine);
        vault.add_key("lost", &lost).unwrap();
        store
    };
    let (hooked, calls) = Hooked::failing(fresh(), usize::MAX);
    let vault = open(hooked, &machine).unwrap();
    let opening = calls.load(Ordering::SeqCst);
    all_steps(&vault, &machine).unwrap();
    let all = calls.load(Ordering::SeqCst) - opening;
    let (mut before, mut between, mut after) = (0, 0, 0);
    for failed in 0..all {
        let store = fresh();
        let (hooked, _) = Hooked::failing(store.clone(), opening + failed);
        let cut_off = open(hooked, &machine).unwrap();
        let done = all_steps(&cut_off, &machine).is_ok();
        drop(cut_off);
        let vault = open(store.clone(), &machine).unwrap();
        is_whole(&vault);
        let is_lost = open(store.clone(), &lost).is_err();
        let left = vault.key_status().unwrap().previous_vault_keys;
        match (is_lost, left.is_empty()) {
            (false, _) => before += 1,
            (true, false) => between += 1,
            (true, true) => after += 1,
        }
        assert!(!done || is_lost, "call {failed}");
        // It goes on, by the steps that are left or from the start.
        if is_lost {
            let _ = vault.rewrap_data_keys().unwrap();
            let _ = vault.drop_previous_vault_keys().unwrap();
        } else {
            all_steps(&vault, &machine).unwrap();
        }
        assert_eq!(vault_keys(&store).len(), 1, "call {failed}");
        assert_eq!(kind(open(store.clone(), &lost)), ErrorKind::WrongKey);
        is_whole(&open(store, &machine).unwrap());
    }
    assert!(
        before > 5 && between > 5 && after > 0,
        "{before} {between} {after}"
    );
}

#[test]
fn a_replacement_costs_the_same_however_large_the_vault_is() {
    let cost = |organizations: usize, secrets: usize| {
        let machine = key();
        let (store, vault) = lab(&machine);
        for number in 0..organizations {
            let scope = vault.scope(format!("organization-{number}")).unwrap();
            let items = (0..secrets).map(|number| (format!("KEY_{number}"), "a value"));
            scope.put_all(items, keyslot::OnExisting::Fail).unwrap();
        }
        let (hooked, calls) = Hooked::recording(store);
        let vault = open(hooked, &machine).unwrap();
        let taken = || std::mem::take(&mut *calls.lock().unwrap());
        taken();
        let _ = vault.replace_vault_key(&[&machine]).unwrap();
        let replacing = taken();
        let _ = vault.rewrap_data_keys().unwrap();
        (replacing, taken().len())
    };
    let (small, large) = (cost(1, 1), cost(1, 3_000));
    assert_eq!(small, large);
    let puts = small.0.iter().filter(|call| **call == Call::InPut);
    assert_eq!(puts.count(), 2, "a slot and the vault secret");
    let (replacing, rewrapping) = cost(11, 1);
    assert_eq!(replacing, small.0);
    // A scan, and a write with a scan and a put.
    assert_eq!(rewrapping, small.1 + 10 * 5);
}

#[test]
fn vaults_in_which_keys_are_replaced_at_once_stay_whole() {
    let machine = key();
    let (store, _) = lab(&machine);
    let machine = &machine;
    std::thread::scope(|threads| {
        for thread in 0..3 {
            let store = store.clone();
            threads.spawn(move || {
                for number in 0..4 {
                    let vault = open(store.clone(), machine).unwrap();
                    let scope = format!("thread-{thread}-{number}");
                    let outcomes = [
                        vault.replace_vault_key(&[machine]).map(drop),
                        vault.scope(scope).unwrap().put("KEY", "value").map(drop),
                        vault.rewrap_data_keys().map(drop),
                        vault.drop_previous_vault_keys().map(drop),
                    ];
                    for outcome in outcomes {
                        let told = outcome.err().map(|error| error.kind());
                        let conflict = [ErrorKind::VaultKeyReplaced, ErrorKind::Conflict];
                        assert!(told.is_none_or(|told| conflict.contains(&told)), "{told:?}");
                    }
                }
            });
        }
    });
    let vault = open(store.clone(), machine).unwrap();
    let _ = vault.rewrap_data_keys().unwrap();
    let _ = vault.drop_previous_vault_keys().unwrap();
    assert_eq!(vault_keys(&store).len(), 1);
    is_whole(&vault);
    assert_eq!(rows(&store, Kind::Slot).len(), 1);
}

/// Threads of one process share its keys.
#[test]
fn threads_read_and_write_while_the_vault_key_is_replaced() {
    let machine = key();
    let (store, vault) = lab(&machine);
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for thread in 0..2 {
            let (vault, over) = (&vault, &over);
            threads.spawn(move || {
                let (acme, mut number) = (vault.scope("acme/billing").unwrap(), 0);
                while !over.load(Ordering::SeqCst) {
                    acme.put(format!("KEY_{thread}"), format!("{number}"))
                        .unwrap();
                    assert_eq!(value(&acme, "KEY").unwrap(), "acme/billing");
                    number += 1;
                }
            });
        }
        for _round in 0..5 {
            all_steps(&vault, &machine).unwrap();
        }
        over.store(true, Ordering::SeqCst);
    });
    is_whole(&vault);
    is_whole(&open(store, &machine).unwrap());
}

#[test]
fn a_vault_key_that_is_put_back_is_told_to_the_anchor_and_by_verification() {
    let (machine, lost) = (key(), key());
    let (store, vault) = lab(&machine);
    vault.add_key("lost", &lost).unwrap();
    let before = own_rows(&store);
    let _ = vault.replace_vault_key(&[&machine]).unwrap();
    let _ = vault.rewrap_data_keys().unwrap();
    let between = own_rows(&store);
    let set = |rows: &[Stored]| {
        for row in &own_rows(&store) {
            delete(&store, row);
        }
        for row in rows {
            put(&store, row);
        }
    };
    // The rows of the previous vault key, with the lost key, in processes that know it as previous.
    let other = open(store.clone(), &machine).unwrap();
    set(&before);
    for vault in [&vault, &other] {
        let found = vault.verify().unwrap().findings;
        assert_eq!(found, [Finding::KeysRolledBack]);
        let new = vault.scope("new").unwrap();
        for told in [
            vault.keys().map(drop),
            vault.rewrap_data_keys().map(drop),
            new.put("KEY", "value").map(drop),
        ] {
            assert_eq!(kind(told), ErrorKind::Tampered);
        }
    }
    // Once that is accepted, it is a vault to be opened again.
    other.accept_rollback("the test says so").unwrap();
    assert_eq!(kind(other.keys()), ErrorKind::VaultKeyReplaced);
    set(&between);
    is_whole(&vault);

    let _ = vault.drop_previous_vault_keys().unwrap();
    let now = own_rows(&store);
    // The list with the previous vault key in it.
    set(&between);
    let found = vault.verify().unwrap().findings;
    assert_eq!(found, [Finding::KeysRolledBack]);
    assert_eq!(kind(vault.rewrap_data_keys()), ErrorKind::Tampered);
    // The rows of the vault key that this process dropped.
    set(&before);
    let found = vault.verify().unwrap().findings;
    assert_eq!(found, [Finding::KeysRolledBack]);
    assert_eq!(kind(vault.keys()), ErrorKind::Tampered);
    set(&now);
    is_whole(&vault);
}

/// Data keys that somebody with a dropped vault key made are no data keys.
#[test]
fn a_data_key_under_a_dropped_vault_key_opens_nothing() {
    let machine = key();
    let (store, vault) = lab(&machine);
    let old = rows(&store, Kind::DataKey);
    all_steps(&vault, &machine).unwrap();
    let now = rows(&store, Kind::DataKey);
    for row in &old {
        put(&store, row);
    }
    let again = open(store.clone(), &machine).unwrap();
    let acme = again.scope("acme/billing").unwrap();
    assert_eq!(kind(value(&acme, "KEY")), ErrorKind::Corrupt);
    assert_eq!(kind(acme.put("KEY", "value")), ErrorKind::Corrupt);
    let found = again.verify().unwrap().findings;
    assert!(found.contains(&Finding::DataKey), "{found:?}");
    assert_eq!(again.rewrap_data_keys().unwrap().unreadable, 3);
    for row in &now {
        put(&store, row);
    }
    is_whole(&again);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Observer for Log {
    fn observe(&self, _: &Event<'_>) {}

    fn key_changed(&self, event: &KeyEvent<'_>) {
        assert!(event.organization.is_none() && event.generation.is_none());
        let name = event.key.map_or("-", |key| &key.name);
        let outcome = event.outcome.err().map_or("done", |kind| kind.as_str());
        let line = format!("{} {name} {outcome}", event.action);
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn the_observer_is_told_of_each_step_and_each_refusal() {
    let (machine, log) = (key(), Log::default());
    let (store, _) = lab(&machine);
    let noon = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let builder = Vault::builder().store(store).clock(move || noon);
    let vault = builder.observer(log.clone()).open(&machine).unwrap();
    vault.add_key("lost", &key()).unwrap();
    vault.replace_vault_key(&[]).unwrap_err();
    let _ = vault.replace_vault_key(&[&machine]).unwrap();
    let status = vault.key_status().unwrap();
    assert_eq!(status.previous_vault_keys[0].replaced_at, noon);
    let json = serde_json::to_value(&status).unwrap();
    let expected = serde_json::json!([{"replaced_at": "2027-01-15T08:00:00Z", "data_keys": 3}]);
    assert_eq!(json["previous_vault_keys"], expected);
    vault.drop_previous_vault_keys().unwrap_err();
    let _ = vault.rewrap_data_keys().unwrap();
    let _ = vault.drop_previous_vault_keys().unwrap();
    let told = log.0.lock().unwrap();
    let expected = [
        "add_key lost done",
        "replace_vault_key - invalid_input",
        "replace_vault_key - done",
        "remove_key lost done",
        "drop_vault_keys - conflict",
        "rewrap_data_keys - done",
        "drop_vault_keys - done",
    ];
    assert_eq!(*told, expected);
    assert_eq!(KeyAction::ReplaceVaultKey.to_string(), "replace_vault_key");
}

/// A process that is killed (`kill -9`) at a call of its store, in a file.
#[cfg(all(feature = "sqlite", target_os = "linux"))]
mod killed {
    use std::path::Path;
    use std::process::Command;

    use keyslot::store::SqliteStore;

    use super::*;
    use crate::support::{again, fast_folder, root_key};

    const PLACE: &str = "KEYSLOT_TEST_KILLED";

    /// Takes all steps after a leak, and kills itself at the call of a number.
    #[test]
    #[ignore = "run by the test beside it, in a process of its own"]
    fn child() {
        let place = std::env::var(PLACE).unwrap();
        let (file, at) = place.split_once('=').unwrap();
        let at = at.parse::<usize>().unwrap();
        let (calls, armed) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
        let is_armed = Arc::clone(&armed);
        let hooked = Hooked::new(SqliteStore::open(file).unwrap(), move |_| {
            if is_armed.load(Ordering::SeqCst) && calls.fetch_add(1, Ordering::SeqCst) == at {
                let own = std::process::id().to_string();
                Command::new("kill").args(["-9", &own]).status().unwrap();
                std::thread::sleep(Duration::from_secs(60));
            }
            Ok(())
        });
        let vault = open(hooked, &root_key()).unwrap();
        armed.store(true, Ordering::SeqCst);
        all_steps(&vault, &root_key()).unwrap();
        println!("not killed");
    }

    fn run(file: &Path, at: usize) -> bool {
        let mut child = again(module_path!(), "child");
        child.args(["--ignored", "--nocapture", "--test-threads=1"]);
        let place = format!("{}={at}", file.display());
        let output = child.env(PLACE, place).output().unwrap();
        let is_done = String::from_utf8_lossy(&output.stdout).contains("not killed");
        assert_eq!(is_done, output.status.success(), "{output:?}");
        is_done
    }

    #[test]
    fn a_process_that_is_killed_leaves_a_vault_that_goes_on() {
        let (mut at, mut before, mut between, mut is_done) = (0, 0, 0, false);
        while !is_done {
            let folder = fast_folder();
            let file = folder.path().join("vault.db");
            let (lost, vault) = (key(), Vault::create(&file, &root_key()).unwrap());
            for scope in ["acme/billing", "globex"] {
                vault.scope(scope).unwrap().put("KEY", scope).unwrap();
            }
            vault.add_key("lost", &lost).unwrap();
            drop(vault);
            is_done = run(&file, at);
            let vault = Vault::open(&file, &root_key()).unwrap();
            is_whole(&vault);
            if Vault::open(&file, &lost).is_ok() {
                before += 1;
                all_steps(&vault, &root_key()).unwrap();
            } else {
                let left = vault.key_status().unwrap().previous_vault_keys;
                between += usize::from(!left.is_empty());
                let _ = vault.rewrap_data_keys().unwrap();
                let _ = vault.drop_previous_vault_keys().unwrap();
            }
            assert!(Vault::open(&file, &lost).is_err(), "call {at}");
            is_whole(&Vault::open(&file, &root_key()).unwrap());
            at += 1;
        }
        assert!(before > 5 && between > 5, "{at} kills: {before}, {between}");
    }
}

/// A vault whose vault key was replaced twice, made once and kept for ever, in the middle of moving
/// the data keys. The second implementation in `tests/interop` opens it, too.
#[cfg(feature = "sqlite")]
mod golden {
    use std::path::PathBuf;

    use keyslot::store::SqliteStore;

    use super::*;
    use crate::support::{fast_folder, repository, root_key};

    fn place() -> PathBuf {
        repository().join("tests/vectors/replaced-1.db")
    }

    #[test]
    #[ignore = "made the vault, once"]
    fn make() {
        assert!(!place().exists(), "made once and for all");
        let folder = fast_folder();
        let path = folder.path().join("vault.db");
        let vault = Vault::create(&path, &root_key()).unwrap();
        vault.add_key("lost", &key()).unwrap();
        for (number, scope) in ["acme/billing", "globex", "initech"].iter().enumerate() {
            vault.scope(*scope).unwrap().put("KEY", *scope).unwrap();
            if number == 1 {
                let _ = vault.rewrap_data_keys().unwrap();
            }
            if number < 2 {
                let _ = vault.replace_vault_key(&[&root_key()]).unwrap();
            }
        }
        vault.rotate_data_key("acme").unwrap();
        drop(vault);
        std::fs::copy(path, place()).unwrap();
    }

    #[test]
    fn the_golden_vault_opens_and_its_data_keys_move_on() {
        let folder = fast_folder();
        let path = folder.path().join("vault.db");
        std::fs::write(&path, std::fs::read(place()).unwrap()).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let vault = open(SqliteStore::open(&path).unwrap(), &root_key()).unwrap();
        is_whole(&vault);
        let status = vault.key_status().unwrap();
        let wrapped: Vec<u64> = status
            .previous_vault_keys
            .iter()
            .map(|key| key.data_keys)
            .collect();
        assert_eq!(wrapped, [0, 2]);
        assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 2);
        let _ = vault.drop_previous_vault_keys().unwrap();
        is_whole(&vault);
    }
}
