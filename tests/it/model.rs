//! Random lives of secrets over 3 tenants and 4 scopes each, by handles of all kinds, against a
//! model of plain maps. The memory store and SQLite must agree with it, and so with each other, in
//! every answer.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    unreachable_pub,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod card;
mod late;
mod life;
mod model;
mod ops;
mod real;

use std::cell::Cell;
use std::path::PathBuf;

use keyslot::Permissions;
use keyslot::store::{MemoryStore, SecretStore, SqliteStore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use self::model::Model;
use self::ops::{Op, Step, Who};
use self::real::{Fault, Home, Real};
use crate::support::fast_folder;

const STEPS: usize = 60;
const KEPT: usize = 3;
/// The time at which each life begins, in seconds.
const START: u64 = 50;

impl Home for MemoryStore {
    fn create(&self) -> Box<dyn SecretStore> {
        Box::new(self.clone())
    }

    fn open(&self) -> Box<dyn SecretStore> {
        Box::new(self.clone())
    }
}

/// A file that is gone with it.
struct File(PathBuf);

impl Home for File {
    fn create(&self) -> Box<dyn SecretStore> {
        Box::new(SqliteStore::create(&self.0).unwrap())
    }

    fn open(&self) -> Box<dyn SecretStore> {
        Box::new(SqliteStore::open(&self.0).unwrap())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-queue", "-ballast"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Lives so many lives, and says what is wrong with the first in which a vault answers otherwise
/// than the model.
fn live<H: Home>(config: Config, fault: Fault, home: impl Fn() -> H) -> Option<String> {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..config
    });
    let lives = (
        prop::bool::weighted(0.2),
        prop::collection::vec(ops::step(), STEPS),
    );
    let anybody = Who {
        permissions: Permissions::ALL,
        actor: None,
    };
    let end = [Op::Reopen, Op::Verify].map(|op| Step { who: anybody, op });
    let result = runner.run(&lives, |(strict, steps)| {
        let home = home();
        let mut real = Real::new(&home, strict, KEPT, START, fault);
        let mut model = Model::new(strict, KEPT, START);
        for (number, step) in steps.iter().chain(&end).enumerate() {
            let (expected, given) = (model.apply(step), real.apply(step));
            if expected != given {
                let message =
                    format!("step {number} {step:?}:\n{given:?} instead of\n{expected:?}");
                return Err(TestCaseError::fail(message));
            }
        }
        Ok(())
    });
    match result {
        Ok(()) => None,
        Err(TestError::Fail(reason, life)) => Some(format!("{reason}\nin {life:#?}")),
        Err(error) => Some(error.to_string()),
    }
}

/// The number of lives: `KEYSLOT_MODEL_CASES` for campaigns.
fn config() -> Config {
    let cases = std::env::var("KEYSLOT_MODEL_CASES")
        .ok()
        .and_then(|number| number.parse().ok());
    Config {
        cases: cases.unwrap_or(3000),
        ..Config::default()
    }
}

#[test]
fn memory_agrees_with_the_model() {
    if let Some(difference) = live(config(), Fault::None, MemoryStore::new) {
        panic!("{difference}");
    }
}

#[test]
fn sqlite_agrees_with_the_model() {
    // Not on a disk: what is tested is what is stored, not how durably.
    let (folder, number) = (fast_folder(), Cell::new(0));
    let home = || {
        number.set(number.get() + 1);
        File(folder.path().join(format!("vault-{}.db", number.get())))
    };
    if let Some(difference) = live(config(), Fault::None, home) {
        panic!("{difference}");
    }
}

/// The model notices when an answer is wrong: no vault with a fault passes.
#[test]
fn vaults_with_a_fault_are_noticed() {
    for fault in Fault::ALL {
        let config = Config {
            cases: 300,
            max_shrink_iters: 0,
            ..Config::default()
        };
        assert!(
            live(config, fault, MemoryStore::new).is_some(),
            "{fault:?} was not noticed"
        );
    }
}
