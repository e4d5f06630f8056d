//! Redactors of what a vault holds.

use keyslot::redact::SkipReason;
use keyslot::{ErrorKind, Permissions, RootKey, ScopedVault, SecretInput, Vault};

fn scopes() -> (Vault, ScopedVault, ScopedVault) {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let (above, below) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    (vault, above, below)
}

#[test]
fn all_kept_versions_of_the_nearest_secret_are_masked() {
    let (_vault, above, below) = scopes();
    above.put("A", "value-from-above").unwrap();
    above.put("B", "second-from-above").unwrap();
    for value in ["first-value-of-a", "second-value-of-a", "third-value-of-a"] {
        below.put("A", value).unwrap();
    }
    let redactor = below.redactor(["A", "B"]).unwrap();
    assert_eq!(
        redactor.redact(
            "third-value-of-a second-value-of-a first-value-of-a second-from-above value-from-above"
        ),
        "<<$secret.A>> <<$secret.A@2>> <<$secret.A@1>> <<$secret.B>> value-from-above"
    );
}

#[test]
fn a_value_that_comes_back_is_the_newest() {
    let (_vault, above, _) = scopes();
    for value in ["first-value-of-a", "second-value-of-a", "first-value-of-a"] {
        above.put("A", value).unwrap();
    }
    assert_eq!(
        above.redactor(["A"]).unwrap().redact("first-value-of-a"),
        "<<$secret.A>>"
    );
}

#[test]
fn what_cannot_be_used_is_masked_too() {
    let (_vault, above, _) = scopes();
    above
        .put("A", SecretInput::new("an-inactive-value").inactive())
        .unwrap();
    let early = std::time::SystemTime::now() + std::time::Duration::from_secs(1000);
    above
        .put("B", SecretInput::new("a-value-to-come").not_before(early))
        .unwrap();
    assert!(above.resolve("<<$secret.A>>").is_err() && above.resolve("<<$secret.B>>").is_err());
    let redactor = above.redactor(["A", "B"]).unwrap();
    assert_eq!(
        redactor.redact("an-inactive-value a-value-to-come"),
        "<<$secret.A>> <<$secret.B>>"
    );
}

#[test]
fn a_revoked_secret_has_nothing_to_mask_and_says_so() {
    let (_vault, above, _) = scopes();
    above.put("A", "a-value-of-a-secret").unwrap();
    above.revoke("A").unwrap();
    let redactor = above.redactor(["A"]).unwrap();
    assert_eq!(
        redactor.redact("a-value-of-a-secret"),
        "a-value-of-a-secret"
    );
    assert_eq!(
        redactor
            .skipped()
            .iter()
            .map(|one| one.reason)
            .collect::<Vec<_>>(),
        [SkipReason::Erased]
    );
}

#[test]
fn nothing_comes_of_names_that_are_unknown_or_not_for_this_handle() {
    let (vault, above, _) = scopes();
    above.put("A", "a-value-of-a-secret").unwrap();
    let unknown = above.redactor(["A", "NOWHERE"]).unwrap_err();
    assert_eq!(
        (unknown.kind(), unknown.name()),
        (ErrorKind::NotFound, Some("NOWHERE"))
    );
    let others = Permissions::READ | Permissions::MANAGE | Permissions::COPY;
    assert_eq!(
        above.with(others).redactor(["A"]).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert!(above.with(Permissions::USE).redactor(["A"]).is_ok());
    assert_eq!(
        vault
            .scope("other")
            .unwrap()
            .redactor(["A"])
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        above.redactor(["not  a name"]).unwrap_err().kind(),
        ErrorKind::InvalidName
    );
    assert_eq!(
        above
            .redactor([""; 0])
            .unwrap()
            .redact("a-value-of-a-secret"),
        "a-value-of-a-secret"
    );
}

#[test]
fn a_guarded_stream_releases_nothing() {
    let (_vault, above, _) = scopes();
    above.put("A", "value-from-above").unwrap();
    let released = |permissions| {
        let redactor = above.with(permissions).redactor(["A"]).unwrap();
        let (mut stream, mut out) = (redactor.stream(), Vec::new());
        stream.feed(b"v", &mut out);
        stream.release(3, &mut out);
        out
    };
    assert_eq!(released(Permissions::REVEAL), b"v", "the control");
    assert!(released(Permissions::REDACT).is_empty());
}
