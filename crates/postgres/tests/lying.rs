//! Servers that give what was never stored: a typed error, and no more memory than was asked for.

use std::time::Duration;

use keyslot::ErrorKind;
use keyslot::store::{Cursor, Kind, PageSize};
use keyslot_postgres::PostgresStore;

use crate::support::proxy::{Lie, Proxy};
use crate::support::sample::{ALL, TENANT, counts, key, row, step};
use crate::support::{config, schema_of, server, store};
use keyslot::store::{Row, Scan, SecretStore};

/// Columns of a view that stands for the rows, once the store is open.
const VIEWS: [(&str, &str); 10] = [
    (
        "no info",
        "partition, kind, key, epoch, NULL::bytea AS info, body",
    ),
    (
        "no body",
        "partition, kind, key, epoch, info, NULL::bytea AS body",
    ),
    (
        "no epoch",
        "partition, kind, key, NULL::bigint AS epoch, info, body",
    ),
    (
        "a negative epoch",
        "partition, kind, key, -1::bigint AS epoch, info, body",
    ),
    (
        "an epoch of another type",
        "partition, kind, key, 'x'::text AS epoch, info, body",
    ),
    (
        "an info of another type",
        "partition, kind, key, epoch, 'x'::text AS info, body",
    ),
    (
        "an info that is too long",
        "partition, kind, key, epoch, decode(repeat('00', 1048577), 'hex') AS info, body",
    ),
    (
        "a body that is far too long",
        "partition, kind, key, epoch, info, decode(repeat('00', 50000000), 'hex') AS body",
    ),
    (
        "an epoch that is NULL or huge",
        "partition, kind, key, 1e30::numeric AS epoch, info, body",
    ),
    (
        "a body of another type",
        "partition, kind, key, epoch, info, 1::int AS body",
    ),
];

#[test]
fn rows_of_another_shape_are_corrupt() {
    let Some(server) = server() else { return };
    for (what, columns) in VIEWS {
        let store = store(&server.url);
        step(&store).unwrap();
        let schema = schema_of(&store);
        server.sql(&format!(
            "ALTER TABLE {schema}.keyslot_rows RENAME TO stored; CREATE VIEW \
             {schema}.keyslot_rows AS SELECT {columns} FROM {schema}.stored"
        ));
        let got = store.get(TENANT, &[row(1).key]).unwrap_err();
        assert_eq!(got.kind(), ErrorKind::Corrupt, "get, {what}: {got}");
        let scanned = store.scan(TENANT, &ALL).unwrap_err();
        assert_eq!(
            scanned.kind(),
            ErrorKind::Corrupt,
            "scan, {what}: {scanned}"
        );
        let read = store.read(TENANT, &mut |tx| tx.get(&[row(1).key]).map(drop));
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Corrupt, "read, {what}");
        let written = store.write(TENANT, &[row(1).key], &mut |_, _| Ok(()));
        assert_eq!(
            written.unwrap_err().kind(),
            ErrorKind::Corrupt,
            "write, {what}"
        );
    }
}

#[test]
fn a_row_that_comes_twice_or_with_a_short_key_is_corrupt() {
    let Some(server) = server() else { return };
    for (what, select) in [
        (
            "twice",
            "SELECT * FROM {s}.stored UNION ALL SELECT * FROM {s}.stored",
        ),
        (
            "short",
            "SELECT partition, kind, key, epoch, info, body FROM {s}.stored UNION ALL SELECT \
             partition, kind, '\\xff'::bytea, epoch, info, body FROM {s}.stored",
        ),
    ] {
        let store = store(&server.url);
        step(&store).unwrap();
        let schema = schema_of(&store);
        server.sql(&format!(
            "ALTER TABLE {schema}.keyslot_rows RENAME TO stored; CREATE VIEW \
             {schema}.keyslot_rows AS {}",
            select.replace("{s}", &schema)
        ));
        let scanned = store.scan(TENANT, &ALL).unwrap_err();
        assert_eq!(scanned.kind(), ErrorKind::Corrupt, "{what}: {scanned}");
        if what == "twice" {
            let got = store.get(TENANT, &[row(1).key]).unwrap_err();
            assert_eq!(got.kind(), ErrorKind::Corrupt, "{got}");
        }
    }
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag], &length[..], body].concat()
}

/// Messages before the rows of an answer, whose columns are of these types.
fn prelude(types: &[u32]) -> Vec<u8> {
    let mut columns = u16::try_from(types.len()).unwrap().to_be_bytes().to_vec();
    for of in types {
        columns.extend_from_slice(b"c\0");
        columns.extend_from_slice(&[0; 6]);
        columns.extend_from_slice(&of.to_be_bytes());
        columns.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1]);
    }
    [
        message(b'1', b""),
        message(b'2', b""),
        message(b't', &[0, 0]),
        message(b'T', &columns),
    ]
    .concat()
}

/// smallint, bytea, bigint, bytea, bytea: the columns of a get.
const GET: [u32; 5] = [21, 17, 20, 17, 17];

#[test]
fn answers_that_break_the_protocol_are_typed_errors() {
    let Some(server) = server() else { return };
    let proxy = Proxy::before(&server.address());
    let url = server.url("postgres", &proxy.address, "postgres");
    let (second, soon) = (Duration::from_secs(1), Duration::from_millis(500));
    let config = config(&url).timeout(second).patience(soon);
    let store = PostgresStore::create(&config).unwrap();
    step(&store).unwrap();
    let end = [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let lies: [(&str, Vec<u8>); 8] = [
        (
            "a row of two columns",
            [prelude(&GET), message(b'D', &[0, 2]), end.clone()].concat(),
        ),
        (
            "a row without columns",
            [prelude(&GET), message(b'D', &[0, 0]), end.clone()].concat(),
        ),
        (
            "a column that is longer than its row",
            [
                prelude(&GET),
                message(b'D', &[0, 5, 0, 0, 1, 0, 1]),
                end.clone(),
            ]
            .concat(),
        ),
        (
            "a row before its columns",
            [message(b'1', b""), message(b'D', &[0, 0])].concat(),
        ),
        (
            "other columns",
            [prelude(&[25]), message(b'D', &[0, 1, 0, 0, 0, 0]), end].concat(),
        ),
        ("no message of the protocol", vec![0xff; 64]),
        ("a negative length", vec![b'D', 0xff, 0xff, 0xff, 0xff]),
        ("nothing", vec![]),
    ];
    for (what, bytes) in lies {
        let lie = Lie {
            bytes,
            is_endless: false,
        };
        proxy.lie(&[lie.clone(), lie]);
        let error = store.get(TENANT, &[row(1).key]).unwrap_err();
        let kind = error.kind();
        assert!(
            matches!(kind, ErrorKind::Corrupt | ErrorKind::Unavailable),
            "{what}: {error}"
        );
        // Those that were not told are not left for the next one.
        proxy.lie_no_more();
        assert_eq!(counts(&store), (1, 1), "{what}");
    }
}

#[test]
fn an_answer_without_end_takes_bounded_memory() {
    let Some(server) = server() else { return };
    let proxy = Proxy::before(&server.address());
    let url = server.url("postgres", &proxy.address, "postgres");
    let store = PostgresStore::create(&config(&url)).unwrap();
    step(&store).unwrap();
    // One message of 2 GiB, and rows of 5 columns without end.
    let huge = [prelude(&GET), vec![b'D', 0x7f, 0xff, 0xff, 0xff]].concat();
    for bytes in [
        huge.clone(),
        vec![b'D', 0x7f, 0xff, 0xff, 0xff],
        vec![b'N', 0x7f, 0, 0, 0],
    ] {
        let before = proxy.lied();
        proxy.lie(&[Lie {
            bytes,
            is_endless: true,
        }]);
        let error = store.get(TENANT, &[row(1).key]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        // One row was asked for. The rest are the buffers of two sockets.
        let taken = proxy.lied() - before;
        assert!(taken < 16 << 20, "{taken} bytes were taken");
    }
    let page = Scan {
        size: PageSize {
            rows: 10.try_into().unwrap(),
            bytes: 1 << 16,
        },
        from: Cursor::START,
        ..ALL
    };
    proxy.lie(&[Lie {
        bytes: huge,
        is_endless: true,
    }]);
    let before = proxy.lied();
    assert_eq!(
        store.scan(TENANT, &page).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert!(proxy.lied() - before < 16 << 20);
    assert_eq!(counts(&store), (1, 1));
    assert_eq!(store.get(TENANT, &[key(Kind::Version, 1)]).unwrap(), [None]);
}

#[test]
fn two_of_the_longest_rows_are_no_lie_on_the_smallest_page() {
    let Some(server) = server() else { return };
    let store = store(&server.url);
    let longest = |number| Row {
        info: vec![1; Row::MAX_INFO],
        body: vec![2; Row::MAX_BODY],
        ..row(number)
    };
    let write = store.write(TENANT, &[], &mut |_, tx| {
        tx.put(&longest(1))?;
        tx.put(&longest(2))
    });
    write.unwrap();
    let size = PageSize {
        rows: std::num::NonZeroU32::MIN.saturating_add(1),
        bytes: 1,
    };
    let page = store.scan(TENANT, &Scan { size, ..ALL }).unwrap();
    assert!(page.rows == [longest(1)] && page.next.is_some());
}

#[test]
fn a_commit_of_less_than_was_sent_is_not_called_a_write_of_nothing() {
    let Some(server) = server() else { return };
    let store = store(&server.url);
    let schema = schema_of(&store);
    assert_eq!(step(&store).unwrap(), 1);
    // It leaves out secrets, and keeps the head.
    server.sql(&format!(
        "CREATE FUNCTION {schema}.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN \
         NULL; END'; CREATE TRIGGER less BEFORE INSERT ON {schema}.keyslot_rows FOR EACH ROW WHEN \
         (new.kind = 6) EXECUTE FUNCTION {schema}.nothing()"
    ));
    assert_eq!(step(&store).unwrap_err().kind(), ErrorKind::Unsettled);
    assert_eq!(counts(&store), (2, 1));
}
