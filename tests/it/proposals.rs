//! Names that are proposed for unknown ones: by `check` and `explain`, to handles that may list
//! names.
#![cfg(feature = "vault")]

use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyslot::{
    Error, ErrorKind, Permissions, Reference, RootKey, ScopedVault, Target, Template, Vault,
};

use crate::support::counting::Counting;

fn counted() -> (Arc<Counting>, Vault) {
    let store = Arc::new(Counting::default());
    let key = RootKey::generate().unwrap();
    let vault = Vault::builder()
        .store(Arc::clone(&store))
        .create(&key)
        .unwrap();
    (store, vault)
}

fn tool() -> Target {
    Target::tool("t")
}

fn check(scope: &ScopedVault, text: &str) -> Error {
    scope.check(&tool(), text).unwrap_err()
}

fn references(text: &str) -> Vec<Reference> {
    Template::compile(text).unwrap().references().to_vec()
}

/// The gets and scans since the last call.
fn calls(store: &Counting) -> (usize, usize) {
    let gets = store.gets.swap(0, Ordering::SeqCst);
    (gets, store.scans.swap(0, Ordering::SeqCst))
}

#[test]
fn the_nearest_name_is_proposed_to_who_may_list_names() {
    let (store, vault) = counted();
    vault
        .scope("acme")
        .unwrap()
        .put("GITHUB_TOKEN", "of acme")
        .unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("STRIPE_KEY", "of billing").unwrap();
    project.put("SLACK_KEYS", "of billing").unwrap();
    project.revoke("SLACK_KEYS").unwrap();
    project.put("MAIL_KEYS", "of billing").unwrap();
    project.delete("MAIL_KEYS").unwrap();
    vault
        .scope("other")
        .unwrap()
        .put("CRM_TOKENS", "of another")
        .unwrap();

    let text =
        "<<$secret.STRIPE_KYE>> <<$secret.GITHUB-TOKE>> <<SLACK_KEY>> <<MAIL_KEY>> <<CRM_TOKEN>>";
    let scope = "in acme/billing or above";
    let expected = [
        format!("no secret STRIPE_KYE {scope}; did you mean STRIPE_KEY?"),
        format!("no secret GITHUB-TOKE {scope}; did you mean GITHUB_TOKEN?"),
        format!("no secret SLACK_KEY {scope}"),
        format!("no secret MAIL_KEY {scope}"),
        format!("no secret CRM_TOKEN {scope}"),
    ];
    calls(&store);
    let error = check(&project, text);
    let (gets, scans) = calls(&store);
    assert!(
        gets >= 1 && scans == 2,
        "one scan for each scope: {gets} {scans}"
    );
    for (one, expected) in error.all().zip(&expected) {
        assert_eq!(one.kind(), ErrorKind::NotFound);
        assert!(one.to_string().starts_with(expected.as_str()), "{one}");
        assert_eq!(
            one.to_string().contains("mean"),
            expected.contains("mean"),
            "{one}"
        );
    }
    assert!(!error.for_model().to_string().contains("mean"));
    let explained = project.explain(&tool(), &references(text)).unwrap();
    assert_eq!(calls(&store), (gets, scans));
    for (one, expected) in explained.iter().zip(&expected) {
        assert_eq!(one.verdict.as_ref().unwrap_err().to_string(), *expected);
    }
    // A version that is missing is no name that is missing.
    let error = check(&project, "<<$secret.STRIPE_KEY@9>>");
    assert!(!error.to_string().contains("mean"), "{error}");
}

#[test]
fn nobody_else_is_told_or_costs_a_call() {
    let (store, vault) = counted();
    let project = vault.scope("acme/billing").unwrap();
    project.put("STRIPE_KEY", "of billing").unwrap();
    let text = "<<$secret.STRIPE_KYE>>";
    let is_told = |error: &Error| error.to_string().contains("STRIPE_KEY");

    calls(&store);
    assert!(is_told(&check(&project, text)), "the control");
    assert_eq!(calls(&store).1, 2, "the control");
    project.check(&tool(), "<<$secret.STRIPE_KEY>>").unwrap();
    assert_eq!(calls(&store), (1, 0), "all names are known");

    for permissions in [Permissions::USE, Permissions::USE | Permissions::MANAGE] {
        let narrow = project.with(permissions);
        assert!(!is_told(&check(&narrow, text)));
        assert_eq!(calls(&store), (1, 0), "{permissions}");
        let explained = narrow.explain(&tool(), &references(text)).unwrap();
        assert!(!is_told(explained[0].verdict.as_ref().unwrap_err()));
        assert_eq!(calls(&store), (1, 0), "{permissions}");
    }
    // A resolve lists nothing, whatever the handle may do.
    let error = project.resolve_for(&tool(), text).unwrap_err();
    assert!(!is_told(&error), "{error}");
    assert_eq!(calls(&store), (1, 0));
    // Text of instructions keeps names that nobody knows.
    project
        .check(&Target::instructions(), "<<STRIPE_KYE>>")
        .unwrap();
    assert_eq!(calls(&store), (1, 0));
}
