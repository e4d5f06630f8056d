//! The filter `basic`: a user and a password that are kept apart, in one encoding.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use base64ct::{Base64, Encoding as _};
use keyslot::redact::Redactor;
use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Grants};
use keyslot::{
    AccessRules, Chain, ErrorKind, Reference, RootKey, ScopedVault, SecretInput, Surface, Target,
    Template, Variables, Vault,
};

const TEXT: &str = "Authorization: Basic <<$secret.USER|basic:PASS>>";

fn project() -> ScopedVault {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("USER", "ada@acme").unwrap();
    project.put("PASS", "pa:ss w\u{f6}rd").unwrap();
    project
}

fn header() -> Target {
    Target::tool("api").with_surface(Surface::Header)
}

fn kind(project: &ScopedVault, text: &str) -> ErrorKind {
    let error = project.resolve_for(&header(), text).unwrap_err();
    assert!(
        !format!("{error:?} {error}").contains("ada@acme"),
        "{error}"
    );
    error.kind()
}

#[test]
fn both_go_in_as_http_wants_them() {
    let project = project();
    let resolved = project.resolve_for(&header(), TEXT).unwrap();
    let expected = Base64::encode_string("ada@acme:pa:ss w\u{f6}rd".as_bytes());
    assert_eq!(
        resolved.expose_secret(),
        format!("Authorization: Basic {expected}").as_str()
    );
    let all = resolved.used();
    let used: Vec<&str> = all.iter().map(|used| used.name.as_str()).collect();
    assert_eq!(used, ["USER", "PASS"]);
    // As a part of a chain, and where the surface encodes what comes out.
    let query = Target::tool("api").with_surface(Surface::UrlQuery);
    let text = "a=<<$secret.USER|trim|basic:PASS>>";
    let resolved = project.resolve_for(&query, text).unwrap();
    let written = expected
        .replace('=', "%3D")
        .replace('+', "%2B")
        .replace('/', "%2F");
    assert_eq!(resolved.expose_secret(), format!("a={written}").as_str());
}

#[test]
fn the_password_is_a_reference_like_any_other() {
    let references = Template::compile(TEXT).unwrap().references().to_vec();
    let secret = |name: &str| Reference::secret(name.parse().unwrap());
    assert_eq!(references, [secret("USER"), secret("PASS")]);
    // The user may be a variable, and the password a name that stands elsewhere too.
    let text = "<<USER|basic:PASS>> <<$secret.PASS>>";
    let references = Template::compile(text).unwrap().references().to_vec();
    assert_eq!(
        references,
        [Reference::bare("USER".parse().unwrap()), secret("PASS")]
    );
}

#[test]
fn the_password_passes_its_own_gate() {
    let project = project();
    assert!(project.resolve_for(&header(), TEXT).is_ok());
    let missing = TEXT.replace("PASS", "NOPE");
    let error = project
        .resolve_for(&header(), missing.as_str())
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::NotFound, Some("NOPE"))
    );
    assert_eq!(
        project
            .check(&header(), missing.as_str())
            .unwrap_err()
            .name(),
        Some("NOPE")
    );

    let rules = AccessRules::new().surface(Surface::Env);
    project
        .put("PASS", SecretInput::new("pass").rules(rules))
        .unwrap();
    let error = project.resolve_for(&header(), TEXT).unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::Denied, Some("PASS"))
    );
    assert_eq!(
        project.check(&header(), TEXT).unwrap_err().kind(),
        ErrorKind::Denied
    );

    project
        .put("PASS", SecretInput::new("pass").rules(AccessRules::new()))
        .unwrap();
    assert!(project.resolve_for(&header(), TEXT).is_ok());
    project.revoke("PASS").unwrap();
    let error = project.resolve_for(&header(), TEXT).unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::Revoked, Some("PASS"))
    );
}

#[test]
fn what_basic_cannot_hold_is_refused() {
    let project = project();
    for (name, value) in [("USER", "ada:acme"), ("USER", "ada\n"), ("PASS", "pass\n")] {
        let other = self::project();
        other.put(name, value).unwrap();
        assert_eq!(
            kind(&other, TEXT),
            ErrorKind::FilterFailed,
            "{name} {value:?}"
        );
    }
    for (text, expected) in [
        ("<<$secret.USER|basic>>", ErrorKind::Syntax),
        ("<<$secret.USER|basic:-x>>", ErrorKind::Syntax),
        ("<<$secret.USER|basic:PASS|basic:PASS>>", ErrorKind::Syntax),
    ] {
        assert_eq!(kind(&project, text), expected, "{text}");
    }
    // Text without secrets has no passwords.
    let rendered = Engine::new().render("<<USER|basic:PASS>>", |_| Some("ada"));
    assert_eq!(rendered.unwrap_err().kind(), ErrorKind::FilterFailed);
    let variables = Variables::new()
        .with("USER", "a")
        .unwrap()
        .with("PASS", "b")
        .unwrap();
    let error = Engine::new()
        .resolve(&variables, &header(), "<<USER|basic:PASS>>")
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::NotFound, Some("PASS"))
    );
}

#[test]
fn a_redactor_knows_the_result_and_both_values() {
    let project = project();
    project.put("PASS", "plainPassw0rd-1").unwrap();
    let resolved = project.resolve_for(&header(), TEXT).unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    let header = resolved.expose_secret().to_string();
    assert_eq!(
        redactor.redact(&header),
        "Authorization: Basic <<$secret.USER>>"
    );
    let output = redactor.redact("FATAL: password plainPassw0rd-1 rejected");
    assert_eq!(output, "FATAL: password <<$secret.PASS>> rejected");
}

#[test]
fn a_redactor_knows_the_result_of_a_user_that_is_a_variable() {
    let project = project();
    project.put("PASS", "plainPassw0rd-1").unwrap();
    let both = Chain::new()
        .then(Variables::new().with("NAME", "ada").unwrap())
        .then(project);
    for (filters, mask) in [("basic:PASS|hex", "PASS"), ("hex", "")] {
        let text = format!("<<NAME|{filters}>> <<$secret.USER>>");
        let resolved = Engine::new()
            .resolve(&both, &header(), text.as_str())
            .unwrap();
        let redactor = Redactor::of(&resolved).unwrap();
        let output = redactor.redact(resolved.expose_secret()).into_owned();
        let expected = if mask.is_empty() {
            "616461 <<$secret.USER>>".to_owned()
        } else {
            format!("<<$secret.{mask}>> <<$secret.USER>>")
        };
        assert_eq!(output, expected, "{filters}");
    }
}

#[cfg(feature = "json")]
#[test]
fn a_model_gets_both_or_none() {
    let project = project();
    let arguments = serde_json::json!({"auth": "<<$secret.USER|basic:PASS>>"});
    let resolve = |grants: &Grants| {
        let resolved = project
            .resolve_model_args(&header(), &arguments, grants)
            .unwrap();
        resolved.expose_secret()["auth"]
            .as_str()
            .unwrap()
            .starts_with("YWRhQGFjbWU6")
    };
    let user = Grants::new().name("USER").unwrap();
    assert!(!resolve(&user), "the password is not granted");
    assert!(!resolve(&Grants::new().name("PASS").unwrap()));
    let elsewhere = user.clone().name_at("PASS", "/other").unwrap();
    assert!(
        !resolve(&elsewhere),
        "the password is granted in another place"
    );
    assert!(resolve(&user.name("PASS").unwrap()));
}
