//! A snapshot believes its own rows, and no column of the store.

use std::path::{Path, PathBuf};

use keyslot::secrecy::ExposeSecret;
use keyslot::{
    AccessRules, Action, ErrorKind, Event, Finding, Observer, ScopedVault, SecretChange, Snapshot,
    Target, Vault,
};
use rusqlite::Connection;
use std::sync::{Arc, Mutex};

use crate::support::{fast_folder, root_key};

const TEXT: &str = "<<$secret.KEY>>";
const HEAD: u8 = 5;

/// A vault in a file that two handles have open, as two processes would, and somebody without a
/// key.
struct Lab {
    _folder: tempfile::TempDir,
    file: PathBuf,
    ours: Vault,
    theirs: Vault,
}

impl Lab {
    fn new() -> Self {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        let ours = Vault::create(&file, &root_key()).unwrap();
        ours.scope("acme")
            .unwrap()
            .put("KEY", "of the organization")
            .unwrap();
        ours.scope("acme/billing")
            .unwrap()
            .put("KEY", "value")
            .unwrap();
        let theirs = Vault::open(&file, &root_key()).unwrap();
        Self {
            _folder: folder,
            file,
            ours,
            theirs,
        }
    }

    fn run(&self) -> Snapshot {
        let scope = self.ours.scope("acme/billing").unwrap();
        scope.snapshot(&scope.references(TEXT).unwrap()).unwrap()
    }

    fn their(&self, scope: &str) -> ScopedVault {
        self.theirs.scope(scope).unwrap()
    }

    fn by_hand(&self) -> Connection {
        Connection::open(&self.file).unwrap()
    }

    /// All rows, to put them back later.
    fn copy(&self) -> Copy {
        let copy = self.by_hand();
        copy.execute_batch(
            "ATTACH ':memory:' AS past; CREATE TABLE past.rows AS SELECT * FROM main.rows",
        )
        .unwrap();
        Copy(copy)
    }
}

struct Copy(Connection);

impl Copy {
    fn put_back(&self, which: &str) {
        let sql = format!(
            "BEGIN; DELETE FROM main.rows WHERE {which}; INSERT INTO main.rows SELECT * FROM \
             past.rows WHERE {which}; COMMIT"
        );
        self.0.execute_batch(&sql).unwrap();
    }
}

fn answer(run: &Snapshot) -> Result<String, ErrorKind> {
    answer_for(run, &Target::unspecified())
}

fn answer_for(run: &Snapshot, target: &Target) -> Result<String, ErrorKind> {
    run.resolve_for(target, TEXT)
        .map(|text| text.expose_secret().to_string())
        .map_err(|error| error.kind())
}

/// The number in a head's column is put back after a write.
#[test]
fn an_epoch_that_is_put_back_hides_no_write() {
    let narrow = |scope: &ScopedVault| {
        let rules = AccessRules::new().tool("mail").unwrap();
        scope
            .update("KEY", SecretChange::default().rules(rules))
            .unwrap();
    };
    let writes: [(&str, &dyn Fn(&ScopedVault)); 3] = [
        ("revoked", &|scope| assert!(scope.revoke("KEY").is_ok())),
        ("deleted", &|scope| assert!(scope.delete("KEY").is_ok())),
        ("narrowed", &narrow),
    ];
    for (what, write) in writes {
        for used_before in [false, true] {
            let lab = Lab::new();
            let run = lab.run();
            if used_before {
                assert_eq!(answer(&run).unwrap(), "value", "the control");
            }
            let epoch = |sql: &Connection| -> i64 {
                sql.query_row("SELECT epoch FROM rows WHERE kind = ?1", [HEAD], |row| {
                    row.get(0)
                })
                .unwrap()
            };
            let sql = lab.by_hand();
            let before = epoch(&sql);
            write(&lab.their("acme/billing"));
            assert!(epoch(&sql) > before);
            sql.execute("UPDATE rows SET epoch = ?1 WHERE kind = ?2", (before, HEAD))
                .unwrap();
            assert!(
                answer_for(&run, &Target::tool("crm")).is_err(),
                "{what}, used before: {used_before}"
            );
        }
    }
}

/// The whole head is put back, authentic as it is.
#[test]
fn a_head_that_is_put_back_hides_no_write() {
    for used_between in [false, true] {
        let lab = Lab::new();
        let run = lab.run();
        assert_eq!(answer(&run).unwrap(), "value", "the control");
        let copy = lab.copy();
        lab.their("acme/billing").revoke("KEY").unwrap();
        if used_between {
            assert_eq!(answer(&run), Err(ErrorKind::Revoked));
        }
        copy.put_back("kind = 5");
        let expected = if used_between {
            ErrorKind::Tampered
        } else {
            ErrorKind::Revoked
        };
        assert_eq!(answer(&run), Err(expected), "its own row says so");
    }
}

/// Everything of the tenant is put back, and honest writes go on from there.
#[test]
fn a_tenant_that_is_put_back_is_told_by_whoever_saw_more() {
    let lab = Lab::new();
    let run = lab.run();
    let copy = lab.copy();
    lab.their("acme/billing").revoke("KEY").unwrap();
    assert_eq!(answer(&run), Err(ErrorKind::Revoked));
    copy.put_back("1");
    assert_eq!(answer(&run), Err(ErrorKind::Tampered), "an older head");
    let late = Vault::open(&lab.file, &root_key()).unwrap();
    for number in 0..3 {
        late.scope("acme")
            .unwrap()
            .put("OTHER", format!("honest {number}"))
            .unwrap();
        assert!(
            late.verify().unwrap().is_intact(),
            "who comes later can see nothing of it"
        );
        // First another head of the same number, then heads of later ones.
        assert_eq!(
            answer(&run),
            Err(ErrorKind::Tampered),
            "after {number} writes"
        );
        if number == 0 {
            let findings = lab.ours.verify().unwrap().findings;
            assert_eq!(
                findings,
                [Finding::RolledBack {
                    tenant: Some("acme".to_owned())
                }]
            );
            assert_eq!(
                lab.ours
                    .scope("acme")
                    .unwrap()
                    .put("NEW", "x")
                    .unwrap_err()
                    .kind(),
                ErrorKind::Tampered
            );
        }
    }
    assert_eq!(
        late.scope("acme/billing")
            .unwrap()
            .resolve(TEXT)
            .unwrap()
            .expose_secret(),
        "value",
        "the control"
    );
}

/// A row that a snapshot has seen is put back alone, or taken away, under a head that goes on.
#[test]
fn rows_that_are_put_back_or_gone_do_not_come_alive_in_a_run() {
    for gone in [false, true] {
        for scope in ["acme/billing", "acme"] {
            let lab = Lab::new();
            lab.their("acme/billing").delete("KEY").unwrap();
            if scope == "acme/billing" {
                lab.their(scope).put("KEY", "anew").unwrap();
            }
            let run = lab.run();
            assert!(answer(&run).is_ok());
            let copy = lab.copy();
            lab.their(scope).revoke("KEY").unwrap();
            assert_eq!(answer(&run), Err(ErrorKind::Revoked));
            if gone {
                copy.0
                    .execute_batch("DELETE FROM main.rows WHERE kind = 6")
                    .unwrap();
            } else {
                copy.put_back("kind = 6");
            }
            lab.their("acme/other")
                .put("OTHER", "a later epoch")
                .unwrap();
            assert_eq!(
                answer(&run),
                Err(ErrorKind::Tampered),
                "{scope}, gone: {gone}"
            );
            // A row of nobody in between wipes out no memory of it.
            let sql = lab.by_hand();
            sql.execute(
                "UPDATE rows SET info = zeroblob(300), epoch = 1 WHERE kind = 6",
                (),
            )
            .unwrap();
            assert!(answer(&run).is_err());
            copy.put_back("kind = 6");
            assert_eq!(
                answer(&run),
                Err(ErrorKind::Tampered),
                "{scope}, gone: {gone}, by way of nonsense"
            );
            lab.ours.accept_rollback("the test put it back").unwrap();
            assert!(answer(&run).is_ok(), "{scope}, gone: {gone}, accepted");
        }
    }
}

#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<String>>>);

impl Observer for Reasons {
    fn observe(&self, event: &Event<'_>) {
        assert_ne!(event.action, Action::Reveal);
    }

    fn rollback_accepted(&self, reason: &str) {
        self.0.lock().unwrap().push(reason.to_owned());
    }
}

/// A restored backup looks the same, so a host can say that it is one.
#[test]
fn a_rollback_that_the_host_accepts_is_the_truth_again() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let reasons = Reasons::default();
    let store = keyslot::store::SqliteStore::create(&file).unwrap();
    let vault = Vault::builder()
        .store(store)
        .observer(reasons.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "value").unwrap();
    let run = scope.snapshot(&scope.references(TEXT).unwrap()).unwrap();
    let copy = past(&file);
    scope.revoke("KEY").unwrap();
    assert_eq!(answer(&run), Err(ErrorKind::Revoked));
    copy.put_back("1");
    let writes: [&dyn Fn() -> keyslot::Result<()>; 4] = [
        &|| scope.put("OTHER", "x").map(drop),
        &|| scope.revoke("KEY").map(drop),
        &|| scope.snapshot(&[]).map(drop),
        &|| run.refresh(),
    ];
    for call in writes {
        assert_eq!(call().unwrap_err().kind(), ErrorKind::Tampered);
    }
    let refusals = [
        String::new(),
        " ".repeat(3),
        "a\nb".to_owned(),
        "x".repeat(1025),
    ];
    for reason in refusals {
        assert_eq!(
            vault.accept_rollback(reason).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
    assert_eq!(
        answer(&run),
        Err(ErrorKind::Tampered),
        "a refused reason accepts nothing"
    );
    vault.accept_rollback("restored Monday's backup").unwrap();
    assert_eq!(*reasons.0.lock().unwrap(), ["restored Monday's backup"]);
    assert_eq!(answer(&run).unwrap(), "value");
    assert!(vault.verify().unwrap().is_intact());
    writes.iter().for_each(|call| call().unwrap());
    assert_eq!(answer(&run), Err(ErrorKind::Revoked));
}

/// A backup that is restored in two steps, with a use of the run in between.
#[test]
fn a_rollback_in_two_commits_is_accepted_as_well() {
    let lab = Lab::new();
    let run = lab.run();
    let copy = lab.copy();
    lab.their("acme/billing")
        .put("KEY", "a later value")
        .unwrap();
    assert_eq!(answer(&run).unwrap(), "value");
    copy.put_back("kind = 6 OR kind = 7");
    assert_eq!(answer(&run), Err(ErrorKind::Tampered));
    copy.put_back("1");
    assert_eq!(answer(&run), Err(ErrorKind::Tampered));
    lab.ours.accept_rollback("restored in two steps").unwrap();
    assert_eq!(answer(&run).unwrap(), "value");
}

/// A nearer secret that may not go to the target blocks the name, as it does without a snapshot.
#[test]
fn a_nearer_secret_whose_rules_refuse_the_target_blocks_the_name() {
    let lab = Lab::new();
    let (organization, project) = (lab.their("acme"), lab.their("acme/sales"));
    organization.put("KEY", "of the organization").unwrap();
    let run = project
        .snapshot(&project.references(TEXT).unwrap())
        .unwrap();
    let rules = AccessRules::new().tool("mail").unwrap();
    project
        .put(
            "KEY",
            keyslot::SecretInput::new("of the project").rules(rules),
        )
        .unwrap();
    let crm = Target::tool("crm");
    assert_eq!(
        project.resolve_for(&crm, TEXT).unwrap_err().kind(),
        ErrorKind::Denied,
        "the control"
    );
    assert_eq!(answer_for(&run, &crm), Err(ErrorKind::Denied));
    assert_eq!(
        answer_for(&run, &Target::tool("mail")).unwrap(),
        "of the organization",
        "held fast"
    );
}

/// A head that is gone is no new tenant.
#[test]
fn a_head_that_is_gone_is_told() {
    let lab = Lab::new();
    let run = lab.run();
    lab.by_hand()
        .execute_batch("DELETE FROM rows WHERE kind = 5")
        .unwrap();
    assert_eq!(answer(&run), Err(ErrorKind::Tampered));
    assert_eq!(
        lab.ours
            .scope("acme")
            .unwrap()
            .put("NEW", "x")
            .unwrap_err()
            .kind(),
        ErrorKind::Tampered
    );
    let findings = lab.ours.verify().unwrap().findings;
    assert!(
        findings.contains(&Finding::RolledBack { tenant: None }),
        "{findings:?}"
    );
}

/// Readers whose view began before a commit accuse nobody.
#[test]
fn readers_beside_writers_are_never_told_of_a_rollback() {
    let lab = Lab::new();
    let runs: Vec<Snapshot> = (0..4).map(|_| lab.run()).collect();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        let readers: Vec<_> = runs
            .iter()
            .map(|run| {
                let done = &done;
                threads.spawn(move || {
                    let mut count = 0;
                    loop {
                        assert_eq!(answer(run).unwrap(), "value");
                        count += 1;
                        if done.load(std::sync::atomic::Ordering::Relaxed) {
                            return count;
                        }
                    }
                })
            })
            .collect();
        for number in 0..60 {
            let vault = if number % 2 == 0 {
                &lab.ours
            } else {
                &lab.theirs
            };
            vault
                .scope("acme/billing")
                .unwrap()
                .put("OTHER", format!("{number}"))
                .unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
}

fn past(file: &Path) -> Copy {
    let copy = Connection::open(file).unwrap();
    copy.execute_batch(
        "ATTACH ':memory:' AS past; CREATE TABLE past.rows AS SELECT * FROM main.rows",
    )
    .unwrap();
    Copy(copy)
}
