//! A vault with documents and counted uses, made once and kept for ever. The second implementation
//! in `tests/interop` reads it, too.
//!
//! The one test that is ignored by default made it. It refuses to make it again.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::SqliteStore;
use keyslot::{Actor, RootKey, Surface, Target, Vault};
use serde_json::{Value, json};

use crate::support::repository;

/// A key that opens nothing else.
const KEY: &str = "c41e7f0a96d35b28f1840be67d92ac53087fe4b1692d3ca5e70f18b4d96c2a35";

const SCOPES: [&str; 2] = ["acme", "acme/billing"];

fn place(name: &str) -> PathBuf {
    repository().join("tests/vectors").join(name)
}

fn key() -> RootKey {
    RootKey::from_hex(KEY).unwrap()
}

/// A life in which nearly every field has something.
fn live(vault: &Vault) {
    let actor = Actor::new("user:Ada Löwe").unwrap();
    let [above, billing] = SCOPES.map(|scope| vault.scope(scope).unwrap());
    let billing = billing.acting_as(actor);
    above.put("SHARED", "value-above").unwrap();
    billing.put("OWN", "value-own").unwrap();
    let document = json!({
        "url": "https://example.com/<<$secret.OWN@1>>",
        "list": ["<<SHARED>>", "<<$secret.SHARED>> <<$secret.SHARED>>"],
    });
    billing.documents().set("workflow:42", &document).unwrap();
    billing.documents().set("no references", "").unwrap();
    above
        .documents()
        .set("draft", "<<$secret.SHARED>>")
        .unwrap();
    above.documents().rename("draft", "Grüße").unwrap();
    let target = Target::tool("stripe")
        .with_url("https://api.stripe.com/v1")
        .unwrap()
        .with_surface(Surface::Header);
    for _ in 0..3 {
        billing
            .resolve_for(&target, "<<$secret.SHARED>> <<$secret.OWN>>")
            .unwrap();
        vault.flush_usage().unwrap();
    }
    above.reveal("SHARED").unwrap();
    vault.flush_usage().unwrap();
}

fn told(vault: &Vault) -> Value {
    let (mut documents, mut usage) = (Vec::new(), Vec::new());
    for scope in SCOPES.map(|scope| vault.scope(scope).unwrap()) {
        documents.extend(scope.documents().list(None, 100).unwrap());
        usage.extend(scope.list().with_usage().map(|used| {
            let used = used.unwrap();
            json!({"scope": used.info.scope, "name": used.info.name, "usage": used.usage})
        }));
    }
    json!({"documents": documents, "usage": usage})
}

#[test]
#[ignore = "made the vault, once"]
fn make() {
    assert!(!place("documents-1.db").exists(), "made once and for all");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let vault = Vault::builder()
        .store(SqliteStore::create(&path).unwrap())
        .clock(|| UNIX_EPOCH + Duration::from_secs(1_800_000_000))
        .count_uses(true)
        .create(&key())
        .unwrap();
    live(&vault);
    let mut json = told(&vault);
    json["comment"] = "Frozen. A vault with documents and counted uses.".into();
    json["root_key"] = KEY.into();
    drop(vault);
    std::fs::copy(path, place("documents-1.db")).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap() + "\n";
    std::fs::write(place("documents-1.json"), text).unwrap();
}

#[test]
fn the_golden_documents_are_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    std::fs::write(&path, std::fs::read(place("documents-1.db")).unwrap()).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let vault = Vault::open(&path, &key()).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    let text = std::fs::read_to_string(place("documents-1.json")).unwrap();
    let vector: Value = serde_json::from_str(&text).unwrap();
    let found = told(&vault);
    assert_eq!(found["documents"].as_array().unwrap().len(), 3);
    assert_eq!(found["documents"], vector["documents"]);
    assert_eq!(found["usage"], vector["usage"]);
    assert_eq!(found["usage"][0]["usage"]["uses"], 3);
}
