//! A vault made once opens for ever: its rows and its file are kept here, with what they must
//! answer, and with copies that are damaged in one way each and what must become of those. Nothing
//! here seals; a new format gets new vectors beside these.
//!
//! The one test that is ignored by default made them. It refuses to make them again.

#![cfg(feature = "vault")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::path::PathBuf;

use crate::life::{self, ask, builder, store_of};
use crate::support::rows::Stored;
use keyslot::store::{Kind, Partition, Row, RowKey};
use keyslot::{Error, ErrorKind, RootKey, Vault};
use serde::{Deserialize, Serialize};

/// All of it, as it is in the file. Bytes are in hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    root_key: String,
    /// The time at which the vault was made and is asked, in seconds since 1970.
    now: u64,
    rows: Vec<StoredRow>,
    answers: Vec<Answer>,
    damaged: Vec<Damaged>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRow {
    what: String,
    kind: u8,
    key: String,
    partition: String,
    epoch: u64,
    info: String,
    body: String,
}

/// The answer for a name, or a name with a pin, in a scope: a value, or the kind of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    scope: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    error: Option<String>,
}

/// A copy that is damaged in one way.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Damaged {
    defect: String,
    edits: Vec<Edit>,
    /// The kind of the refusal, if it does not open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    refused: Option<String>,
    /// The answers that are not those of the intact vault.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    answers: Vec<Answer>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    row: String,
    #[serde(flatten)]
    change: Change,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    /// The row is not there.
    Gone,
    /// Its info or body ends after so many bytes.
    Cut(Part, usize),
    /// Its info or body goes on with these bytes.
    Append(Part, String),
    /// The bits of a mask are turned in a byte of its info or body.
    Flip(Part, usize, u8),
    /// A part is that of another row. `all` is all but the identity of the row; with the partition
    /// of another row, it lies there under its own key.
    From(Part, String),
    /// The row is there once more, under a key that no row has.
    Twice,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Partition,
    Epoch,
    Info,
    Body,
    All,
}

impl Edit {
    fn apply(&self, rows: &mut Vec<(String, Stored)>) {
        let place = |name: &str| {
            rows.iter()
                .position(|(what, _)| what == name)
                .unwrap_or_else(|| panic!("no {name}"))
        };
        let at = place(&self.row);
        match &self.change {
            Change::Gone => drop(rows.remove(at)),
            Change::Cut(part, length) => part.bytes(&mut rows[at].1).truncate(*length),
            Change::Append(part, bytes) => part.bytes(&mut rows[at].1).extend(unhex(bytes)),
            Change::Flip(part, byte, mask) => part.bytes(&mut rows[at].1)[*byte] ^= mask,
            Change::From(part, other) => {
                let from = rows[place(other)].1.clone();
                let row = &mut rows[at].1;
                match part {
                    Part::Partition => row.partition = from.partition,
                    Part::Epoch => row.epoch = from.epoch,
                    Part::Info => row.row.info = from.row.info,
                    Part::Body => row.row.body = from.row.body,
                    Part::All => {
                        row.row = Row {
                            key: row.key,
                            ..from.row
                        }
                    }
                }
            }
            Change::Twice => {
                let mut row = rows[at].1.clone();
                row.key.key = [0xA5; 32];
                rows.push((String::new(), row));
            }
        }
    }
}

impl Part {
    fn bytes(self, row: &mut Row) -> &mut Vec<u8> {
        match self {
            Self::Info => &mut row.info,
            Self::Body => &mut row.body,
            _ => panic!("a part of fixed length"),
        }
    }
}

impl StoredRow {
    fn row(&self) -> (String, Stored) {
        let key = RowKey {
            kind: Kind::from_number(self.kind).unwrap(),
            key: unhex(&self.key).try_into().unwrap(),
        };
        let partition = Partition(unhex(&self.partition).try_into().unwrap());
        let row = Row {
            key,
            epoch: self.epoch,
            info: unhex(&self.info),
            body: unhex(&self.body),
        };
        (self.what.clone(), Stored { partition, row })
    }
}

impl Answer {
    fn of(vault: &Vault, scope: &str, name: &str) -> Self {
        let answer = ask(vault, scope, name);
        Self::new(scope, name, answer.as_deref().map_err(|kind| *kind))
    }

    fn new(scope: &str, name: &str, answer: Result<&str, ErrorKind>) -> Self {
        let error = answer.err().map(|kind| format!("{kind:?}"));
        Self {
            scope: scope.to_owned(),
            name: name.to_owned(),
            value: answer.ok().map(str::to_owned),
            error,
        }
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn folder() -> PathBuf {
    crate::support::repository().join("tests/vectors")
}

fn vector() -> Vector {
    serde_json::from_str(&std::fs::read_to_string(folder().join("vault-1.json")).unwrap()).unwrap()
}

fn open(vector: &Vector, rows: &[(String, Stored)]) -> Result<Vault, Error> {
    assert_eq!(
        vector.now,
        life::NOW,
        "the clock stands still at the time of the vector"
    );
    let rows: Vec<Stored> = rows.iter().map(|(_, row)| row.clone()).collect();
    builder()
        .store(store_of(&rows))
        .open(&RootKey::from_hex(&vector.root_key).unwrap())
}

#[test]
fn the_vault_opens_and_answers() {
    let vector = vector();
    let rows: Vec<_> = vector.rows.iter().map(StoredRow::row).collect();
    let vault = open(&vector, &rows).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    for expected in &vector.answers {
        assert_eq!(
            Answer::of(&vault, &expected.scope, &expected.name),
            *expected
        );
    }
    println!("{} rows, {} answers", rows.len(), vector.answers.len());
    assert!(
        rows.len() > 25
            && vector
                .answers
                .iter()
                .filter(|answer| answer.value.is_some())
                .count()
                > 15
    );
    let wrong = builder().store(store_of(
        &rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(),
    ));
    assert_eq!(
        wrong
            .open(&RootKey::generate().unwrap())
            .unwrap_err()
            .kind(),
        ErrorKind::WrongKey
    );
}

#[test]
fn each_damaged_copy_is_refused_as_it_must() {
    let vector = vector();
    for damaged in &vector.damaged {
        let mut rows: Vec<_> = vector.rows.iter().map(StoredRow::row).collect();
        for edit in &damaged.edits {
            edit.apply(&mut rows);
        }
        let what = &damaged.defect;
        let opened = open(&vector, &rows);
        let refused = opened
            .as_ref()
            .err()
            .map(|error| format!("{:?}", error.kind()));
        assert_eq!(refused, damaged.refused, "{what}");
        let Ok(vault) = opened else { continue };
        assert!(
            !vault.verify().unwrap().is_intact(),
            "{what}: verify reports it"
        );
        for intact in &vector.answers {
            let is_same =
                |other: &&Answer| (&other.scope, &other.name) == (&intact.scope, &intact.name);
            let expected = damaged.answers.iter().find(is_same).unwrap_or(intact);
            assert_eq!(
                Answer::of(&vault, &intact.scope, &intact.name),
                *expected,
                "{what}"
            );
        }
    }
    println!("{} damaged copies", vector.damaged.len());
    assert!(vector.damaged.len() > 30);
}

#[cfg(all(feature = "sqlite", unix))]
#[test]
fn the_file_opens_and_answers_and_goes_on() {
    use std::os::unix::fs::PermissionsExt;
    let vector = vector();
    let folder_of_copy = tempfile::tempdir().unwrap();
    let copy = folder_of_copy.path().join("vault.db");
    let bytes = std::fs::read(folder().join("vault-1.db")).unwrap();
    assert!(bytes.len() < 64 * 1024);
    std::fs::write(&copy, &bytes).unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
    let open = || {
        let store = keyslot::store::SqliteStore::open(&copy).unwrap();
        builder()
            .store(store)
            .open(&RootKey::from_hex(&vector.root_key).unwrap())
            .unwrap()
    };
    let check = |vault: &Vault| {
        assert!(vault.verify().unwrap().is_intact());
        for expected in &vector.answers {
            assert_eq!(
                Answer::of(vault, &expected.scope, &expected.name),
                *expected
            );
        }
    };
    let vault = open();
    check(&vault);
    vault.scope("acme").unwrap().put("NEW", "of today").unwrap();
    drop(vault);
    let vault = open();
    check(&vault);
    assert_eq!(ask(&vault, "acme", "NEW").as_deref(), Ok("of today"));
}

#[cfg(feature = "sqlite")]
mod bless {
    use std::collections::BTreeMap;
    use std::io::Read;

    use keyslot::store::MemoryStore;
    use keyslot::{SecretStore, SqliteStore};

    use super::*;
    use crate::life::{self, ANSWERS, SCRIPT, act};
    use crate::support::rows::all_rows;

    /// Makes the vectors, if there are none. Run it with `KEYSLOT_BLESS=1` and `--ignored`.
    #[test]
    #[ignore = "made the vectors once"]
    fn make_the_vectors() {
        if std::env::var_os("KEYSLOT_BLESS").is_none() {
            return;
        }
        let (json, file) = (folder().join("vault-1.json"), folder().join("vault-1.db"));
        assert!(
            !json.exists() && !file.exists(),
            "vectors are never made again"
        );
        std::fs::create_dir_all(folder()).unwrap();
        let mut root_key = [0; RootKey::LEN];
        std::fs::File::open("/dev/urandom")
            .unwrap()
            .read_exact(&mut root_key)
            .unwrap();
        let root_key = hex(&root_key);

        let vault = builder().store(SqliteStore::create(&file).unwrap());
        let vault = vault
            .create(&RootKey::from_hex(&root_key).unwrap())
            .unwrap();
        for step in &SCRIPT {
            act(&vault, step);
        }
        drop(vault);

        let store = MemoryStore::new();
        let vault = builder()
            .store(store.clone())
            .create(&RootKey::from_hex(&root_key).unwrap())
            .unwrap();
        let mut names = BTreeMap::new();
        name_new_rows(&store, "", "", &mut names);
        for step in &SCRIPT {
            act(&vault, step);
            name_new_rows(&store, step.0, step.1, &mut names);
        }
        let row = |Stored { partition, row }| StoredRow {
            what: names[&row.key].clone(),
            kind: row.key.kind.number(),
            key: hex(&row.key.key),
            partition: hex(&partition.0),
            epoch: row.epoch,
            info: hex(&row.info),
            body: hex(&row.body),
        };
        let rows: Vec<StoredRow> = all_rows(&store).into_iter().map(row).collect();
        let answers = ANSWERS
            .iter()
            .map(|(scope, name, answer)| Answer::new(scope, name, *answer))
            .collect();
        let vector = Vector {
            root_key,
            now: life::NOW,
            damaged: damaged(),
            rows,
            answers,
        };
        std::fs::write(json, serde_json::to_string_pretty(&vector).unwrap() + "\n").unwrap();
    }

    /// A row belongs to what was written when it came to be.
    fn name_new_rows(
        store: &dyn SecretStore,
        scope: &str,
        name: &str,
        names: &mut BTreeMap<RowKey, String>,
    ) {
        let tenant = scope.split('/').next().unwrap();
        for row in all_rows(store)
            .into_iter()
            .filter(|row| !names.contains_key(&row.key))
            .collect::<Vec<_>>()
        {
            let what = match row.key.kind {
                Kind::Header => "header".to_owned(),
                Kind::Slot => "slot".to_owned(),
                Kind::VaultSecret => "vault secret".to_owned(),
                Kind::DataKey => format!("data key of {tenant}"),
                Kind::Head => format!("head of {tenant}"),
                Kind::Secret => format!("{scope} {name}"),
                Kind::Version => {
                    let before = format!("{scope} {name}@");
                    format!(
                        "{before}{}",
                        names
                            .values()
                            .filter(|what| what.starts_with(&before))
                            .count()
                            + 1
                    )
                }
                kind => panic!("{kind:?} is new"),
            };
            names.insert(row.key, what);
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| b"0123456789abcdef"[usize::from(digit)] as char)
            .collect()
    }

    #[allow(clippy::too_many_lines)]
    fn damaged() -> Vec<Damaged> {
        use Change::{Append, Cut, Flip, From, Gone, Twice};
        use ErrorKind::{Corrupt, NoSuchVersion, NotAVault, UnsupportedFormat, WrongKey};
        use Part::{All, Body, Epoch, Info, Partition};
        let from = |part, row: &str| From(part, row.to_owned());
        let append = |part, bytes: &str| Append(part, bytes.to_owned());
        // An envelope is magic, suite, key id[16], nonce[24], commitment[32], ciphertext, tag[16].
        // In front of the envelope of a secret's info is the identity of the secret, 16 bytes.
        vec![
            refused("header missing", "header", Gone, NotAVault),
            refused(
                "header of another magic",
                "header",
                Flip(Info, 0, 1),
                Corrupt,
            ),
            unfinished_copy(),
            refused(
                "header of format 2",
                "header",
                Flip(Info, 9, 3),
                UnsupportedFormat,
            ),
            refused(
                "header of suite 2",
                "header",
                Flip(Info, 10, 3),
                UnsupportedFormat,
            ),
            refused(
                "header of another vault",
                "header",
                Flip(Info, 11, 1),
                WrongKey,
            ),
            refused("header cut off", "header", Cut(Info, 26), Corrupt),
            refused(
                "header with a byte more",
                "header",
                append(Info, "00"),
                Corrupt,
            ),
            refused("slot missing", "slot", Gone, Corrupt),
            refused(
                "slot of another form",
                "slot",
                Flip(Info, 0, 3),
                UnsupportedFormat,
            ),
            refused(
                "slot of an unknown derivation",
                "slot",
                Flip(Info, 12, 8),
                UnsupportedFormat,
            ),
            refused(
                "slot with an unknown field",
                "slot",
                append(Info, "0300000000"),
                UnsupportedFormat,
            ),
            refused("slot cut off", "slot", Cut(Info, 33), Corrupt),
            refused(
                "slot of another key",
                "slot",
                Flip(Info, 33, 0x80),
                WrongKey,
            ),
            refused(
                "slot body of an unknown suite",
                "slot",
                Flip(Body, 1, 3),
                UnsupportedFormat,
            ),
            refused(
                "slot body with another nonce",
                "slot",
                Flip(Body, 18, 1),
                Corrupt,
            ),
            refused(
                "slot body with another commitment",
                "slot",
                Flip(Body, 42, 1),
                Corrupt,
            ),
            refused("slot body flipped", "slot", Flip(Body, 74, 1), Corrupt),
            refused("slot body missing", "slot", Cut(Body, 0), Corrupt),
            refused("vault secret missing", "vault secret", Gone, Corrupt),
            refused(
                "vault secret flipped",
                "vault secret",
                Flip(Body, 74, 1),
                Corrupt,
            ),
            refused(
                "vault secret is the wrapped vault key",
                "vault secret",
                from(Body, "slot"),
                Corrupt,
            ),
            opened(
                "data key missing",
                "data key of globex",
                Gone,
                all_of("globex", Corrupt),
            ),
            opened(
                "data key flipped",
                "data key of globex",
                Flip(Body, 74, 1),
                all_of("globex", Corrupt),
            ),
            opened(
                "data key state flipped",
                "data key of globex",
                Flip(Info, 74, 1),
                all_of("globex", Corrupt),
            ),
            opened(
                "data key of another tenant",
                "data key of globex",
                from(All, "data key of acme"),
                all_of("globex", Corrupt),
            ),
            opened(
                "data key in the list of another tenant",
                "data key of globex",
                from(Partition, "head of acme"),
                all_of("globex", Corrupt),
            ),
            opened("head missing", "head of acme", Gone, vec![]),
            opened("head flipped", "head of acme", Flip(Info, 74, 1), vec![]),
            opened(
                "head of another tenant",
                "head of acme",
                from(All, "head of globex"),
                vec![],
            ),
            opened(
                "head in the list of another tenant",
                "head of acme",
                from(Partition, "head of globex"),
                vec![],
            ),
            opened(
                "head of another epoch",
                "head of acme",
                from(Epoch, "head of globex"),
                vec![],
            ),
            opened("head twice", "head of acme", Twice, vec![]),
            opened(
                "record flipped",
                "acme/billing A",
                Flip(Info, 16 + 74, 1),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record of another identity",
                "acme/billing A",
                Flip(Info, 0, 1),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record cut off",
                "acme/billing A",
                Cut(Info, 15),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record of an unknown suite",
                "acme/billing A",
                Flip(Info, 17, 3),
                secret("acme/billing", "A", UnsupportedFormat),
            ),
            opened(
                "record of a key that is not there",
                "acme/billing A",
                Flip(Info, 18, 1),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record of another secret",
                "acme/billing A",
                from(Info, "acme A"),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record of another epoch",
                "acme/billing A",
                from(Epoch, "acme A"),
                secret("acme/billing", "A", Corrupt),
            ),
            opened(
                "record in the list of another tenant",
                "acme/billing A",
                from(Partition, "globex A"),
                [
                    ("acme/billing", "A@1", Ok("equal everywhere")),
                    ("acme/billing", "A@2", Err(NoSuchVersion)),
                    ("acme/billing", "A@3", Err(NoSuchVersion)),
                    ("acme/billing/agents/7", "A@2", Err(NoSuchVersion)),
                ]
                .map(|(scope, name, answer)| Answer::new(scope, name, answer))
                .to_vec(),
            ),
            opened(
                "revoked name with a record that is active",
                "acme/billing B",
                from(All, "acme B"),
                secret("acme/billing", "B", Corrupt),
            ),
            opened(
                "row of another tenant under the same name",
                "initech A",
                from(All, "globex A"),
                secret("initech", "A", Corrupt),
            ),
            opened(
                "value flipped",
                "acme/billing A",
                Flip(Body, 74, 1),
                newest_of_billing_a(Corrupt),
            ),
            opened(
                "value of an unknown suite",
                "acme/billing A",
                Flip(Body, 1, 3),
                newest_of_billing_a(UnsupportedFormat),
            ),
            opened(
                "value of an older version",
                "acme/billing A",
                from(Body, "acme/billing A@2"),
                newest_of_billing_a(Corrupt),
            ),
            opened(
                "value missing",
                "acme/billing A",
                Cut(Body, 0),
                newest_of_billing_a(Corrupt),
            ),
            opened(
                "value where there is none",
                "acme/billing B",
                from(Body, "acme B"),
                vec![],
            ),
            opened(
                "older value flipped",
                "acme/billing A@2",
                Flip(Body, 74, 1),
                second_of_billing_a(),
            ),
            opened(
                "older value missing",
                "acme/billing A@2",
                Gone,
                second_of_billing_a(),
            ),
            opened(
                "older value is the one before it",
                "acme/billing A@2",
                from(Body, "acme/billing A@1"),
                second_of_billing_a(),
            ),
            opened("older value twice", "acme/billing A@2", Twice, vec![]),
            opened("record twice", "acme/billing A", Twice, vec![]),
            opened(
                "record missing",
                "initech A",
                Gone,
                secret("initech", "A", ErrorKind::NotFound),
            ),
            opened(
                "tombstone of a deleted secret missing",
                "acme/billing D",
                Gone,
                vec![],
            ),
            // What is above shows, which only `verify` can tell.
            opened(
                "tombstone of a revoked secret missing",
                "acme/billing B",
                Gone,
                ["B", "B@1"]
                    .map(|name| Answer::new("acme/billing", name, Ok("acme B")))
                    .to_vec(),
            ),
        ]
    }

    /// The header with the magic of a copy that is not whole.
    fn unfinished_copy() -> Damaged {
        let flips = b"keyslot".iter().zip(b"copying").enumerate();
        let edit = |(at, (from, to)): (usize, (&u8, &u8))| Edit {
            row: "header".to_owned(),
            change: Change::Flip(Part::Info, at, from ^ to),
        };
        Damaged {
            defect: "header of an unfinished copy".to_owned(),
            edits: flips.map(edit).collect(),
            refused: Some(format!("{:?}", ErrorKind::NotAVault)),
            answers: Vec::new(),
        }
    }

    fn refused(defect: &str, row: &str, change: Change, kind: ErrorKind) -> Damaged {
        let edits = vec![Edit {
            row: row.to_owned(),
            change,
        }];
        Damaged {
            defect: defect.to_owned(),
            edits,
            refused: Some(format!("{kind:?}")),
            answers: Vec::new(),
        }
    }

    fn opened(defect: &str, row: &str, change: Change, answers: Vec<Answer>) -> Damaged {
        let edits = vec![Edit {
            row: row.to_owned(),
            change,
        }];
        Damaged {
            defect: defect.to_owned(),
            edits,
            refused: None,
            answers,
        }
    }

    fn all_of(tenant: &str, kind: ErrorKind) -> Vec<Answer> {
        let of_tenant = ANSWERS
            .iter()
            .filter(|(scope, ..)| scope.split('/').next() == Some(tenant));
        of_tenant
            .map(|(scope, name, _)| Answer::new(scope, name, Err(kind)))
            .collect()
    }

    /// All that a secret answers, also in scopes below that have no such name.
    fn secret(its: &str, name: &str, kind: ErrorKind) -> Vec<Answer> {
        let has_own = |scope: &str| {
            SCRIPT
                .iter()
                .any(|(own, same, _)| *own == scope && *same == name)
        };
        let is_its = |scope: &str| {
            scope == its
                || scope
                    .strip_prefix(its)
                    .is_some_and(|rest| rest.starts_with('/'))
                    && !has_own(scope)
        };
        let answers = ANSWERS
            .iter()
            .filter(|(scope, pinned, _)| is_its(scope) && pinned.split('@').next() == Some(name));
        answers
            .map(|(scope, pinned, _)| Answer::new(scope, pinned, Err(kind)))
            .collect()
    }

    fn newest_of_billing_a(kind: ErrorKind) -> Vec<Answer> {
        [
            ("acme/billing", "A"),
            ("acme/billing", "A@3"),
            ("acme/billing/agents/7", "A"),
        ]
        .map(|(scope, name)| Answer::new(scope, name, Err(kind)))
        .to_vec()
    }

    fn second_of_billing_a() -> Vec<Answer> {
        ["acme/billing", "acme/billing/agents/7"]
            .map(|scope| Answer::new(scope, "A@2", Err(ErrorKind::Corrupt)))
            .to_vec()
    }
}
