//! A refused call costs nothing: no question to the store, no lock, no key, no memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyslot::{
    ErrorKind, OnExisting, Permissions, Result, ScopedVault, SecretChange, Status, Vault, Version,
};

use crate::support::counting::Counting;
use crate::support::rows::all_rows;
use crate::support::{again, root_key};

type Call = fn(&ScopedVault, &ScopedVault) -> Result<()>;

/// Every way to change something.
const CHANGES: [(&str, Call); 12] = [
    ("put", |scope, _| scope.put("KEY", "value").map(drop)),
    ("put_all", |scope, _| {
        let items = [("KEY", "value"), ("OTHER", "value")];
        Ok(scope.put_all(items, OnExisting::Fail).map(drop)?)
    }),
    ("replace_revoked", |scope, _| {
        scope.replace_revoked("KEY", "value").map(drop)
    }),
    ("update", |scope, _| {
        scope
            .update("KEY", SecretChange::default().description("new"))
            .map(drop)
    }),
    ("set_status", |scope, _| {
        scope.set_status("KEY", Status::Inactive).map(drop)
    }),
    ("set_status, revoked", |scope, _| {
        scope.set_status("KEY", Status::Revoked).map(drop)
    }),
    ("revoke", |scope, _| scope.revoke("KEY").map(drop)),
    ("delete", |scope, _| scope.delete("KEY").map(drop)),
    ("force_delete", |scope, _| {
        scope.force_delete("KEY").map(drop)
    }),
    ("rollback", |scope, _| {
        scope.rollback("KEY", Version::FIRST).map(drop)
    }),
    ("clone_to", |scope, other| {
        scope.clone_to("KEY", other).map(drop)
    }),
    ("clone_all_to", |scope, other| {
        scope.clone_all_to(other).map(drop)
    }),
];

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// In a process of its own, because the memory of a process is that of all its threads.
fn alone(test: &str) {
    let child = again(module_path!(), test)
        .args(["--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(
        child.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    assert!(said.contains("KiB more"), "it was run: {said}");
}

#[test]
fn two_hundred_thousand_refused_calls_ask_nothing_and_keep_nothing() {
    alone("refused_calls");
}

#[test]
fn a_change_of_nothing_leaves_nothing_behind() {
    alone("changes_of_nothing");
}

/// On tenants that nobody uses: each call names another one.
#[test]
#[ignore = "a child process of the test above"]
fn refused_calls() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder()
        .store(Arc::clone(&store))
        .create(&root_key())
        .unwrap();
    let may = Permissions::USE | Permissions::READ | Permissions::REVEAL | Permissions::REDACT;
    let round = |rounds: std::ops::Range<usize>| {
        for number in rounds {
            let (name, call) = CHANGES[number % CHANGES.len()];
            let scope = vault
                .scope(format!("tenant-{number}/a").as_str())
                .unwrap()
                .with(may);
            let other = vault
                .scope(format!("tenant-{number}/b").as_str())
                .unwrap()
                .with(may);
            assert_eq!(
                call(&scope, &other).unwrap_err().kind(),
                ErrorKind::Denied,
                "{name}"
            );
        }
    };
    round(0..1_000);
    let asked = || {
        [
            &store.gets,
            &store.scans,
            &store.reads,
            &store.lists,
            &store.heads,
            &store.writes,
            &store.purges,
        ]
        .map(|calls| calls.load(Ordering::SeqCst))
    };
    let (asked_before, before) = (asked(), resident());
    round(1_000..201_000);
    let grown = resident().saturating_sub(before);
    assert_eq!(asked(), asked_before, "nothing is asked");
    println!("200,000 refused calls: {} KiB more", grown >> 10);
    assert!(grown < 4 << 20, "{grown} bytes more");
}

/// A call that may change something and finds nothing to change: it takes the lock, but makes no
/// key.
#[test]
#[ignore = "a child process of the test above"]
fn changes_of_nothing() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder()
        .store(Arc::clone(&store))
        .create(&root_key())
        .unwrap();
    let rows = || all_rows(&store.store);
    let before = rows();
    let round = |rounds: std::ops::Range<usize>| {
        for number in rounds {
            // But for the first two and the last, which find nothing in their way.
            let (name, call) = CHANGES[2 + number % (CHANGES.len() - 3)];
            let scope = vault.scope(format!("tenant-{number}/a").as_str()).unwrap();
            let other = vault.scope(format!("tenant-{number}/b").as_str()).unwrap();
            assert_eq!(
                call(&scope, &other).unwrap_err().kind(),
                ErrorKind::NotFound,
                "{name}"
            );
        }
    };
    round(0..1_000);
    let kept = resident();
    round(1_000..51_000);
    let grown = resident().saturating_sub(kept);
    println!("50,000 changes of nothing: {} KiB more", grown >> 10);
    assert!(grown < 4 << 20, "{grown} bytes more");
    assert!(rows() == before, "nothing was written");
    vault
        .scope("tenant-1/a")
        .unwrap()
        .put("KEY", "value")
        .unwrap();
    assert!(
        rows().len() == before.len() + 3,
        "the control: a key, a head and a secret"
    );
}
