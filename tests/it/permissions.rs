//! A secret that a handle may not read looks as if it were not there: the same answer, after the
//! same calls of the store. A change that it may not make is denied before any call.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity
)]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use crate::support::{SINGLE, fast_folder, memory_vault, root_key, value};
use keyslot::store::{
    HeadRead, Kind, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey,
    Scan, SelfCheck, SqliteStore, WriteTx, WriteWork,
};
use keyslot::template::Grants;
use keyslot::{
    Actor, ErrorKind, OnExisting, Permissions, Result, ScopedVault, SecretChange, SecretStore,
    Status, Target, Vault, Version,
};
use proptest::prelude::*;

/// Writes down what is asked of it: which call, of how many keys, of which kinds.
#[derive(Debug, Default)]
struct Recording {
    store: MemoryStore,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Recording {
    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

fn kinds(keys: &[RowKey]) -> Vec<Kind> {
    keys.iter().map(|key| key.kind).collect()
}

impl SecretStore for Recording {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.note(format!("get {:?}", kinds(keys)));
        self.store.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.note(format!("scan {}", words(scan)));
        self.store.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.note("read".into());
        self.store.read(partition, work)
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.note(format!("write {:?}", kinds(first)));
        self.store.write(partition, first, &mut |rows, tx| {
            work(rows, &mut RecordingTx { tx, store: self })
        })
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.note("head".into());
        self.store.head(partition, head, known)
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.note(format!("partitions {limit}"));
        self.store.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.note("purge".into());
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.note("self_check".into());
        self.store.self_check()
    }
}

fn words(scan: &Scan) -> String {
    format!("{:?} {} {}", scan.kind, scan.size.rows, scan.bodies)
}

struct RecordingTx<'a> {
    tx: &'a mut dyn WriteTx,
    store: &'a Recording,
}

impl ReadTx for RecordingTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.store.note(format!("get in write {:?}", kinds(keys)));
        self.tx.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.store.note(format!("scan in write {}", words(scan)));
        self.tx.scan(scan)
    }
}

impl WriteTx for RecordingTx<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.store.note(format!("put {:?}", row.key.kind));
        self.tx.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.store.note(format!("delete {:?}", key.kind));
        self.tx.delete(key)
    }
}

/// A vault with its record of calls. In `acme/billing` there is nothing but what `fill` puts there.
struct Watched {
    vault: Vault,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    /// Opened anew after it was filled, so that nothing is known yet, or not.
    fn new(cold: bool, fill: impl Fn(&Vault)) -> Self {
        let store = Arc::new(Recording::default());
        let calls = Arc::clone(&store.calls);
        let mut vault = Vault::builder()
            .store(Arc::clone(&store))
            .create(&root_key())
            .unwrap();
        // The organization has a head and a key either way.
        vault
            .scope("acme/other")
            .unwrap()
            .put("OTHER", "value")
            .unwrap();
        fill(&vault);
        if cold {
            vault = Vault::builder().store(store).open(&root_key()).unwrap();
        }
        Self { vault, calls }
    }

    /// The answer without the name, and the calls that it took.
    fn ask(&self, method: Method, permissions: Permissions, name: &str) -> (Answer, Vec<String>) {
        self.calls.lock().unwrap().clear();
        let (scope, other) = (
            self.vault.scope("acme/billing").unwrap(),
            self.vault.scope("acme/target").unwrap(),
        );
        let anonymous = |text: String| text.replace(name, "_");
        let answer = (method.call)(&scope.with(permissions), &other, name);
        let answer = answer.map(anonymous).map_err(|error| {
            // A call for many names is denied as a whole.
            let is_of_many = method.needs == Permissions::COPY || method.name.ends_with("_all");
            assert!(error.name() == Some(name) || is_of_many, "{}", method.name);
            (error.kind(), anonymous(error.to_string()))
        });
        (answer, self.calls.lock().unwrap().clone())
    }
}

type Answer = std::result::Result<String, (ErrorKind, String)>;

#[derive(Clone, Copy)]
struct Method {
    name: &'static str,
    needs: Permissions,
    call: fn(&ScopedVault, &ScopedVault, &str) -> Result<String>,
}

fn placeholder(name: &str) -> String {
    format!("<<$secret.{name}>>")
}

fn told<T>(result: Result<T>) -> Result<String> {
    result.map(|_| "done".to_owned())
}

/// Every public method that reads something under a name, or lists names.
const METHODS: &[Method] = &[
    Method {
        name: "resolve",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.resolve(&placeholder(name))),
    },
    Method {
        name: "resolve, pinned",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.resolve(&format!("<<{name}@1>>"))),
    },
    Method {
        name: "resolve_for",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.resolve_for(&Target::tool("mail"), &*placeholder(name))),
    },
    Method {
        name: "resolve_json",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.resolve_json(&serde_json::json!([placeholder(name)]))),
    },
    #[cfg(feature = "http")]
    Method {
        name: "resolve_headers",
        needs: Permissions::USE,
        call: |scope, _, name| {
            told(scope.resolve_headers(&Target::tool("mail"), [("X-Key", placeholder(name))]))
        },
    },
    Method {
        name: "resolve_model_args",
        needs: Permissions::USE,
        call: |scope, _, name| {
            let grants = Grants::new().name(name)?;
            told(scope.resolve_model_args(&Target::tool("mail"), &*placeholder(name), &grants))
        },
    },
    Method {
        name: "check",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.check(&Target::unspecified(), &*placeholder(name))),
    },
    Method {
        name: "snapshot",
        needs: Permissions::USE,
        call: |scope, _, name| {
            let run = scope.snapshot(&scope.references(&*placeholder(name))?)?;
            run.refresh()?;
            told(run.resolve(&placeholder(name)))
        },
    },
    Method {
        name: "redactor",
        needs: Permissions::USE,
        call: |scope, _, name| told(scope.redactor([name])),
    },
    Method {
        name: "redactor, of everything",
        needs: Permissions::REDACT,
        call: |scope, _, name| told(scope.redactor_for(&Target::unspecified(), [name])),
    },
    Method {
        name: "info",
        needs: Permissions::READ,
        call: |scope, _, name| told(scope.info(name)),
    },
    Method {
        name: "explain",
        needs: Permissions::READ,
        call: |scope, _, name| {
            let references = scope.references(&*placeholder(name))?;
            let one = scope
                .explain(&Target::unspecified(), &references)?
                .remove(0);
            assert!(
                one.verdict.is_ok()
                    || (one.scope.is_none() && one.status.is_none() && one.shadowed.is_empty())
            );
            told(one.verdict)
        },
    },
    Method {
        name: "missing",
        needs: Permissions::READ,
        call: |scope, _, name| {
            Ok(format!(
                "{:?}",
                scope.missing(&scope.references(&*placeholder(name))?)?
            ))
        },
    },
    Method {
        name: "unused",
        needs: Permissions::READ,
        call: |scope, _, _| Ok(format!("{:?}", scope.unused([])?)),
    },
    Method {
        name: "names",
        needs: Permissions::READ,
        call: |scope, _, _| Ok(format!("{:?}", scope.names()?)),
    },
    Method {
        name: "list",
        needs: Permissions::READ,
        call: |scope, _, _| Ok(scope.list().count().to_string()),
    },
    Method {
        name: "list, inherited",
        needs: Permissions::READ,
        call: |scope, _, _| Ok(scope.list().inherited().count().to_string()),
    },
    Method {
        name: "matches",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.matches(name, "guess")),
    },
    Method {
        name: "reveal",
        needs: Permissions::REVEAL,
        call: |scope, _, name| told(scope.reveal(name)),
    },
];

/// Every public method that changes something, with the permission that it needs on the handle it
/// is called on.
const CHANGES: &[Method] = &[
    Method {
        name: "put",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.put(name, "next")),
    },
    Method {
        name: "replace_revoked",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.replace_revoked(name, "next")),
    },
    Method {
        name: "update",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.update(name, SecretChange::default().description("new"))),
    },
    Method {
        name: "set_status",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.set_status(name, Status::Inactive)),
    },
    Method {
        name: "revoke",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.revoke(name)),
    },
    Method {
        name: "delete",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.delete(name)),
    },
    Method {
        name: "force_delete",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.force_delete(name)),
    },
    Method {
        name: "rollback",
        needs: Permissions::MANAGE,
        call: |scope, _, name| told(scope.rollback(name, Version::FIRST)),
    },
    Method {
        name: "clone_to",
        needs: Permissions::COPY,
        call: |scope, to, name| told(scope.clone_to(name, to)),
    },
    Method {
        name: "clone_all_to",
        needs: Permissions::COPY,
        call: |scope, to, _| scope.clone_all_to(to).map(|count| count.to_string()),
    },
    Method {
        name: "put_all",
        needs: Permissions::MANAGE,
        call: |scope, _, name| {
            let done = scope.put_all([(name, "next")], OnExisting::Version);
            Ok(done?.changed.to_string())
        },
    },
    Method {
        name: "delete_all",
        needs: Permissions::MANAGE,
        call: |scope, _, name| Ok(scope.delete_all([name])?.changed.to_string()),
    },
    Method {
        name: "force_delete_all",
        needs: Permissions::MANAGE,
        call: |scope, _, name| Ok(scope.force_delete_all([name])?.changed.to_string()),
    },
    Method {
        name: "set_status_all",
        needs: Permissions::MANAGE,
        call: |scope, _, name| {
            let done = scope.set_status_all([name], Status::Inactive);
            Ok(done?.changed.to_string())
        },
    },
];

fn lacks(method: Method, permissions: Permissions) -> bool {
    let either = match method.name {
        "matches" => Permissions::REVEAL,
        "redactor" => Permissions::REDACT,
        "redactor, of everything" => Permissions::USE,
        _ => method.needs,
    };
    !permissions.contains(method.needs) && !permissions.contains(either)
}

/// Ways in which a secret is there and cannot be seen.
const HIDDEN: [(&str, fn(&Vault)); 4] = [
    ("active", |vault| {
        drop(
            vault
                .scope("acme/billing")
                .unwrap()
                .put("NAME_ONE", "value")
                .unwrap(),
        )
    }),
    ("inactive", |vault| {
        let scope = vault.scope("acme/billing").unwrap();
        scope
            .put("NAME_ONE", keyslot::SecretInput::new("value").inactive())
            .unwrap();
    }),
    ("of many versions", |vault| {
        let scope = vault.scope("acme/billing").unwrap();
        ["one", "two", "three"]
            .into_iter()
            .for_each(|value| drop(scope.put("NAME_ONE", value).unwrap()));
    }),
    ("revoked", |vault| {
        let scope = vault.scope("acme/billing").unwrap();
        scope.put("NAME_ONE", "value").unwrap();
        scope.revoke("NAME_ONE").unwrap();
    }),
];

#[test]
fn without_the_permission_nothing_is_there_and_it_costs_the_same() {
    for cold in [false, true] {
        for &method in METHODS {
            let empty = || Watched::new(cold, |_| {});
            let mut nothing = empty().ask(method, Permissions::ALL, "NAME_TWO");
            if matches!(method.name, "check" | "explain") {
                // For a name that is unknown these scan for one to propose. That depends on the
                // handle alone, and a handle without the permission never does.
                nothing.1.retain(|call| !call.starts_with("scan"));
            }
            let all_but = SINGLE
                .into_iter()
                .filter(|one| lacks(method, *one))
                .fold(Permissions::NONE, |all, one| all | one);
            for permissions in SINGLE
                .into_iter()
                .chain([all_but])
                .filter(|one| lacks(method, *one))
            {
                let what = format!("{} with {permissions:?}, cold: {cold}", method.name);
                assert_eq!(
                    empty().ask(method, permissions, "NAME_ONE"),
                    nothing,
                    "{what}, nothing there"
                );
                for (how, fill) in HIDDEN {
                    let hidden = Watched::new(cold, fill).ask(method, permissions, "NAME_ONE");
                    assert_eq!(hidden, nothing, "{what}, {how}");
                }
            }
            let seen = Watched::new(cold, HIDDEN[0].1)
                .ask(method, method.needs, "NAME_ONE")
                .0;
            assert!(
                seen.is_ok() && seen != nothing.0,
                "{}: the permission is enough, and it is seen",
                method.name
            );
        }
    }
}

#[test]
fn bad_input_29_a_name_of_another_tenant_tells_nothing() {
    const THERE: [(&str, fn(&ScopedVault)); 3] = [
        ("exists", |scope| {
            drop(scope.put("NAME_ONE", "value").unwrap())
        }),
        ("is revoked", |scope| {
            scope.put("NAME_ONE", "value").unwrap();
            scope.revoke("NAME_ONE").unwrap();
        }),
        ("was deleted", |scope| {
            scope.put("NAME_ONE", "value").unwrap();
            scope.delete("NAME_ONE").unwrap();
        }),
    ];
    for &method in METHODS.iter().chain(CHANGES) {
        let nothing = Watched::new(false, |_| {}).ask(method, Permissions::ALL, "NAME_TWO");
        for (what, fill) in THERE {
            for theirs in ["globex", "globex/billing", "acme2/billing", "acm/ebilling"] {
                let foreign = Watched::new(false, |vault| fill(&vault.scope(theirs).unwrap()));
                let answer = foreign.ask(method, Permissions::ALL, "NAME_ONE");
                assert_eq!(
                    answer, nothing,
                    "{} of a name that {what} in {theirs}",
                    method.name
                );
            }
        }
    }
}

#[test]
fn a_change_without_the_permission_is_denied_before_the_store_is_asked() {
    for &method in CHANGES {
        for (_, fill) in HIDDEN
            .into_iter()
            .chain([("absent", (|_| {}) as fn(&Vault))])
        {
            for permissions in SINGLE.into_iter().filter(|one| !one.contains(method.needs)) {
                let (answer, calls) = Watched::new(true, fill).ask(method, permissions, "NAME_ONE");
                let what = format!("{} with {permissions:?}", method.name);
                assert!(
                    answer.is_err_and(|(kind, _)| kind == ErrorKind::Denied),
                    "{what}"
                );
                assert!(calls.is_empty(), "{what}: {calls:?}");
            }
            let (answer, calls) = Watched::new(true, fill).ask(method, method.needs, "NAME_ONE");
            assert!(
                !answer.is_err_and(|(kind, _)| kind == ErrorKind::Denied) && !calls.is_empty(),
                "the control"
            );
        }
    }
}

/// A copy hands a value over, so both sides must agree.
#[test]
fn a_copy_needs_a_permission_on_either_side() {
    for &method in CHANGES
        .iter()
        .filter(|method| method.needs == Permissions::COPY)
    {
        for (from, to) in SINGLE
            .into_iter()
            .flat_map(|from| SINGLE.map(|to| (from, to)))
        {
            let watched = Watched::new(true, HIDDEN[0].1);
            let (scope, target) = ["acme/billing", "acme/target"]
                .map(|scope| watched.vault.scope(scope).unwrap())
                .into();
            watched.calls.lock().unwrap().clear();
            let copied = (method.call)(&scope.with(from), &target.with(to), "NAME_ONE");
            let is_silent = watched.calls.lock().unwrap().is_empty();
            if from == Permissions::COPY && to == Permissions::MANAGE {
                assert!(copied.is_ok() && !is_silent, "the control");
            } else {
                assert_eq!(
                    copied.unwrap_err().kind(),
                    ErrorKind::Denied,
                    "{} {from:?} {to:?}",
                    method.name
                );
                assert!(is_silent && value(&target, "NAME_ONE").is_err());
            }
        }
    }
}

#[test]
fn bad_input_35_names_of_two_tenants_never_share_a_snapshot() {
    let folder = fast_folder();
    let sqlite = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let stores: [Box<dyn SecretStore>; 2] = [Box::new(MemoryStore::new()), Box::new(sqlite)];
    for store in stores {
        let vault = Vault::builder().store(store).create(&root_key()).unwrap();
        // Without their separators these are the same text, and the tenants' epochs are the same
        // numbers.
        let scopes = ["a/bc", "ab/c", "abc", "a/b/c"].map(|path| vault.scope(path).unwrap());
        let runs = scopes.each_ref().map(|scope| {
            scope.put("NAME", format!("of {}", scope.scope())).unwrap();
            scope
                .snapshot(&scope.references("<<$secret.NAME>>").unwrap())
                .unwrap()
        });
        let asked = || {
            runs.each_ref().map(|run| {
                use keyslot::secrecy::ExposeSecret;
                run.resolve("<<$secret.NAME>>")
                    .map(|text| text.expose_secret().to_string())
                    .map_err(|error| error.kind())
            })
        };
        assert_eq!(
            asked(),
            ["of a/bc", "of ab/c", "of abc", "of a/b/c"].map(|text| Ok(text.to_owned()))
        );
        scopes[1].revoke("NAME").unwrap();
        let after = asked();
        assert_eq!(after[1], Err(ErrorKind::Revoked));
        assert_eq!(
            [&after[0], &after[2], &after[3]].map(|one| one.is_ok()),
            [true; 3],
            "the others are not touched"
        );
        for (run, scope) in runs.iter().zip(&scopes) {
            run.refresh().unwrap();
            assert_eq!(
                run.resolve("<<$secret.NAME>>").is_ok(),
                value(scope, "NAME").is_ok()
            );
        }
    }
}

proptest! {
    #[test]
    fn narrowing_is_never_widened(
        chain in prop::collection::vec(prop::collection::vec(0..SINGLE.len(), 0..4), 1..6),
    ) {
        let scope = memory_vault().scope("acme/billing").unwrap();
        scope.put("NAME", "value").unwrap();
        let mut handle = scope.clone();
        for (number, some) in chain.iter().enumerate() {
            let wanted = some.iter().fold(Permissions::NONE, |all, one| all | SINGLE[*one]);
            let before = handle.permissions();
            handle = handle.with(wanted);
            if number % 2 == 1 {
                handle = handle.acting_as(Actor::new("user:ada").unwrap()).clone();
            }
            let now = handle.permissions();
            prop_assert!(before.contains(now) && wanted.contains(now));
            prop_assert_eq!(handle.with(Permissions::ALL).permissions(), now, "there is no way \
                                                                               back");
            for one in SINGLE {
                prop_assert_eq!(now.contains(one), before.contains(one) && wanted.contains(one));
            }
        }
        let may = |permission| handle.permissions().contains(permission);
        prop_assert_eq!(value(&handle, "NAME").is_ok(), may(Permissions::USE));
        prop_assert_eq!(handle.info("NAME").is_ok(), may(Permissions::READ));
        prop_assert_eq!(handle.reveal("NAME").is_ok(), may(Permissions::REVEAL));
        prop_assert_eq!(handle.put("NAME", "next").is_ok(), may(Permissions::MANAGE));
        prop_assert!(value(&scope, "NAME").is_ok(), "the handle that it was made of is as it was");
    }
}
