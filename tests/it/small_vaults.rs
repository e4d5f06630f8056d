//! Vaults of one secret, made by a second implementation (`tests/interop`): each has something that
//! no vault writes, or that few vaults have. Frozen, as the vectors of a whole vault are.
#![cfg(feature = "vault")]

use keyslot::store::{Kind, Partition, Row, RowKey};
use keyslot::{Error, RootKey, Vault};
use serde_json::Value;

use crate::life::{NOW, ask, builder, store_of};
use crate::support::repository;
use crate::support::rows::Stored;

fn vectors() -> Value {
    let file = repository().join("tests/vectors/small_vaults.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn bytes<const N: usize>(digits: &Value) -> [u8; N] {
    unhex(digits).try_into().unwrap()
}

fn unhex(digits: &Value) -> Vec<u8> {
    base16ct::lower::decode_vec(digits.as_str().unwrap()).unwrap()
}

fn row(vector: &Value) -> Stored {
    let kind = u8::try_from(vector["kind"].as_u64().unwrap()).unwrap();
    let row = Row {
        key: RowKey {
            kind: Kind::from_number(kind).unwrap(),
            key: bytes(&vector["key"]),
        },
        epoch: vector["epoch"].as_u64().unwrap(),
        info: unhex(&vector["info"]),
        body: unhex(&vector["body"]),
    };
    Stored {
        partition: Partition(bytes(&vector["partition"])),
        row,
    }
}

/// The rows of a case: those of all, and its own in place of those with the same key.
fn rows(all: &Value, case: &Value) -> Vec<Stored> {
    let own: Vec<_> = case["rows"].as_array().unwrap().iter().map(row).collect();
    let others = all["rows"].as_array().unwrap().iter().map(row);
    let others = others.filter(|row| own.iter().all(|own| own.place() != row.place()));
    others.chain(own.clone()).collect()
}

fn kind(error: &Error) -> Value {
    format!("{:?}", error.kind()).into()
}

#[test]
fn each_opens_and_answers_as_the_other_implementation_says() {
    let all = vectors();
    assert_eq!(all["now"], NOW, "the clock stands still at that time");
    let keys: Vec<RootKey> = all["root_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| RootKey::from_hex(key.as_str().unwrap()).unwrap())
        .collect();
    let [scope, name] = ["scope", "name"].map(|part| all[part].as_str().unwrap());
    let cases = all["cases"].as_array().unwrap();
    let (mut intact, mut opened) = (0, 0);
    for case in cases {
        let rows = rows(&all, case);
        let what = &case["name"];
        let outcomes = keys.iter().zip(case["opens"].as_array().unwrap());
        for (key, expected) in outcomes {
            // Each time a store of its own, because a vault that opens may change it.
            let vault: Result<Vault, Error> = builder().store(store_of(&rows)).open(key);
            let refused = vault.as_ref().err().map_or(Value::Null, kind);
            assert_eq!(refused, *expected, "{what}");
            let Ok(vault) = vault else { continue };
            opened += 1;
            let answer = match ask(&vault, scope, name) {
                Ok(value) => serde_json::json!({ "value": value }),
                Err(kind) => serde_json::json!({ "error": format!("{kind:?}") }),
            };
            assert_eq!(answer, case["answer"], "{what}");
            let report = vault.verify().unwrap();
            assert_eq!(case["intact"], report.is_intact(), "{what}: {report:?}");
            intact += usize::from(report.is_intact());
        }
    }
    assert!(
        cases.len() >= 24 && opened >= 60 && intact == 6,
        "{} cases, {opened} opened, {intact} intact",
        cases.len()
    );
}

/// The cases are about one change each: without it, the same vault opens for each of its owners.
#[test]
fn each_case_changes_rows_of_one_vault_that_is_intact() {
    let all = vectors();
    let cases = all["cases"].as_array().unwrap();
    let [control, others @ ..] = &cases[..] else {
        panic!("there are no cases");
    };
    assert!(control["rows"].as_array().unwrap().is_empty());
    let base: Vec<_> = all["rows"].as_array().unwrap().iter().map(row).collect();
    for case in others {
        let own = case["rows"].as_array().unwrap();
        assert!((1..=2).contains(&own.len()), "{}", case["name"]);
        assert!(own.iter().all(|own| !base.contains(&row(own))));
    }
}
