//! Removals that ask for documents.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use keyslot::store::Kind;
use keyslot::{
    BulkError, ErrorKind, Finding, OnExisting, OnReferenced, Permissions, RemovedAll, ScopedVault,
    Status, Vault,
};

use super::kit::{opened, say};
use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{all_rows, delete, put, rows};
use crate::support::shelf::{Shelf, shelf_vault};
use crate::support::{refusal, root_key, value};

fn scope_with_documents() -> ScopedVault {
    let vault = shelf_vault();
    let scope = vault.scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    scope
        .documents()
        .set("one", "<<$secret.A>> <<$secret.B>>")
        .unwrap();
    let below = vault.scope("acme/billing").unwrap();
    below.put("B", "of the project").unwrap();
    below
        .documents()
        .set("two", "<<$secret.A>> <<$secret.B>>")
        .unwrap();
    scope
}

#[test]
fn a_deletion_refuses_or_reports_what_documents_need() {
    let scope = scope_with_documents();
    let error = scope.delete_with("A", OnReferenced::Refuse).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.name().unwrap(), "A");
    assert!(error.to_string().contains("2 in number"), "{error}");
    assert_eq!(value(&scope, "A").unwrap(), "a value");
    let free = scope.delete_with("C", OnReferenced::Refuse).unwrap();
    assert!(free.documents.is_empty());
    assert_eq!(refusal(&scope, "C"), ErrorKind::NotFound);
    let removed = scope.delete_with("A", OnReferenced::Report).unwrap();
    assert_eq!(say(&removed.documents), ["acme one", "acme/billing two"]);
    assert_eq!(refusal(&scope, "A"), ErrorKind::NotFound);
    // The project has its own.
    let removed = scope.delete_with("B", OnReferenced::Report).unwrap();
    assert_eq!(say(&removed.documents), ["acme one"]);
    // What the other deletions refuse, this one refuses too.
    let gone = scope.delete_with("A", OnReferenced::Report).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    scope.put("R", "a value").unwrap();
    scope.revoke("R").unwrap();
    let revoked = scope.delete_with("R", OnReferenced::Report).unwrap_err();
    assert_eq!(revoked.kind(), ErrorKind::Revoked);
}

#[test]
fn deletions_of_many_refuse_or_report_too() {
    let scope = scope_with_documents();
    let names = ["C", "NONE", "B", "A"];
    let error = scope
        .delete_all_with(names, OnReferenced::Refuse)
        .unwrap_err();
    assert_eq!((error.kind(), error.item()), (ErrorKind::Conflict, Some(2)));
    assert_eq!(error.progress().changed, 0);
    let removed = scope.delete_all_with(names, OnReferenced::Report).unwrap();
    assert_eq!((removed.progress.changed, removed.progress.skipped), (3, 1));
    let needed: Vec<_> = removed
        .documents
        .iter()
        .map(|(name, uses)| (name.as_str(), say(uses)))
        .collect();
    let expected = [
        ("B", vec!["acme one".to_owned()]),
        (
            "A",
            vec!["acme one".to_owned(), "acme/billing two".to_owned()],
        ),
    ];
    assert_eq!(needed, expected);
    // More than one write has room for.
    let many: Vec<String> = (0..600).map(|number| format!("N{number}")).collect();
    for name in &many {
        scope.put(name, "a value").unwrap();
    }
    scope
        .documents()
        .set("last", "<<$secret.N599>> <<$secret.N0>>")
        .unwrap();
    let removed = scope.delete_all_with(&many, OnReferenced::Report).unwrap();
    let names: Vec<_> = removed
        .documents
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!((removed.progress.changed, names), (600, vec!["N0", "N599"]));
}

/// An error of a deletion of 600 secrets, of which documents need the first and the last of each
/// write. The second write fails as `call` comes to pass.
fn failed_in_the_second_write(kind: ErrorKind, call: Call) -> (BulkError, ScopedVault) {
    let store = Shelf::new();
    let scope = opened(&store).scope("acme").unwrap();
    let names: Vec<String> = (0..600).map(|number| format!("N{number}")).collect();
    let items = names.iter().map(|name| (name, "a value"));
    scope.put_all(items, OnExisting::Fail).unwrap();
    let text = "<<$secret.N0>> <<$secret.N255>> <<$secret.N256>> <<$secret.N511>> <<$secret.N599>>";
    scope.documents().set("one", text).unwrap();
    let calls = AtomicUsize::new(0);
    let is_same = move |made| mem::discriminant(&made) == mem::discriminant(&call);
    let hooked = Hooked::new(store, move |made| {
        if is_same(made) && calls.fetch_add(1, Ordering::SeqCst) == 1 {
            return Err(keyslot::Error::new(kind, "the machine is off"));
        }
        Ok(())
    });
    let failing = Vault::builder().store(hooked).open(&root_key()).unwrap();
    let failing = failing.scope("acme").unwrap();
    let error = failing.delete_all_with(&names, OnReferenced::Report);
    (error.unwrap_err(), scope)
}

fn named(error: &BulkError) -> Vec<&str> {
    let documents = error.documents().iter();
    documents.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_deletion_of_many_that_fails_later_names_the_documents_of_what_it_deleted() {
    let (error, scope) = failed_in_the_second_write(ErrorKind::Io, Call::Write(0));
    assert_eq!(error.progress().changed, 256);
    assert_eq!(named(&error), ["N0", "N255"]);
    assert!(error.unsettled().is_empty());
    assert_eq!(say(&error.documents()[0].1), ["acme one"]);
    assert_eq!(refusal(&scope, "N255"), ErrorKind::NotFound);
    assert_eq!(value(&scope, "N256").unwrap(), "a value");
    // A store that cannot tell has deleted those of its last write, and here it has.
    let (error, scope) = failed_in_the_second_write(ErrorKind::Unsettled, Call::Written);
    assert_eq!(error.progress().changed, 256);
    assert_eq!(error.unsettled(), 256..512);
    assert_eq!(named(&error), ["N0", "N255", "N256", "N511"]);
    assert_eq!(refusal(&scope, "N256"), ErrorKind::NotFound);
    assert_eq!(value(&scope, "N599").unwrap(), "a value");
    // Those who may not read are told of none.
    let blind = scope.with(Permissions::MANAGE);
    scope.revoke("N599").unwrap();
    let many: Vec<String> = (0..300).map(|number| format!("M{number}")).collect();
    let items = many.iter().map(|name| (name, "a value"));
    scope.put_all(items, OnExisting::Fail).unwrap();
    scope.documents().set("two", "<<$secret.M0>>").unwrap();
    let names: Vec<&str> = many.iter().map(String::as_str).chain(["N599"]).collect();
    let error = blind.delete_all_with(&names, OnReferenced::Report);
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().changed),
        (ErrorKind::Revoked, 256)
    );
    assert!(named(&error).is_empty());
    scope.put("M0", "a value").unwrap();
    let error = scope.delete_all_with(&names, OnReferenced::Report);
    assert_eq!(named(&error.unwrap_err()), ["M0"]);
}

#[test]
fn a_revocation_reports_and_never_refuses() {
    let scope = scope_with_documents();
    let revoked = scope.revoke_reporting("A").unwrap();
    let documents = revoked.documents.unwrap();
    assert_eq!(say(&documents), ["acme one", "acme/billing two"]);
    assert_eq!(scope.info("A").unwrap().status, Status::Revoked);
    assert!(
        scope
            .revoke_reporting("C")
            .unwrap()
            .documents
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_handle_that_may_not_read_is_told_of_no_document() {
    let scope = scope_with_documents();
    let blind = scope.with(Permissions::MANAGE);
    let error = blind.delete_with("A", OnReferenced::Refuse).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(!error.to_string().contains("one"), "{error}");
    let removed = blind.delete_with("A", OnReferenced::Report).unwrap();
    assert!(removed.documents.is_empty());
    let removed = blind.delete_all_with(["B"], OnReferenced::Report).unwrap();
    assert!(removed.documents.is_empty());
    let read = scope.with(Permissions::READ);
    let error = read.delete_with("C", OnReferenced::Report).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn a_document_that_is_set_meanwhile_is_not_passed_by() {
    for round in 0..20 {
        let store = Shelf::new();
        let [one, other] = [opened(&store), opened(&store)];
        let [one, other] = [one, other].map(|vault| vault.scope("acme").unwrap());
        one.put("A", "a value").unwrap();
        let setting = thread::spawn(move || {
            other.documents().set("doc", "<<$secret.A>>").unwrap();
        });
        let deleted = one.delete_with("A", OnReferenced::Refuse);
        setting.join().unwrap();
        // Either it was refused for the document, or the document came later and finds nothing.
        let missing = one.documents().missing().unwrap().total;
        assert_eq!(missing == 1, deleted.is_ok(), "round {round}");
    }
}

#[test]
fn an_erased_organization_has_no_documents() {
    let store = Shelf::new();
    let vault = opened(&store);
    let scope = vault.scope("acme").unwrap();
    let rows = || crate::support::rows::rows(&store, keyslot::store::Kind::Document).len();
    scope
        .documents()
        .rebuild((0..600).map(|id| (format!("{id}"), "<<$secret.A>>")))
        .unwrap();
    vault
        .scope("other")
        .unwrap()
        .documents()
        .set("kept", "<<$secret.A>>")
        .unwrap();
    assert_eq!(rows(), 601);
    vault.erase_tenant("acme").unwrap();
    assert_eq!(rows(), 1);
    assert!(scope.documents().who_references("A").unwrap().is_empty());
    assert!(vault.verify().unwrap().is_intact());
    scope.documents().set("new", "<<$secret.A>>").unwrap();
    assert_eq!(scope.documents().who_references("A").unwrap().total, 1);
    assert!(vault.verify().unwrap().is_intact());
}

/// A store that does something before its second write from now on: an erasure has destroyed the
/// keys by then, and has deleted no row.
fn before_the_rows(
    store: &Shelf,
    what: impl Fn() -> keyslot::Result<()> + Send + Sync + 'static,
) -> Hooked<Shelf> {
    let writes = AtomicUsize::new(0);
    Hooked::new(store.clone(), move |call| match call {
        Call::Write(_) if writes.fetch_add(1, Ordering::SeqCst) == 1 => what(),
        _ => Ok(()),
    })
}

#[test]
fn a_document_that_is_set_while_its_organization_is_erased_stays_accounted_for() {
    let store = Shelf::new();
    let other = opened(&store);
    let documents = other.scope("acme").unwrap().documents();
    other.scope("acme").unwrap().put("A", "a value").unwrap();
    for id in ["old", "again"] {
        documents.set(id, "<<$secret.A>>").unwrap();
    }
    let meanwhile = documents.clone();
    let hooked = before_the_rows(&store, move || {
        meanwhile.set("new", "<<$secret.A>>")?;
        meanwhile.set("again", "<<$secret.A>> <<$secret.B>>")?;
        Ok(())
    });
    let vault = Vault::builder().store(hooked).open(&root_key()).unwrap();
    vault.erase_tenant("acme").unwrap();
    let left = documents.who_references("A").unwrap();
    assert_eq!(say(&left), ["acme again", "acme new"]);
    documents.remove("again").unwrap();
    assert_eq!(documents.who_references("A").unwrap().total, 1);
    for vault in [&vault, &other, &opened(&store)] {
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn documents_go_on_after_an_erasure_that_ended_early() {
    let store = Shelf::new();
    let other = opened(&store);
    let documents = other.scope("acme").unwrap().documents();
    documents.set("a", "<<$secret.A>>").unwrap();
    documents.set("b", "<<$secret.A>>").unwrap();
    let dying = before_the_rows(&store, || {
        Err(keyslot::Error::new(ErrorKind::Store, "the machine is off"))
    });
    let vault = Vault::builder().store(dying).open(&root_key()).unwrap();
    vault.erase_tenant("acme").unwrap_err();
    documents.set("c", "<<$secret.A>>").unwrap();
    documents.set("a", "<<$secret.A>> <<$secret.B>>").unwrap();
    documents.remove("b").unwrap();
    assert_eq!(documents.who_references("A").unwrap().total, 2);
    assert!(opened(&store).verify().unwrap().is_intact());
    opened(&store).erase_tenant("acme").unwrap();
    assert!(documents.list(None, 9).unwrap().is_empty());
    assert!(documents.missing().unwrap().is_empty());
    assert!(opened(&store).verify().unwrap().is_intact());
}

#[test]
fn a_damaged_document_is_erased_with_the_others() {
    let store = Shelf::new();
    let vault = opened(&store);
    let documents = vault.scope("acme").unwrap().documents();
    for id in ["a", "b", "c"] {
        documents.set(id, "<<$secret.A>>").unwrap();
    }
    let own = rows(&store, Kind::Document);
    put(&store, &own[1].with(|row| row.info[60] ^= 1));
    delete(&store, &own[2]);
    assert!(documents.who_references("A").is_err());
    vault.erase_tenant("acme").unwrap();
    assert!(rows(&store, Kind::Document).is_empty());
    assert!(vault.verify().unwrap().is_intact());
    documents.set("a", "<<$secret.A>>").unwrap();
    assert_eq!(documents.who_references("A").unwrap().total, 1);
}

#[test]
fn an_erasure_that_ends_anywhere_leaves_accounts_that_fit() {
    let base = Shelf::new();
    let counting = |store: &Shelf| {
        let builder = Vault::builder().store(store.clone()).count_uses(true);
        builder.open_or_create(&root_key()).unwrap()
    };
    let vault = counting(&base);
    let scope = vault.scope("acme").unwrap();
    for name in ["A", "B"] {
        scope.put(name, "a value").unwrap();
    }
    scope.resolve("<<$secret.A>> <<$secret.B>>").unwrap();
    vault.flush_usage().unwrap();
    for id in ["a", "b", "c"] {
        scope.documents().set(id, "<<$secret.A>>").unwrap();
    }
    drop((scope, vault));
    let old = all_rows(&base);
    let is_told = |finding: &Finding| matches!(finding, Finding::Erased { .. });
    let (mut ends, mut is_done) = (0, false);
    for from in 0.. {
        let store = Shelf::new();
        old.iter().for_each(|row| put(&store, row));
        let (failing, _) = Hooked::failing(store.clone(), from);
        let Ok(vault) = Vault::builder().store(failing).open(&root_key()) else {
            continue;
        };
        is_done = vault.erase_tenant("acme").is_ok();
        let other = counting(&store);
        let documents = other.scope("acme").unwrap().documents();
        for id in ["a", "new"] {
            documents.set(id, "<<$secret.A>> <<$secret.B>>").unwrap();
        }
        assert!(documents.missing().is_ok() || !is_done, "{from}");
        let findings = other.verify().unwrap().findings;
        assert!(findings.iter().all(is_told), "{from}: {findings:?}");
        other.erase_tenant("acme").unwrap();
        for kind in [Kind::Document, Kind::Usage, Kind::Secret] {
            assert!(rows(&store, kind).is_empty(), "{from}: {kind:?}");
        }
        assert!(opened(&store).verify().unwrap().is_intact(), "{from}");
        ends += 1;
        if is_done {
            break;
        }
    }
    assert!(is_done && ends > 10, "{ends}");
}

#[test]
fn a_deletion_of_many_names_so_many_documents_and_counts_all() {
    let scope = shelf_vault().scope("acme").unwrap();
    let names: Vec<String> = (0..12).map(|number| format!("N{number}")).collect();
    let items = names.iter().map(|name| (name, "a value"));
    scope.put_all(items, keyslot::OnExisting::Fail).unwrap();
    let text: Vec<String> = names
        .iter()
        .map(|name| format!("<<$secret.{name}>>"))
        .collect();
    let text = text.concat();
    let documents = (0..1100).map(|id| (format!("{id}"), text.as_str()));
    scope.documents().rebuild(documents).unwrap();
    let removed = scope.delete_all_with(&names, OnReferenced::Report).unwrap();
    let totals = removed.documents.iter().map(|(_, uses)| uses.total);
    assert_eq!(totals.collect::<Vec<_>>(), vec![1100; 12]);
    let named = removed
        .documents
        .iter()
        .map(|(_, uses)| uses.documents.len());
    assert_eq!(named.sum::<usize>(), RemovedAll::MAX);
}
