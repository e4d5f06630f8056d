//! The progress of long work, and callers who end it.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::ops::ControlFlow::{Break, Continue};

use keyslot::{ErrorKind, OnExisting, Vault, VerifyProgress};

use crate::support::memory_vault;

/// A vault with 300 secrets, one of them revoked, in one organization and two in another.
fn filled(vault: &Vault) {
    let items = (0..300).map(|number| (format!("KEY_{number}"), "a value"));
    let scope = vault.scope("acme").unwrap();
    scope.put_all(items, OnExisting::Fail).unwrap();
    scope.revoke("KEY_7").unwrap();
    let other = vault.scope("globex/sales").unwrap();
    other.put("KEY_1", "a value").unwrap();
    other.put("KEY_2", "a value").unwrap();
}

/// The counts of a progress.
fn counts(progress: VerifyProgress) -> [u64; 3] {
    [progress.organizations, progress.looked_at, progress.total]
}

#[test]
fn a_verification_tells_how_far_it_is() {
    let vault = memory_vault();
    let mut told = Vec::new();
    let verification = vault
        .verify_with(|progress| {
            told.push(counts(progress));
            Continue(())
        })
        .unwrap();
    assert!(verification.is_intact() && told.is_empty(), "nothing to do");

    filled(&vault);
    let verification = vault
        .verify_with(|progress| {
            told.push(counts(progress));
            Continue(())
        })
        .unwrap();
    assert!(verification.is_intact());
    assert_eq!((verification.secrets, verification.tombstones), (301, 1));
    assert!(told.is_sorted(), "{told:?}");
    // Two pages and one, and each organization.
    assert_eq!(told.len(), 5);
    assert!(
        told.iter()
            .all(|[_, looked_at, total]| looked_at <= total && *total == 302)
    );
    assert_eq!(told[4], [2, 302, 302]);
}

#[test]
fn secrets_that_come_meanwhile_count_once_they_are_looked_at() {
    let vault = memory_vault();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    let mut last = [0; 3];
    let verification = vault.verify_with(|progress| {
        if progress.organizations == 0 {
            let late = vault.scope("acme").unwrap();
            assert!(late.put("LATE", "a value").is_ok());
        }
        last = counts(progress);
        Continue(())
    });
    assert!(verification.unwrap().is_intact());
    assert_eq!(last, [1, 1, 1], "of one moment");
}

#[test]
fn a_verification_ends_where_its_caller_says() {
    let vault = memory_vault();
    filled(&vault);
    for at in 0..5 {
        let mut calls = 0;
        let stopped = vault.verify_with(|_| {
            calls += 1;
            if calls > at { Break(()) } else { Continue(()) }
        });
        assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Stopped);
        assert_eq!(calls, at + 1);
    }
    assert!(vault.verify().unwrap().is_intact(), "the control");
}

#[test]
fn a_rewrap_ends_between_two_steps_and_is_gone_on_with() {
    let vault = memory_vault();
    filled(&vault);
    vault.rotate_data_key("acme").unwrap();
    let mut told = Vec::new();
    let rewrap = vault.rewrap("acme").unwrap();
    let stopped = rewrap.finish_with(|progress| {
        told.push(progress);
        Break(())
    });
    let stopped = stopped.unwrap();
    assert_eq!(told, [stopped]);
    assert!(!stopped.done && stopped.left > 0);
    assert!(vault.verify().unwrap().is_intact());
    let done = vault.rewrap("acme").unwrap().finish().unwrap();
    assert!(done.done && done.left == 0);
    assert_eq!(done.rewrapped + stopped.rewrapped, 300);
}

#[cfg(feature = "sqlite")]
mod backups {
    use keyslot::{BackupProgress, RootKey};

    use super::*;

    #[test]
    fn a_backup_tells_how_far_it_is_and_ends_where_its_caller_says() {
        let (folder, key) = (tempfile::tempdir().unwrap(), RootKey::generate().unwrap());
        let vault = Vault::create(folder.path().join("vault.db"), &key).unwrap();
        filled(&vault);
        let big = vault.scope("acme").unwrap();
        for number in 0..100 {
            big.put(format!("BIG_{number}"), "x".repeat(60_000))
                .unwrap();
        }
        let copy = folder.path().join("copy.db");
        let mut told: Vec<BackupProgress> = Vec::new();
        let backup = vault.backup_to_with(&copy, |progress| {
            told.push(progress);
            Continue(())
        });
        assert!(backup.unwrap().verification.is_intact());
        let size = std::fs::metadata(&copy).unwrap().len();
        let (first, last) = (told[0], told[told.len() - 1]);
        assert!(first.copied < size && first.size == size, "{first:?}");
        assert_eq!((last.copied, last.size), (size, size));
        assert_eq!(counts(last.verified), [2, 402, 402]);
        assert!(told.is_sorted_by_key(|now| (now.copied, counts(now.verified))));
        std::fs::remove_file(&copy).unwrap();

        let before: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        for at in 0..told.len() {
            let mut calls = 0;
            let stopped = vault.backup_to_with(&copy, |_| {
                calls += 1;
                if calls > at { Break(()) } else { Continue(()) }
            });
            assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Stopped);
            let now = std::fs::read_dir(folder.path()).unwrap();
            assert_eq!(now.count(), before.len(), "no file is left");
        }
        vault.backup_to(&copy).unwrap();
    }
}
