//! Rows that somebody damaged, moved, or put back.

use keyslot::store::{Kind, MemoryStore, Row};
use keyslot::{AuditCursor, AuditMode, AuditRetention, Result};

use super::Messages;
use crate::life::{SCRIPT, act, builder, change};
use crate::support::rows::{all_rows, put, rows};
use crate::support::{root_key, value};

pub(super) fn all(messages: &mut Messages) {
    let mut made = Vec::new();
    let mut say = |refused: Result<()>| {
        if let Err(error) = refused {
            made.push(error);
        }
    };
    for kind in Kind::ALL {
        for damage in DAMAGES {
            let store = lived();
            let damaged: Vec<_> = rows(&store, kind)
                .into_iter()
                .map(|row| (row.place(), damage(row.row)))
                .collect();
            change(&store, &damaged);
            ask(&store, &mut say);
        }
    }
    let store = lived();
    let header: Vec<_> = rows(&store, Kind::Header)
        .iter()
        .map(|row| (row.place(), None))
        .collect();
    change(&store, &header);
    say(builder().store(store).create(&root_key()).map(drop));
    swapped(&mut say);
    put_back(&mut say);
    logs(&mut say);
    // Rows lie in the order of keys that are random, and so do the first refusals.
    made.sort_by_cached_key(|error| {
        let mut texts = vec![error.to_string()];
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            texts.push(error.to_string());
            cause = error.source();
        }
        (error.kind().as_str(), texts)
    });
    for error in &made {
        messages.add(error);
    }
}

type Damage = fn(Row) -> Option<Row>;

const DAMAGES: [Damage; 6] = [
    |_| None,
    |row| {
        Some(Row {
            info: Vec::new(),
            ..row
        })
    },
    |row| {
        Some(Row {
            body: Vec::new(),
            ..row
        })
    },
    |mut row| {
        row.info.iter_mut().take(1).for_each(|byte| *byte = 99);
        row.body.iter_mut().take(1).for_each(|byte| *byte = 99);
        Some(row)
    },
    |mut row| {
        row.info
            .iter_mut()
            .last()
            .into_iter()
            .for_each(|byte| *byte ^= 1);
        Some(row)
    },
    |mut row| {
        row.body
            .iter_mut()
            .last()
            .into_iter()
            .for_each(|byte| *byte ^= 1);
        Some(row)
    },
];

/// The store of a vault in which everything has happened.
fn lived() -> MemoryStore {
    let store = MemoryStore::new();
    let vault = builder().store(store.clone()).create(&root_key()).unwrap();
    for step in &SCRIPT {
        act(&vault, step);
    }
    store
}

fn ask(store: &MemoryStore, say: &mut impl FnMut(Result<()>)) {
    let vault = match builder().store(store.clone()).open(&root_key()) {
        Ok(vault) => vault,
        Err(error) => return say(Err(error)),
    };
    for scope in ["acme", "acme/billing"] {
        let scope = vault.scope(scope).unwrap();
        say(value(&scope, "A").map(drop));
        say(scope.put("A", "again").map(drop));
        say(value(&scope, "A@1").map(drop));
        say(scope.list().collect::<Result<Vec<_>>>().map(drop));
        say(scope.put("A", "new").map(drop));
    }
    say(vault.organizations().map(drop));
}

/// Rows of a kind at each other's places.
fn swapped(say: &mut impl FnMut(Result<()>)) {
    for kind in [Kind::Secret, Kind::Head, Kind::DataKey] {
        let store = lived();
        let all = rows(&store, kind);
        let moved: Vec<_> = all
            .iter()
            .zip(all.iter().cycle().skip(1))
            .map(|(to, from)| (to.place(), Some(from.row.clone())))
            .collect();
        change(&store, &moved);
        ask(&store, say);
    }
}

/// Rows of an earlier moment, under a vault that is open.
fn put_back(say: &mut impl FnMut(Result<()>)) {
    let store = lived();
    let vault = builder().store(store.clone()).open(&root_key()).unwrap();
    let before = all_rows(&store);
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "newer").unwrap();
    value(&scope, "A").unwrap();
    for row in &before {
        put(&store, row);
    }
    say(value(&scope, "A").map(drop));
    say(scope.put("A", "again").map(drop));
}

/// An audit log that lost an entry, places of other logs, and a run without a name.
fn logs(say: &mut impl FnMut(Result<()>)) {
    let store = MemoryStore::new();
    let builder = builder().store(store.clone()).audit(AuditMode::Off);
    let vault = builder.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    say(scope.for_run("").map(drop));
    scope.put("A", "a value").unwrap();
    let lost: Vec<_> = rows(&store, Kind::Audit)
        .iter()
        .map(|row| (row.place(), None))
        .collect();
    change(&store, &lost);
    let log = vault.audit("acme").unwrap();
    say(log.entries().collect::<Result<Vec<_>>>().map(drop));
    let part = scope.audit();
    say(part.prune(&AuditRetention::new(), "a reason").map(drop));
    #[cfg(feature = "json")]
    say(log.check_export(&b"{}\n"[..]).map(drop));
    say("1".parse::<AuditCursor>().map(drop));
    let other = vault.audit("other").unwrap();
    let before = all_rows(&store);
    let _ = vault.scope("other").unwrap().put("A", "a value").unwrap();
    let end = other.follow().unwrap().cursor();
    say(log.follow_from(end).poll().map(drop));
    for row in all_rows(&store) {
        change(&store, &[(row.place(), None)]);
    }
    for row in &before {
        put(&store, row);
    }
    let vault = self::builder().store(store).open(&root_key()).unwrap();
    let other = vault.audit("other").unwrap();
    say(other.follow_from(end).poll().map(drop));
}
