//! A look-up apart from a fill, as an async host does it, accepts what resolving in one call does,
//! and nothing else.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Document, Engine, Surfaces};
use keyslot::{
    AccessRules, Error, ErrorKind, Outcome, Resolver, Result, RootKey, ScopedVault, SecretInput,
    Surface, Target, Template, Vault,
};
use serde_json::{Value, json};

/// A project with a secret for each of some sets of surfaces.
fn project() -> ScopedVault {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    let any = AccessRules::new();
    for (name, rules) in [
        ("FREE", any.clone()),
        ("HEADER", any.clone().surface(Surface::Header)),
        ("URL", any.clone().surface(Surface::Url)),
        ("TEXT", any.clone().surface(Surface::Text)),
        (
            "TWO",
            any.clone().surface(Surface::Env).surface(Surface::Header),
        ),
        ("TOOL", any.clone().tool("other").unwrap()),
    ] {
        let input = SecretInput::new("a value").rules(rules);
        project.put(name, input).unwrap();
    }
    project
}

fn texts() -> impl Iterator<Item = String> {
    ["FREE", "HEADER", "URL", "TEXT", "TWO", "TOOL", "GONE"]
        .iter()
        .flat_map(|name| [format!("<<$secret.{name}>>"), format!("<<{name}|trim>>")])
}

fn targets() -> impl Iterator<Item = Target> {
    [Surface::Text, Surface::Header, Surface::UrlQuery]
        .into_iter()
        .map(|surface| Target::tool("crm").with_surface(surface))
}

/// The content of a result, or all its failures.
fn said<T: ToString>(result: Result<T>) -> Result<String, Vec<String>> {
    let shown = |one: &Error| format!("{:?} {one} {:?}", one.kind(), one.pointer());
    result
        .map(|content| content.to_string())
        .map_err(|error| error.all().map(shown).collect())
}

fn engine() -> Engine {
    Engine::new().surfaces(Surfaces::mcp())
}

fn documents(text: &str) -> [Value; 4] {
    [
        json!({"headers": {"X-Key": text}, "note": "none"}),
        json!({"url": format!("https://crm.example/?key={text}")}),
        json!({"headers": {"X-Key": text}, "env": {"KEY": text}}),
        json!([text, {"url": "https://crm.example"}]),
    ]
}

fn resolved(project: &ScopedVault, target: &Target, document: &Document<Value>) -> Result<Value> {
    let resolved = project.resolve_for(target, document)?;
    Ok(resolved.expose_secret().clone())
}

fn filled(document: &Document<Value>, target: &Target, outcomes: &[Outcome]) -> Result<Value> {
    let resolved = document.fill_for(target, outcomes)?;
    Ok(resolved.expose_secret().clone())
}

#[test]
fn documents_are_filled_as_they_are_resolved() {
    let project = project();
    let (mut accepted, mut refused) = (0, 0);
    for target in targets() {
        for document in texts().flat_map(|text| documents(&text)) {
            let document = engine().compile_document(document).unwrap();
            let at = document.lookup_target(&target);
            let outcomes = project.lookup(document.references(), &at).unwrap();
            let apart = said(filled(&document, &target, &outcomes));
            assert_eq!(apart, said(resolved(&project, &target, &document)));
            *(if apart.is_ok() {
                &mut accepted
            } else {
                &mut refused
            }) += 1;
        }
    }
    assert!(accepted > 30 && refused > 30, "{accepted} {refused}");
}

#[test]
fn without_the_target_of_the_document_a_look_up_refuses_too_much() {
    let project = project();
    let document = json!({"headers": {"X-Key": "<<$secret.HEADER>>"}});
    let document = engine().compile_document(document).unwrap();
    let target = Target::tool("crm");
    let outcomes = project.lookup(document.references(), &target).unwrap();
    let error = document.fill_for(&target, &outcomes).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    let at = document.lookup_target(&target);
    let outcomes = project.lookup(document.references(), &at).unwrap();
    assert!(document.fill_for(&target, &outcomes).is_ok());
    // A surface that the rules of the document leave to the target stays the target's.
    let plain = engine().compile_document(json!("<<FREE>>")).unwrap();
    assert_eq!(plain.lookup_target(&target), target);
}

#[test]
fn templates_are_filled_as_they_are_resolved() {
    let project = project();
    let (mut accepted, mut refused) = (0, 0);
    for target in targets() {
        for text in texts() {
            let template = Template::compile(text).unwrap();
            let at = template.lookup_target(&target);
            assert_eq!(at, target);
            let outcomes = project.lookup(template.references(), &at).unwrap();
            let apart = template.fill_for(&target, &outcomes);
            let apart = said(apart.map(|text| text.expose_secret().clone()));
            let at_once = project.resolve_for(&target, &template);
            let at_once = said(at_once.map(|text| text.expose_secret().clone()));
            assert_eq!(apart, at_once);
            *(if apart.is_ok() {
                &mut accepted
            } else {
                &mut refused
            }) += 1;
        }
    }
    assert!(accepted > 8 && refused > 8, "{accepted} {refused}");
}

#[cfg(feature = "http")]
#[test]
fn headers_are_filled_checked_and_linted_as_they_are_resolved() {
    use keyslot::template::Headers;
    use keyslot::{LintKind, Permit, SecretName};

    let project = project();
    let shown =
        |map: keyslot::http::HeaderMap| format!("{:?}", map.get("x-key").unwrap().as_bytes());
    let (mut accepted, mut refused) = (0, 0);
    for target in targets() {
        for text in texts() {
            let pairs = [("X-Key", text.as_str()), ("Accept", "*/*")];
            let headers = Headers::compile(pairs).unwrap();
            let at = headers.lookup_target(&target);
            let outcomes = project.lookup(headers.references(), &at).unwrap();
            let apart = said(headers.fill(&outcomes).map(shown));
            assert_eq!(
                apart,
                said(project.resolve_headers(&target, pairs).map(shown))
            );
            // A check says the same of the verdicts, for which it asks with the same target.
            let checked = headers.check(&target, |references, asked| {
                assert_eq!((references, asked), (headers.references(), &at));
                let verdict = |outcome: &Outcome| {
                    outcome
                        .as_ref()
                        .map(|_| Permit::new())
                        .map_err(Clone::clone)
                };
                Ok(outcomes.iter().map(verdict).collect())
            });
            assert_eq!(
                said(checked.map(|_| "")).err(),
                apart.as_ref().err().cloned()
            );
            *(if apart.is_ok() {
                &mut accepted
            } else {
                &mut refused
            }) += 1;
        }
    }
    assert!(accepted > 10 && refused > 10, "{accepted} {refused}");

    let headers = Headers::compile([("A", "<<stripe key>>"), ("Key", "<<$secret.STRIPE_KYE>>")]);
    let headers = headers.unwrap();
    let lint = &headers.lints()[0];
    assert_eq!(
        (lint.kind(), lint.pointer()),
        (LintKind::NotAnIdentifier, Some("/a"))
    );
    assert_eq!(headers.lints().len(), 1);
    let lints = headers.lints_among(&[SecretName::new("STRIPE_KEY").unwrap()]);
    assert_eq!(
        (lints[0].kind(), lints[0].pointer()),
        (LintKind::UnknownName, Some("/key"))
    );
    assert!(
        headers
            .lints_among(&[SecretName::new("STRIPE_KYE").unwrap()])
            .is_empty()
    );
}

#[test]
fn placeholders_say_where_they_are_and_what_they_ask_for() {
    let text = "é <<A>> <<!A>> <<stripe key>> << $secret.B c@2 |trim|get:/a >> <<A|hex>>";
    let template = Template::compile(text).unwrap();
    let found: Vec<_> = template
        .placeholders()
        .map(|one| {
            let filters: Vec<_> = one.filters().map(str::to_owned).collect();
            (&text[one.span()], one.reference().to_string(), filters)
        })
        .collect();
    let expected: [(&str, &str, &[&str]); 3] = [
        ("<<A>>", "<<A>>", &[]),
        (
            "<< $secret.B c@2 |trim|get:/a >>",
            "<<$secret.B c@2>>",
            &["trim", "get:/a"],
        ),
        ("<<A|hex>>", "<<A>>", &["hex"]),
    ];
    let expected = expected.map(|(text, reference, filters)| {
        let filters = filters.iter().map(|&filter| filter.to_owned()).collect();
        (text, reference.to_owned(), filters)
    });
    assert_eq!(found, expected);
    assert_eq!(
        Template::compile("no <<!A>>")
            .unwrap()
            .placeholders()
            .count(),
        0
    );
}
