//! Random lives of two open vaults on one store, and a plain list of what was done: the logs say
//! exactly that, in the same order, whatever is logged and whoever reads.
#![cfg(feature = "sqlite")]
#![allow(clippy::pedantic)]

mod history;
mod reading;
mod steps;
mod world;

use std::cell::Cell;

use keyslot::store::{MemoryStore, SecretStore, SqliteStore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use self::steps::{Setting, Step};
use self::world::{Plant, World};
use crate::support::fast_folder;

const STEPS: usize = 50;

/// Opens the store of a vault once more, as another process would.
type Open<'s> = &'s dyn Fn() -> Box<dyn SecretStore>;

/// Lives one life, and says where the logs are not what was done.
fn live(
    open: Open<'_>,
    settings: [Setting; 2],
    steps: &[Step],
    plant: Plant,
) -> Result<(), String> {
    let mut world = World::new(open, settings, plant);
    for (number, step) in steps.iter().enumerate() {
        world
            .take(number, step)
            .map_err(|wrong| format!("step {number} {step:?}: {wrong}"))?;
    }
    world.end()
}

/// Lives lives until one is logged otherwise than it was.
fn lives(cases: u32, plant: Plant, store: impl Fn(&dyn Fn(Open<'_>))) -> Option<String> {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: if plant == Plant::Nothing { 2000 } else { 0 },
        ..Config::default()
    });
    let lives = (
        [steps::setting(), steps::setting()],
        prop::collection::vec(steps::step(), STEPS),
    );
    let result = runner.run(&lives, |(settings, steps)| {
        let wrong = Cell::new(None);
        store(&|open| wrong.set(live(open, settings, &steps, plant).err()));
        wrong
            .take()
            .map_or(Ok(()), |wrong| Err(TestCaseError::fail(wrong)))
    });
    match result {
        Ok(()) => None,
        Err(TestError::Fail(reason, life)) => Some(format!("{reason}\nin {life:#?}")),
        Err(error) => Some(error.to_string()),
    }
}

/// The number of lives: `KEYSLOT_MODEL_CASES` for campaigns.
fn cases(usual: u32) -> u32 {
    let cases = std::env::var("KEYSLOT_MODEL_CASES").ok();
    cases
        .and_then(|number| number.parse().ok())
        .unwrap_or(usual)
}

fn in_memory(live: &dyn Fn(Open<'_>)) {
    let store = MemoryStore::new();
    live(&|| Box::new(store.clone()));
}

#[test]
fn logs_in_memory_say_what_was_done() {
    if let Some(wrong) = lives(cases(120), Plant::Nothing, in_memory) {
        panic!("{wrong}");
    }
}

#[test]
fn logs_in_a_file_say_what_was_done() {
    let (folder, number) = (fast_folder(), Cell::new(0));
    let in_a_file = |live: &dyn Fn(Open<'_>)| {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("vault-{}.db", number.get()));
        drop(SqliteStore::create(&path).unwrap());
        live(&|| Box::new(SqliteStore::open(&path).unwrap()));
    };
    if let Some(wrong) = lives(cases(24), Plant::Nothing, in_a_file) {
        panic!("{wrong}");
    }
}

/// The control: a log that says something else is noticed.
#[test]
fn wrong_entries_are_noticed() {
    for plant in Plant::ALL {
        assert!(
            lives(200, plant, in_memory).is_some(),
            "{plant:?} was not noticed"
        );
    }
}
