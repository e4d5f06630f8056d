//! Vaults that a transit engine opens.

use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
use keyslot::{ErrorKind, MemoryStore, Result, RootKey, Unlock, Vault};
use keyslot_keys::{Token, Transit};

use crate::engine::Engine;
use crate::server::{Reply, Server, nobody};
use crate::transit::provider;
use crate::{TOKEN, printed};

fn open(store: &MemoryStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store.clone()).open(key)
}

fn server() -> Server {
    Server::new(|request| Engine::default().answer(request))
}

#[test]
fn a_vault_opens_with_the_key_of_a_transit_engine() {
    let (server, store) = (server(), MemoryStore::new());
    let key = provider(&server);
    let vault = Vault::builder().store(store.clone()).create(&key).unwrap();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    drop(vault);
    let before = server.seen().len();
    let vault = open(&store, &key).unwrap();
    assert_eq!(server.seen().len(), before + 1, "one call for each opening");
    let scope = vault.scope("acme").unwrap();
    let found = scope.resolve("<<$secret.KEY>>").unwrap();
    assert_eq!(found.expose_secret(), "a value");
    assert_eq!(server.seen().len(), before + 1, "and none afterwards");

    // The wrapped key of one vault opens no other, on the same server with the same key.
    let other = MemoryStore::new();
    drop(
        Vault::builder()
            .store(other.clone())
            .create(&RootKey::generate().unwrap()),
    );
    assert_eq!(open(&other, &key).unwrap_err().kind(), ErrorKind::WrongKey);
}

#[test]
fn each_failure_of_the_engine_is_told_by_its_kind() {
    let (server, store) = (server(), MemoryStore::new());
    drop(
        Vault::builder()
            .store(store.clone())
            .create(&provider(&server))
            .unwrap(),
    );
    let transit =
        |address: &str, token: &str| Transit::new(address, "keyslot", Token::new(token)).unwrap();
    let short = Duration::from_millis(200);
    let sealed = Server::new(|_| Reply::Status(503, "canary".to_owned()));
    let rotated = Server::new(|_| Reply::Status(400, "canary".to_owned()));
    let stuck = Server::new(|_| Reply::Stuck(Vec::new()));
    let away = "http://bao.example.com";
    for (key, kind) in [
        (
            transit(&server.address, "hvs.another"),
            ErrorKind::KeyDenied,
        ),
        (transit(&rotated.address, TOKEN), ErrorKind::WrongKey),
        (transit(&sealed.address, TOKEN), ErrorKind::Unavailable),
        (
            transit(&stuck.address, TOKEN).timeout(short),
            ErrorKind::Unavailable,
        ),
        (transit(&nobody(), TOKEN), ErrorKind::Unavailable),
        (transit(away, TOKEN), ErrorKind::KeyProvider),
    ] {
        let error = open(&store, &key).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(
            error.to_string().contains("transit:transit/keyslot"),
            "{error}"
        );
        assert!(!printed(&error).contains("canary"));
    }
    assert!(open(&store, &provider(&server)).is_ok(), "the control");
}

#[test]
fn another_key_opens_the_vault_while_the_engine_is_away() {
    let (server, store) = (server(), MemoryStore::new());
    let vault = Vault::builder()
        .store(store.clone())
        .create(&provider(&server))
        .unwrap();
    let recovery = RootKey::generate().unwrap();
    vault.add_key("recovery", &recovery).unwrap();
    drop(vault);
    let away = Transit::new(&nobody(), "keyslot", Token::new(TOKEN)).unwrap();
    assert_eq!(
        open(&store, &away).unwrap_err().kind(),
        ErrorKind::Unavailable
    );
    assert!(open(&store, &recovery).is_ok());
}

#[test]
fn a_check_says_what_is_wrong() {
    provider(&server()).check().unwrap();
    let denied = Transit::new(&server().address, "keyslot", Token::new("hvs.another")).unwrap();
    let error = denied.check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyDenied);
    assert!(error.to_string().contains("token"), "{error}");
    // An engine that gives back another key, the same for all places but one that it refuses.
    let lying = Server::new(|request| {
        let reply = Engine::default().answer(request);
        match reply {
            Reply::Status(200, body) if request.path.contains("decrypt") => {
                Reply::Status(200, body.replacen("AAAA", "BBBB", 1))
            }
            reply => reply,
        }
    });
    let error = provider(&lying).check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyProvider);
    assert!(error.to_string().contains("another key"), "{error}");
}
