//! A vault in which everything has happened once: the script of its life, and what it answers
//! afterwards.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{MemoryStore, Row, SecretStore};
use keyslot::{Cache, ErrorKind, SecretInput, Status, Vault, VaultBuilder};

use crate::support::root_key;
use crate::support::rows::{Place, Stored, put};

/// Vaults that are open on one store: with a cache, with one of so many bytes, with a cache and a
/// guard, and the last one without.
pub fn cached_vaults(bytes: usize) -> [Vault; 4] {
    let store = MemoryStore::new();
    let plain = builder().store(store.clone()).create(&root_key()).unwrap();
    let open = |settings: &dyn Fn(VaultBuilder) -> VaultBuilder| {
        let builder = settings(builder().store(store.clone()));
        builder.open(&root_key()).unwrap()
    };
    [
        open(&|builder| builder.cache(Cache::new())),
        open(&|builder| builder.cache(Cache::new().bytes(bytes))),
        open(&|builder| builder.cache(Cache::new()).guard(1_000)),
        plain,
    ]
}

/// One write.
pub enum Act {
    Put(&'static str),
    PutOff(&'static str),
    PutExpired(&'static str),
    PutEarly(&'static str),
    Replace(&'static str),
    Off,
    On,
    Revoke,
    Delete,
}

use Act::{Delete, Off, On, Put, PutEarly, PutExpired, PutOff, Replace, Revoke};

pub const SCOPES: [&str; 6] = [
    "acme",
    "acme/billing",
    "acme/billing/agents/7",
    "globex",
    "globex/billing",
    "initech",
];

/// Three tenants; a name in several scopes; values that are equal in all tenants; every status.
pub const SCRIPT: [(&str, &str, Act); 35] = [
    ("acme", "A", Put("equal everywhere")),
    ("acme", "B", Put("acme B")),
    ("acme", "C", Put("acme C")),
    ("acme", "D", Put("acme D, first")),
    ("globex", "A", Put("equal everywhere")),
    ("initech", "A", Put("equal everywhere")),
    ("acme/billing", "A", Put("billing A, first")),
    ("acme/billing", "B", Put("billing B, first")),
    ("acme/billing", "A", Put("billing A, second")),
    ("acme/billing", "B", Put("billing B, second")),
    ("acme/billing", "C", Put("billing C")),
    ("globex", "A", Put("globex A, second")),
    ("acme/billing", "A", Put("equal everywhere")),
    ("acme/billing", "C", Off),
    ("acme/billing", "B", Revoke),
    ("acme/billing", "D", Put("billing D, first")),
    ("acme/billing", "D", Put("billing D, second")),
    ("acme/billing", "D", Delete),
    ("acme", "D", Put("acme D, second")),
    ("acme/billing/agents/7", "E", Put("seven E, first")),
    ("acme/billing/agents/7", "E", PutExpired("seven E, second")),
    ("acme/billing/agents/7", "F", PutEarly("seven F")),
    ("acme/billing/agents/7", "B", Put("seven B, first")),
    ("acme/billing/agents/7", "B", Revoke),
    ("acme/billing/agents/7", "B", Replace("seven B, replaced")),
    ("globex/billing", "A", Put("globex billing A, first")),
    ("globex/billing", "A", PutOff("globex billing A, second")),
    ("globex/billing", "A", On),
    ("globex", "B", Put("globex B")),
    ("globex", "B", Revoke),
    ("initech", "B", PutOff("initech B, first")),
    ("initech", "B", Put("initech B, second")),
    ("initech", "C", Put("equal everywhere")),
    ("initech", "C", Delete),
    ("initech", "A", Put("equal everywhere")),
];

pub type Answer = Result<&'static str, ErrorKind>;

/// Scope, name or name with a pin, and the exact answer.
pub const ANSWERS: [(&str, &str, Answer); 35] = [
    ("acme", "A", Ok("equal everywhere")),
    ("acme", "A@1", Ok("equal everywhere")),
    ("acme", "B", Ok("acme B")),
    ("acme", "B@1", Ok("acme B")),
    ("acme", "C", Ok("acme C")),
    ("acme", "D", Ok("acme D, second")),
    ("acme", "D@1", Ok("acme D, first")),
    ("acme", "E", Err(ErrorKind::NotFound)),
    ("acme/billing", "A", Ok("equal everywhere")),
    ("acme/billing", "A@1", Ok("billing A, first")),
    ("acme/billing", "A@2", Ok("billing A, second")),
    ("acme/billing", "A@3", Ok("equal everywhere")),
    ("acme/billing", "B", Err(ErrorKind::Revoked)),
    ("acme/billing", "B@1", Err(ErrorKind::Revoked)),
    ("acme/billing", "C", Err(ErrorKind::Inactive)),
    ("acme/billing", "D", Ok("acme D, second")),
    ("acme/billing", "D@1", Ok("acme D, first")),
    ("acme/billing/agents/7", "A", Ok("equal everywhere")),
    ("acme/billing/agents/7", "A@2", Ok("billing A, second")),
    ("acme/billing/agents/7", "B", Ok("seven B, replaced")),
    (
        "acme/billing/agents/7",
        "B@1",
        Err(ErrorKind::NoSuchVersion),
    ),
    ("acme/billing/agents/7", "C", Err(ErrorKind::Inactive)),
    ("acme/billing/agents/7", "E", Err(ErrorKind::Expired)),
    ("acme/billing/agents/7", "E@1", Err(ErrorKind::Expired)),
    ("acme/billing/agents/7", "F", Err(ErrorKind::NotYetValid)),
    ("globex", "A", Ok("globex A, second")),
    ("globex", "A@1", Ok("equal everywhere")),
    ("globex", "B", Err(ErrorKind::Revoked)),
    ("globex/billing", "A", Ok("globex billing A, second")),
    ("globex/billing", "A@1", Ok("globex billing A, first")),
    ("globex/billing", "B", Err(ErrorKind::Revoked)),
    ("initech", "A@1", Ok("equal everywhere")),
    ("initech", "A@2", Ok("equal everywhere")),
    ("initech", "B", Err(ErrorKind::Inactive)),
    ("initech", "C", Err(ErrorKind::NotFound)),
];

/// The status of each secret that `info` answers for.
pub const STATUSES: [(&str, &str, Status); 15] = [
    ("acme", "A", Status::Active),
    ("acme", "B", Status::Active),
    ("acme", "C", Status::Active),
    ("acme", "D", Status::Active),
    ("acme/billing", "A", Status::Active),
    ("acme/billing", "B", Status::Revoked),
    ("acme/billing", "C", Status::Inactive),
    ("acme/billing/agents/7", "E", Status::Active),
    ("acme/billing/agents/7", "F", Status::Active),
    ("acme/billing/agents/7", "B", Status::Active),
    ("globex", "A", Status::Active),
    ("globex", "B", Status::Revoked),
    ("globex/billing", "A", Status::Active),
    ("initech", "A", Status::Active),
    ("initech", "B", Status::Inactive),
];

/// The time at which everything happens and is asked.
pub const NOW: u64 = 1_750_000_000;

/// A builder whose clock stands still.
pub fn builder() -> VaultBuilder {
    Vault::builder().clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
}

fn seconds_from_now(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW.checked_add_signed(seconds).unwrap())
}

/// Does one step of the script.
pub fn act(vault: &Vault, (scope, name, act): &(&str, &str, Act)) {
    let scope = vault.scope(*scope).unwrap();
    match act {
        Put(value) => drop(scope.put(name, *value).unwrap()),
        PutOff(value) => drop(
            scope
                .put(name, SecretInput::new(*value).inactive())
                .unwrap(),
        ),
        PutExpired(value) => drop(
            scope
                .put(
                    name,
                    SecretInput::new(*value).expires_at(seconds_from_now(0)),
                )
                .unwrap(),
        ),
        PutEarly(value) => drop(
            scope
                .put(
                    name,
                    SecretInput::new(*value).not_before(seconds_from_now(1)),
                )
                .unwrap(),
        ),
        Replace(value) => drop(scope.replace_revoked(name, *value).unwrap()),
        Off => drop(scope.set_status(name, Status::Inactive).unwrap()),
        On => drop(scope.set_status(name, Status::Active).unwrap()),
        Revoke => drop(scope.revoke(name).unwrap()),
        Delete => drop(scope.delete(name).unwrap()),
    }
}

/// Every value that a secret of this name ever had in this scope.
pub fn past_values(scope: &str, name: &str) -> Vec<&'static str> {
    let of_this = SCRIPT
        .iter()
        .filter(|(its_scope, its_name, _)| (*its_scope, *its_name) == (scope, name));
    of_this
        .filter_map(|(_, _, act)| match act {
            Put(value) | PutOff(value) | PutExpired(value) | PutEarly(value) | Replace(value) => {
                Some(*value)
            }
            Off | On | Revoke | Delete => None,
        })
        .collect()
}

/// The answer of a vault for a name or a name with a pin.
pub fn ask(vault: &Vault, scope: &str, name: &str) -> Result<String, ErrorKind> {
    let resolved = vault
        .scope(scope)
        .unwrap()
        .resolve(&format!("<<$secret.{name}>>"))
        .map(|it| it.expose_secret().to_string());
    resolved.map_err(|error| error.kind())
}

/// Puts rows into a store, and takes out those of the places without one.
pub fn change(store: &dyn SecretStore, changes: &[(Place, Option<Row>)]) {
    for ((partition, key), row) in changes {
        store
            .write(*partition, &[], &mut |_, tx| match row {
                Some(row) => tx.put(&Row {
                    key: *key,
                    ..row.clone()
                }),
                None => tx.delete(key),
            })
            .unwrap();
    }
}

/// A store that holds these rows and nothing else.
pub fn store_of(rows: &[Stored]) -> MemoryStore {
    let store = MemoryStore::new();
    for row in rows {
        put(&store, row);
    }
    store
}
