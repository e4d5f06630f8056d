//! Documents that are set, removed, renamed and rebuilt.

use keyslot::template::{JsonText, Tree};
use keyslot::{Actor, ErrorKind, Permissions, Reference, SecretName, Template, Vault, Version};
use serde_json::json;

use super::kit::{documents, opened, who};
use crate::support::counting::Counting;
use crate::support::root_key;
use crate::support::shelf::{Shelf, shelf_vault};

#[test]
fn a_document_is_kept_by_its_references_whatever_it_is_made_of() {
    let vault = shelf_vault();
    let documents = documents(&vault, "acme/billing");
    let value = json!({"url": "https://x/<<$secret.A@2>>", "list": ["<<B>>", "<<$secret.A@2>>"]});
    let a = Reference::secret(SecretName::new("A").unwrap());
    let a = a.with_version(Version::new(2).unwrap());
    let b = Reference::bare(SecretName::new("B").unwrap());
    let text = value.to_string();
    let tree: Tree = serde_json::from_str(&text).unwrap();
    let json_text = JsonText::parse(text.as_str()).unwrap();
    let given = [
        documents.set("value", &value).unwrap(),
        documents.set("tree", &tree).unwrap(),
        documents.set("text", &json_text).unwrap(),
    ];
    for info in given {
        let mut found: Vec<_> = info
            .references
            .iter()
            .map(|it| (it.reference.clone(), it.count, it.pointers.clone()))
            .collect();
        found.sort();
        let places = vec!["/list/1".to_owned(), "/url".to_owned()];
        let mut of_a = found[0].2.clone();
        of_a.sort();
        assert_eq!((&found[0].0, found[0].1, &of_a), (&a, 2, &places));
        assert_eq!(found[1], (b.clone(), 1, vec!["/list/0".to_owned()]));
        assert_eq!(documents.get(&info.id).unwrap(), info);
    }
    let plain = documents
        .set("plain", "<<$secret.A@2>> and <<$secret.A@2>>")
        .unwrap();
    let placed = &plain.references[0];
    assert_eq!((&placed.reference, placed.count), (&a, 2));
    assert!(placed.pointers.is_empty());
    let template = Template::compile("<<B>>").unwrap();
    let compiled = documents.set("compiled", &template).unwrap();
    assert_eq!(compiled.references[0].reference, b);
    assert!(
        documents
            .set("none", "no reference")
            .unwrap()
            .references
            .is_empty()
    );
    assert_eq!(documents.list(None, 100).unwrap().len(), 6);
}

#[test]
fn a_document_is_set_in_place_of_the_one_before() {
    let vault = shelf_vault();
    let scope = vault.scope("acme").unwrap();
    let ada = scope.acting_as(Actor::new("user:ada").unwrap()).documents();
    let before = scope.epoch().unwrap();
    let first = ada.set("a", "<<$secret.A>>").unwrap();
    assert_eq!(first.updated_by, Some(Actor::new("user:ada").unwrap()));
    let set = scope.epoch().unwrap();
    assert!(set > before);
    // The same again: no write, and the actor of the last change stays.
    assert_eq!(
        scope.documents().set("a", "text <<$secret.A>>").unwrap(),
        first
    );
    assert_eq!(scope.epoch().unwrap(), set);
    let second = scope.documents().set("a", "<<$secret.B>>").unwrap();
    assert!(scope.epoch().unwrap() > set);
    assert_eq!(second.updated_by, None);
    assert_eq!(who(&vault, "acme", "A"), Vec::<String>::new());
    assert_eq!(who(&vault, "acme", "B"), ["acme a"]);
    // No secret changed by it.
    assert!(scope.changes(before).unwrap().is_empty());
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn documents_are_removed_and_renamed() {
    let vault = shelf_vault();
    let [here, below] = ["acme", "acme/billing"].map(|scope| documents(&vault, scope));
    here.set("a", "<<$secret.A>>").unwrap();
    here.set("b", "<<$secret.B>>").unwrap();
    below.set("a", "<<$secret.A>>").unwrap();
    assert_eq!(
        here.rename("a", "b").unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        here.rename("c", "d").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(who(&vault, "acme", "A"), ["acme a", "acme/billing a"]);
    let renamed = here.rename("a", "c").unwrap();
    assert_eq!((renamed.id.as_str(), renamed.references.len()), ("c", 1));
    assert_eq!(who(&vault, "acme", "A"), ["acme c", "acme/billing a"]);
    assert_eq!(here.get("a").unwrap_err().kind(), ErrorKind::NotFound);
    here.remove("c").unwrap();
    assert_eq!(here.remove("c").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(below.remove("b").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(who(&vault, "acme", "A"), ["acme/billing a"]);
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_rebuild_is_whole_or_nothing() {
    let vault = shelf_vault();
    let [here, below] = ["acme", "acme/billing"].map(|scope| documents(&vault, scope));
    here.rebuild([("a", "<<$secret.A>>"), ("b", "<<$secret.B>>")])
        .unwrap();
    below.set("a", "<<$secret.A>>").unwrap();
    let twice = [("c", "<<$secret.A>>"), ("d", ""), ("c", "")];
    assert_eq!(
        here.rebuild(twice).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let wrong = [("c", "<<$secret.A>>"), ("d", "<<$secret.>>")];
    here.rebuild(wrong).unwrap_err();
    let many = (0..=10_000).map(|number| (format!("id {number}"), ""));
    assert_eq!(here.rebuild(many).unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(who(&vault, "acme", "A"), ["acme a", "acme/billing a"]);
    // One stays, one changes, one comes, and the other scope is left alone.
    let next = [("b", "<<$secret.B>>"), ("c", "<<$secret.A>>")];
    assert_eq!(here.rebuild(next).unwrap(), 2);
    assert_eq!(who(&vault, "acme", "A"), ["acme c", "acme/billing a"]);
    assert_eq!(who(&vault, "acme", "B"), ["acme b"]);
    assert_eq!(here.rebuild(Vec::<(&str, &str)>::new()).unwrap(), 2);
    assert_eq!(who(&vault, "acme", "A"), ["acme/billing a"]);
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn wrong_input_is_refused_before_the_store_is_asked() {
    let store = std::sync::Arc::new(Counting::default());
    let builder = Vault::builder().store(std::sync::Arc::clone(&store));
    let vault = builder.create(&root_key()).unwrap();
    let documents = documents(&vault, "acme");
    let before = store.calls();
    for id in ["", " a", "a\nb", &"i".repeat(257)] {
        for result in [
            documents.set(id, "").map(drop),
            documents.remove(id),
            documents.rename("a", id).map(drop),
            documents.rebuild([(id, "")]).map(drop),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(!error.to_string().contains("a\nb"));
        }
    }
    let many: String = (0..4097)
        .map(|number| format!("<<$secret.N{number}>>"))
        .collect();
    assert_eq!(
        documents.set("a", many.as_str()).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(
        documents.set("a", "<<$secret.>>").unwrap_err().kind(),
        ErrorKind::Syntax
    );
    assert_eq!(store.calls(), before, "no call so far");
    let most: String = (0..4096)
        .map(|number| format!("<<$secret.N{number}>>"))
        .collect();
    assert_eq!(
        documents.set("a", most.as_str()).unwrap().references.len(),
        4096
    );
    assert!(store.calls() > before);
}

#[test]
fn a_handle_may_change_documents_with_manage_and_read_them_with_read() {
    let vault = shelf_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a value").unwrap();
    scope
        .documents()
        .set("a", "<<$secret.A>> <<$secret.NONE>>")
        .unwrap();
    let all = scope.documents();
    assert_eq!(all.who_references("A").unwrap().total, 1);
    assert_eq!(all.missing().unwrap().total, 1);
    for blind in [
        Permissions::USE,
        Permissions::MANAGE,
        Permissions::REVEAL,
        Permissions::NONE,
    ] {
        let documents = scope.with(blind).documents();
        assert!(documents.who_references("A").unwrap().is_empty());
        assert!(documents.missing().unwrap().is_empty());
        assert!(documents.list(None, 10).unwrap().is_empty());
        assert_eq!(documents.get("a").unwrap_err().kind(), ErrorKind::NotFound);
    }
    for weak in [Permissions::USE, Permissions::READ, Permissions::NONE] {
        let documents = scope.with(weak).documents();
        for result in [
            documents.set("b", "").map(drop),
            documents.remove("a"),
            documents.rename("a", "b").map(drop),
            documents.rebuild([("b", "")]).map(drop),
        ] {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Denied);
        }
    }
    scope
        .with(Permissions::MANAGE)
        .documents()
        .set("b", "<<$secret.A>>")
        .unwrap();
    assert_eq!(all.who_references("A").unwrap().total, 2);
    assert_eq!(
        scope
            .with(Permissions::READ)
            .documents()
            .get("b")
            .unwrap()
            .id,
        "b"
    );
}

#[test]
fn two_open_vaults_see_the_documents_of_each_other() {
    let store = Shelf::new();
    let [one, other] = [opened(&store), opened(&store)];
    documents(&one, "acme").set("a", "<<$secret.A>>").unwrap();
    documents(&other, "acme").set("b", "<<$secret.A>>").unwrap();
    for vault in [&one, &other] {
        assert_eq!(who(vault, "acme", "A"), ["acme a", "acme b"]);
    }
    documents(&other, "acme").remove("a").unwrap();
    assert_eq!(who(&one, "acme", "A"), ["acme b"]);
    assert_eq!(
        documents(&one, "acme").remove("a").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn documents_are_listed_in_pages() {
    let vault = shelf_vault();
    let here = documents(&vault, "acme");
    documents(&vault, "acme/billing").set("other", "").unwrap();
    here.rebuild((0..600).map(|number| (format!("id {number}"), "")))
        .unwrap();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = here.list(after.as_deref(), 250).unwrap();
        let is_last = page.len() < 250;
        after = page.last().map(|info| info.id.clone());
        found.extend(page.into_iter().map(|info| info.id));
        if is_last {
            break;
        }
    }
    assert_eq!(found.len(), 600);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 600);
    assert!(here.list(None, 0).unwrap().is_empty());
}
