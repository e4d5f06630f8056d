//! Lists of partitions, which do not read the rows of each.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use keyslot::store::{Partition, SecretStore, SelfCheck};
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::sample::row;
use crate::support::{Server, fresh, server};

const TENANTS: u32 = 150;
const ROWS: u32 = 200;

/// Rows and entries of indexes that the server read for `work`, which uses a store of its own.
fn read_for(server: &Server, schema: &str, work: impl FnOnce(&PostgresStore)) -> u64 {
    let program = fresh("listing");
    let read = || -> u64 {
        let said = server.sql(&format!(
            "SELECT coalesce(seq_tup_read, 0) + coalesce((SELECT sum(idx_tup_read) FROM \
             pg_stat_all_indexes AS i WHERE i.relid = t.relid), 0) FROM pg_stat_all_tables AS t \
             WHERE schemaname = '{schema}' AND relname = 'keyslot_rows'"
        ));
        said[0].parse().unwrap()
    };
    let before = read();
    let url = format!("{}?application_name={program}", server.url);
    let config = PostgresConfig::new(&url).unwrap().schema(schema).unwrap();
    let store = PostgresStore::open(&config).unwrap();
    work(&store);
    drop(store);
    // A connection tells what it read when it ends.
    let deadline = Instant::now() + Duration::from_secs(60);
    let open = format!("SELECT 1 FROM pg_stat_activity WHERE application_name = '{program}'");
    while !server.sql(&open).is_empty() {
        assert!(Instant::now() < deadline, "the connection stays open");
        std::thread::sleep(Duration::from_millis(5));
    }
    read() - before
}

#[test]
fn a_list_of_partitions_reads_one_row_of_each() {
    let Some(server) = server() else { return };
    let schema = fresh("t");
    let config = PostgresConfig::new(&server.url).unwrap();
    let store = PostgresStore::create(&config.schema(&schema).unwrap()).unwrap();
    let tenant = |number: u32| {
        let mut bytes = [0x80; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        Partition(bytes)
    };
    for number in 0..TENANTS {
        let write = store.write(tenant(number), &[], &mut |_, tx| {
            (0..ROWS).try_for_each(|number| tx.put(&row(number)))
        });
        write.unwrap();
    }
    let all: Vec<Partition> = (0..TENANTS).map(tenant).collect();
    let list = |store: &PostgresStore| {
        assert_eq!(store.partitions(None, NonZeroU32::MAX).unwrap(), all);
    };
    // As the planner sees it at first, and once it knows the table.
    for known in [false, true] {
        if known {
            server.sql(&format!("ANALYZE {schema}.keyslot_rows"));
        }
        let read = read_for(&server, &schema, list);
        let most = u64::from(TENANTS) * 2;
        assert!((1..=most).contains(&read), "{read} of {most}, {known}");
    }
    // The control: what reads all rows is counted.
    let checked = read_for(&server, &schema, |store| {
        assert_eq!(store.self_check().unwrap(), SelfCheck::Sound);
    });
    assert!(checked >= u64::from(TENANTS * ROWS), "{checked}");
}
