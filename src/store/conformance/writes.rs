//! Rows that come back as they were put, and writes that happen whole or not at all.

use super::kit::{Broken, Case, HEAD, Verdict, ensure, epoch, head, key, put, row, same, tag};
use crate::error::{Error, ErrorKind};
use crate::store::{
    Cursor, HeadRead, Kind, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck, Tag,
};

pub(super) const CASES: &[Case] = &[
    ("nothing is found in an empty store", empty),
    (
        "get answers in the order of the keys, missing and repeated ones included",
        order_of_answers,
    ),
    ("get of no keys", no_keys),
    ("a key belongs to its kind", kinds),
    ("put replaces the whole row", replace),
    (
        "delete removes a row, and an absent one is no error",
        delete,
    ),
    ("bytes come back exactly, empty ones included", bytes),
    ("a body of a mebibyte", large_body),
    ("a write sees its own changes", own_changes),
    ("the last change of a key in a write counts", last_change),
    ("a write whose work fails changes nothing", failed_work),
    (
        "a write whose work panics changes nothing, and the next one works",
        panicked_work,
    ),
    ("a write may change nothing", no_changes),
    ("the head is the row at its key", heads),
    (
        "a row that is too long is refused, and one as long as may be comes back",
        long_rows,
    ),
    ("a store that nobody damaged is sound", sound),
    (
        "epochs up to i64::MAX are kept, greater ones refused",
        epochs,
    ),
    ("purge keeps what is there", purge),
];

fn empty(store: &dyn SecretStore) -> Verdict {
    same(&store.get(&[HEAD])?, &vec![None], "get found something")?;
    let page = store.scan(Kind::Secret, Tag::Any, Cursor::START, LIMIT, true)?;
    ensure(
        page.rows.is_empty() && page.next.is_none(),
        "scan found something",
    )
}

const LIMIT: PageSize = PageSize::MAX;

fn order_of_answers(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), row(3)])?;
    let keys = [3, 9, 1, 3, 0, 2].map(|number| key(Kind::Secret, number));
    let expected = vec![
        Some(row(3)),
        None,
        Some(row(1)),
        Some(row(3)),
        None,
        Some(row(2)),
    ];
    same(
        &store.get(&keys)?,
        &expected,
        "the answers do not match the keys one by one",
    )
}

fn no_keys(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    ensure(
        store.get(&[])?.is_empty(),
        "no keys were given, but there are answers",
    )
}

fn kinds(store: &dyn SecretStore) -> Verdict {
    let rows = Kind::ALL.map(|kind| Row {
        key: key(kind, 1),
        info: vec![kind.number()],
        ..row(1)
    });
    put(store, &rows)?;
    let found = store.get(&Kind::ALL.map(|kind| key(kind, 1)))?;
    same(
        &found,
        &rows.into_iter().map(Some).collect(),
        "rows of the same key but another kind were mixed up",
    )
}

fn replace(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    let new = Row {
        tenant: tag(8),
        epoch: 9,
        info: vec![],
        body: vec![1; 9_000],
        ..row(1)
    };
    put(store, std::slice::from_ref(&new))?;
    same(
        &store.get(&[new.key])?,
        &vec![Some(new.clone())],
        "the row at the key is not the one put last",
    )?;
    let old = store.scan(
        Kind::Secret,
        Tag::Tenant(tag(1)),
        Cursor::START,
        LIMIT,
        true,
    )?;
    ensure(
        old.rows.is_empty(),
        "the replaced row is still found by its old tenant",
    )?;
    let by_tenant = store.scan(
        Kind::Secret,
        Tag::Tenant(tag(8)),
        Cursor::Epoch(8, None),
        LIMIT,
        true,
    )?;
    same(
        &by_tenant.rows,
        &vec![new],
        "the new row is not found by its new tenant and epoch",
    )
}

fn delete(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2)])?;
    store.write(&HEAD, &mut |tx| {
        tx.delete(&row(1).key)?;
        tx.delete(&row(9).key)
    })?;
    same(
        &store.get(&[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "not exactly the one row was deleted",
    )
}

fn bytes(store: &dyn SecretStore) -> Verdict {
    let every = (0..=u8::MAX).collect::<Vec<_>>();
    let rows = [
        Row {
            info: vec![],
            body: vec![],
            ..row(1)
        },
        Row {
            info: every.clone(),
            body: every.iter().rev().copied().collect(),
            ..row(2)
        },
        Row {
            key: RowKey {
                kind: Kind::Header,
                key: [0; 32],
            },
            tenant: tag(0),
            epoch: 0,
            ..row(3)
        },
        Row {
            tenant: tag(0x80),
            info: b"text\0'\"; --".to_vec(),
            ..row(u32::MAX)
        },
    ];
    put(store, &rows)?;
    let found = store.get(&rows.each_ref().map(|row| row.key))?;
    same(
        &found,
        &rows.into_iter().map(Some).collect(),
        "a row came back changed",
    )
}

fn large_body(store: &dyn SecretStore) -> Verdict {
    let body = (0..1_u32 << 18)
        .flat_map(|word| word.wrapping_mul(0x9E37_79B9).to_le_bytes())
        .collect();
    let large = Row { body, ..row(1) };
    put(store, std::slice::from_ref(&large))?;
    same(
        &store.get(&[large.key])?,
        &vec![Some(large)],
        "it came back changed",
    )
}

fn own_changes(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2)])?;
    let mut seen = None;
    store.write(&HEAD, &mut |tx| {
        tx.delete(&row(1).key)?;
        tx.put(&Row { epoch: 5, ..row(2) })?;
        tx.put(&row(3))?;
        let keys = [1, 2, 3].map(|number| key(Kind::Secret, number));
        let page = tx.scan(
            Kind::Secret,
            Tag::Tenant(tag(1)),
            Cursor::START,
            LIMIT,
            true,
        )?;
        seen = Some((tx.get(&keys)?, page.rows));
        Ok(())
    })?;
    let changed = [Row { epoch: 5, ..row(2) }, row(3)];
    let answers = vec![None, Some(changed[0].clone()), Some(changed[1].clone())];
    same(
        &seen,
        &Some((answers, changed.to_vec())),
        "get and scan inside a write do not see what it did",
    )
}

fn last_change(store: &dyn SecretStore) -> Verdict {
    store.write(&HEAD, &mut |tx| {
        tx.put(&row(1))?;
        tx.put(&Row { epoch: 2, ..row(1) })?;
        tx.put(&row(2))?;
        tx.delete(&row(2).key)?;
        tx.delete(&row(3).key)?;
        tx.put(&row(3))
    })?;
    let found = store.get(&[row(1).key, row(2).key, row(3).key])?;
    same(
        &found,
        &vec![Some(Row { epoch: 2, ..row(1) }), None, Some(row(3))],
        "an earlier change won",
    )
}

fn failed_work(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), head(1)])?;
    let failed = store.write(&HEAD, &mut |tx| {
        tx.put(&Row { epoch: 2, ..row(1) })?;
        tx.delete(&row(2).key)?;
        tx.put(&row(3))?;
        tx.put(&head(2))?;
        Err(Error::new(ErrorKind::Conflict, "the work changed its mind"))
    });
    ensure(
        failed.is_err_and(|error| error.kind() == ErrorKind::Conflict),
        "the error of the work was not given back",
    )?;
    unchanged(store)
}

fn unchanged(store: &dyn SecretStore) -> Verdict {
    let found = store.get(&[row(1).key, row(2).key, row(3).key, HEAD])?;
    same(
        &found,
        &vec![Some(row(1)), Some(row(2)), None, Some(head(1))],
        "part of the write is visible",
    )?;
    same(&epoch(store, &HEAD)?, &1, "the head changed")
}

fn panicked_work(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), head(1)])?;
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(&HEAD, &mut |tx| {
            tx.put(&row(3))?;
            tx.put(&head(2))?;
            // As a panic, but without a report on standard error.
            std::panic::resume_unwind(Box::new("the work panicked"))
        })
    }));
    ensure(panicked.is_err(), "the panic was swallowed")?;
    unchanged(store)?;
    put(store, &[row(3)])?;
    same(
        &store.get(&[row(3).key])?,
        &vec![Some(row(3))],
        "a write after it is lost",
    )
}

fn no_changes(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    put(store, &[])?;
    same(
        &store.get(&[row(1).key])?,
        &vec![Some(row(1))],
        "an empty write changed a row",
    )
}

fn epochs(store: &dyn SecretStore) -> Verdict {
    let greatest = u64::MAX >> 1;
    put(
        store,
        &[
            Row {
                epoch: greatest,
                ..row(1)
            },
            head(greatest),
        ],
    )?;
    same(
        &epoch(store, &HEAD)?,
        &greatest,
        "i64::MAX came back changed",
    )?;
    for too_great in [greatest + 1, u64::MAX] {
        let refused = store.write(&HEAD, &mut |tx| {
            tx.put(&row(2))?;
            tx.put(&head(too_great))
        });
        ensure(
            refused.is_err_and(|error| error.kind() == ErrorKind::InvalidInput),
            "an epoch above i64::MAX was not refused as InvalidInput",
        )?;
    }
    same(
        &store.get(&[row(2).key])?,
        &vec![None],
        "the refused write is partly visible",
    )?;
    let past_all = store.scan(
        Kind::Secret,
        Tag::Any,
        Cursor::Epoch(u64::MAX, None),
        LIMIT,
        true,
    )?;
    ensure(
        past_all.rows.is_empty(),
        "a scan from epoch u64::MAX found a row",
    )
}

fn heads(store: &dyn SecretStore) -> Verdict {
    let other = RowKey {
        key: [2; 32],
        ..HEAD
    };
    let read = |key| match store.head(key, None)? {
        HeadRead::Read { row, .. } => Ok(row),
        HeadRead::Unchanged => Err(Broken(
            "without a known moment the head is unchanged".to_owned(),
        )),
    };
    same(&read(&HEAD)?, &None, "there is no head yet")?;
    for epoch in [1, 2, 300] {
        put(store, &[head(epoch)])?;
        same(
            &read(&HEAD)?,
            &Some(head(epoch)),
            "it is not the row that was put last",
        )?;
        same(
            &read(&other)?,
            &None,
            "another tenant has the head of this one",
        )?;
    }
    let theirs = Row {
        key: other,
        tenant: tag(2),
        ..head(7)
    };
    put(store, std::slice::from_ref(&theirs))?;
    same(
        &read(&HEAD)?,
        &Some(head(300)),
        "it changed with another tenant's head",
    )?;
    same(&read(&other)?, &Some(theirs), "it is not the other head")?;
    store.write(&HEAD, &mut |tx| tx.delete(&HEAD))?;
    same(&read(&HEAD)?, &None, "it was deleted")
}

fn long_rows(store: &dyn SecretStore) -> Verdict {
    let longest = Row {
        info: vec![1; Row::MAX_INFO],
        body: vec![2; Row::MAX_BODY],
        ..row(1)
    };
    put(store, std::slice::from_ref(&longest))?;
    same(
        &store.get(&[longest.key])?,
        &vec![Some(longest)],
        "the longest row came back changed",
    )?;
    for (info, body) in [(Row::MAX_INFO + 1, 1), (1, Row::MAX_BODY + 1)] {
        let long = Row {
            info: vec![1; info],
            body: vec![2; body],
            ..row(2)
        };
        let refused = store.write(&HEAD, &mut |tx| tx.put(&long));
        ensure(
            refused.is_err_and(|error| error.kind() == ErrorKind::TooLarge),
            "a row that is too long was not refused as TooLarge",
        )?;
    }
    same(
        &store.get(&[row(2).key])?,
        &vec![None],
        "a refused row is visible",
    )
}

fn sound(store: &dyn SecretStore) -> Verdict {
    same(
        &store.self_check()?,
        &SelfCheck::Sound,
        "an empty store is damaged",
    )?;
    put(store, &[row(1), row(2), head(1)])?;
    same(
        &store.self_check()?,
        &SelfCheck::Sound,
        "a store with rows is damaged",
    )
}

fn purge(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2)])?;
    store.write(&HEAD, &mut |tx| tx.delete(&row(1).key))?;
    same(
        &store.purge()?,
        &Purge::Done,
        "nobody reads, but it is not done",
    )?;
    same(
        &store.get(&[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "it changed rows",
    )
}
