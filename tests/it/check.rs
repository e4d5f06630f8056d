//! `check` says what `resolve` would, without a value, and `references` says what would be looked
//! up.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::cell::Cell;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Limits, Resolvable, Surfaces, Syntax, Tree};
use keyslot::{
    Error, ErrorKind, Found, Outcomes, Permit, Reference, Resolver, Result, Surface, Target,
    Template, UnknownNames,
};

/// The outcome of a name, which its beginning decides.
fn verdict(reference: &Reference) -> Result<Permit> {
    let name = reference.name();
    let kinds = [
        ("GONE", ErrorKind::NotFound),
        ("REVOKED", ErrorKind::Revoked),
        ("DENIED", ErrorKind::Denied),
        ("OLD", ErrorKind::Expired),
    ];
    match kinds
        .iter()
        .find(|(begin, _)| name.as_str().starts_with(begin))
    {
        Some((_, kind)) => Err(Error::new(*kind, format!("no value for {name}")).with_name(name)),
        None => Ok(Permit::new()),
    }
}

#[allow(clippy::unnecessary_wraps)] // as a judge that may fail
fn verdicts(references: &[Reference], _: &Target) -> Result<Vec<Result<Permit>>> {
    Ok(references.iter().map(verdict).collect())
}

/// Answers as the verdicts do.
struct Answers;

impl Resolver for Answers {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let answer = |reference: &Reference| {
            verdict(reference).map(|_| Found::new(reference.name().clone(), "value"))
        };
        Ok(references.iter().map(answer).collect())
    }
}

/// All that an error says.
fn told<T>(result: Result<T>) -> Option<Vec<String>> {
    let error = result.err()?;
    let one = |error: &Error| {
        format!(
            "{:?} {error} {:?} {:?} {:?}",
            error.kind(),
            error.name(),
            error.span(),
            error.pointer()
        )
    };
    Some(
        error
            .all()
            .map(one)
            .chain([format!("{} in all", error.count())])
            .collect(),
    )
}

/// The failures of an input, which are the same when it is checked and when it is resolved.
#[track_caller]
fn both<I: Resolvable + Copy>(engine: &Engine, target: &Target, input: I) -> Option<Vec<String>> {
    let resolved = told(engine.resolve(&Answers, target, input));
    assert_eq!(told(engine.check(target, input, verdicts)), resolved);
    resolved
}

fn tool() -> Target {
    Target::tool("t")
}

#[test]
fn texts_and_templates_fail_as_they_do_with_values() {
    let engine = Engine::new();
    for (text, failures) in [
        ("", 0),
        ("no placeholder, <<!A>>", 0),
        ("<<A>> <<$secret.B|base64>>", 0),
        ("<<$secret.GONE>>", 1),
        (
            "é\n <<GONE>> <<A>> <<REVOKED>>\n<<$secret.DENIED@3|trim>>",
            3,
        ),
        ("<<GONE>> <<GONE>> <<OLD>>", 3),
        ("<<$secret.>> <<$env.A>> <<$secret.A|no>>", 3),
        ("<<$secret.", 1),
    ] {
        let said = both(&engine, &tool(), text);
        assert_eq!(
            said.as_ref().map_or(0, |said| said.len() - 1),
            failures,
            "{text}: {said:?}"
        );
        if let Ok(template) = Template::compile(text) {
            assert_eq!(both(&engine, &tool(), &template), said);
        }
    }
    let many = "<<GONE>>".repeat(Error::LISTED + 3);
    assert_eq!(
        both(&engine, &tool(), &*many).unwrap().last().unwrap(),
        "53 in all"
    );
}

#[test]
fn the_way_to_write_text_is_offered_as_with_values() {
    let said = both(&Engine::new(), &tool(), "<<GONE>> <<$secret.GONE>>").unwrap();
    assert!(
        said[0].contains("write <<! instead of << if it is text"),
        "{said:?}"
    );
    assert!(!said[1].contains("instead of"), "{said:?}");
    let mustache = Engine::new().syntax(Syntax::mustache());
    assert!(both(&mustache, &tool(), "{{GONE}}").unwrap()[0].contains("write \\{{ instead of {{"));
}

#[test]
fn what_nobody_knows_may_stay() {
    let engine = Engine::new()
        .filter("first", |value, _| Ok(value.to_owned().into()))
        .unwrap();
    let keep = tool().with_unknown_names(UnknownNames::Keep);
    assert!(both(&engine, &keep, "<<GONE>> <<A>>").is_none());
    assert!(both(&engine, &Target::instructions(), "<<GONE>>").is_none());
    assert_eq!(
        both(&engine, &keep, "<<GONE>> <<$secret.GONE>> <<REVOKED>>")
            .unwrap()
            .len(),
        3
    );
    // What stays is text, which may open a quote.
    let shell = keep.with_surface(Surface::Shell);
    assert!(both(&engine, &shell, "echo <<A>> '<<GONE>>'").is_none());
    assert!(
        both(&engine, &shell, "echo <<GONE|first:'>> <<A>>").unwrap()[0].starts_with("Unencodable")
    );
    assert!(both(&engine, &shell, "echo '<<A>>' <<GONE>>").is_some());
}

#[test]
fn places_that_take_no_value_are_told() {
    let engine = Engine::new();
    for (surface, refused, taken) in [
        (
            Surface::Url,
            "https://<<A>>.example/",
            "https://a.example/<<A>>",
        ),
        (Surface::Url, "<<A>>://a.example", "/x/<<A>>"),
        (
            Surface::Url,
            "https://a.example/%<<A>>",
            "https://a.example/?<<A>>",
        ),
        (Surface::Header, "Host: <<A>>", "X-Key: <<A>>"),
        (Surface::Json, "{\"a\": <<A>>}", "{\"a\": \"<<A>>\"}"),
        (Surface::Json, "{\"a\": \"\\<<A>>\"}", "<<A>>"),
        (Surface::Json, "{/* x */ \"a\": \"<<A>>\"}", "[\"<<A>>\"]"),
        (Surface::Shell, "echo '<<A>>'", "echo <<A>>"),
        (Surface::Shell, "echo $<<A>>", "echo a<<A>>"),
        (Surface::Shell, "ls # <<A>>", "ls <<A>>"),
        (Surface::Shell, "`ls` <<A>>", "ls <<A>>"),
    ] {
        let target = tool().with_surface(surface);
        let said = both(&engine, &target, refused).expect(refused);
        assert!(
            said[0].starts_with("Unencodable the value of A "),
            "{refused}: {said:?}"
        );
        assert!(both(&engine, &target, taken).is_none(), "{taken}");
        assert_eq!(
            both(&engine, &target, &*format!("{refused} <<GONE>>"))
                .unwrap()
                .len(),
            3,
            "{refused}"
        );
    }
}

#[test]
fn a_failure_keeps_its_place_among_the_others() {
    let json = tool().with_surface(Surface::Json);
    let said = both(
        &Engine::new(),
        &json,
        "{\"a\": \"<<GONE>>\", \"b\": <<A>>, \"c\": \"<<B>>\"}",
    )
    .unwrap();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].starts_with("NotFound") && said[1].starts_with("Unencodable the value of A "),
        "{said:?}"
    );
}

#[test]
fn documents_fail_with_their_pointers() {
    let tree = |text| serde_json::from_str::<Tree>(text).unwrap();
    let engine = Engine::new().surfaces(Surfaces::mcp()).keys(true);
    let servers = tree(
        r#"{"mcpServers": {
            "a": {
                "url": "https://<<A>>/<<GONE>>",
                "headers": {"X-A": "<<A>>", "é~/": "<<REVOKED>>"},
                "env": {"<<B>>": "<<$secret.DENIED>>"}
            },
            "b": [1, "<<A|base64>>", "plain"]
        }}"#,
    );
    let said = both(&engine, &tool(), &servers).unwrap();
    assert_eq!(said.last().unwrap(), "4 in all");
    for place in [
        "/mcpServers/a/url",
        "/mcpServers/a/headers/é~0~1",
        "/mcpServers/a/env/<<B>>",
    ] {
        assert!(
            said.iter().any(|one| one.contains(place)),
            "{place}: {said:?}"
        );
    }
    let document = engine.compile_document(servers).unwrap();
    assert_eq!(
        both(&Engine::new(), &tool(), &document).unwrap(),
        said,
        "it keeps its engine"
    );
    assert!(
        both(
            &engine,
            &tool(),
            &tree(r#"{"a": "<<A>>", "headers": {"X": "<<$secret.B>>"}}"#)
        )
        .is_none()
    );
    // What compiling refuses.
    assert_eq!(
        both(
            &engine,
            &tool(),
            &tree(r#"{"headers": {"Host": "<<A>>"}, "b": "<<$secret.>>"}"#)
        )
        .unwrap()
        .len(),
        3
    );

    let bookmark = Engine::new().syntax(Syntax::bookmark());
    assert!(
        both(
            &bookmark,
            &tool(),
            &tree(r#"{"value": "GONE key", "fromSecret": true}"#)
        )
        .is_some()
    );
    assert!(
        both(
            &bookmark,
            &tool(),
            &tree(r#"{"value": "GONE key", "fromSecret": false}"#)
        )
        .is_none()
    );
}

#[cfg(feature = "json")]
#[test]
fn json_fails_as_it_does_with_values() {
    let document =
        serde_json::json!({"a": ["<<A>>", "<<GONE>>"], "b": {"c/d": "<<$secret.REVOKED>>"}});
    let said = both(&Engine::new(), &tool(), &document).unwrap();
    assert!(
        said[0].contains("/a/1") && said[1].contains("/b/c~1d"),
        "{said:?}"
    );
    let compiled = keyslot::Document::compile(document).unwrap();
    assert_eq!(both(&Engine::new(), &tool(), &compiled).unwrap(), said);
}

#[test]
fn limits_that_need_no_value_are_told() {
    let small = |limits| Engine::new().limits(limits);
    let limits = Limits::default();
    assert!(both(&small(limits.placeholders(1)), &tool(), "<<A>> <<A>>").is_some());
    assert!(both(&small(limits.template(4)), &tool(), "<<A>>").is_some());
    let engine = small(limits.output(8));
    assert!(both(&engine, &tool(), "<<A>> too long").is_some());
    assert!(both(&engine, &tool(), "<<A>>").is_none());
    assert!(
        both(&engine, &tool(), "<<GONE>> too long").unwrap()[0].starts_with("NotFound"),
        "its own fault comes first"
    );
    let text = Tree::of(&["12345678", "9"]).unwrap();
    assert!(both(&engine, &tool(), &text).is_some());
    assert!(both(&engine, &tool(), &Tree::of(&["1234567", "8"]).unwrap()).is_none());
}

#[test]
fn a_fault_of_a_value_is_not_told() {
    let engine = Engine::new()
        .filter("refuses", |_, _| Err("takes no value"))
        .unwrap();
    let url = tool().with_surface(Surface::UrlPath);
    for (target, text, kind) in [
        (&tool(), "<<A|refuses>>", ErrorKind::FilterFailed),
        (&url, "<<A|json>>/<<B|json>>", ErrorKind::Unencodable),
    ] {
        let dots = keyslot::Variables::new()
            .with("A", "..")
            .unwrap()
            .with("B", "x")
            .unwrap();
        assert_eq!(
            engine.resolve(&dots, target, text).unwrap_err().kind(),
            kind,
            "the control"
        );
        assert!(engine.check(target, text, verdicts).is_ok(), "{text}");
    }
}

#[test]
fn verdicts_are_asked_once_for_the_target_or_not_at_all() {
    let engine = Engine::new();
    let target = tool().with_host("a.example").unwrap();
    let calls = Cell::new(0);
    let ask = |text: &str| {
        engine.check(&target, text, |references, given| {
            calls.set(calls.get() + 1);
            assert_eq!(
                (given.tool_name(), given.host()),
                (Some("t"), Some("a.example"))
            );
            verdicts(references, given)
        })
    };
    ask("<<A>><<A>><<B>>").unwrap();
    assert_eq!(calls.get(), 1);
    ask("nothing <<!A>>").unwrap();
    assert!(ask("<<$secret.").is_err());
    assert_eq!(calls.get(), 1);
    let closed = |_: &[Reference], _: &Target| Err(Error::new(ErrorKind::Store, "closed"));
    assert_eq!(
        engine.check(&target, "<<A>>", closed).unwrap_err().kind(),
        ErrorKind::Store
    );
}

#[test]
fn a_wrong_number_of_verdicts_is_the_judges_fault() {
    let tree = Tree::of(&["<<A>>", "<<B>>"]).unwrap();
    for given in [0, 1, 3] {
        let wrong =
            |_: &[Reference], _: &Target| Ok((0..given).map(|_| Ok(Permit::new())).collect());
        for error in [
            Engine::new()
                .check(&tool(), "<<A>> <<B>>", wrong)
                .unwrap_err(),
            Engine::new().check(&tool(), &tree, wrong).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::BrokenResolver);
            assert_eq!(
                error.to_string(),
                format!(
                    "a resolver must give one outcome for each reference; outcomes: {given}, \
                         references: 2"
                )
            );
        }
    }
}

#[test]
fn references_are_those_that_are_looked_up() {
    let engine = Engine::new().syntax(Syntax::angle().and(Syntax::mustache()));
    let text = "<<A>> {{$secret.My Key@3}} <<A>> <<$secret.A>> <<!B>>";
    let shown = |references: Result<Vec<Reference>>| -> Vec<String> {
        references
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let expected = ["<<A>>", "<<$secret.My Key@3>>", "<<$secret.A>>"];
    assert_eq!(shown(engine.references(text)), expected);
    assert_eq!(
        shown(Engine::new().references(&engine.compile(text).unwrap())),
        expected
    );
    let tree = Tree::of(&[text, "<<A>>"]).unwrap();
    assert_eq!(shown(engine.references(&tree)), expected);
    assert_eq!(
        shown(Engine::new().references(&engine.compile_document(tree).unwrap())),
        expected
    );
    assert!(engine.references("").unwrap().is_empty());

    let error = engine.references("<<A>> <<$secret.>>").unwrap_err();
    assert_eq!(
        told::<()>(Err(error)),
        told(engine.compile("<<A>> <<$secret.>>"))
    );
}

#[test]
fn the_control_sees_values() {
    let resolved = Engine::new().resolve(&Answers, &tool(), "<<A>>").unwrap();
    assert_eq!(resolved.expose_secret(), "value");
}
