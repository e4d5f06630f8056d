//! A page of 100 secrets of a scope of 100,000, in a SQLite file.
//!
//! `cargo bench -p keyslot-console --bench console`
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use keyslot::{Actor, OnExisting, Permissions, RootKey, Scope, SecretInput, Vault};
use keyslot_console::{Console, Session};

const SECRETS: usize = 100_000;

fn page(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(
        folder.path().join("bench.vault"),
        &RootKey::generate().unwrap(),
    );
    let vault = vault.unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    let numbers: Vec<usize> = (0..SECRETS).collect();
    for part in numbers.chunks(5_000) {
        let secrets = part.iter().map(|number| {
            let input = SecretInput::new("a value of forty bytes, like many tokens");
            (
                format!("SECRET_{number:06}"),
                input.description("one of many"),
            )
        });
        scope.put_all(secrets, OnExisting::Fail).unwrap();
    }
    let console = Console::new(vault);
    let organization = Scope::new("acme").unwrap();
    let session = Session::new(
        Actor::new("user:ada").unwrap(),
        Permissions::ALL,
        [organization],
    );
    for (name, target) in [
        ("first page", "/secrets?scope=acme/billing"),
        (
            "page in the middle",
            "/secrets?scope=acme/billing&after=SECRET_050000",
        ),
        ("first page as JSON", "/api/v1/secrets?scope=acme/billing"),
    ] {
        let request = Request::get(target).body(Vec::new()).unwrap();
        let response = console.respond(&session, &request);
        assert_eq!(response.status(), 200);
        assert_eq!(
            String::from_utf8_lossy(response.body())
                .matches("one of many")
                .count(),
            100
        );
        c.bench_function(name, |b| {
            b.iter(|| black_box(console.respond(&session, &request)));
        });
    }
}

criterion_group!(benches, page);
criterion_main!(benches);
