//! Helpers of the tests of data keys.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{Kind, MemoryStore, Partition, Row, SecretStore};
use keyslot::{Error, ErrorKind, Event, KeyEvent, Observer, Result, Vault};

use crate::life::{ANSWERS, SCRIPT, STATUSES, act, ask, builder};
use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{Stored, all_of, rows};

/// The vault in which everything has happened once.
pub(super) fn lived(store: impl SecretStore) -> Vault {
    let vault = builder().store(store).create(&root_key()).unwrap();
    SCRIPT.iter().for_each(|step| act(&vault, step));
    vault
}

/// The same vault, opened by somebody who knows nothing of it yet.
pub(super) fn opened(store: impl SecretStore) -> Vault {
    builder().store(store).open(&root_key()).unwrap()
}

/// Everything that the vault answers but for the organizations that are left out, and that it is
/// intact.
#[track_caller]
pub(super) fn answers_as_ever(vault: &Vault, but: &[&str]) {
    let counts = |scope: &str| !but.contains(&scope.split('/').next().unwrap());
    for (scope, name, answer) in ANSWERS.iter().filter(|(scope, ..)| counts(scope)) {
        assert_eq!(
            ask(vault, scope, name),
            answer.map(str::to_owned),
            "{scope} {name}"
        );
    }
    for (scope, name, status) in STATUSES.iter().filter(|(scope, ..)| counts(scope)) {
        let info = vault.scope(*scope).unwrap().info(name).unwrap();
        assert_eq!(info.status, *status, "{scope} {name}");
    }
    is_intact(vault);
}

#[track_caller]
pub(super) fn is_intact(vault: &Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
}

/// Name of the key that an envelope says it was sealed with.
pub(super) fn key_of(envelope: &[u8]) -> [u8; 16] {
    envelope[2..18].try_into().unwrap()
}

/// The rows of an organization in a store that nobody wrote since the vault lived.
pub(super) fn partition(store: &dyn SecretStore, organization: &str) -> Partition {
    let steps = SCRIPT
        .iter()
        .filter(|(scope, ..)| scope.split('/').next() == Some(organization));
    let epoch = steps.count() as u64;
    let heads = rows(store, Kind::Head);
    heads
        .iter()
        .find(|row| row.epoch == epoch)
        .unwrap()
        .partition
}

/// The secret of a partition that was written last.
pub(super) fn newest(store: &dyn SecretStore, partition: Partition) -> Row {
    let rows = store.scan(partition, &all_of(Kind::Secret)).unwrap().rows;
    rows.into_iter().max_by_key(|row| row.epoch).unwrap()
}

/// Names of the keys of all infos and values of an organization.
pub(super) fn keys_in_use(store: &dyn SecretStore, of: Partition) -> BTreeSet<[u8; 16]> {
    let own = |row: &Stored| row.partition == of;
    let mut keys = BTreeSet::new();
    for row in rows(store, Kind::Secret).into_iter().filter(own) {
        keys.insert(key_of(&row.info[16..]));
        keys.extend(
            Some(&row.body)
                .filter(|body| !body.is_empty())
                .map(|body| key_of(body)),
        );
    }
    for row in rows(store, Kind::Version).into_iter().filter(own) {
        keys.insert(key_of(&row.body));
    }
    keys
}

/// A store in memory that fails from its call number `after` on, as if the machine had died.
pub(super) fn dying(store: &MemoryStore, after: usize) -> Hooked<MemoryStore> {
    let calls = AtomicUsize::new(0);
    Hooked::new(store.clone(), move |call: Call| {
        if matches!(call, Call::Head) {
            return Ok(());
        }
        if calls.fetch_add(1, Ordering::SeqCst) < after {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Store, "the machine is off"))
    })
}

/// Runs some work on a vault whose store dies at its first call, then at its second one, and so on;
/// of many puts in a row at the first, the last and some in between. After each death, `check` gets
/// the store as it is then. Returns the number of deaths.
pub(super) fn killed_everywhere(
    store: impl Fn() -> MemoryStore,
    work: impl Fn(&Vault) -> Result<()>,
    check: impl Fn(&MemoryStore, usize),
) -> usize {
    let (recording, calls) = Hooked::recording(store());
    let vault = opened(recording);
    let opening = calls.lock().unwrap().len();
    work(&vault).unwrap();
    drop(vault);
    let calls: Vec<_> = std::mem::take(&mut *calls.lock().unwrap());
    let calls: Vec<_> = calls
        .into_iter()
        .filter(|call| *call != Call::Head)
        .collect();
    let is_put = |at: usize| calls.get(at) == Some(&Call::InPut);
    let counts = |at: &usize| !is_put(*at) || !is_put(at - 1) || !is_put(at + 1) || at % 64 == 0;
    let moments: Vec<_> = (opening..calls.len()).filter(counts).collect();
    for after in &moments {
        let store = store();
        let vault = opened(dying(&store, *after));
        // A purge that fails is no failure of what it follows.
        let is_purge = calls.get(*after) == Some(&Call::Purge);
        assert!(work(&vault).is_err() != is_purge, "after {after} calls");
        drop(vault);
        check(&store, *after);
    }
    moments.len()
}

/// A copy of all rows of a store.
pub(super) fn copy_of(store: &MemoryStore) -> MemoryStore {
    crate::life::store_of(&crate::support::rows::all_rows(store))
}

/// An observer that writes key events down.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub(super) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A vault whose changes of keys are written down.
pub(super) fn observed() -> (Told, Vault) {
    let told = Told::default();
    let vault = builder().observer(told.clone()).create(&root_key());
    (told, vault.unwrap())
}

impl Observer for Told {
    fn observe(&self, _: &Event<'_>) {}

    fn key_changed(&self, event: &KeyEvent<'_>) {
        let scope = event.organization.map_or("-", |scope| scope.as_str());
        let outcome = event
            .outcome
            .map_or_else(|kind| format!("{kind:?}"), |()| "done".to_owned());
        let generation = event.generation.map_or("-".to_owned(), |it| it.to_string());
        let line = format!("{} {scope} {generation} {outcome}", event.action);
        self.0.lock().unwrap().push(line);
    }
}
