//! The cache of opened secrets: what a use costs, and that it sees what a use without a cache sees.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore};
use keyslot::{
    AccessRules, Cache, Error, ErrorKind, Permissions, ScopedVault, SecretChange, SecretInput,
    Status, Target, Vault,
};

use crate::life;
use crate::support::counting::Counting;
use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{all_rows, delete, put, rows};
use crate::support::two_vaults::{NOON, TwoVaults};

/// So long that no test takes it by the clock of the system: only the vault's own clock ends it.
const AGE: Duration = Duration::from_secs(3_600);
const TEXT: &str = "<<$secret.A>>";

/// The first of two vaults has a cache.
fn with_cache(cache: Cache) -> TwoVaults {
    TwoVaults::with(|builder| builder.cache(cache))
}

fn get(scope: &ScopedVault) -> Result<String, ErrorKind> {
    resolve(scope, TEXT)
}

fn resolve(scope: &ScopedVault, text: &str) -> Result<String, ErrorKind> {
    scope
        .resolve(text)
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| error.kind())
}

#[test]
fn a_use_of_what_is_held_is_one_question() {
    let given = with_cache(Cache::new());
    let scope = given.scope();
    given.calls();
    assert_eq!(get(&scope).unwrap(), "value");
    assert_eq!(given.calls(), 1, "one read, with the head");
    for _ in 0..3 {
        let heads = given.heads();
        assert_eq!(get(&scope).unwrap(), "value");
        assert_eq!((given.calls(), given.heads() - heads), (1, 1));
    }
    // By another handle, and for a name that is nowhere.
    assert_eq!(get(&given.scope()).unwrap(), "value");
    assert_eq!(
        resolve(&scope, "<<$secret.NONE>>"),
        Err(ErrorKind::NotFound)
    );
    given.calls();
    let heads = given.heads();
    assert_eq!(
        resolve(&scope, "<<$secret.NONE>>"),
        Err(ErrorKind::NotFound)
    );
    assert_eq!((given.calls(), given.heads() - heads), (1, 1));

    // The control: without a cache rows are read.
    let plain = given.other.scope("acme/billing").unwrap();
    assert_eq!(get(&plain).unwrap(), "value", "it reads the data key");
    given.calls();
    let heads = given.heads();
    assert_eq!(get(&plain).unwrap(), "value");
    assert_eq!((given.calls(), given.heads() - heads), (1, 0));
}

#[test]
fn another_tenant_ends_nothing() {
    let given = with_cache(Cache::new());
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    for vault in [&given.other, &given.vault] {
        let globex = vault.scope("globex").unwrap();
        globex.put("A", "of globex").unwrap();
        let gets = given.store.gets.load(Ordering::SeqCst);
        assert_eq!(get(&scope).unwrap(), "value");
        assert_eq!(given.store.gets.load(Ordering::SeqCst), gets);
    }
    // The control.
    given.elsewhere().put("B", "of acme").unwrap();
    let gets = given.store.gets.load(Ordering::SeqCst);
    assert_eq!(get(&scope).unwrap(), "value");
    assert_eq!(given.store.gets.load(Ordering::SeqCst), gets + 1);
}

/// Changes after which the value is refused, or is another one.
type Change = (&'static str, fn(&Vault), Result<&'static str, ErrorKind>);

fn acme(vault: &Vault) -> ScopedVault {
    vault.scope("acme").unwrap()
}

const CHANGES: [Change; 9] = [
    (
        "revoked",
        |vault| assert!(acme(vault).revoke("A").is_ok()),
        Err(ErrorKind::Revoked),
    ),
    (
        "off",
        |vault| drop(acme(vault).set_status("A", Status::Inactive).unwrap()),
        Err(ErrorKind::Inactive),
    ),
    (
        "deleted",
        |vault| assert!(acme(vault).delete("A").is_ok()),
        Err(ErrorKind::NotFound),
    ),
    (
        "another value",
        |vault| drop(acme(vault).put("A", "another").unwrap()),
        Ok("another"),
    ),
    (
        "narrowed",
        |vault| {
            let rules = AccessRules::new().tool("stripe").unwrap();
            let change = SecretChange::new().rules(rules);
            acme(vault).update("A", change).unwrap();
        },
        Err(ErrorKind::Denied),
    ),
    (
        "shadowed",
        |vault| {
            let near = vault.scope("acme/billing").unwrap();
            near.put("A", "nearer").unwrap();
        },
        Ok("nearer"),
    ),
    (
        "blocked by a nearer one",
        |vault| {
            let near = vault.scope("acme/billing").unwrap();
            near.put("A", "nearer").unwrap();
            near.revoke("A").unwrap();
        },
        Err(ErrorKind::Revoked),
    ),
    (
        "expired",
        |vault| {
            let end = UNIX_EPOCH + Duration::from_secs(NOON);
            let change = SecretChange::new().expires_at(end);
            acme(vault).update("A", change).unwrap();
        },
        Err(ErrorKind::Expired),
    ),
    (
        "erased",
        |vault| assert!(vault.erase_tenant("acme").is_ok()),
        Err(ErrorKind::NotFound),
    ),
];

#[test]
fn an_exact_cache_sees_every_change_at_once() {
    for tells_no_moment in [false, true] {
        for (what, change, expected) in CHANGES {
            for is_own in [true, false] {
                let given = with_cache(Cache::new());
                let moments = &given.store.tells_no_moment;
                moments.store(tells_no_moment, Ordering::SeqCst);
                let scope = given.scope();
                for _ in 0..2 {
                    assert_eq!(get(&scope).unwrap(), "value", "the control");
                }
                change(if is_own { &given.vault } else { &given.other });
                for _ in 0..2 {
                    let got = get(&scope);
                    assert_eq!(got.as_deref(), expected.as_ref().copied(), "{what}");
                }
            }
        }
    }
}

#[test]
fn within_the_age_nobody_is_asked() {
    let given = with_cache(Cache::new().max_age(AGE));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.calls();
    for passed in [0, 1, 100] {
        given.pass(passed);
        assert_eq!(get(&scope).unwrap(), "value");
        assert_eq!(given.calls(), 0, "within the age");
    }
}

#[test]
fn the_age_begins_anew_with_each_question() {
    let idle = Cache::new().idle(AGE * 10);
    let given = with_cache(idle.max_age(AGE));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.calls();
    given.pass(3_599);
    for expected in [0, 1, 0] {
        assert_eq!(get(&scope).unwrap(), "value");
        assert_eq!(given.calls(), expected);
        given.pass(u64::from(expected == 0));
    }
}

#[test]
fn own_changes_are_seen_within_the_age_and_those_of_others_at_its_end() {
    let cache = Cache::new().idle(AGE * 10).max_age(AGE);
    for (what, change, expected) in CHANGES {
        let expected = expected.as_ref().copied();
        let given = with_cache(cache);
        let scope = given.scope();
        assert_eq!(get(&scope).unwrap(), "value", "the control");
        change(&given.vault);
        assert_eq!(get(&scope).as_deref(), expected, "{what}, by this vault");

        let given = with_cache(cache);
        let scope = given.scope();
        assert_eq!(get(&scope).unwrap(), "value", "the control");
        change(&given.other);
        given.pass(3_599);
        assert_eq!(get(&scope).unwrap(), "value", "this is what is traded");
        given.pass(1);
        assert_eq!(get(&scope).as_deref(), expected, "{what}, by another vault");
    }
}

#[test]
fn what_this_open_vault_learns_of_others_ends_the_age() {
    let given = with_cache(Cache::new().max_age(AGE));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.elsewhere().revoke("A").unwrap();
    assert_eq!(get(&scope).unwrap(), "value", "the control");
    // A read of another secret meets the head that the other one left.
    assert_eq!(
        resolve(&scope, "<<$secret.NONE>>"),
        Err(ErrorKind::NotFound)
    );
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
}

#[test]
fn a_clock_that_goes_back_extends_no_age() {
    let given = with_cache(Cache::new().max_age(AGE));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.elsewhere().revoke("A").unwrap();
    given.now.store(NOON - 1, Ordering::SeqCst);
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
}

#[test]
fn a_real_age_ends_although_the_clock_of_the_vault_stands_still() {
    let given = with_cache(Cache::new().max_age(Duration::from_millis(1)));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.elsewhere().revoke("A").unwrap();
    thread::sleep(Duration::from_millis(2));
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
}

#[test]
fn a_write_that_may_have_happened_is_seen_at_once() {
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = Arc::clone(&broken);
    let store = Hooked::new(MemoryStore::new(), move |call| {
        if call == Call::Written && is_broken.load(Ordering::SeqCst) {
            let message = "cut off within the commit";
            return Err(Error::new(ErrorKind::Unsettled, message));
        }
        Ok(())
    });
    let builder = Vault::builder().store(store);
    let vault = builder.cache(Cache::new().max_age(AGE));
    let scope = acme(&vault.create(&root_key()).unwrap());
    scope.put("A", "value").unwrap();
    assert_eq!(get(&scope).unwrap(), "value");
    broken.store(true, Ordering::SeqCst);
    assert_eq!(scope.revoke("A").unwrap_err().kind(), ErrorKind::Unsettled);
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
}

/// A clock that does something the next time it is read.
#[derive(Clone, Default)]
struct Trap(Arc<Mutex<Vec<Act>>>);

type Act = Box<dyn FnOnce() + Send>;

impl Trap {
    /// Does it when the clock is read for the last of these times. Nothing else reads it.
    fn set(&self, reads: usize, act: impl FnOnce() + Send + 'static) {
        let mut acts = self.0.lock().unwrap();
        acts.push(Box::new(act));
        acts.extend((1..reads).map(|_| Box::new(|| ()) as Act));
    }

    fn spring(&self) {
        let act = self.0.lock().unwrap().pop();
        if let Some(act) = act {
            act();
        }
    }
}

#[test]
fn an_older_read_never_takes_the_place_of_a_newer_one() {
    let (store, trap) = (Arc::new(Counting::default()), Trap::default());
    let clock = trap.clone();
    let builder = Vault::builder().store(Arc::clone(&store)).clock(move || {
        clock.spring();
        UNIX_EPOCH + Duration::from_secs(NOON)
    });
    let builder = builder.cache(Cache::new().max_age(AGE));
    let vault = builder.create(&root_key()).unwrap();
    let other = Vault::builder().store(Arc::clone(&store));
    let other = other.open(&root_key()).unwrap();
    let scope = acme(&vault);
    scope.put("A", "value").unwrap();

    // The rows are read between the second and the third reading of the clock: then another vault
    // revokes, and this one reads that.
    let (newer, sprung) = (scope.clone(), Arc::new(AtomicBool::new(false)));
    let is_sprung = Arc::clone(&sprung);
    trap.set(3, move || {
        acme(&other).revoke("A").unwrap();
        assert_eq!(get(&newer), Err(ErrorKind::Revoked));
        is_sprung.store(true, Ordering::SeqCst);
    });
    // The use began before the secret was revoked.
    assert_eq!(get(&scope).unwrap(), "value");
    assert!(sprung.load(Ordering::SeqCst));
    let calls = store.calls();
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
    assert_eq!(store.calls(), calls, "the newer one is held");

    // A write of this open vault in between: nothing is held of the time before it.
    let own = scope.clone();
    scope.put("B", "value").unwrap();
    trap.set(3, move || {
        own.put("C", "value").unwrap();
    });
    assert_eq!(resolve(&scope, "<<$secret.B>>").unwrap(), "value");
    let calls = store.calls();
    assert_eq!(resolve(&scope, "<<$secret.B>>").unwrap(), "value");
    assert_eq!(store.calls(), calls + 1);
    assert_eq!(resolve(&scope, "<<$secret.B>>").unwrap(), "value");
    assert_eq!(store.calls(), calls + 1, "the control");
}

#[test]
fn the_gate_is_asked_at_each_use() {
    let given = with_cache(Cache::new().max_age(AGE));
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let rules = AccessRules::new().tool("stripe").unwrap();
    let input = SecretInput::new("value").rules(rules);
    let input = input.not_before(at(NOON + 10)).expires_at(at(NOON + 60));
    acme(&given.vault).put("A", input).unwrap();
    let scope = given.scope();
    let use_by = |tool: &str| {
        let resolved = scope.resolve_for(&Target::tool(tool), TEXT);
        resolved.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(use_by("stripe"), Err(ErrorKind::NotYetValid));
    given.calls();
    for (passed, tool, expected) in [
        (9, "stripe", Err(ErrorKind::NotYetValid)),
        (1, "mailer", Err(ErrorKind::Denied)),
        (0, "stripe", Ok(())),
        (0, "mailer", Err(ErrorKind::Denied)),
        (49, "stripe", Ok(())),
        (1, "stripe", Err(ErrorKind::Expired)),
    ] {
        given.pass(passed);
        assert_eq!(use_by(tool), expected);
    }
    assert_eq!(given.calls(), 0, "all of it from memory");
    given.now.store(NOON + 30, Ordering::SeqCst);
    assert_eq!(use_by("stripe"), Err(ErrorKind::Expired), "it stays so");
}

#[test]
fn errors_and_events_are_those_of_a_vault_without_a_cache() {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let observer = move |event: &keyslot::Event<'_>| {
        sink.lock().unwrap().push(format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            event.name,
            event.found_in,
            event.version,
            event.fingerprint,
            event.outcome,
            event.target
        ));
    };
    let given = TwoVaults::with(|builder| builder.cache(Cache::new()).observer(observer));
    let own = given.vault.scope("acme/billing").unwrap();
    own.put("B", SecretInput::new("value").inactive()).unwrap();
    acme(&given.vault).put("A", "second").unwrap();
    acme(&given.vault).put("C", "revoked").unwrap();
    acme(&given.vault).revoke("C").unwrap();
    let text = "<<$secret.A>> <<$secret.A@1>> <<$secret.A@9>> <<$secret.B>> <<$secret.C>> \
                <<$secret.NONE>> <<A>>";
    let mut told = Vec::new();
    for _ in 0..3 {
        events.lock().unwrap().clear();
        let error = given.scope().resolve(text).unwrap_err();
        let errors: Vec<String> = error.all().map(ToString::to_string).collect();
        told.push((errors, events.lock().unwrap().clone()));
    }
    assert_eq!(told[0].1.len(), 7);
    assert!(
        told[0].1[0].contains("Ok"),
        "the control: {:?}",
        told[0].1[0]
    );
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    let plain = given.other.scope("acme/billing").unwrap();
    let error = plain.resolve(text).unwrap_err();
    let errors: Vec<String> = error.all().map(ToString::to_string).collect();
    assert_eq!(told[0].0, errors);
}

#[test]
fn a_handle_that_may_not_use_reads_as_before() {
    let given = with_cache(Cache::new());
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    let blind = scope.with(Permissions::READ);
    for _ in 0..2 {
        given.calls();
        let heads = given.heads();
        assert_eq!(get(&blind), Err(ErrorKind::NotFound));
        assert_eq!((given.calls(), given.heads() - heads), (1, 0));
    }
    assert_eq!(get(&scope).unwrap(), "value");
}

#[test]
fn idle_secrets_are_given_up_by_the_next_use() {
    let given = with_cache(Cache::new().max_age(AGE).idle(Duration::from_secs(60)));
    acme(&given.vault).put("B", "value").unwrap();
    let scope = given.scope();
    let calls = |text: &str| {
        given.calls();
        assert_eq!(resolve(&scope, text).unwrap(), "value");
        given.calls()
    };
    let (a, b) = (TEXT, "<<$secret.B>>");
    assert_eq!((calls(a), calls(b)), (1, 1));
    for _ in 0..3 {
        given.pass(59);
        assert_eq!(calls(a), 0, "it was used");
    }
    assert_eq!(calls(b), 1, "it was idle");
    given.pass(60);
    assert_eq!(calls(a), 1);
}

#[test]
fn the_memory_is_bounded_and_the_oldest_is_given_up() {
    let cache = Cache::new().max_age(AGE).bytes(100_000);
    let given = with_cache(cache);
    let scope = given.scope();
    let value = "x".repeat(1_000);
    for number in 0..100 {
        acme(&given.vault)
            .put(format!("N{number}"), value.as_str())
            .unwrap();
    }
    let calls = |number: usize| {
        given.calls();
        assert!(resolve(&scope, &format!("<<$secret.N{number}>>")).is_ok());
        given.calls()
    };
    for number in 0..100 {
        assert_eq!(calls(number), 1);
        given.pass(1);
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(calls(99), 0, "the newest is there");
    let held = (0..100)
        .rev()
        .take_while(|&number| calls(number) == 0)
        .count();
    assert!((10..50).contains(&held), "{held} of 2.5 KB each");
}

#[test]
fn a_cleared_cache_holds_nothing() {
    let given = with_cache(Cache::new().max_age(AGE));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    given.calls();
    assert_eq!(get(&scope).unwrap(), "value");
    assert_eq!(given.calls(), 0, "the control");
    given.vault.clear_cache();
    assert_eq!(get(&scope).unwrap(), "value");
    assert_eq!(given.calls(), 1);
}

#[test]
fn a_store_that_was_put_back_is_refused_until_it_is_accepted() {
    for cache in [Cache::new(), Cache::new().max_age(Duration::from_secs(5))] {
        let given = with_cache(cache);
        let scope = given.scope();
        assert_eq!(get(&scope).unwrap(), "value");
        let before = all_rows(&given.store.store);
        acme(&given.vault).put("A", "second").unwrap();
        assert_eq!(get(&scope).unwrap(), "second");
        for row in &before {
            put(&given.store.store, row);
        }
        given.pass(5);
        for _ in 0..2 {
            assert_eq!(get(&scope), Err(ErrorKind::Tampered));
        }
        given.vault.accept_rollback("a test").unwrap();
        for _ in 0..2 {
            assert_eq!(get(&scope).unwrap(), "value");
        }
    }
}

#[test]
fn a_damaged_secret_is_not_held() {
    let given = with_cache(Cache::new());
    let scope = given.scope();
    let whole = rows(&given.store.store, Kind::Secret).pop().unwrap();
    put(
        &given.store.store,
        &whole.with(|row| {
            let last = row.body.last_mut().unwrap();
            *last ^= 1;
        }),
    );
    for _ in 0..2 {
        assert_eq!(get(&scope), Err(ErrorKind::Corrupt));
    }
    put(&given.store.store, &whole);
    assert_eq!(get(&scope).unwrap(), "value");
}

#[test]
fn with_a_guard_a_use_is_one_question_and_every_read_is_compared() {
    let given = TwoVaults::with(|builder| builder.cache(Cache::new()).guard(1_000));
    let scope = given.scope();
    assert_eq!(get(&scope).unwrap(), "value");
    for _ in 0..2 {
        given.calls();
        let heads = given.heads();
        assert_eq!(get(&scope).unwrap(), "value");
        assert_eq!((given.calls(), given.heads() - heads), (1, 1));
    }
    given.elsewhere().put("B", "value").unwrap();
    assert_eq!(get(&scope).unwrap(), "value");
    // What is held is what the head accounts for; what is read is compared with it.
    for row in rows(&given.store.store, Kind::Secret) {
        delete(&given.store.store, &row);
    }
    assert_eq!(get(&scope).unwrap(), "value");
    assert_eq!(resolve(&scope, "<<$secret.B>>"), Err(ErrorKind::Tampered));
    given.vault.clear_cache();
    assert_eq!(get(&scope), Err(ErrorKind::Tampered));
}

#[test]
fn a_whole_life_is_told_as_without_a_cache() {
    let vaults = life::cached_vaults(4_000);
    for (at, act) in life::SCRIPT.iter().enumerate() {
        life::act(&vaults[at % vaults.len()], act);
        for (scope, name, _) in &life::ANSWERS {
            let told = vaults.each_ref().map(|vault| life::ask(vault, scope, name));
            assert!(
                told.iter().all(|one| *one == told[3]),
                "{scope} {name}: {told:?}"
            );
        }
    }
    for (scope, name, answer) in &life::ANSWERS {
        for vault in &vaults {
            assert_eq!(
                life::ask(vault, scope, name).as_deref(),
                answer.as_ref().copied()
            );
        }
    }
}

#[test]
fn after_a_revocation_was_acknowledged_nobody_gets_the_value() {
    for age in [Duration::ZERO, AGE] {
        let given = with_cache(Cache::new().max_age(age));
        let own = acme(&given.vault);
        for round in 0..20 {
            let name = format!("R{round}");
            let text = format!("<<$secret.{name}>>");
            own.put(&name, "value").unwrap();
            let revoked = AtomicBool::new(false);
            thread::scope(|threads| {
                for _ in 0..3 {
                    threads.spawn(|| {
                        loop {
                            let is_revoked = revoked.load(Ordering::SeqCst);
                            let got = resolve(&own, &text);
                            if is_revoked {
                                assert_eq!(got, Err(ErrorKind::Revoked));
                                break;
                            }
                        }
                    });
                }
                thread::yield_now();
                own.revoke(&name).unwrap();
                revoked.store(true, Ordering::SeqCst);
            });
        }
    }
}

#[cfg(all(feature = "sqlite", unix))]
#[test]
fn a_file_that_was_replaced_is_noticed_within_a_second() {
    use keyslot::store::SqliteStore;
    let folder = crate::support::fast_folder();
    let file = folder.path().join("vault.db");
    let now = Arc::new(std::sync::atomic::AtomicU64::new(NOON));
    let clock = Arc::clone(&now);
    let builder = Vault::builder()
        .store(SqliteStore::create(&file).unwrap())
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)));
    let vault = builder.cache(Cache::new()).create(&root_key()).unwrap();
    let scope = acme(&vault);
    scope.put("A", "value").unwrap();
    assert_eq!(get(&scope).unwrap(), "value");
    std::fs::rename(&file, folder.path().join("away.db")).unwrap();
    now.fetch_add(1, Ordering::SeqCst);
    for _ in 0..2 {
        assert!(get(&scope).is_err());
    }
    std::fs::rename(folder.path().join("away.db"), &file).unwrap();
    assert_eq!(get(&scope).unwrap(), "value");
}
