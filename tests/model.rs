//! Random lives of secrets over 3 tenants and 4 scopes each, against a model of plain maps. The memory store and SQLite must
//! agree with it, and so with each other, in every answer.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use std::collections::BTreeMap;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{MemoryStore, SqliteStore};
use keyslot::{ErrorKind, Scope, SecretInput, Status, Vault};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use support::root_key;

const TENANTS: [&str; 3] = ["acme", "globex", "initech"];
const PATHS: [&str; 4] = ["", "/billing", "/billing/agents", "/support"];
const NAMES: [&str; 3] = ["A", "B", "A key"];
const KEPT: usize = 3;

#[derive(Clone, Debug)]
enum Op {
    Put { place: Place, value: String, inactive: Option<bool> },
    Replace { place: Place, value: String },
    SetStatus { place: Place, status: Status },
    Revoke(Place),
    Delete { place: Place, force: bool },
    Resolve { place: Place, pin: Option<u64> },
    Info(Place),
    Names(Place),
    Reopen,
    Verify,
}

#[derive(Clone, Debug)]
struct Place {
    scope: Scope,
    name: &'static str,
}

fn place() -> impl Strategy<Value = Place> {
    // Few names in few scopes, so that lives cross.
    (prop::sample::select(&TENANTS[..]), prop::sample::select(&PATHS[..]), prop::sample::select(&NAMES[..]))
        .prop_map(|(tenant, path, name)| Place { scope: Scope::new(format!("{tenant}{path}")).unwrap(), name })
}

fn op() -> impl Strategy<Value = Op> {
    let value = "[a-z<>$é]{1,12}";
    let status = prop::sample::select(vec![Status::Active, Status::Inactive, Status::Revoked]);
    prop_oneof![
        6 => (place(), value, prop::option::of(any::<bool>())).prop_map(|(place, value, inactive)| Op::Put { place, value, inactive }),
        2 => (place(), value).prop_map(|(place, value)| Op::Replace { place, value }),
        2 => (place(), status).prop_map(|(place, status)| Op::SetStatus { place, status }),
        1 => place().prop_map(Op::Revoke),
        2 => (place(), any::<bool>()).prop_map(|(place, force)| Op::Delete { place, force }),
        8 => (place(), prop::option::of(1..6_u64)).prop_map(|(place, pin)| Op::Resolve { place, pin }),
        2 => place().prop_map(Op::Info),
        1 => place().prop_map(Op::Names),
        1 => Just(Op::Reopen),
        1 => Just(Op::Verify),
    ]
}

/// What the documentation says, with nothing sealed.
#[derive(Default)]
struct Model {
    secrets: BTreeMap<(String, &'static str), Life>,
}

#[derive(Clone, Debug)]
struct Life {
    status: Option<Status>,
    versions: Vec<(u64, String)>,
    last: u64,
    revision: u64,
}

/// An answer in a form that all three can give.
type Answer = Result<String, ErrorKind>;

impl Model {
    fn life(&mut self, place: &Place) -> Option<&mut Life> {
        self.secrets.get_mut(&(place.scope.to_string(), place.name))
    }

    fn put(&mut self, place: &Place, value: &str, inactive: Option<bool>, replace: bool) -> Answer {
        let key = (place.scope.to_string(), place.name);
        let life = self.secrets.get(&key).cloned();
        match (life.as_ref().and_then(|life| life.status), replace) {
            (Some(Status::Revoked), false) => return Err(ErrorKind::Revoked),
            (Some(Status::Revoked), true) | (_, false) => {}
            (Some(_), true) => return Err(ErrorKind::Conflict),
            (None, true) => return Err(ErrorKind::NotFound),
        }
        let mut life = life.unwrap_or(Life { status: None, versions: vec![], last: 0, revision: 0 });
        let kept = life.status.filter(|status| *status != Status::Revoked).unwrap_or(Status::Active);
        life.status = Some(match inactive {
            Some(true) => Status::Inactive,
            Some(false) => Status::Active,
            None => kept,
        });
        life.last += 1;
        life.revision += 1;
        life.versions.push((life.last, value.to_owned()));
        let surplus = life.versions.len().saturating_sub(KEPT);
        life.versions.drain(..surplus);
        let answer = describe(&life);
        self.secrets.insert(key, life);
        answer
    }

    fn set_status(&mut self, place: &Place, status: Status) -> Answer {
        let life = self.life(place).filter(|life| life.status.is_some()).ok_or(ErrorKind::NotFound)?;
        if life.status != Some(status) {
            if life.status == Some(Status::Revoked) {
                return Err(ErrorKind::Revoked);
            }
            life.status = Some(status);
            life.revision += 1;
            if status == Status::Revoked {
                life.versions.clear();
            }
        }
        describe(life)
    }

    fn delete(&mut self, place: &Place, force: bool) -> Answer {
        let life = self.life(place).filter(|life| life.status.is_some()).ok_or(ErrorKind::NotFound)?;
        if life.status == Some(Status::Revoked) && !force {
            return Err(ErrorKind::Revoked);
        }
        *life = Life { status: None, versions: vec![], last: life.last, revision: life.revision + 1 };
        Ok("deleted".into())
    }

    fn resolve(&mut self, place: &Place, pin: Option<u64>) -> Answer {
        for scope in place.scope.chain() {
            let Some(life) = self.life(&Place { scope, name: place.name }) else { continue };
            match life.status {
                None => continue,
                Some(Status::Revoked) => return Err(ErrorKind::Revoked),
                Some(Status::Inactive) => return Err(ErrorKind::Inactive),
                Some(_) => {}
            }
            let wanted = pin.unwrap_or(life.last);
            let found = life.versions.iter().find(|(number, _)| *number == wanted);
            return found.map(|(_, value)| value.clone()).ok_or(ErrorKind::NoSuchVersion);
        }
        Err(ErrorKind::NotFound)
    }

    fn apply(&mut self, op: &Op) -> Answer {
        match op {
            Op::Put { place, value, inactive } => self.put(place, value, *inactive, false),
            Op::Replace { place, value } => self.put(place, value, None, true),
            Op::SetStatus { place, status } => self.set_status(place, *status),
            Op::Revoke(place) => self.set_status(place, Status::Revoked).map(|_| "revoked".into()),
            Op::Delete { place, force } => self.delete(place, *force),
            Op::Resolve { place, pin } => self.resolve(place, *pin),
            Op::Info(place) => self
                .life(place)
                .filter(|life| life.status.is_some())
                .map_or(Err(ErrorKind::NotFound), |life| describe(life)),
            Op::Names(place) => {
                let scope = place.scope.to_string();
                let here = |((at, _), life): &(&(String, &str), &Life)| *at == scope && life.status.is_some();
                let mut names: Vec<_> = self.secrets.iter().filter(here).map(|((_, name), _)| *name).collect();
                names.sort_unstable();
                Ok(names.join(","))
            }
            Op::Reopen => Ok("open".into()),
            Op::Verify => {
                let live = |life: &&Life| life.status.is_some_and(|status| status != Status::Revoked);
                let secrets = self.secrets.values().filter(live).count();
                Ok(format!("{secrets} and {}", self.secrets.len() - secrets))
            }
        }
    }
}

fn describe(life: &Life) -> Answer {
    let versions: Vec<u64> = life.versions.iter().map(|(number, _)| *number).collect();
    Ok(format!("{:?} {versions:?} r{}", life.status.unwrap(), life.revision))
}

fn apply(vault: &mut Vault, reopen: &dyn Fn() -> Vault, op: &Op) -> Answer {
    let scope = |place: &Place| vault.scope(&place.scope).unwrap();
    let shown = |info: keyslot::SecretInfo| {
        let versions: Vec<u64> = info.versions.iter().map(|kept| kept.version.get()).collect();
        format!("{:?} {versions:?} r{}", info.status, info.revision)
    };
    let kind = |error: keyslot::Error| error.kind();
    match op {
        Op::Put { place, value, inactive } => {
            let input = SecretInput::new(value.as_str());
            let input = match inactive {
                Some(true) => input.inactive(),
                Some(false) => input.active(),
                None => input,
            };
            scope(place).put(place.name, input).map(shown).map_err(kind)
        }
        Op::Replace { place, value } => {
            scope(place).replace_revoked(place.name, value.as_str()).map(shown).map_err(kind)
        }
        Op::SetStatus { place, status } => scope(place).set_status(place.name, *status).map(shown).map_err(kind),
        Op::Revoke(place) => scope(place).revoke(place.name).map(|_| "revoked".into()).map_err(kind),
        Op::Delete { place, force: false } => scope(place).delete(place.name).map(|_| "deleted".into()).map_err(kind),
        Op::Delete { place, force: true } => {
            scope(place).force_delete(place.name).map(|_| "deleted".into()).map_err(kind)
        }
        Op::Resolve { place, pin } => {
            let pin = pin.map_or(String::new(), |pin| format!("@{pin}"));
            let text = format!("<<$secret.{}{pin}>>", place.name);
            scope(place).resolve(&text).map(|resolved| resolved.expose_secret().to_string()).map_err(kind)
        }
        Op::Info(place) => scope(place).info(place.name).map(shown).map_err(kind),
        Op::Names(place) => {
            let names = scope(place).names().map_err(kind)?;
            Ok(names.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        }
        Op::Reopen => {
            *vault = reopen();
            Ok("open".into())
        }
        Op::Verify => {
            let report = vault.verify().map_err(kind)?;
            assert!(report.is_intact(), "{:?}", report.findings);
            Ok(format!("{} and {}", report.secrets, report.tombstones))
        }
    }
}

fn run(cases: u32, make: impl Fn() -> (Vault, Box<dyn Fn() -> Vault>)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let ops = prop::collection::vec(op(), 50);
    let result = runner.run(&ops, |ops| {
        let (mut vault, reopen) = make();
        let mut model = Model::default();
        for (number, op) in ops.iter().chain([&Op::Reopen, &Op::Verify]).enumerate() {
            let (expected, given) = (model.apply(op), apply(&mut vault, &*reopen, op));
            if expected != given {
                return Err(TestCaseError::fail(format!("step {number} {op:?}: {given:?} instead of {expected:?}")));
            }
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// How many sequences: `KEYSLOT_MODEL_CASES` for campaigns.
fn cases(default: u32) -> u32 {
    std::env::var("KEYSLOT_MODEL_CASES").ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

fn settings() -> keyslot::VaultBuilder {
    Vault::builder().kept_versions(KEPT)
}

#[test]
fn memory_agrees_with_the_model() {
    run(cases(2000), || {
        let store = MemoryStore::new();
        let vault = settings().store(store.clone()).create(root_key()).unwrap();
        (vault, Box::new(move || settings().store(store.clone()).open(root_key()).unwrap()))
    });
}

#[test]
fn sqlite_agrees_with_the_model() {
    // Not on a disk: what is tested is what is stored, not how durably.
    let folder = support::fast_folder();
    let number = std::cell::Cell::new(0);
    run(cases(2000), || {
        number.set(number.get() + 1);
        let file = folder.path().join(format!("vault-{}.db", number.get()));
        let _ = std::fs::remove_file(folder.path().join(format!("vault-{}.db", number.get() - 1)));
        let vault = settings().store(SqliteStore::create(&file).unwrap()).create(root_key()).unwrap();
        (vault, Box::new(move || settings().store(SqliteStore::open(&file).unwrap()).open(root_key()).unwrap()))
    });
}

/// The model notices when an answer is wrong: a vault that keeps fewer versions than the model does not pass.
#[test]
#[should_panic(expected = "instead of")]
fn a_vault_that_forgets_is_noticed() {
    run(200, || {
        let store = MemoryStore::new();
        let vault = Vault::builder().kept_versions(1).store(store.clone()).create(root_key()).unwrap();
        (vault, Box::new(move || settings().store(store.clone()).open(root_key()).unwrap()))
    });
}
