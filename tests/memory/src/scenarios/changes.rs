//! Changes of the keys of a vault: of those that open it, and of those that seal its secrets; and
//! what copies a vault.

use std::panic::{AssertUnwindSafe, catch_unwind};

use keyslot::secrecy::ExposeSecret;
use keyslot::{Event, Passphrase, RootKey, Unlock, Vault};

use super::passphrases::of_string;
use super::providers::Safe;
use super::{Scenario, from_base64, from_bytes, from_hex};
use crate::given::{Given, OtherKeys};

pub(super) const ALL: &[Scenario] = &[
    ("a root key that is added", |given| {
        added(given, |vault| vault.add_key("machine", &from_hex(given)));
    }),
    ("a passphrase that is added", |given| {
        added(given, |vault| vault.add_key("safe", &of_string(given)));
    }),
    ("a provider that is added", |given| {
        let safe = Safe::default();
        added(given, |vault| vault.add_key("service", &safe));
        safe.are_gone(given, "after the drop of the vault");
    }),
    ("a key that cannot be added", |given| {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        vault.add_key("machine", &from_hex(given)).unwrap();
        assert!(vault.add_key("machine", &from_base64(given)).is_err());
        assert!(vault.add_key("machine", &of_string(given)).is_err());
        given.is_gone("after a refusal");
    }),
    ("a key that is removed", |given| {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        vault.add_key("machine", &from_hex(given)).unwrap();
        vault.add_key("safe", &of_string(given)).unwrap();
        vault.remove_key("machine").unwrap();
        vault.remove_key("safe").unwrap();
        given.is_gone("while the vault is open");
        drop(vault);
        given.is_gone("after the drop of the vault");
    }),
    ("a root key that is changed", |given| {
        let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
        let new = RootKey::generate().unwrap();
        vault.change_root_key(&from_base64(given), &new).unwrap();
        given.is_gone("while the vault is open");
        vault.change_root_key(&new, &from_bytes(given)).unwrap();
        given.is_gone("after it was changed back");
        drop((vault, new));
        given.is_gone("after the drop of the vault");
    }),
    ("a root key that becomes a passphrase", |given| {
        let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
        let (old, new) = (from_bytes(given), of_string(given));
        vault.change_root_key(&old, &new).unwrap();
        drop((old, new));
        given.is_gone("while the vault is open");
        let keys = given.keys_of(&given.vault_file());
        given.holds_nothing_else(&keys, "after the change");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a root key that is not the one to change", |given| {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        let new = RootKey::generate().unwrap();
        assert!(vault.change_root_key(&from_hex(given), &new).is_err());
        let other = Passphrase::new("hunter2");
        assert!(vault.change_root_key(&from_hex(given), &other).is_err());
        given.is_gone("after a refusal");
    }),
    ("the other keys of a vault whose keys changed", |given| {
        let path = given.vault_file();
        let vault = Vault::open(&path, &from_hex(given)).unwrap();
        vault.add_key("safe", &of_string(given)).unwrap();
        vault.add_key("service", &Safe::default()).unwrap();
        let keys = given.keys_of(&path);
        given.holds_nothing_else(&keys, "after keys were added");
        vault.remove_key("safe").unwrap();
        vault.remove_key("service").unwrap();
        given.holds_nothing_else(&keys, "after keys were removed");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a new data key", |given| {
        let vault = used(given);
        vault.rotate_data_key("acme").unwrap();
        write(given, &vault);
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "while both data keys are in use");
        given.is_gone("while both data keys are in use");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("values that are sealed anew", |given| {
        let vault = used(given);
        vault.rotate_data_key("acme").unwrap();
        rewrap(&vault);
        given.is_gone("after they were sealed anew");
        let keys = given.keys_of(&given.vault_file());
        given.holds_nothing_else(&keys, "after they were sealed anew");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
        given.is_gone("after the drop of the vault");
    }),
    ("a walk over values that ends early", |given| {
        let vault = used(given);
        vault.rotate_data_key("acme").unwrap();
        let mut walk = vault.rewrap("acme").unwrap();
        walk.step().unwrap();
        given.is_gone("in the middle of the walk");
        drop((walk, vault));
        given.is_gone("after the drop of the vault");
    }),
    ("a data key that is destroyed", |given| {
        let vault = used(given);
        let old = given.keys_of(&given.vault_file()).named("data key");
        assert_eq!(old.count(), 1);
        given.holds(&old, "while it is in use");
        vault.rotate_data_key("acme").unwrap();
        rewrap(&vault);
        vault.destroy_data_key("acme", 1).unwrap();
        given.are_gone(&old, "after it was destroyed");
        let new = given.keys_of(&given.vault_file()).named("data key");
        given.holds(&new, "after another one was destroyed");
        drop(vault);
        given.are_gone(&new, "after the drop of the vault");
    }),
    ("a vault key that is replaced", |given| {
        let vault = used(given);
        let before = given.keys_of(&given.vault_file());
        replace(given, &vault);
        given.is_gone("while both vault keys are in use");
        given.holds_nothing_else(&before, "while both vault keys are in use");
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "while both vault keys are in use");
        write(given, &vault);
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
        given.are_gone(&before, "after the drop of the vault");
    }),
    (
        "a vault key that is replaced, for keys of all kinds",
        |given| {
            let (vault, safe) = (used(given), Safe::default());
            vault.add_key("safe", &of_string(given)).unwrap();
            vault.add_key("service", &safe).unwrap();
            let (old, passphrase) = (from_bytes(given), of_string(given));
            let keep: [&dyn Unlock; 3] = [&old, &passphrase, &safe];
            assert_eq!(vault.replace_vault_key(&keep).unwrap().kept.len(), 3);
            drop((old, passphrase));
            given.is_gone("while both vault keys are in use");
            safe.are_gone(given, "while both vault keys are in use");
            let keys = given.keys_of(&given.vault_file());
            given.holds(&keys, "while both vault keys are in use");
            drop(vault);
            given.are_gone(&keys, "after the drop of the vault");
            safe.are_gone(given, "after the drop of the vault");
        },
    ),
    ("a vault key that cannot be replaced", |given| {
        let vault = used(given);
        let keys = given.keys_of(&given.vault_file());
        let other = RootKey::generate().unwrap();
        assert!(
            vault
                .replace_vault_key(&[&from_hex(given), &other])
                .is_err()
        );
        assert!(vault.replace_vault_key(&[]).is_err());
        given.is_gone("after a refusal");
        given.holds(&keys, "after a refusal");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    (
        "data keys that are wrapped under a new vault key",
        |given| {
            let vault = used(given);
            vault.rotate_data_key("acme").unwrap();
            replace(given, &vault);
            let before = given.keys_of(&given.vault_file());
            assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 2);
            given.is_gone("after they were wrapped anew");
            given.holds_nothing_else(&before, "after they were wrapped anew");
            let keys = given.keys_of(&given.vault_file());
            // Both, until the previous one is dropped.
            given.holds_nothing_else(&keys, "after they were wrapped anew");
            given.holds(
                &keys.named("previous vault key"),
                "after they were wrapped anew",
            );
            drop(vault);
            given.are_gone(&before, "after the drop of the vault");
            let keys = given.keys_of(&given.vault_file());
            given.are_gone(&keys, "after the drop of the vault");
        },
    ),
    ("previous vault keys that are dropped", |given| {
        let vault = used(given);
        let first = vault_key(given);
        given.holds(&first, "while it is in use");
        replace(given, &vault);
        let second = vault_key(given);
        replace(given, &vault);
        assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 1);
        for key in [&first, &second, &vault_key(given)] {
            given.holds(key, "before the previous ones were dropped");
        }
        let _ = vault.drop_previous_vault_keys().unwrap();
        for previous in [&first, &second] {
            given.are_gone(previous, "after it was dropped");
        }
        given.is_gone("after the previous ones were dropped");
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "after the previous ones were dropped");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("previous vault keys of an opened vault", |given| {
        let path = given.vault_file();
        replace(given, &Vault::open(&path, &from_hex(given)).unwrap());
        let known = given.keys_of(&path);
        given.are_gone(&known, "before the vault is opened");
        let vault = Vault::open(&path, &from_base64(given)).unwrap();
        given.holds_nothing_else(&known, "right after opening");
        write(given, &vault);
        given.holds(&known, "while the vault is open");
        let _ = vault.rewrap_data_keys().unwrap();
        let _ = vault.drop_previous_vault_keys().unwrap();
        given.are_gone(&known.named("previous vault key"), "after it was dropped");
        let keys = given.keys_of(&path);
        given.holds(&keys, "after the previous one was dropped");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a vault key that another handle replaced", |given| {
        let (vault, stale) = (used(given), used(given));
        let old = vault_key(given);
        replace(given, &vault);
        let _ = vault.rewrap_data_keys().unwrap();
        let _ = vault.drop_previous_vault_keys().unwrap();
        assert!(stale.scope("new").unwrap().put("KEY", "value").is_err());
        given.holds(&old, "while a handle has it");
        drop(stale);
        given.are_gone(&old, "after the drop of that handle");
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "after the drop of that handle");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("an organization that is erased", |given| {
        let vault = used(given);
        let old = given.keys_of(&given.vault_file()).named("data key");
        given.holds(&old, "while it is in use");
        vault.erase_tenant("acme").unwrap();
        given.are_gone(&old, "after it was erased");
        given.is_gone("after it was erased");
        drop(vault);
    }),
    ("a backup that is made", |given| {
        let vault = used(given);
        let path = given.folder().join("backup.db");
        vault.backup_to(&path).unwrap();
        vault.compact().unwrap();
        given.is_gone("after the backup");
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "after the backup");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a backup that is put back", |given| {
        let (backup, path) = (
            given.folder().join("backup.db"),
            given.folder().join("restored.db"),
        );
        used(given).backup_to(&backup).unwrap();
        let other = RootKey::generate().unwrap();
        assert!(Vault::restore(&backup, &path, &other).is_err());
        given.is_gone("after a refusal");
        let vault = Vault::restore(&backup, &path, &from_hex(given)).unwrap();
        given.is_gone("after it was put back");
        let keys = given.keys_of(&path);
        given.holds_nothing_else(&keys, "after it was put back");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a vault with a guard", |given| {
        let store = keyslot::SqliteStore::open(given.vault_file()).unwrap();
        let builder = Vault::builder().store(store).guard(1_000);
        let vault = builder.open(&from_hex(given)).unwrap();
        write(given, &vault);
        let scope = vault.scope("acme/billing").unwrap();
        let resolved = scope.resolve("<<$secret.DIGITS>>").unwrap();
        given.is_there_as_digits("while it is resolved");
        drop((resolved, scope));
        given.is_gone("after the drop of what was resolved");
        let keys = given.keys_of(&given.vault_file());
        given.holds(&keys, "while the vault is open");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
    ("a panic in an observer", |given| {
        std::panic::set_hook(Box::new(|_| {}));
        let store = keyslot::SqliteStore::open(given.vault_file()).unwrap();
        let panics = |_: &Event<'_>| panic!("while a value is stored");
        let builder = Vault::builder().store(store).observer(panics);
        let vault = builder.open(&from_hex(given)).unwrap();
        let caught = catch_unwind(AssertUnwindSafe(|| write(given, &vault)));
        assert!(caught.is_err(), "the observer was not called");
        given.is_gone("after the panic");
        let keys = given.keys_of(&given.vault_file());
        given.holds_nothing_else(&keys, "after the panic");
        drop(vault);
        given.are_gone(&keys, "after the drop of the vault");
    }),
];

/// A vault that is open and was used. One of its values is the digits of the given key, because the
/// search knows those.
fn used(given: &Given) -> Vault {
    let vault = Vault::open(given.vault_file(), &from_hex(given)).unwrap();
    write(given, &vault);
    given.is_gone("while the vault is open");
    vault
}

/// Two versions of a value.
fn write(given: &Given, vault: &Vault) {
    let scope = vault.scope("acme/billing").unwrap();
    for _ in 0..2 {
        let value = given.hex();
        scope.put("DIGITS", value.as_str()).unwrap();
    }
    let resolved = scope.resolve("<<$secret.DIGITS>>").unwrap();
    assert_eq!(resolved.expose_secret().len(), 64);
}

/// Puts a new vault key in place of the current one.
fn replace(given: &Given, vault: &Vault) {
    let replaced = vault.replace_vault_key(&[&from_hex(given)]).unwrap();
    assert_eq!(replaced.kept.len(), 1);
}

/// The vault key of the file as it is now.
fn vault_key(given: &Given) -> OtherKeys {
    let key = given.keys_of(&given.vault_file()).named("vault key");
    assert_eq!(key.count(), 1);
    key
}

fn rewrap(vault: &Vault) {
    let mut walk = vault.rewrap("acme").unwrap();
    while walk.step().unwrap().is_some() {}
}

/// A key is added to a vault of another one.
fn added<T>(given: &Given, add: impl FnOnce(&Vault) -> keyslot::Result<T>) {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    add(&vault).unwrap();
    given.is_gone("while the vault is open");
    drop(vault);
    given.is_gone("after the drop of the vault");
}
