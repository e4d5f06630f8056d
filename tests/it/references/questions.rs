//! Questions that the index answers.

use keyslot::{Cache, ReferenceKind, Vault};

use super::kit::{documents, opened, who};
use crate::support::root_key;
use crate::support::shelf::{Shelf, shelf_vault};

#[test]
fn the_nearest_scope_that_has_a_name_serves_a_document() {
    let vault = shelf_vault();
    let scopes = ["acme", "acme/billing", "acme/billing/eu", "acme/sales"];
    for scope in scopes {
        documents(&vault, scope)
            .set("doc", "<<$secret.A>>")
            .unwrap();
    }
    documents(&vault, "other")
        .set("doc", "<<$secret.A>>")
        .unwrap();
    let all = scopes.map(|scope| format!("{scope} doc"));
    let put = |scope: &str| drop(vault.scope(scope).unwrap().put("A", "a value").unwrap());
    // Nobody has it: these would get it here.
    assert_eq!(who(&vault, "acme", "A"), all);
    assert_eq!(who(&vault, "acme/billing", "A"), all[1..3]);
    put("acme");
    assert_eq!(who(&vault, "acme", "A"), all);
    assert_eq!(who(&vault, "acme/billing/eu", "A"), all[2..3]);
    put("acme/billing");
    assert_eq!(who(&vault, "acme", "A"), [&all[0][..], &all[3]]);
    assert_eq!(who(&vault, "acme/billing", "A"), all[1..3]);
    put("acme/billing/eu");
    assert_eq!(who(&vault, "acme/billing", "A"), all[1..2]);
    // A revoked secret hides the one above, and a deleted one does not.
    let billing = vault.scope("acme/billing").unwrap();
    billing.revoke("A").unwrap();
    assert_eq!(who(&vault, "acme", "A"), [&all[0][..], &all[3]]);
    billing.force_delete("A").unwrap();
    assert_eq!(who(&vault, "acme", "A"), [&all[0][..], &all[1], &all[3]]);
    assert_eq!(who(&vault, "other", "A"), ["other doc"]);
    assert_eq!(who(&vault, "acme", "B"), Vec::<String>::new());
}

#[test]
fn references_that_find_nothing_are_named() {
    let vault = shelf_vault();
    let (acme, billing) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    acme.put("SHARED", "a value").unwrap();
    billing.put("OWN", "a value").unwrap();
    for name in ["REVOKED", "DELETED", "INACTIVE"] {
        billing.put(name, "a value").unwrap();
    }
    billing.revoke("REVOKED").unwrap();
    billing.delete("DELETED").unwrap();
    billing
        .set_status("INACTIVE", keyslot::Status::Inactive)
        .unwrap();
    let text = "<<$secret.SHARED>> <<$secret.OWN>> <<$secret.REVOKED>> <<$secret.DELETED>> \
                <<$secret.INACTIVE>> <<NOWHERE>>";
    billing.documents().set("doc", text).unwrap();
    acme.documents().set("doc", "<<$secret.OWN>>").unwrap();
    let missing = acme.documents().missing().unwrap();
    let said: Vec<String> = missing
        .references
        .iter()
        .map(|it| format!("{} {} {}", it.scope, it.id, it.placed.reference))
        .collect();
    let expected = [
        "acme doc <<$secret.OWN>>",
        "acme/billing doc <<$secret.DELETED>>",
        "acme/billing doc <<NOWHERE>>",
    ];
    assert_eq!(said, expected);
    assert_eq!(missing.total, 3);
    let below = billing.documents().missing().unwrap();
    assert_eq!(below.total, 2, "those above are not of this scope");
    let kinds = below.references.iter().map(|it| it.placed.reference.kind());
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [ReferenceKind::Secret, ReferenceKind::Bare]
    );
    let json = serde_json::to_value(&below.references[0]).unwrap();
    assert_eq!(json["reference"]["name"], "DELETED");
    assert_eq!(json["id"], "doc");
}

#[test]
fn an_answer_names_so_many_and_counts_all() {
    let vault = shelf_vault();
    let here = documents(&vault, "acme");
    here.rebuild((0..2500).map(|number| (format!("id {number:04}"), "<<$secret.A>>")))
        .unwrap();
    let uses = here.who_references("A").unwrap();
    assert_eq!((uses.total, uses.documents.len()), (2500, 1000));
    assert_eq!(uses.documents[0].id, "id 0000");
    assert_eq!(uses.documents[999].id, "id 0999");
    let missing = here.missing().unwrap();
    assert_eq!((missing.total, missing.references.len()), (2500, 1000));
    assert_eq!(missing.references[999].id, "id 0999");
}

#[test]
fn a_guarded_and_a_cached_vault_answer_the_same() {
    let store = Shelf::new();
    let plain = opened(&store);
    let builder = || Vault::builder().store(store.clone());
    let guarded = builder().guard(1000).open(&root_key()).unwrap();
    let cached = builder().cache(Cache::new()).open(&root_key()).unwrap();
    for vault in [&plain, &guarded, &cached] {
        let scope = vault.scope("acme").unwrap();
        scope.put("A", "a value").unwrap();
        scope
            .documents()
            .set("doc", "<<$secret.A>> <<$secret.B>>")
            .unwrap();
        scope.resolve("<<$secret.A>>").unwrap();
        scope.documents().set("doc", "<<$secret.A>>").unwrap();
        scope.resolve("<<$secret.A>>").unwrap();
    }
    for vault in [&plain, &guarded, &cached] {
        assert_eq!(who(vault, "acme", "A"), ["acme doc"]);
        assert!(documents(vault, "acme").missing().unwrap().is_empty());
        assert!(vault.verify().unwrap().is_intact());
    }
}
