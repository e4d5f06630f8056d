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
