//! A vault that is locked, full, damaged or gone: a page that says so, with its status.

use std::collections::BTreeSet;

use http::Method;
use keyslot::ErrorKind;
use keyslot_console::{Console, Limits};
use serde_json::Value;

use crate::support::{admin, request, text};
use crate::watched::watched_vault;
use crate::ways::WAYS;

/// Kinds of errors of a store, the status of their answer and the title of its page.
const KINDS: [(ErrorKind, u16, &str); 8] = [
    (ErrorKind::Busy, 503, "cannot be reached"),
    (ErrorKind::Unavailable, 503, "cannot be reached"),
    (ErrorKind::ReadOnly, 503, "cannot be reached"),
    (ErrorKind::StorageFull, 507, "disk is full"),
    (ErrorKind::Corrupt, 500, "cannot be read"),
    (ErrorKind::Tampered, 500, "cannot be read"),
    (ErrorKind::Io, 500, "cannot be read"),
    (ErrorKind::Unsettled, 500, "cannot be read"),
];

#[test]
fn a_store_that_cannot_be_read_is_told() {
    let (store, vault) = watched_vault();
    let console = Console::new(vault);
    let mut told = 0;
    for (kind, status, words) in KINDS {
        store.fail(Some(kind), None);
        for way in WAYS.iter().filter(|way| way.methods.contains(&Method::GET)) {
            let needs_store = !["/new", "/explain"]
                .iter()
                .any(|path| way.target.starts_with(path));
            if !needs_store {
                continue;
            }
            let response = console.respond(&admin(), &request(Method::GET, way.target, ""));
            if way.target.contains("reveal") {
                continue;
            }
            let is_list = way.target.contains("secrets?") && kind == ErrorKind::Corrupt;
            let expected = if is_list { 200 } else { status };
            assert_eq!(response.status(), expected, "{kind} {}", way.target);
            let page = text(&response);
            let is_page = !way.target.starts_with("/api");
            if is_list {
                assert!(page.contains("cannot be read") || page.contains("\"damaged\":1"));
            } else if is_page {
                assert!(page.contains(words), "{kind} {page}");
            } else {
                assert!(
                    page.contains(&format!("\"code\":\"{kind}\"")),
                    "{kind} {page}"
                );
            }
            let again = response.headers().contains_key("retry-after");
            assert_eq!(again, kind.is_retryable(), "{kind}");
            told += 1;
        }
    }
    assert!(told > 80, "{told}");
    store.fail(None, None);
    let target = "/secrets?scope=acme/billing";
    assert_eq!(
        console
            .respond(&admin(), &request(Method::GET, target, ""))
            .status(),
        200
    );
}

#[test]
fn a_store_that_cannot_be_written_is_told_and_nothing_happened() {
    let (store, vault) = watched_vault();
    let console = Console::new(vault.clone());
    let before = vault
        .scope("acme/billing")
        .unwrap()
        .info("STRIPE_KEY")
        .unwrap();
    let mut told = 0;
    for (kind, status, _) in KINDS {
        store.fail(None, Some(kind));
        for way in WAYS {
            for method in [Method::POST, Method::PATCH, Method::DELETE] {
                let is_change =
                    ![keyslot::Permissions::READ, keyslot::Permissions::REVEAL].contains(&way.take);
                if !way.methods.contains(&method) || !is_change {
                    continue;
                }
                let ask = request(method.clone(), way.target, way.body);
                let response = console.respond(&admin(), &ask);
                assert_eq!(response.status(), status, "{kind} {method} {}", way.target);
                assert!(
                    text(&response).contains("the test says so"),
                    "{kind} {}",
                    way.target
                );
                told += 1;
            }
        }
    }
    assert!(told > 100, "{told}");
    let after = vault
        .scope("acme/billing")
        .unwrap()
        .info("STRIPE_KEY")
        .unwrap();
    assert_eq!(after, before);
}

#[test]
fn a_damaged_secret_shows_no_other_one_twice() {
    let (store, vault) = watched_vault();
    let console = Console::new(vault).limits(Limits::new().page(1));
    store.spoil();
    for (order, intact) in [("", 2), ("&inherited=on", 3)] {
        let (mut names, mut damaged, mut after) = (Vec::new(), 0, String::new());
        for _ in 0..10 {
            let target = format!("/api/v1/secrets?scope=acme/billing{order}{after}");
            let response = console.respond(&admin(), &request(Method::GET, &target, ""));
            let page: Value = serde_json::from_slice(response.body()).unwrap();
            damaged += page["damaged"].as_u64().unwrap();
            let found = page["secrets"].as_array().unwrap().iter();
            names.extend(found.map(|one| format!("{} in {}", one["name"], one["scope"])));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            after = format!("&after={next}");
        }
        let different: BTreeSet<&String> = names.iter().collect();
        assert_eq!(
            (names.len(), different.len()),
            (intact, intact),
            "{names:?}"
        );
        assert!(damaged > 0, "{order}");
    }
}
