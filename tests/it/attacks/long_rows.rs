//! Rows that no vault writes fill nobody's memory.

use std::num::NonZeroU32;
use std::path::Path;

use keyslot::store::{Kind, PageSize, Partition, Row, RowKey, Scan, SecretStore, SqliteStore};
use keyslot::{ErrorKind, Vault};
use rusqlite::Connection;

use crate::support::resident::most_memory;
use crate::support::rows::{all_of, partitions};
use crate::support::{again, fast_folder, root_key};

/// Resident memory above this is not what a vault needs for one page.
const MOST: usize = 64 << 20;

fn vault(file: &Path) -> Vault {
    let vault = Vault::create(file, &root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    (0..20).for_each(|number| drop(scope.put(format!("KEY_{number}"), "value").unwrap()));
    vault
}

/// Plants rows of this kind, with the tag of the scope, in the partition that the vault's own rows
/// have.
fn plant(file: &Path, kind: u8, count: u32, info: usize, body: usize) {
    let sql = Connection::open(file).unwrap();
    let (key, partition): (Vec<u8>, Vec<u8>) = sql
        .query_row(
            "SELECT key, partition FROM rows WHERE kind = 6",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let partition = match kind {
        2 => Partition::VAULT.0.to_vec(),
        _ => partition,
    };
    let transaction = sql.unchecked_transaction().unwrap();
    for number in 0..count {
        let key = [&key[..16], &[0; 12], &number.to_be_bytes()].concat();
        let planted = (&partition, kind, key, vec![0x4b; info], vec![0x4b; body]);
        transaction
            .execute("INSERT INTO rows VALUES (?1, ?2, ?3, 1, ?4, ?5)", planted)
            .unwrap();
    }
    transaction.commit().unwrap();
}

/// Each in a process of its own, because memory that was given back may stay with the process. The
/// parent starts them.
#[test]
fn planted_rows_take_no_more_memory_than_a_page() {
    for case in ["list", "verify", "open", "scopes", "control"] {
        let child = again(module_path!(), "one_case_of_planted_rows")
            .args(["--ignored", "--nocapture"])
            .env("KEYSLOT_CASE", case)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        assert!(
            child.status.success(),
            "{case}: {said}{}",
            String::from_utf8_lossy(&child.stderr)
        );
        assert!(said.contains(&format!("{case} took")), "{said}");
        said.lines()
            .filter(|line| line.contains("took"))
            .for_each(|line| println!("{line}"));
    }
}

#[test]
#[ignore = "a child process of the test above"]
fn one_case_of_planted_rows() {
    let Ok(case) = std::env::var("KEYSLOT_CASE") else {
        return;
    };
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let vault = vault(&file);
    let short = 900 << 10;
    let (most, expected) = match case.as_str() {
        "list" => {
            plant(&file, 6, 300, short, 0);
            let scope = vault.scope("acme").unwrap();
            let (listed, most) = most_memory(|| scope.list().filter(Result::is_ok).count());
            (most, listed == 20)
        }
        "verify" => {
            plant(&file, 6, 150, short, short);
            let (report, most) = most_memory(|| vault.verify());
            (most, !report.unwrap().is_intact())
        }
        "scopes" => {
            plant(&file, 6, 300, short, 0);
            let (scopes, most) = most_memory(|| vault.scopes("acme").is_err());
            (most, scopes)
        }
        "open" => {
            plant(&file, 2, 64, short, short);
            let (opened, most) = most_memory(|| Vault::open(&file, &root_key()).map(drop));
            (most, opened.is_err())
        }
        _ => {
            plant(&file, 6, 100, short, 0);
            let store = SqliteStore::open(&file).unwrap();
            let tenant = partitions(&store).unwrap()[1];
            let (page, most) = most_memory(|| store.scan(tenant, &all_of(Kind::Secret)).unwrap());
            assert!(most > MOST, "without a bound they do: {most}");
            println!("control took {most}");
            return assert!(page.rows.len() == 120);
        }
    };
    println!("{case} took {} KiB", most >> 10);
    assert!(expected, "{case}");
    assert!(most < MOST, "{case} took {most} bytes");
}

/// A row that no honest vault can hold is refused, by each way of reading it.
#[test]
fn a_row_over_its_cap_is_refused() {
    let folder = fast_folder();
    for (info, body, refused) in [
        (Row::MAX_INFO, Row::MAX_BODY, false),
        (Row::MAX_INFO + 1, 10, true),
        (10, Row::MAX_BODY + 1, true),
        (3 << 20, 10, true),
        (5 << 20, 10, true),
    ] {
        let file = folder.path().join("rows.db");
        let _ = std::fs::remove_file(&file);
        let vault = vault(&file);
        plant(&file, 6, 1, info, body);
        let store = SqliteStore::open(&file).unwrap();
        let size = PageSize {
            rows: NonZeroU32::MAX,
            bytes: 1 << 16,
        };
        let tenant = partitions(&store).unwrap()[1];
        let all = |kind| {
            let scan = Scan {
                size,
                ..all_of(kind)
            };
            store.scan(tenant, &scan).map(drop)
        };
        let key: Vec<u8> = Connection::open(&file)
            .unwrap()
            .query_row(
                "SELECT key FROM rows ORDER BY length(info) + length(body) DESC",
                (),
                |row| row.get(0),
            )
            .unwrap();
        let key = RowKey {
            kind: Kind::Secret,
            key: key.try_into().unwrap(),
        };
        let mut inside = Ok(());
        store
            .write(tenant, &[], &mut |_, tx| {
                inside = tx.get(&[key]).map(drop);
                Ok(())
            })
            .unwrap();
        let first = store.write(tenant, &[key], &mut |_, _| Ok(()));
        let read = store.read(tenant, &mut |tx| tx.get(&[key]).map(drop));
        let read = [
            all(Kind::Secret),
            store.get(tenant, &[key]).map(drop),
            inside,
            first,
            read,
            vault.verify().map(drop),
        ];
        for answer in read {
            match refused {
                true => assert_eq!(
                    answer.unwrap_err().kind(),
                    ErrorKind::Corrupt,
                    "{info} {body}"
                ),
                false => assert!(answer.is_ok(), "{info} {body}"),
            }
        }
    }
}

/// SQLite loads the columns of an index whole when it goes by one. Verification looks at their
/// lengths before it does.
#[test]
fn a_key_or_a_tag_of_any_length_is_told() {
    for column in ["key", "partition"] {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        let vault = vault(&file);
        assert!(vault.verify().unwrap().is_intact(), "the control");
        let sql = Connection::open(&file).unwrap();
        let planted = format!(
            "UPDATE rows SET {column} = zeroblob(3000000) WHERE rowid = (SELECT max(rowid) FROM \
             rows)"
        );
        sql.execute(&planted, ()).unwrap();
        assert_eq!(
            vault.verify().unwrap_err().kind(),
            ErrorKind::Corrupt,
            "{column}"
        );
    }
}
