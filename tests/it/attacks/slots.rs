//! Key slots lie in plain sight; a sealed directory tells what was done to them.

use keyslot::store::{Kind, MemoryStore, RowKey};
use keyslot::{ErrorKind, Finding, RootKey, Vault};

use crate::support::root_key;
use crate::support::rows::{Stored, delete, put, rows};

fn slot(number: u16) -> RowKey {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    RowKey {
        kind: Kind::Slot,
        key,
    }
}

struct Lab {
    store: MemoryStore,
    vault: Vault,
    slot: Stored,
}

impl Lab {
    fn new() -> Self {
        let store = MemoryStore::new();
        let vault = Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap();
        vault.scope("acme").unwrap().put("KEY", "value").unwrap();
        assert!(vault.verify().unwrap().is_intact(), "the control");
        let slot = rows(&store, Kind::Slot).remove(0);
        Self { store, vault, slot }
    }

    fn opens(&self) -> Result<Vault, ErrorKind> {
        Vault::builder()
            .store(self.store.clone())
            .open(&root_key())
            .map_err(|error| error.kind())
    }

    fn findings(&self) -> Vec<Finding> {
        self.vault.verify().unwrap().findings
    }
}

#[test]
fn a_slot_that_is_gone_is_told_before_nobody_can_open_the_vault() {
    let lab = Lab::new();
    delete(&lab.store, &lab.slot);
    assert_eq!(lab.opens().unwrap_err(), ErrorKind::Corrupt);
    assert_eq!(
        lab.findings(),
        [Finding::KeySlotMissing {
            name: String::new()
        }]
    );
}

#[test]
fn every_bit_of_a_slot_is_told() {
    let lab = Lab::new();
    let mut told = 0;
    for (bytes, in_info) in [(&lab.slot.info, true), (&lab.slot.body, false)] {
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let row = lab.slot.with(|row| {
                if in_info {
                    row.info = changed;
                } else {
                    row.body = changed;
                }
            });
            put(&lab.store, &row);
            assert_eq!(
                lab.findings(),
                [Finding::KeySlotChanged {
                    name: String::new()
                }],
                "bit {bit}, info: {in_info}"
            );
            assert!(lab.opens().is_err());
            told += 1;
        }
    }
    println!("{told} bits");
    assert!(told > 1000);
    put(&lab.store, &lab.slot);
    assert!(lab.findings().is_empty() && lab.opens().is_ok());
    // All of it zeros, as a failing disk has it.
    put(
        &lab.store,
        &lab.slot.with(|row| {
            row.info.fill(0);
            row.body.fill(0);
        }),
    );
    assert_eq!(
        lab.findings(),
        [Finding::KeySlotChanged {
            name: String::new()
        }]
    );
}

#[test]
fn slots_that_nobody_made_are_told() {
    let lab = Lab::new();
    put(&lab.store, &lab.slot.with(|row| row.key = slot(1)));
    let added = |number: u16| Finding::KeySlotAdded {
        id: format!("{number:04x}{}", "0".repeat(28)),
    };
    assert_eq!(lab.findings(), [added(1)]);
    assert!(lab.opens().is_ok(), "one more does not lock anybody out");
    (2..=63).for_each(|number| put(&lab.store, &lab.slot.with(|row| row.key = slot(number))));
    assert!(
        lab.opens().is_ok(),
        "64 of them are as many as there may be"
    );
    put(&lab.store, &lab.slot.with(|row| row.key = slot(64)));
    assert_eq!(lab.opens().unwrap_err(), ErrorKind::Corrupt);
    let all: Vec<Finding> = (1..=64).map(added).collect();
    assert_eq!(lab.findings(), all);
    // Also one of a vault that the attacker has the key of.
    let other = Lab::new();
    let lab = Lab::new();
    put(&lab.store, &other.slot);
    let findings = lab.findings();
    assert!(matches!(&findings[..], [Finding::KeySlotAdded { .. }]));
    assert!(lab.opens().is_ok());
}

#[test]
fn a_directory_that_is_changed_is_told() {
    let lab = Lab::new();
    let secret = rows(&lab.store, Kind::VaultSecret).remove(0);
    let other = rows(&Lab::new().store, Kind::VaultSecret).remove(0);
    let flipped = |at: usize| {
        let mut info = secret.info.clone();
        info[at] ^= 1;
        info
    };
    let changes = [
        Vec::new(),
        other.row.info,
        secret.body.clone(),
        flipped(0),
        flipped(1),
        flipped(50),
        flipped(150),
    ];
    for info in changes {
        put(&lab.store, &secret.with(|row| row.info = info));
        assert_eq!(lab.findings(), [Finding::SlotDirectory]);
        assert!(lab.opens().is_ok(), "damage to it locks nobody out");
    }
}

#[test]
fn a_key_check_that_does_not_fit_may_be_damage() {
    let lab = Lab::new();
    let mut info = lab.slot.info.clone();
    *info.last_mut().unwrap() ^= 1;
    put(&lab.store, &lab.slot.with(|row| row.info = info));
    let damaged = Vault::builder()
        .store(lab.store.clone())
        .open(&root_key())
        .unwrap_err();
    put(&lab.store, &lab.slot);
    let wrong = Vault::builder()
        .store(lab.store.clone())
        .open(&RootKey::generate().unwrap())
        .unwrap_err();
    assert_eq!(
        (damaged.kind(), wrong.kind()),
        (ErrorKind::WrongKey, ErrorKind::WrongKey)
    );
    assert_eq!(
        damaged.to_string(),
        wrong.to_string(),
        "nothing tells one from the other"
    );
    assert!(damaged.to_string().contains("damaged"), "{damaged}");
}
