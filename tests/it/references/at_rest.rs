//! Nothing of a document is readable at rest, and all of it goes where the vault goes.

use keyslot::store::{Kind, MemoryStore, SqliteStore, copy_vault};
use keyslot::{SecretStore, Vault};
use serde_json::json;

use super::kit::{documents, opened, who};
use crate::support::root_key;
use crate::support::rows::{all_rows, rows};
use crate::support::scanner::Scanner;

const WORDS: [&str; 4] = [
    "canary-document-id-1",
    "CANARY_DOCUMENT_NAME",
    "canary-pointer-step",
    "canary-actor-of-documents",
];

fn live(vault: &Vault) {
    let actor = keyslot::Actor::new(WORDS[3]).unwrap();
    let scope = vault.scope("acme/billing").unwrap().acting_as(actor);
    let text = format!("<<$secret.{}>> canary-text-of-a-document", WORDS[1]);
    let document = json!({WORDS[2]: {"b": text}});
    scope.documents().set(WORDS[0], &document).unwrap();
    scope
        .documents()
        .rename(WORDS[0], "canary-document-id-2")
        .unwrap();
    scope.documents().set(WORDS[0], &document).unwrap();
}

#[test]
fn no_store_holds_a_trace_of_a_document() {
    let scanner = Scanner::new(
        WORDS
            .into_iter()
            .chain(["canary-document-id-2", "canary-text-of-a-document"]),
    );
    assert!(scanner.find(b"xx canary-document-id-1 xx").is_some());
    let store = MemoryStore::new();
    live(&opened(&store));
    assert_eq!(rows(&store, Kind::Document).len(), 2);
    for stored in all_rows(&store) {
        assert!(scanner.find(&stored.row.info).is_none());
        assert!(scanner.find(&stored.row.body).is_none());
        assert!(scanner.find(&stored.row.key.key).is_none());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    live(&Vault::create(&path, &root_key()).unwrap());
    assert_eq!(scanner.find_in(folder.path()), Vec::<String>::new());
    let vault = Vault::open(&path, &root_key()).unwrap();
    assert_eq!(who(&vault, "acme", WORDS[1]).len(), 2);
    assert_eq!(scanner.find_in(folder.path()), Vec::<String>::new());
}

#[test]
fn the_rows_of_equal_documents_differ() {
    let store = MemoryStore::new();
    let vault = opened(&store);
    for scope in ["acme", "acme/billing", "other"] {
        documents(&vault, scope)
            .set("same", "<<$secret.A>>")
            .unwrap();
    }
    let mut keys: Vec<_> = rows(&store, Kind::Document)
        .iter()
        .map(|stored| (stored.row.key.key, stored.row.info.clone()))
        .collect();
    keys.sort();
    keys.dedup_by_key(|(key, _)| *key);
    assert_eq!(keys.len(), 3);
}

#[test]
fn documents_go_with_a_copy_and_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let from = SqliteStore::create(folder.path().join("vault.db")).unwrap();
    let vault = Vault::builder().store(from).create(&root_key()).unwrap();
    live(&vault);
    vault.backup_to(folder.path().join("backup.db")).unwrap();
    let backup = Vault::open(folder.path().join("backup.db"), &root_key()).unwrap();
    let to = MemoryStore::new();
    let from = SqliteStore::open(folder.path().join("vault.db")).unwrap();
    copy_vault(&from as &dyn SecretStore, &to).unwrap();
    for vault in [&vault, &backup, &opened(&to)] {
        assert_eq!(who(vault, "acme", WORDS[1]).len(), 2);
        assert!(vault.verify().unwrap().is_intact());
    }
}
