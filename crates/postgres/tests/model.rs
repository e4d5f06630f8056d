//! Random lives of secrets against a model of plain maps: the test of the vault itself, over this
//! store.
#![allow(
    unreachable_pub,
    dead_code,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "../../../tests/it/model/card.rs"]
mod card;
#[path = "../../../tests/it/model/late.rs"]
mod late;
#[path = "../../../tests/it/model/life.rs"]
mod life;
#[path = "../../../tests/it/model/model.rs"]
mod model;
#[path = "../../../tests/it/model/ops.rs"]
mod ops;
#[path = "../../../tests/it/model/real.rs"]
mod real;

use keyslot::Permissions;
use keyslot::store::SecretStore;
use keyslot_postgres::{PostgresConfig, PostgresStore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::model::Model;
use self::ops::{Op, Step, Who};
use self::real::{Fault, Home, Real};
use crate::support::{config, server};

struct Schema(PostgresConfig);

impl Home for Schema {
    fn create(&self) -> Box<dyn SecretStore> {
        Box::new(PostgresStore::create(&self.0).unwrap())
    }

    fn open(&self) -> Box<dyn SecretStore> {
        Box::new(PostgresStore::open(&self.0).unwrap())
    }
}

/// Lives; a campaign sets more.
fn lives() -> u32 {
    let lives = std::env::var("KEYSLOT_POSTGRES_LIVES");
    lives.map_or(25, |lives| lives.parse().unwrap())
}

/// Lives so many lives; gives what is wrong with the first in which a vault answers otherwise.
fn live(url: &str, lives: u32, fault: Fault) -> Result<(), String> {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        max_shrink_iters: 64,
        cases: lives,
        ..Config::default()
    });
    let anybody = Who {
        permissions: Permissions::ALL,
        actor: None,
    };
    let end = [Op::Reopen, Op::Verify].map(|op| Step { who: anybody, op });
    let life = (
        prop::bool::weighted(0.2),
        prop::collection::vec(ops::step(), 60),
    );
    let lived = runner.run(&life, |(strict, steps)| {
        let home = Schema(config(url));
        let mut real = Real::new(&home, strict, 3, 50, fault);
        let mut model = Model::new(strict, 3, 50);
        for (number, step) in steps.iter().chain(&end).enumerate() {
            let (expected, given) = (model.apply(step), real.apply(step));
            if expected != given {
                let message = format!("step {number} {step:?}: {given:?} instead of {expected:?}");
                return Err(TestCaseError::fail(message));
            }
        }
        Ok(())
    });
    lived.map_err(|error| error.to_string())
}

#[test]
fn a_vault_over_postgresql_answers_as_the_model() {
    let Some(server) = server() else { return };
    live(&server.url, lives(), Fault::None).unwrap();
    // The control: a vault that forgets versions is noticed.
    live(&server.url, 200, Fault::Forgets).unwrap_err();
}
