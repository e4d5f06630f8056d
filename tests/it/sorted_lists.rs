//! Pages of a scope, sorted by name, against a naive model.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use crate::support::memory_vault;
use keyslot::{Permissions, ScopedVault, SecretInput, SecretName};
use proptest::prelude::*;

fn names(page: &[keyslot::SecretInfo]) -> Vec<String> {
    page.iter().map(|info| info.name.to_string()).collect()
}

/// A scope with these names, where every other one is marked by its metadata; and a scope above it
/// and one beside it with more of them.
fn scope_of(stored: &BTreeSet<String>) -> ScopedVault {
    let vault = memory_vault();
    for other in ["acme", "acme/sales"] {
        vault.scope(other).unwrap().put("OTHER", "a value").unwrap();
    }
    let scope = vault.scope("acme/billing").unwrap();
    for (number, name) in stored.iter().enumerate() {
        let input = SecretInput::new("a value").metadata("odd", (number % 2).to_string());
        scope.put(name, input).unwrap();
    }
    scope
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_are_those_of_a_sorted_list(
        stored in proptest::collection::btree_set("[A-Ca-c_][A-Ca-c0-9_.-]{0,3}", 0..24),
        after in proptest::option::of("[A-Ca-c_][A-Ca-c0-9_.-]{0,3}"),
        limit in 0_usize..12,
        part in "[A-C]{0,1}",
        odd in proptest::option::of(0_usize..2),
    ) {
        let stored: BTreeSet<String> =
            stored.into_iter().filter(|name| SecretName::new(name).is_ok()).collect();
        let after = after.and_then(|name| SecretName::new(name).ok());
        let scope = scope_of(&stored);
        let mut naive: Vec<String> = stored
            .iter()
            .enumerate()
            .filter(|(number, name)| {
                name.contains(&part)
                    && odd.is_none_or(|odd| number % 2 == odd)
                    && after.as_ref().is_none_or(|after| name.as_str() > after.as_str())
            })
            .map(|(_, name)| name.clone())
            .collect();
        let list = || {
            let list = scope.list().name_contains(&part);
            odd.into_iter().fold(list, |list, odd| list.with_metadata("odd", odd.to_string()))
        };
        let page = |limit: usize| {
            let sorted = list().sorted().limit(limit);
            let sorted = after.iter().fold(sorted, keyslot::Sorted::after);
            names(&sorted.page().unwrap())
        };
        prop_assert_eq!(page(usize::MAX), naive.clone());
        naive.truncate(limit);
        prop_assert_eq!(page(limit), naive);
    }

    #[test]
    fn one_page_after_another_is_the_whole_list(
        stored in proptest::collection::btree_set("[A-C][A-C0-9]{0,3}", 0..24),
        limit in 1_usize..9,
    ) {
        let scope = scope_of(&stored);
        let (mut all, mut last) = (Vec::new(), None);
        loop {
            let sorted = scope.list().sorted().limit(limit);
            let page = last.iter().fold(sorted, keyslot::Sorted::after).page().unwrap();
            prop_assert!(page.len() <= limit);
            all.extend(names(&page));
            // The last name may be deleted before the next page is read.
            last = page.last().map(|info| info.name.clone());
            if let Some(name) = &last {
                scope.delete(name).unwrap();
            }
            if page.len() < limit {
                break;
            }
        }
        prop_assert_eq!(all, stored.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_list_that_was_begun_is_sorted_from_its_beginning() {
    let stored = ["C", "A", "B"].map(str::to_owned);
    let scope = scope_of(&stored.into());
    let mut list = scope.list();
    assert!(list.next().is_some());
    assert_eq!(names(&list.sorted().page().unwrap()), ["A", "B", "C"]);
}

#[test]
fn revoked_secrets_are_listed_and_nothing_is_without_the_permission() {
    let stored = ["A", "B"].map(str::to_owned);
    let scope = scope_of(&stored.into());
    scope.revoke("A").unwrap();
    assert_eq!(names(&scope.list().sorted().page().unwrap()), ["A", "B"]);
    let blind = scope.with(Permissions::USE).list().sorted();
    assert!(blind.page().unwrap().is_empty());
}

/// Memory is that of a page, however many secrets the scope has. Measured in processes of their
/// own, because memory that was given back may stay with the process.
#[cfg(all(feature = "sqlite", target_os = "linux"))]
mod memory {
    use crate::support::resident::most_memory;
    use crate::support::{again, fast_folder, root_key};
    use keyslot::{SecretInput, Vault};

    /// Records of 64 KiB each.
    const SECRETS: usize = 200;

    /// Above this is not needed for a page of the store, a page of the list, and what is opened.
    const MOST: usize = 8 << 20;

    #[test]
    fn a_sorted_page_takes_no_more_memory_than_a_page() {
        for (case, is_bounded) in [("page", true), ("whole list", false)] {
            let child = again(module_path!(), "one_case_of_a_sorted_list")
                .args(["--ignored", "--nocapture"])
                .env("KEYSLOT_CASE", case)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&child.stdout).into_owned();
            assert!(child.status.success(), "{case}: {said}");
            let took = said
                .split_once("took ")
                .and_then(|(_, rest)| rest.split_once(" bytes"));
            let took: usize = took.unwrap().0.parse().unwrap();
            println!("{case}: {} KiB", took >> 10);
            assert_eq!(took < MOST, is_bounded, "{case} took {took}");
        }
    }

    #[test]
    #[ignore = "a child process of the test above"]
    fn one_case_of_a_sorted_list() {
        let Ok(case) = std::env::var("KEYSLOT_CASE") else {
            return;
        };
        let folder = fast_folder();
        let vault = Vault::create(folder.path().join("vault.db"), &root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        let entry = "word ".repeat(200);
        for number in 0..SECRETS {
            let input = (0..64).fold(SecretInput::new("a value"), |input, at| {
                input.metadata(format!("entry {at}"), entry.trim())
            });
            // Names in another order than that of the rows, which is that of their hashes.
            scope.put(format!("KEY_{number:03}"), input).unwrap();
        }
        drop((scope, vault));
        let vault = Vault::open(folder.path().join("vault.db"), &root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        let limit = if case == "page" { 8 } else { usize::MAX };
        let (page, most) = most_memory(|| scope.list().sorted().limit(limit).page().unwrap());
        assert_eq!(page.len(), limit.min(SECRETS));
        println!("took {most} bytes");
    }
}
