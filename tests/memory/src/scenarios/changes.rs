//! Changes of the keys of a vault: of those that open it, and of those that seal its secrets; and
//! what copies a vault.

use std::panic::{AssertUnwindSafe, catch_unwind};

use keyslot::secrecy::ExposeSecret;
use keyslot::{Event, Passphrase, RootKey, Vault};

use super::passphrases::of_string;
use super::providers::Safe;
use super::{Scenario, from_base64, from_bytes, from_hex};
use crate::given::Given;

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
