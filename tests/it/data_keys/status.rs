//! The state of the keys, as an operator reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::{Kind, MemoryStore, Partition, Row, RowKey, SecretStore as _};
use keyslot::{DataKeyState, KeyStatus, Vault};
use serde_json::json;

use super::kit::{is_intact, lived};
use crate::support::root_key;
use crate::support::rows::{put, rows};

/// Organization, and of each key the generation, the state and the rows.
fn lines(status: &KeyStatus) -> Vec<String> {
    let line = |organization: &keyslot::OrganizationKeys| {
        let keys = organization.keys.iter().map(|key| {
            let state = key.state.as_str();
            format!(" {}:{state}:{}", key.generation, key.rows)
        });
        let name = organization
            .organization
            .as_ref()
            .map_or("-", |scope| scope.as_str());
        format!(
            "{name}{} {}",
            keys.collect::<String>(),
            organization.unreadable
        )
    };
    status.organizations.iter().map(line).collect()
}

#[test]
fn it_says_where_a_rotation_stands() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let told = || lines(&vault.key_status().unwrap());
    let (globex, initech) = ("globex 1:active:5 0", "initech 1:active:5 0");
    assert_eq!(told(), ["acme 1:active:15 0", globex, initech]);
    vault.rotate_data_key("acme").unwrap();
    assert_eq!(told()[0], "acme 1:open_only:15 2:active:0 0");
    // The value that was the newest lies in a row of its own now, and its secret has a new one.
    vault.scope("acme").unwrap().put("B", "second").unwrap();
    assert_eq!(told()[0], "acme 1:open_only:15 2:active:1 0");
    // An info under the new key and a value under the old one count for both.
    vault
        .scope("acme")
        .unwrap()
        .set_status("C", keyslot::Status::Inactive)
        .unwrap();
    assert_eq!(told()[0], "acme 1:open_only:15 2:active:2 0");
    assert_eq!(vault.key_status().unwrap().organizations[0].left(), 15);
    vault.rewrap("acme").unwrap().finish().unwrap();
    assert_eq!(told()[0], "acme 1:open_only:0 2:active:16 0");
    vault.destroy_data_key("acme", 1).unwrap();
    assert_eq!(
        told(),
        ["acme 1:destroyed:0 2:active:16 0", globex, initech]
    );
    vault.erase_tenant("acme").unwrap();
    assert_eq!(told()[0], "acme 1:destroyed:0 2:destroyed:0 3:active:0 0");
    is_intact(&vault);
}

#[test]
fn it_says_what_is_due() {
    const DAY: u64 = 86_400;
    let now = Arc::new(AtomicU64::new(1_800_000_000));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    now.fetch_add(60 * DAY, Ordering::SeqCst);
    vault.scope("globex").unwrap().put("KEY", "value").unwrap();
    let due = |days: u64| {
        let status = vault.key_status().unwrap();
        let due = status.due(Duration::from_secs(days * DAY));
        due.map(|keys| keys.organization.as_ref().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(due(61), [""; 0]);
    assert_eq!(due(60), ["acme"]);
    assert_eq!(due(0), ["acme", "globex"]);
    vault.rotate_data_key("acme").unwrap();
    assert_eq!(
        due(60),
        [""; 0],
        "an older key is not due, it is not in use"
    );
    now.fetch_sub(30 * DAY, Ordering::SeqCst);
    assert_eq!(due(1), [""; 0], "a clock that was set back");
    let mut status = serde_json::to_value(vault.key_status().unwrap()).unwrap();
    let slots = serde_json::to_value(vault.keys().unwrap()).unwrap();
    assert_eq!(status["slots"].take(), slots);
    let key = |generation, state, made_at, rows| {
        let (state, made_at): (&str, &str) = (state, made_at);
        json!({"generation": generation, "state": state, "made_at": made_at, "rows": rows})
    };
    let expected = json!({
        "time": "2027-02-14T08:00:00Z",
        "slots": null,
        "previous_vault_keys": [],
        "organizations": [
            {
                "organization": "acme",
                "keys": [
                    key(1, "open_only", "2027-01-15T08:00:00Z", 1),
                    key(2, "active", "2027-03-16T08:00:00Z", 0),
                ],
                "unreadable": 0,
            },
            {
                "organization": "globex",
                "keys": [key(1, "active", "2027-03-16T08:00:00Z", 1)],
                "unreadable": 0,
            },
        ],
    });
    assert_eq!(status, expected);
}

#[test]
fn damage_is_counted_and_fills_no_memory() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let keys = rows(&store, Kind::DataKey);
    put(&store, &keys[0].with(|row| row.info[100] ^= 1));
    let heads = rows(&store, Kind::Head);
    let other = heads
        .iter()
        .find(|row| row.partition != keys[0].partition)
        .unwrap();
    put(&store, &other.with(|row| row.info[100] ^= 1));
    // Rows of nobody, with names of keys of nobody.
    let partition = Partition([9; 16]);
    let body: Vec<u8> = keys[0].body.iter().map(|byte| byte ^ 3).collect();
    for number in 0..3 {
        let key = RowKey {
            kind: Kind::Version,
            key: [number; 32],
        };
        let row = Row {
            key,
            epoch: 1,
            info: Vec::new(),
            body: body.clone(),
        };
        store
            .write(partition, &[], &mut |_, tx| tx.put(&row))
            .unwrap();
    }
    let status = vault.key_status().unwrap();
    let unreadable: u64 = status
        .organizations
        .iter()
        .map(|keys| keys.unreadable)
        .sum();
    let named = status
        .organizations
        .iter()
        .filter(|keys| keys.organization.is_some())
        .count();
    assert_eq!((unreadable, named, status.organizations.len()), (1, 2, 4));
    let active = status.organizations.iter().flat_map(|keys| &keys.keys);
    assert_eq!(
        active
            .filter(|key| key.state == DataKeyState::Active)
            .count(),
        2
    );
}
