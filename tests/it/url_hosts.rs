//! Variables in the host of a URL: the target says which host must come out. Secrets never.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Surfaces, Tree};
use keyslot::{
    Chain, ErrorKind, Permit, RootKey, ScopedVault, Surface, Target, UnknownNames, Variables, Vault,
};

fn url() -> Target {
    Target::tool("api").with_surface(Surface::Url)
}

fn resolve(target: &Target, text: &str, host: &str) -> Result<String, ErrorKind> {
    let variables = Variables::new().with("HOST", host).unwrap();
    let variables = variables
        .with("KEY", "k/1")
        .unwrap()
        .with("PORT", "8443")
        .unwrap();
    let resolved = Engine::new().resolve(&variables, target, text);
    resolved
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| {
            assert!(error.name().is_some() && error.span().is_some());
            error.kind()
        })
}

#[test]
fn a_variable_names_the_host_of_the_target() {
    let host = url().with_host("a.example").unwrap();
    let port = url().with_host("a.example:8443").unwrap();
    let whole = url().with_url("https://a.example/v1").unwrap();
    for (target, text, expected) in [
        (
            &host,
            "https://<<HOST>>/x?k=<<KEY>>",
            "https://a.example/x?k=k%2F1",
        ),
        (&whole, "https://<<HOST>>/x", "https://a.example/x"),
        (
            &port,
            "https://<<HOST>>:<<PORT>>/",
            "https://a.example:8443/",
        ),
        (
            &port,
            "https://<<HOST|trim>>:8443",
            "https://a.example:8443",
        ),
    ] {
        assert_eq!(
            resolve(target, text, "a.example").as_deref(),
            Ok(expected),
            "{text}"
        );
    }
    let label = resolve(&host, "https://<<HOST>>.example/", "a");
    assert_eq!(label.as_deref(), Ok("https://a.example/"));
}

#[test]
fn no_other_host_comes_out() {
    let host = url().with_host("a.example").unwrap();
    for (text, value) in [
        ("https://<<HOST>>/", "b.example"),
        ("https://<<HOST>>/", "a.example.b.example"),
        ("https://<<HOST>>/", "a.example:8443"),
        ("https://<<HOST>>/", "a.example/x"),
        ("https://<<HOST>>/", "u@a.example"),
        ("https://<<HOST>>/", "a.example#"),
        ("https://<<HOST>>/", "A.EXAMPLE"),
        ("https://<<HOST>>/", "a.example."),
        ("https://<<HOST>>/", ""),
        ("https://<<HOST>>:<<PORT>>/", "a.example"),
        ("http://<<HOST>>/", "a.example"),
        ("//<<HOST>>/", "a.example"),
        ("https://<<HOST>>.evil.example/", "a.example"),
        ("https://<<KEY>>@<<HOST>>/", "a.example"),
        ("https://<<HOST>>\\@b.example/", "a.example"),
        ("https://<<HOST|query>>/", "a.example"),
        // The scheme is written out.
        ("<<HOST>>/x", "https://a.example"),
    ] {
        let refused = resolve(&host, text, value);
        assert_eq!(refused, Err(ErrorKind::Unencodable), "{text} {value}");
    }
    // Without a host in the target nothing says which one is right.
    let refused = resolve(&url(), "https://<<HOST>>/", "a.example");
    assert_eq!(refused, Err(ErrorKind::Unencodable));
    // A part of a URL has no host.
    let path = url()
        .with_host("a.example")
        .unwrap()
        .with_surface(Surface::UrlPath);
    assert_eq!(
        resolve(&path, "<<HOST>>", "a.example").as_deref(),
        Ok("a.example")
    );
}

fn project() -> ScopedVault {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("HOST", "a.example").unwrap();
    project
}

#[test]
fn a_secret_names_no_host_whatever_the_target_says() {
    let target = url().with_host("a.example").unwrap();
    let (project, engine) = (project(), Engine::new());
    for text in ["https://<<HOST>>/", "https://<<$secret.HOST>>/"] {
        let error = project.resolve_for(&target, text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unencodable, "{text}");
        assert_eq!(
            engine.resolve(&project, &target, text).unwrap_err().kind(),
            error.kind()
        );
    }
    // The control: the same name as a variable.
    let variables = Variables::new().with("HOST", "a.example").unwrap();
    let chain = Chain::new().then(variables).then(project);
    assert!(engine.resolve(&chain, &target, "https://<<HOST>>/").is_ok());
}

#[test]
fn a_check_refuses_secrets_only() {
    let target = url().with_host("a.example").unwrap();
    let check = |text: &str, target: &Target| {
        let verdicts = |references: &[keyslot::Reference], _: &Target| {
            Ok(references.iter().map(|_| Ok(Permit::new())).collect())
        };
        Engine::new()
            .check(target, text, verdicts)
            .map(drop)
            .map_err(|error| error.kind())
    };
    assert_eq!(check("https://<<HOST>>/", &target), Ok(()));
    for text in ["https://<<$secret.HOST>>/", "<<HOST>>/"] {
        assert_eq!(check(text, &target), Err(ErrorKind::Unencodable), "{text}");
    }
    assert_eq!(
        check("https://<<HOST>>/", &url()),
        Err(ErrorKind::Unencodable)
    );
}

#[test]
fn documents_compare_each_url() {
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let target = Target::tool("mcp").with_host("a.example").unwrap();
    let resolve = |host: &str| {
        let variables = Variables::new().with("HOST", host).unwrap();
        let server = std::collections::BTreeMap::from([("url", "https://<<HOST>>/mcp")]);
        let tree = Tree::of(&std::collections::BTreeMap::from([(
            "mcpServers",
            [server],
        )]))
        .unwrap();
        engine.resolve(&variables, &target, &tree).map(drop)
    };
    assert!(resolve("a.example").is_ok());
    let error = resolve("b.example").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unencodable);
    assert_eq!(error.pointer(), Some("/mcpServers/0/url"));
}

#[test]
fn a_name_that_stays_names_no_host() {
    let target = url()
        .with_host("a.example")
        .unwrap()
        .with_unknown_names(UnknownNames::Keep);
    let variables = Variables::new().with("HOST", "a.example").unwrap();
    let text = "https://<<HOST>>/<<LATER>>";
    let resolved = Engine::new().resolve(&variables, &target, text).unwrap();
    assert_eq!(resolved.expose_secret(), "https://a.example/<<LATER>>");
    let text = "https://<<HOST>>.<<LATER>>/";
    assert!(Engine::new().resolve(&variables, &target, text).is_err());
}
