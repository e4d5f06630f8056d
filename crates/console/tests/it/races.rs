//! Changes from the console while somebody else writes the same secret.

use std::sync::Arc;

use http::{Method, Response};
use keyslot::{OnReferenced, ScopedVault, SecretInfo};
use keyslot_console::{Body, Console};

use crate::support::{admin, request};
use crate::watched::two_vaults;

/// A change that a form or a program asks for, at the revision that it saw.
type Way = (Method, &'static str, fn(&SecretInfo) -> String);

const WAYS: [Way; 6] = [
    (
        Method::POST,
        "/secrets/STRIPE_KEY/rollback?scope=acme/billing&version=1",
        |seen| format!("revision={}", seen.revision),
    ),
    (
        Method::POST,
        "/secrets/STRIPE_KEY/revoke?scope=acme/billing",
        |seen| format!("name=STRIPE_KEY&revision={}", seen.revision),
    ),
    (
        Method::POST,
        "/secrets/STRIPE_KEY/delete?scope=acme/billing",
        |seen| format!("name=STRIPE_KEY&needed=on&revision={}", seen.revision),
    ),
    (
        Method::POST,
        "/api/v1/secrets/STRIPE_KEY/rollback?scope=acme/billing",
        |seen| format!("{{\"version\":1,\"if_revision\":{}}}", seen.revision),
    ),
    (
        Method::POST,
        "/api/v1/secrets/STRIPE_KEY/revoke?scope=acme/billing",
        |seen| {
            format!(
                "{{\"name\":\"STRIPE_KEY\",\"if_revision\":{}}}",
                seen.revision
            )
        },
    ),
    (
        Method::DELETE,
        "/api/v1/secrets/STRIPE_KEY?scope=acme/billing&if_revision=",
        |seen| seen.revision.to_string(),
    ),
];

/// Asks for a change at the revision that was seen, while somebody else does something.
fn raced(
    (method, target, body): &Way,
    meanwhile: impl FnOnce(&ScopedVault) + Send + 'static,
) -> (Response<Body>, ScopedVault) {
    let (store, vault, other) = two_vaults();
    let scope = vault.scope("acme/billing").unwrap();
    let body = body(&scope.info("STRIPE_KEY").unwrap());
    let ask = if *method == Method::DELETE {
        request(method.clone(), &format!("{target}{body}"), "")
    } else {
        request(method.clone(), target, &body)
    };
    let theirs = other.scope("acme/billing").unwrap();
    store.before_next_write(move || meanwhile(&theirs));
    let console = Console::new(vault);
    let response = console.respond(&admin(), &ask);
    assert!(store.is_past(), "{target}");
    (response, scope)
}

#[test]
fn a_change_at_a_revision_does_not_pass_a_writer_who_came_between() {
    for way in &WAYS {
        let (response, scope) = raced(way, |theirs| {
            theirs.put("STRIPE_KEY", "of somebody else").unwrap();
        });
        assert_eq!(response.status(), 409, "{}", way.1);
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(text.contains("changed by somebody else"), "{}", way.1);
        assert!(scope.matches("STRIPE_KEY", "of somebody else").unwrap());
        // The control: nobody comes between.
        let (response, scope) = raced(way, |_| ());
        assert!(response.status().as_u16() < 400, "{}", way.1);
        let is_kept = scope.matches("STRIPE_KEY", "canary-7f3a-of-the-vault");
        assert!(!is_kept.unwrap_or(false), "{}", way.1);
    }
}

#[test]
fn a_new_secret_under_a_revoked_name_is_not_deleted_in_its_place() {
    let ask = || {
        let target = "/api/v1/secrets/OLD_KEY?scope=acme/billing";
        request(Method::DELETE, target, "")
    };
    let (store, vault, other) = two_vaults();
    let theirs = other.scope("acme/billing").unwrap();
    store.before_next_write(move || {
        theirs.replace_revoked("OLD_KEY", "a new one").unwrap();
    });
    let console = Console::new(vault.clone());
    assert_eq!(console.respond(&admin(), &ask()).status(), 409);
    let scope = vault.scope("acme/billing").unwrap();
    assert!(scope.matches("OLD_KEY", "a new one").unwrap());
    // The control: it is the one that the program sees now.
    assert_eq!(console.respond(&admin(), &ask()).status(), 200);
    assert!(scope.info("OLD_KEY").is_err());
}

#[test]
fn a_secret_that_documents_need_is_told_from_one_that_was_changed() {
    let (_, vault, _) = two_vaults();
    let scope = vault.scope("acme/billing").unwrap();
    let documents = scope.documents();
    documents.set("one", "<<$secret.STRIPE_KEY>>").unwrap();
    let revision = scope.info("STRIPE_KEY").unwrap().revision;
    let console = Arc::new(Console::new(vault));
    let delete = |revision: u64| {
        let target = "/api/v1/secrets/STRIPE_KEY?scope=acme/billing&if_revision=";
        let target = format!("{target}{revision}");
        let response = console.respond(&admin(), &request(Method::DELETE, &target, ""));
        (
            response.status().as_u16(),
            String::from_utf8(response.body().to_vec()).unwrap(),
        )
    };
    let (status, text) = delete(revision.get());
    assert!(status == 409 && text.contains("documents need"), "{text}");
    let (status, text) = delete(revision.get() + 7);
    assert!(status == 409 && text.contains("somebody else"), "{text}");
    scope
        .delete_with("STRIPE_KEY", OnReferenced::Report)
        .unwrap();
}
