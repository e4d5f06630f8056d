//! Uses that wait while another process erases their organization.

use keyslot::store::{Kind, MemoryStore};
use keyslot::{Cache, SecretStore, UsageBacklog, Vault};

use super::kit::{builder, count};
use crate::support::root_key;
use crate::support::rows::rows;

/// The work of another process before the uses are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    Rotates,
    Erases,
}

/// Two vaults of one store: one that changes secrets and does not count, and one that counts.
fn two<S: SecretStore>(open: &dyn Fn() -> S) -> [Vault; 2] {
    let changing = Vault::builder().store(open()).open_or_create(&root_key());
    let counting = builder(open()).cache(Cache::new()).open(&root_key());
    [changing.unwrap(), counting.unwrap()]
}

fn uses_that_wait<S: SecretStore>(open: &dyn Fn() -> S, meanwhile: Meanwhile, has_uses: bool) {
    let case = format!("{meanwhile:?}, {has_uses}");
    let [changing, counting] = two(open);
    let [acme, other] = ["acme", "other"].map(|scope| changing.scope(scope).unwrap());
    for name in ["A", "B"] {
        acme.put(name, "a value").unwrap();
        other.put(name, "a value").unwrap();
    }
    let use_all = || {
        for scope in ["acme", "other"] {
            let scope = counting.scope(scope).unwrap();
            scope.resolve("<<$secret.A>>").unwrap();
            scope.reveal("B").unwrap();
        }
    };
    if has_uses {
        use_all();
        counting.flush_usage().unwrap();
    }
    use_all();
    match meanwhile {
        Meanwhile::Nothing => {}
        Meanwhile::Rotates => drop(changing.rotate_data_key("acme").unwrap()),
        Meanwhile::Erases => drop(changing.erase_tenant("acme").unwrap()),
    }
    counting.flush_usage().unwrap();
    let is_erased = meanwhile == Meanwhile::Erases;
    let expected = if is_erased { 2 } else { 4 };
    let store = open();
    assert_eq!(rows(&store, Kind::Usage).len(), expected, "{case}");
    let each = 1 + u64::from(has_uses);
    let of_other = ["A", "B"].map(|name| count(&other, name));
    assert_eq!(of_other, [Some((each, 0)), Some((0, each))], "{case}");
    assert_eq!(counting.usage_backlog(), UsageBacklog::default(), "{case}");
    assert!(counting.verify().unwrap().is_intact(), "{case}");
    if is_erased {
        // Of new secrets uses are counted, and nothing is to be erased again.
        let _ = changing.erase_tenant("acme").unwrap();
        acme.put("A", "another value").unwrap();
        use_one(&counting);
        counting.flush_usage().unwrap();
        assert_eq!(count(&acme, "A"), Some((1, 0)), "{case}");
        assert!(changing.verify().unwrap().is_intact(), "{case}");
    }
}

fn use_one(vault: &Vault) {
    let scope = vault.scope("acme").unwrap();
    scope.resolve("<<$secret.A>>").unwrap();
}

#[test]
fn uses_that_waited_during_an_erasure_are_not_stored() {
    for meanwhile in [Meanwhile::Nothing, Meanwhile::Rotates, Meanwhile::Erases] {
        for has_uses in [false, true] {
            let store = MemoryStore::new();
            uses_that_wait(&|| store.clone(), meanwhile, has_uses);
        }
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn uses_that_waited_during_an_erasure_are_not_stored_in_a_file() {
    use keyslot::SqliteStore;
    for meanwhile in [Meanwhile::Nothing, Meanwhile::Erases] {
        let folder = crate::support::fast_folder();
        let file = folder.path().join("vault.db");
        let open = || SqliteStore::open_or_create(&file).unwrap();
        uses_that_wait(&open, meanwhile, false);
    }
}

/// A head of the uses that is lost and made anew says what was erased, as the one before did.
#[test]
fn a_rebuilt_head_refuses_uses_of_before_an_erasure() {
    for is_erased in [true, false] {
        let store = MemoryStore::new();
        let [changing, counting] = two(&|| store.clone());
        let acme = changing.scope("acme").unwrap();
        acme.put("A", "a value").unwrap();
        use_one(&counting);
        if is_erased {
            let _ = changing.erase_tenant("acme").unwrap();
            acme.put("A", "another value").unwrap();
        }
        let late = builder(store.clone()).open(&root_key()).unwrap();
        use_one(&late);
        late.flush_usage().unwrap();
        let place = rows(&store, Kind::Usage)[0].partition;
        let heads = rows(&store, Kind::Head);
        let head = heads.iter().find(|head| head.partition == place).unwrap();
        crate::support::rows::put(&store, &head.with(|row| row.info[60] ^= 1));
        let _ = changing.rebuild_head("acme", "a damaged head").unwrap();
        counting.flush_usage().unwrap();
        let expected = if is_erased { 1 } else { 2 };
        assert_eq!(count(&acme, "A"), Some((expected, 0)));
        assert!(changing.verify().unwrap().is_intact());
    }
}

/// Both heads are made anew, and only that of the uses can say what was erased.
#[test]
fn a_rebuilt_head_says_what_was_erased_where_that_of_the_organization_is_lost() {
    for is_erased in [true, false] {
        let store = MemoryStore::new();
        let [changing, counting] = two(&|| store.clone());
        let acme = changing.scope("acme").unwrap();
        acme.put("A", "a value").unwrap();
        use_one(&counting);
        if is_erased {
            let _ = changing.erase_tenant("acme").unwrap();
            acme.put("A", "another value").unwrap();
        }
        let late = builder(store.clone()).open(&root_key()).unwrap();
        use_one(&late);
        late.flush_usage().unwrap();
        let uses = rows(&store, Kind::Usage).remove(0);
        let heads = rows(&store, Kind::Head);
        let head = heads.iter().find(|head| head.partition != uses.partition);
        for damaged in [head.unwrap(), &uses] {
            let damaged = damaged.with(|row| row.info[60] ^= 1);
            crate::support::rows::put(&store, &damaged);
        }
        let _ = changing.rebuild_head("acme", "damaged rows").unwrap();
        assert!(rows(&store, Kind::Usage).is_empty());
        counting.flush_usage().unwrap();
        // Also one that is read as that of no secret has a scope and a name.
        assert_eq!(rows(&store, Kind::Usage).is_empty(), is_erased);
        assert!(changing.verify().unwrap().is_intact());
    }
}
