//! Audit logs on a server: two vaults that write one log, and commits that are cut.

use std::thread;
use std::time::Duration;

use keyslot::{AuditAction, AuditLimits, AuditMode, AuditRetention, Vault};
use keyslot_postgres::PostgresStore;

use crate::support::proxy::{Cut, Proxy};
use crate::support::{config, root_key, server};

#[test]
fn vaults_on_one_database_write_one_log_that_can_be_followed_and_pruned() {
    let Some(server) = server() else { return };
    let config = server.config();
    let store = PostgresStore::create(&config).unwrap();
    let builder = || Vault::builder().audit(AuditMode::Required);
    let first = builder().store(store).create(&root_key()).unwrap();
    let store = PostgresStore::open(&config).unwrap();
    let second = builder().store(store).open(&root_key()).unwrap();
    let log = second.audit("acme").unwrap();
    let mut follow = log.follow().unwrap();
    let project = first.scope("acme/billing").unwrap();
    project.put("A", "a value").unwrap();
    thread::scope(|threads| {
        for vault in [&first, &second] {
            threads.spawn(|| {
                let project = vault.scope("acme/billing").unwrap();
                for _ in 0..20 {
                    project.resolve("<<$secret.A>>").unwrap();
                }
            });
        }
    });
    let entries = follow.wait(Duration::from_secs(60)).unwrap();
    assert_eq!(entries.len(), 41);
    let uses = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::Use);
    assert!(uses.map(|entry| entry.number).eq(1..=40));
    for vault in [&first, &second] {
        assert!(vault.verify().unwrap().is_intact());
    }
    let newest = AuditRetention::new().max_entries(10);
    assert_eq!(log.prune(&newest, "the policy").unwrap(), 30);
    assert_eq!(follow.poll().unwrap()[0].action, AuditAction::Prune);
    assert_eq!(log.entries().map(Result::unwrap).count(), 12);
    assert_eq!(log.oldest_first().map(Result::unwrap).count(), 12);
    for vault in [&first, &second] {
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn entries_are_stored_once_whatever_becomes_of_a_commit() {
    let Some(server) = server() else { return };
    let proxy = Proxy::before(&server.address());
    let config = config(&server.url("postgres", &proxy.address, "postgres"));
    let mut store = PostgresStore::create(&config).map(Some).unwrap();
    for mode in [AuditMode::Batched, AuditMode::Required] {
        let limits = AuditLimits::new().delay(Duration::from_secs(3600));
        let builder = Vault::builder().audit(mode).audit_limits(limits);
        let store = store
            .take()
            .unwrap_or_else(|| PostgresStore::open(&config).unwrap());
        let vault = builder.store(store).open_or_create(&root_key()).unwrap();
        let project = vault.scope(format!("{mode:?}").to_lowercase()).unwrap();
        project.put("A", "a value").unwrap();
        for (number, cut) in [Cut::Before, Cut::After, Cut::With]
            .into_iter()
            .cycle()
            .take(12)
            .enumerate()
        {
            proxy.cut(&[cut]);
            let run = project.for_run(format!("run-{number}")).unwrap();
            run.resolve("<<$secret.A>>").unwrap();
            vault.flush_audit().unwrap();
        }
        let log = vault.audit(project.scope().clone()).unwrap();
        let runs = log.oldest_first().filter_map(|entry| entry.unwrap().run);
        assert!(
            runs.eq((0..12).map(|number| format!("run-{number}"))),
            "{mode:?}"
        );
        assert!(vault.verify().unwrap().is_intact());
    }
    assert_eq!(proxy.cuts(), 24);
}
