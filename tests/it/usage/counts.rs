//! Uses that are counted.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

#[cfg(feature = "sqlite")]
use keyslot::SqliteStore;
use keyslot::store::Kind;
use keyslot::{
    Actor, AuditLimits, AuditMode, Cache, ErrorKind, Permissions, Surface, Target, Vault,
};

use super::kit::{builder, count, counting, usage};
use crate::support::counting::Counting;
use crate::support::root_key;
use crate::support::rows::{all_rows, rows};
use crate::support::scanner::Scanner;
use crate::support::shelf::Shelf;

#[test]
fn uses_are_counted_for_the_secret_that_was_used() {
    let modes = [AuditMode::Off, AuditMode::Batched, AuditMode::Required];
    for mode in modes.map(Some).into_iter().chain([None]) {
        let mut settings = builder(Shelf::new());
        if let Some(mode) = mode {
            settings = settings.audit(mode);
        }
        let vault = settings.create(&root_key()).unwrap();
        let above = vault.scope("acme").unwrap();
        let [billing, sales] = ["acme/billing", "acme/sales"].map(|scope| {
            let actor = Actor::new(format!("service:{scope}")).unwrap();
            vault.scope(scope).unwrap().acting_as(actor)
        });
        above.put("SHARED", "value-1").unwrap();
        for name in ["OWN", "UNUSED", "GONE"] {
            billing.put(name, "a value").unwrap();
        }
        for _ in 0..3 {
            billing
                .resolve("<<$secret.SHARED>> <<$secret.OWN>>")
                .unwrap();
        }
        let target = Target::tool("crm").with_host("crm.example.com").unwrap();
        let target = target.with_surface(Surface::Header);
        sales.resolve_for(&target, "<<$secret.SHARED>>").unwrap();
        billing.reveal("OWN").unwrap();
        billing.resolve("<<$secret.GONE>>").unwrap();
        vault.flush_usage().unwrap();
        assert_eq!(count(&billing, "GONE"), Some((1, 0)));
        billing.revoke("GONE").unwrap();
        billing.resolve("<<$secret.GONE>>").unwrap_err();
        billing.redactor(["UNUSED"]).unwrap();
        vault.flush_usage().unwrap();
        assert_eq!(count(&billing, "GONE"), Some((1, 0)), "of the revoked one");
        billing.replace_revoked("GONE", "value-5").unwrap();
        assert_eq!(count(&above, "SHARED"), Some((4, 0)), "{mode:?}");
        assert_eq!(count(&billing, "OWN"), Some((3, 1)));
        assert_eq!(count(&billing, "GONE"), None, "a new secret");
        assert_eq!(count(&billing, "UNUSED"), None);
        let last = usage(&above, "SHARED").unwrap();
        assert_eq!(last.actor.as_ref(), sales.actor());
        assert_eq!(last.tool.as_deref(), Some("crm"));
        assert_eq!(last.host.as_deref(), Some("crm.example.com:443"));
        assert_eq!(last.surface, Some(Surface::Header));
        assert!(last.since < last.last_used && !last.instructions);
        let revealed = usage(&billing, "OWN").unwrap();
        assert_eq!((revealed.tool, revealed.host), (None, None));
        let blind = above.with(Permissions::USE).usage("SHARED");
        assert_eq!(blind.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(
            sales.usage("SHARED").unwrap_err().kind(),
            ErrorKind::NotFound,
            "it is the secret of the scope above"
        );
        assert!(vault.verify().unwrap().is_intact(), "{mode:?}");
        assert_eq!(vault.usage_backlog(), Default::default());
    }
}

#[test]
fn nothing_is_counted_unless_it_is_asked_for() {
    let store = Shelf::new();
    let vault = Vault::builder()
        .store(store.clone())
        .audit(AuditMode::Batched);
    let vault = vault.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    scope.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    vault.flush_audit().unwrap();
    assert_eq!(rows(&store, Kind::Usage).len(), 0);
    assert_eq!(count(&scope, "A"), None);
}

#[test]
fn a_use_changes_nothing_of_the_secrets() {
    let store = Shelf::new();
    let vault = counting(store.clone());
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    let own = rows(&store, Kind::Secret)[0].partition;
    let of_tenant = || {
        let mut all = all_rows(&store);
        all.retain(|stored| stored.partition == own);
        all
    };
    let (before, epoch) = (of_tenant(), scope.epoch().unwrap());
    scope.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(of_tenant(), before);
    assert_eq!(scope.epoch().unwrap(), epoch);
    let counted = rows(&store, Kind::Usage);
    assert_eq!(counted.len(), 1);
    assert_ne!(counted[0].partition, own);
    assert_ne!(
        counted[0].row.key.scope(),
        rows(&store, Kind::Secret)[0].row.key.scope()
    );
    assert_eq!(vault.organizations().unwrap().len(), 1);
}

#[test]
fn a_use_makes_no_call_and_a_flush_two_for_each_organization() {
    let store = Arc::new(Counting::default());
    let vault = counting(Arc::clone(&store));
    let scope = vault.scope("acme").unwrap();
    let names: Vec<String> = (0..300).map(|number| format!("N{number}")).collect();
    for name in &names {
        scope.put(name, "a value").unwrap();
    }
    let text: String = names
        .iter()
        .map(|name| format!("<<$secret.{name}>>"))
        .collect();
    scope.resolve(text.as_str()).unwrap();
    let count = |calls: &std::sync::atomic::AtomicUsize| calls.swap(0, Ordering::SeqCst);
    let all = [&store.writes, &store.gets, &store.in_writes];
    let _ = all.map(count);
    for _ in 0..10 {
        scope.resolve(text.as_str()).unwrap();
    }
    assert_eq!(all.map(count), [0, 10, 0]);
    assert_eq!(vault.usage_backlog().waiting, 11 * 300);
    vault.flush_usage().unwrap();
    assert_eq!(all.map(count), [2, 0, 0], "256 secrets in a write");
    let used: Vec<_> = scope.list().with_usage().map(Result::unwrap).collect();
    assert_eq!(count(&store.gets), 2, "256 secrets in a read");
    assert_eq!(used.len(), 300);
    assert!(
        used.iter()
            .all(|used| used.usage.as_ref().unwrap().uses == 11)
    );
    vault.flush_usage().unwrap();
    assert_eq!(all.map(count), [0, 0, 0], "nothing waits");
}

#[test]
fn a_listing_has_the_uses_of_each_secret() {
    let vault = counting(Shelf::new());
    let scope = vault.scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    scope
        .resolve("<<$secret.A>><<$secret.A@1>><<$secret.B>>")
        .unwrap();
    vault.flush_usage().unwrap();
    let mut found: Vec<_> = scope
        .list()
        .with_usage()
        .map(|used| {
            let used = used.unwrap();
            let uses = used.usage.as_ref().map(|usage| usage.uses);
            (used.info.name.to_string(), uses)
        })
        .collect();
    found.sort();
    let expected = [("A", Some(2)), ("B", Some(1)), ("C", None)];
    assert_eq!(found, expected.map(|(name, uses)| (name.to_owned(), uses)));
    let filtered = scope.list().name_contains("B").with_usage();
    assert_eq!(filtered.count(), 1);
    let blind = scope.with(Permissions::USE).list().with_usage();
    assert_eq!(blind.count(), 0);
    let used = scope.list().name_contains("B").with_usage().next().unwrap();
    let json = serde_json::to_value(used.unwrap()).unwrap();
    assert_eq!(
        (&json["name"], &json["usage"]["uses"]),
        (&"B".into(), &1.into())
    );
    assert!(
        json["usage"]["last_used"]
            .as_str()
            .unwrap()
            .starts_with("2027-")
    );
}

#[test]
fn two_open_vaults_add_up() {
    let store = Shelf::new();
    let vaults = [counting(store.clone()), counting(store.clone())];
    vaults[0]
        .scope("acme")
        .unwrap()
        .put("A", "a value")
        .unwrap();
    let threads: Vec<_> = vaults
        .iter()
        .flat_map(|vault| (0..2).map(move |_| vault.clone()))
        .map(|vault| {
            thread::spawn(move || {
                let scope = vault.scope("acme").unwrap();
                for _ in 0..100 {
                    scope.resolve("<<$secret.A>>").unwrap();
                    vault.flush_usage().unwrap();
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    for vault in &vaults {
        vault.flush_usage().unwrap();
        assert_eq!(count(&vault.scope("acme").unwrap(), "A"), Some((400, 0)));
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn open_vaults_of_one_file_add_up() {
    let folder = crate::support::fast_folder();
    let file = folder.path().join("vault.db");
    let first = builder(SqliteStore::create(&file).unwrap());
    let first = first.create(&root_key()).unwrap();
    first.scope("acme").unwrap().put("A", "a value").unwrap();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let vault = builder(SqliteStore::open(&file).unwrap());
            let vault = vault.open(&root_key()).unwrap();
            thread::spawn(move || {
                let scope = vault.scope("acme").unwrap();
                for _ in 0..25 {
                    scope.resolve("<<$secret.A>>").unwrap();
                    vault.flush_usage().unwrap();
                }
                assert_eq!(vault.usage_backlog().lost, 0);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(count(&first.scope("acme").unwrap(), "A"), Some((100, 0)));
    assert!(first.verify().unwrap().is_intact());
}

#[test]
fn uses_of_a_secret_that_is_gone_are_not_those_of_the_next_one() {
    let store = Shelf::new();
    let (vault, slow) = (counting(store.clone()), counting(store.clone()));
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    // One process used the secret, and stores that after another one put a new one there.
    slow.scope("acme")
        .unwrap()
        .resolve("<<$secret.A>>")
        .unwrap();
    scope.resolve("<<$secret.A>><<$secret.A>>").unwrap();
    scope.delete("A").unwrap();
    scope.put("A", "another one").unwrap();
    for _ in 0..3 {
        scope.resolve("<<$secret.A>>").unwrap();
    }
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((3, 0)));
    slow.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((3, 0)));
    assert_eq!(rows(&store, Kind::Usage).len(), 1, "a row for a name");
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn uses_are_stored_by_number_in_time_and_at_the_end() {
    let store = Shelf::new();
    let limits = |batch, millis| {
        let limits = AuditLimits::new().batch(batch);
        limits.delay(Duration::from_millis(millis))
    };
    let reader = counting(store.clone());
    let scope = reader.scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    let uses = || count(&scope, "A").map_or(0, |(uses, _)| uses);
    let open = |limits| {
        let builder = Vault::builder().store(store.clone());
        let builder = builder.count_uses(true).audit_limits(limits);
        builder.open(&root_key()).unwrap()
    };
    let use_one = |vault: &Vault, name: &str| {
        let text = format!("<<$secret.{name}>>");
        vault.scope("acme").unwrap().resolve(&text).unwrap();
    };
    let wait_for = |wanted| {
        while uses() < wanted {
            thread::sleep(Duration::from_millis(5));
        }
    };
    let by_time = open(limits(1_000_000, 20));
    use_one(&by_time, "A");
    wait_for(1);
    let by_number = open(limits(3, 3_600_000));
    // A secret that waits already is no further row to write.
    for _ in 0..9 {
        use_one(&by_number, "A");
    }
    use_one(&by_number, "B");
    assert_eq!(by_number.usage_backlog().waiting, 10);
    use_one(&by_number, "C");
    wait_for(10);
    let at_end = open(limits(1_000_000, 3_600_000));
    use_one(&at_end, "A");
    assert_eq!(at_end.usage_backlog().waiting, 1);
    drop(at_end);
    wait_for(11);
}

#[test]
fn uses_of_what_is_held_in_memory_count() {
    let vault = builder(Shelf::new()).cache(Cache::new());
    let vault = vault.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    for _ in 0..4 {
        scope.resolve("<<$secret.A>>").unwrap();
    }
    let run = scope
        .snapshot(&scope.references("<<$secret.A>>").unwrap())
        .unwrap();
    run.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((5, 0)));
}

#[test]
fn an_erased_organization_has_no_uses() {
    let store = Shelf::new();
    let vault = counting(store.clone());
    for organization in ["acme", "other"] {
        let scope = vault.scope(organization).unwrap();
        scope.put("A", "a value").unwrap();
        scope.resolve("<<$secret.A>>").unwrap();
        vault.flush_usage().unwrap();
        scope.resolve("<<$secret.A>>").unwrap();
    }
    vault.erase_tenant("acme").unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(
        rows(&store, Kind::Usage).len(),
        1,
        "what waited is gone, too"
    );
    assert_eq!(count(&vault.scope("other").unwrap(), "A"), Some((2, 0)));
    assert!(vault.verify().unwrap().is_intact());
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    assert_eq!(count(&scope, "A"), None);
    scope.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((1, 0)));
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn no_row_holds_a_trace_of_a_use() {
    let words = [
        "CANARY_NAME_OF_USE",
        "canary-actor-of-use",
        "canary-tool-of-use",
        "canary-host.example.com",
        "canary-scope",
    ];
    let scanner = Scanner::new(words);
    assert!(scanner.find(b"xx canary-tool-of-use xx").is_some());
    let store = Shelf::new();
    let vault = counting(store.clone());
    let actor = Actor::new(words[1]).unwrap();
    let scope = vault.scope("acme/canary-scope").unwrap().acting_as(actor);
    scope.put(words[0], "a value").unwrap();
    let target = Target::tool(words[2]).with_host(words[3]).unwrap();
    let text = format!("<<$secret.{}>>", words[0]);
    scope.resolve_for(&target, text.as_str()).unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(
        usage(&scope, words[0]).unwrap().tool.as_deref(),
        Some(words[2])
    );
    for stored in all_rows(&store) {
        for bytes in [
            &stored.row.info,
            &stored.row.body,
            &stored.row.key.key.to_vec(),
        ] {
            assert!(scanner.find(bytes).is_none());
        }
    }
}
