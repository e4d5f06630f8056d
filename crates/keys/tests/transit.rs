//! Keys that go through a transit engine and back.

use std::time::Duration;

use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::{ErrorKind, RootKeyProvider};
use keyslot_keys::{Token, Transit};

use crate::engine::Engine;
use crate::server::Server;
use crate::{TOKEN, context};

/// Longer than any machine needs for an answer.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn key(byte: u8) -> SecretBox<[u8; 32]> {
    SecretBox::new(Box::new([byte; 32]))
}

/// A provider for the engine of a server.
pub(crate) fn provider(server: &Server) -> Transit {
    let provider = Transit::new(&server.address, "keyslot", Token::new(TOKEN));
    provider.unwrap().timeout(LONG)
}

fn serving(engine: Engine) -> Server {
    Server::new(move |request| engine.answer(request))
}

/// An engine that does not bind if it is unbound, once with a key that is used as it is and once
/// with one that is derived.
fn with_and_without_derivation(is_unbound: bool, check: impl Fn(&Server, &Transit)) {
    for is_derived in [false, true] {
        let server = serving(Engine {
            is_unbound,
            is_derived,
            ..Engine::default()
        });
        let provider = provider(&server);
        let provider = if is_derived {
            provider.derived_key()
        } else {
            provider
        };
        check(&server, &provider);
    }
}

#[test]
fn a_key_comes_back_as_it_went() {
    with_and_without_derivation(false, |server, provider| {
        let wrapped = provider.wrap(&key(7), &context(1)).unwrap();
        let other = provider.wrap(&key(8), &context(1)).unwrap();
        assert_ne!(wrapped, other);
        let unwrapped = provider.unwrap(&wrapped, &context(1)).unwrap();
        assert_eq!(unwrapped.expose_secret(), &[7; 32]);
        // The key is nowhere in what is stored.
        assert!(wrapped.starts_with(b"vault:v1:") && wrapped.len() <= 1024);

        let seen = server.seen();
        let paths: Vec<&str> = seen.iter().map(|request| &*request.path).collect();
        let encrypt = "/v1/transit/encrypt/keyslot";
        let decrypt = "/v1/transit/decrypt/keyslot";
        assert_eq!(paths, [encrypt, decrypt, encrypt, decrypt, decrypt]);
        for request in seen {
            assert_eq!(request.header("x-vault-request"), Some("true"));
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("x-vault-namespace"), None);
        }
    });
}

#[test]
fn a_wrapped_key_is_of_use_in_its_place_alone() {
    with_and_without_derivation(false, |_, provider| {
        let wrapped = provider.wrap(&key(7), &context(1)).unwrap();
        let error = provider.unwrap(&wrapped, &context(2)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        let mut changed = wrapped.clone();
        *changed.last_mut().unwrap() = if changed.ends_with(b"=") { b'A' } else { b'=' };
        let error = provider.unwrap(&changed, &context(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
        assert!(
            provider.unwrap(&wrapped, &context(1)).is_ok(),
            "the control"
        );
    });
}

#[test]
fn another_key_of_the_server_does_not_unwrap() {
    let (one, other) = (
        serving(Engine::default()),
        serving(Engine {
            key: "other",
            ..Engine::default()
        }),
    );
    let wrapped = provider(&one).wrap(&key(7), &context(1)).unwrap();
    let other = Transit::new(&other.address, "other", Token::new(TOKEN)).unwrap();
    let error = other.unwrap(&wrapped, &context(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongKey);
}

#[test]
fn bytes_that_no_engine_made_are_not_sent() {
    let server = serving(Engine::default());
    let long = [b'a'; 1025];
    for bytes in [
        &b""[..],
        b"\xff\xfe",
        b"vault:v1:\"}",
        b"a b",
        b"a\nb",
        &long,
    ] {
        let error = provider(&server).unwrap(bytes, &context(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongKey);
    }
    assert!(server.seen().is_empty());
}

#[test]
fn a_server_that_does_not_bind_is_refused() {
    with_and_without_derivation(true, |_, provider| {
        let error = provider.wrap(&key(7), &context(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyProvider);
        assert!(error.to_string().contains("does not bind"), "{error}");
    });
}

#[test]
fn mount_and_namespace_go_along() {
    let engine = Engine {
        mount: "teams/secrets",
        namespace: Some("payments/eu"),
        ..Engine::default()
    };
    let server = serving(engine);
    let full = provider(&server).mount("teams/secrets").unwrap();
    assert_eq!(full.name(), "transit:teams/secrets/keyslot");
    let full = full.namespace("payments/eu").unwrap();
    let wrapped = full.wrap(&key(7), &context(1)).unwrap();
    assert!(full.unwrap(&wrapped, &context(1)).is_ok());
    for lacking in [
        provider(&server).mount("teams/secrets").unwrap(),
        provider(&server).namespace("payments/eu").unwrap(),
    ] {
        let error = lacking.unwrap(&wrapped, &context(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyProvider);
        assert!(error.to_string().contains("mount"), "{error}");
    }
}

#[test]
fn a_derived_key_needs_to_be_told() {
    let server = serving(Engine {
        is_derived: true,
        ..Engine::default()
    });
    let error = provider(&server).wrap(&key(7), &context(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyProvider);
    assert!(error.to_string().contains("derived_key"), "{error}");
}

#[test]
fn debug_shows_the_name_and_no_more() {
    let provider = Transit::new("https://bao.example.com", "keyslot", Token::new(TOKEN)).unwrap();
    let shown = format!("{provider:?} {provider:#?}");
    assert!(shown.contains("transit:transit/keyslot"));
    assert!(
        !shown.contains("canary") && !shown.contains("example.com"),
        "{shown}"
    );
}
