//! A value stands only on the surfaces that its resolver says: in texts, documents, keys and
//! headers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Resolvable, Surfaces, Tree};
use keyslot::{
    Error, ErrorKind, Found, Outcomes, Permit, Reference, ResolveExt, Resolver, Result, Surface,
    Target, Template,
};

use crate::support::SURFACES;

/// Gives `BOUND` for some surfaces, and every other name for all.
struct Bound<'s>(&'s [Surface]);

impl Resolver for Bound<'_> {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let find = |reference: &Reference| {
            let found = Found::new(reference.name().clone(), "value");
            Ok(if reference.name().as_str() == "BOUND" {
                found.only_on(self.0.iter().copied())
            } else {
                found
            })
        };
        Ok(references.iter().map(find).collect())
    }
}

impl Bound<'_> {
    fn permits(&self, references: &[Reference]) -> Vec<Result<Permit>> {
        let permit = |reference: &Reference| {
            let is_bound = reference.name().as_str() == "BOUND";
            Ok(if is_bound {
                Permit::new().only_on(self.0.iter().copied())
            } else {
                Permit::new()
            })
        };
        references.iter().map(permit).collect()
    }

    /// The failures of resolving an input, which are those of checking it.
    fn refusals<I: Resolvable + Copy>(
        &self,
        engine: &Engine,
        target: &Target,
        input: I,
    ) -> Vec<String> {
        let shown = |result: Result<()>| -> Vec<String> {
            let error = result.err();
            let one = |error: &Error| {
                format!(
                    "{:?} {error} {:?} {:?} {:?}",
                    error.kind(),
                    error.name(),
                    error.span(),
                    error.pointer()
                )
            };
            error.iter().flat_map(Error::all).map(one).collect()
        };
        let resolved = shown(engine.resolve(self, target, input).map(drop));
        assert_eq!(
            shown(
                engine
                    .check(target, input, |references, _| Ok(self.permits(references)))
                    .map(drop)
            ),
            resolved
        );
        resolved
    }
}

fn on(surface: Surface) -> Target {
    Target::tool("t").with_surface(surface)
}

#[test]
fn a_text_takes_it_on_its_surfaces_alone() {
    for allowed in SURFACES {
        for surface in SURFACES {
            let [bound, both, other] = match surface {
                Surface::Libpq => [
                    "a=<<BOUND>>",
                    "a=<<OTHER>> b=<<$secret.BOUND|url>>",
                    "a=<<OTHER>>",
                ],
                Surface::AdoNet | Surface::Odbc => [
                    "a=<<BOUND>>",
                    "a=<<OTHER>>;b=<<$secret.BOUND|url>>",
                    "a=<<OTHER>>",
                ],
                _ => [
                    "/a/<<BOUND>>",
                    "/<<OTHER>>/<<$secret.BOUND|url>>",
                    "/a/<<OTHER>>",
                ],
            };
            // The texts of a whole URL have the value in the path.
            let is_path = (allowed, surface) == (Surface::UrlPath, Surface::Url);
            let is_allowed = surface == allowed || is_path;
            for text in [bound, both] {
                let refusals = Bound(&[allowed]).refusals(&Engine::new(), &on(surface), text);
                assert_eq!(
                    refusals.len(),
                    usize::from(!is_allowed),
                    "{allowed:?} {surface:?}: {refusals:?}"
                );
                let compiled = Template::compile(text).unwrap();
                assert_eq!(
                    Bound(&[allowed]).refusals(&Engine::new(), &on(surface), &compiled),
                    refusals
                );
            }
            assert!(
                Bound(&[allowed])
                    .refusals(&Engine::new(), &on(surface), other)
                    .is_empty()
            );
        }
    }
}

#[test]
fn the_error_names_what_is_where_and_what_would_do() {
    let bound = Bound(&[Surface::Header, Surface::Env]);
    let error = bound
        .resolve_for(&on(Surface::Url), "/?a=<<OTHER>>\n&b=<<BOUND>>")
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.name(), error.span()),
        (ErrorKind::Denied, Some("BOUND"), Some(17..26))
    );
    let expected = "secret BOUND may not stand in a URL; allowed: a header, the environment \
                    (line 2, column 4)";
    assert_eq!(error.to_string(), expected);
    assert!(
        Bound(&[])
            .resolve("<<BOUND>>")
            .unwrap_err()
            .to_string()
            .contains("allowed: nowhere")
    );
    let twice = bound.resolve("<<BOUND>> <<BOUND>>").unwrap_err();
    assert_eq!(twice.count(), 2);
    assert_eq!(
        bound.resolve("<<BOUND>> <<$secret.").unwrap_err().kind(),
        ErrorKind::Syntax
    );
}

#[test]
fn said_again_only_what_both_allow_is_left() {
    struct Twice;
    impl Resolver for Twice {
        fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
            let name = references[0].name().clone();
            let found = Found::new(name, "value").only_on([Surface::Header, Surface::Env]);
            Ok(vec![Ok(found.only_on([Surface::Env, Surface::Text]))])
        }
    }
    let allowed: Vec<_> = SURFACES
        .into_iter()
        .filter(|&one| Twice.resolve_for(&on(one), "<<A>>").is_ok())
        .collect();
    assert_eq!(allowed, [Surface::Env]);
    let both = Permit::new()
        .only_on([Surface::Header, Surface::Env])
        .only_on([Surface::Env, Surface::Text]);
    assert_eq!(both, Permit::new().only_on([Surface::Env]));
    assert_ne!(both, Permit::new());
}

#[test]
fn a_document_takes_it_where_a_rule_says_so() {
    let engine = Engine::new().surfaces(Surfaces::mcp()).keys(true);
    let tree = |text| serde_json::from_str::<Tree>(text).unwrap();
    let config = tree(
        r#"{"url": "https://a.example/<<BOUND>>", "headers": {"X-Key": "<<BOUND>>"}, "env": {"<<BOUND>>": "<<OTHER>>"},
            "note": "<<BOUND>>"}"#,
    );
    let pointers = |allowed: &[Surface]| {
        let error = engine
            .resolve(&Bound(allowed), &on(Surface::Text), &config)
            .unwrap_err();
        assert!(
            error
                .all()
                .all(|one| one.kind() == ErrorKind::Denied && one.name() == Some("BOUND"))
        );
        assert_eq!(
            Bound(allowed)
                .refusals(&engine, &on(Surface::Text), &config)
                .len(),
            error.count()
        );
        error
            .all()
            .map(|one| (one.pointer().unwrap().to_owned(), one.span().unwrap()))
            .collect::<Vec<_>>()
    };
    let at = |places: &[(&str, std::ops::Range<usize>)]| -> Vec<_> {
        places
            .iter()
            .map(|(pointer, span)| ((*pointer).to_owned(), span.clone()))
            .collect()
    };
    let key = ("/env/<<BOUND>>", 0..9);
    assert_eq!(
        pointers(&[Surface::Header]),
        at(&[("/url", 18..27), key.clone(), ("/note", 0..9)])
    );
    assert_eq!(
        pointers(&[Surface::Url, Surface::Text]),
        at(&[("/headers/X-Key", 0..9), key])
    );
    let all = [Surface::Header, Surface::Url, Surface::Env, Surface::Text];
    let resolved = engine
        .resolve(&Bound(&all), &on(Surface::Text), &config)
        .unwrap();
    let expected = serde_json::json!({"url": "https://a.example/value", "headers": {"X-Key": "value"},
        "env": {"value": "value"}, "note": "value"});
    assert_eq!(
        serde_json::to_value(resolved.expose_secret()).unwrap(),
        expected
    );
}

#[cfg(feature = "http")]
#[test]
fn headers_take_it_if_it_may_stand_in_one() {
    let headers = [("X-Key", "<<BOUND>>"), ("X-Other", "<<OTHER>>")];
    let error = Bound(&[Surface::Text])
        .resolve_headers(&on(Surface::Text), headers)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer(), error.count()),
        (ErrorKind::Denied, Some("/x-key"), 1)
    );
    assert_eq!(
        Bound(&[Surface::Header])
            .resolve_headers(&on(Surface::Text), headers)
            .unwrap()["x-key"],
        "value"
    );
}
