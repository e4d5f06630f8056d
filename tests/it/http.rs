//! Headers for HTTP clients: one look-up, sensitive exactly where a value went in, all failures in
//! one error.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;

use keyslot::http::{HeaderMap, HeaderName};
use keyslot::template::{Engine, Headers, Limits, Syntax};
use keyslot::{
    Error, ErrorKind, Outcomes, Reference, ResolveExt, Resolver, Result, Surface, Target,
    UnknownNames, Variables,
};

/// Variables that remember what they were asked.
struct Asked {
    variables: Variables,
    calls: RefCell<Vec<(Vec<String>, Target)>>,
}

impl Asked {
    fn new(values: &[(&str, &str)]) -> Self {
        let add = |variables: Variables, (name, value): &(&str, &str)| {
            variables.with(name, *value).unwrap()
        };
        Self {
            variables: values.iter().fold(Variables::new(), add),
            calls: RefCell::default(),
        }
    }
}

impl Resolver for Asked {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let names = references.iter().map(ToString::to_string).collect();
        self.calls.borrow_mut().push((names, target.clone()));
        self.variables.lookup(references, target)
    }
}

fn resolve(headers: &[(&str, &str)], values: &[(&str, &str)]) -> Result<HeaderMap> {
    Asked::new(values).resolve_headers(&Target::tool("t"), headers.iter().copied())
}

fn shown(map: &HeaderMap) -> Vec<(&str, &[u8], bool)> {
    map.iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes(), value.is_sensitive()))
        .collect()
}

#[test]
fn sensitive_is_exactly_what_a_value_went_into() {
    let headers = [
        ("Authorization", "Bearer <<A>>"),
        ("Accept", "*/*"),
        ("X-Escaped", "<<!A>>"),
        ("X-Empty", "<<EMPTY>>"),
        ("X-Nothing", ""),
        ("X-Hex", "<<A|hex>>, <<A>>"),
    ];
    let map = resolve(&headers, &[("A", "s3cret é"), ("EMPTY", "")]).unwrap();
    let expected: [(&str, &str, bool); 6] = [
        ("authorization", "Bearer s3cret é", true),
        ("accept", "*/*", false),
        ("x-escaped", "<<A>>", false),
        ("x-empty", "", true),
        ("x-nothing", "", false),
        ("x-hex", "73336372657420c3a9, s3cret é", true),
    ];
    let expected = expected.map(|(name, value, sensitive)| (name, value.as_bytes(), sensitive));
    assert_eq!(shown(&map), expected);
    let debug = format!("{map:?}");
    assert!(
        !debug.contains("s3cret") && debug.contains("*/*"),
        "{debug}"
    );
}

#[test]
fn all_headers_are_one_look_up_on_the_surface_of_headers() {
    let asked = Asked::new(&[("A", "1"), ("B", "2")]);
    let target = Target::tool("mail")
        .with_host("mail.example")
        .unwrap()
        .with_surface(Surface::Url);
    let headers = [
        ("X-A", "<<A>> <<B>>"),
        ("X-B", "<<B>>"),
        ("X-C", "none"),
        ("X-D", "<<A>>"),
    ];
    let map = asked.resolve_headers(&target, headers).unwrap();
    assert_eq!(
        (&map["x-a"], &map["x-b"], &map["x-d"]),
        (
            &"1 2".parse().unwrap(),
            &"2".parse().unwrap(),
            &"1".parse().unwrap()
        )
    );
    let calls = asked.calls.into_inner();
    let expected = Target::tool("mail")
        .with_host("mail.example")
        .unwrap()
        .with_surface(Surface::Header);
    assert_eq!(
        calls,
        [(vec!["<<A>>".to_owned(), "<<B>>".to_owned()], expected)]
    );

    let asked = Asked::new(&[]);
    let none: [(&str, &str); 1] = [("Accept", "*/*")];
    assert_eq!(asked.resolve_headers(&target, none).unwrap().len(), 1);
    assert!(asked.calls.into_inner().is_empty(), "nothing to look up");
}

#[test]
fn a_name_given_twice_keeps_its_values_in_order() {
    let map = resolve(
        &[
            ("X-A", "<<A>>"),
            ("x-b", "b"),
            ("x-a", "second"),
            ("X-a", "<<A>>3"),
        ],
        &[("A", "1")],
    )
    .unwrap();
    let values: Vec<_> = map
        .get_all("X-A")
        .iter()
        .map(|value| (value.to_str().unwrap(), value.is_sensitive()))
        .collect();
    assert_eq!(values, [("1", true), ("second", false), ("13", true)]);
    assert_eq!(map["x-b"], "b");
}

#[test]
fn names_are_taken_as_text_and_as_names() {
    let asked = Asked::new(&[("A", "1")]);
    let map = asked
        .resolve_headers(
            &Target::tool("t"),
            vec![(String::from("X-A"), String::from("<<A>>"))],
        )
        .unwrap();
    assert_eq!(map["x-a"], "1");
    let name = HeaderName::from_static("x-b");
    assert_eq!(
        asked
            .resolve_headers(&Target::tool("t"), [(name, "<<A>>")])
            .unwrap()["x-b"],
        "1"
    );
}

#[track_caller]
fn failures(error: &Error) -> Vec<(Option<&str>, Option<&str>, ErrorKind)> {
    error
        .all()
        .map(|one| (one.pointer(), one.name(), one.kind()))
        .collect()
}

#[test]
fn every_failure_names_its_header_and_no_value() {
    let values = [("A", "top\r\nX-Admin: secret"), ("B", "fine")];
    let error = resolve(
        &[
            ("X-A", "a <<A>>"),
            ("X-B", "<<B>>"),
            ("X-C", "<<C>> <<A>>"),
            ("X-A", "<<C>>"),
        ],
        &values,
    );
    let error = error.unwrap_err();
    assert_eq!(
        failures(&error),
        [
            (Some("/x-a"), Some("A"), ErrorKind::Unencodable),
            (Some("/x-c"), Some("C"), ErrorKind::NotFound),
            (Some("/x-c"), Some("A"), ErrorKind::Unencodable),
            (Some("/x-a"), Some("C"), ErrorKind::NotFound),
        ]
    );
    assert!(error.to_string().contains("(at /x-a, column 3)"), "{error}");
    for one in error.all() {
        let shown = format!("{one} {one:?}");
        assert!(
            !shown.contains("Admin") && !shown.contains("top"),
            "{shown}"
        );
    }
}

#[test]
fn every_flaw_of_the_texts_comes_in_one_error_before_any_look_up() {
    let asked = Asked::new(&[("A", "1")]);
    let headers = [
        ("X-A", "<<$secret.>>"),
        ("CANARY name", "<<A>>"),
        ("X-~B", "a\nCANARY"),
        ("X-C", "<<A>>"),
        ("HOST", "<<A>>"),
    ];
    let error = asked
        .resolve_headers(&Target::tool("t"), headers)
        .unwrap_err();
    assert_eq!(
        failures(&error),
        [
            (Some("/x-a"), None, ErrorKind::Syntax),
            (None, None, ErrorKind::InvalidInput),
            (Some("/x-~0b"), None, ErrorKind::InvalidInput),
            (Some("/host"), None, ErrorKind::Unencodable),
        ]
    );
    assert!(error.all().any(|one| {
        one.to_string()
            .starts_with("the name of header 2 may hold only")
    }));
    assert!(
        !error
            .all()
            .any(|one| format!("{one}{one:?}").contains("CANARY"))
    );
    assert!(asked.calls.into_inner().is_empty());
}

#[test]
fn the_host_is_written_out_or_refused() {
    for (name, text) in [
        ("Host", "<<A>>"),
        ("hOST", "a.<<A|hex>>.example"),
        (":authority", "<<A>>"),
    ] {
        assert!(
            resolve(&[(name, text)], &[("A", "evil.example")]).is_err(),
            "{name}"
        );
    }
    let map = resolve(
        &[("Host", "a.example"), ("X-Host", "<<A>>")],
        &[("A", "evil.example")],
    )
    .unwrap();
    assert_eq!(
        shown(&map),
        [
            ("host", b"a.example".as_slice(), false),
            ("x-host", b"evil.example", true)
        ]
    );
}

#[test]
fn no_control_character_comes_in() {
    for control in ('\0'..' ').chain(['\u{7f}']) {
        let value = format!("top-{control}-secret");
        assert_eq!(
            resolve(&[("X-A", "<<A>>")], &[("A", &value)])
                .unwrap_err()
                .kind(),
            ErrorKind::Unencodable
        );
        let text = resolve(&[("X-A", &value)], &[]);
        // HTTP has tabs in headers, but a value with one is more likely to be a mistake.
        assert_eq!(
            text.map_err(|error| error.kind()).err(),
            (control != '\t').then_some(ErrorKind::InvalidInput)
        );
    }
}

#[test]
fn limits_hold_for_all_headers_together() {
    let engine = |limits| Engine::new().limits(limits);
    let long = "x".repeat(60);
    let two = [("X-A", &*long), ("X-B", &*long)];
    assert!(
        engine(Limits::default().template(126))
            .compile_headers(two)
            .is_ok()
    );
    assert_eq!(
        engine(Limits::default().template(125))
            .compile_headers(two)
            .unwrap_err()
            .kind(),
        ErrorKind::TooLarge
    );
    let many = [("X-A", "<<A>>"), ("X-B", "<<A>>")];
    assert!(
        engine(Limits::default().placeholders(2))
            .compile_headers(many)
            .is_ok()
    );
    assert_eq!(
        engine(Limits::default().placeholders(1))
            .compile_headers(many)
            .unwrap_err()
            .kind(),
        ErrorKind::TooLarge
    );

    let variables = Variables::new().with("A", "12345").unwrap();
    for (limit, expected) in [(10, None), (9, Some(ErrorKind::TooLarge))] {
        let headers = engine(Limits::default().output(limit))
            .compile_headers(many)
            .unwrap();
        let outcomes = variables
            .lookup(headers.references(), &Target::tool("t"))
            .unwrap();
        let filled = headers.fill(&outcomes);
        assert_eq!(filled.err().map(|error| error.kind()), expected);
    }
    let names: Vec<_> = (0..40_000)
        .map(|number| (format!("x-{number}"), "<<A>>"))
        .collect();
    let headers = engine(Limits::default().placeholders(100_000))
        .compile_headers(names)
        .unwrap();
    let outcomes = variables
        .lookup(headers.references(), &Target::tool("t"))
        .unwrap();
    assert_eq!(
        headers.fill(&outcomes).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn the_engine_says_the_syntax_and_nothing_stays_that_nobody_knows() {
    let engine = Engine::new().syntax(Syntax::mustache());
    let variables = Variables::new().with("A", "1").unwrap();
    let target = Target::tool("t").with_unknown_names(UnknownNames::Keep);
    let resolve = |text: &str| engine.resolve_headers(&variables, &target, [("X-A", text)]);
    assert_eq!(resolve("{{A}} <<A>>").unwrap()["x-a"], "1 <<A>>");
    assert_eq!(
        resolve("{{A}} {{B}}").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let headers = engine.compile_headers([("X-A", "{{A}}")]).unwrap();
    assert_eq!(
        headers.fill(&[]).unwrap_err().kind(),
        ErrorKind::BrokenResolver
    );
}

#[test]
fn only_names_and_references_are_shown() {
    fn is_owned_and_shared<T: Clone + Send + Sync + Unpin + 'static>(_: &T) {}
    let headers = Headers::compile([("X-A", "CANARY <<A>>")]).unwrap();
    is_owned_and_shared(&headers);
    let shown = format!("{headers:?}");
    assert!(
        shown.contains("x-a") && shown.contains('A') && !shown.contains("CANARY"),
        "{shown}"
    );
}

#[cfg(feature = "vault")]
#[test]
fn a_vault_reads_headers_with_its_own_engine() {
    use keyslot::{RootKey, Vault};

    let engine = Engine::new().syntax(Syntax::mustache());
    let vault = Vault::builder()
        .engine(engine)
        .create(&RootKey::generate().unwrap())
        .unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("TOKEN", "t0ken").unwrap();
    let headers = [("Authorization", "Bearer {{$secret.TOKEN}}")];
    let map = project
        .resolve_headers(&Target::tool("t"), headers)
        .unwrap();
    assert_eq!(map["authorization"], "Bearer t0ken");

    // A snapshot reads them so too, and keeps its version.
    let references = project.references("{{$secret.TOKEN}}").unwrap();
    let run = project.snapshot(&references).unwrap();
    project.put("TOKEN", "newer").unwrap();
    let authorization = |map: HeaderMap| map["authorization"].clone();
    let of_run = run.resolve_headers(&Target::tool("t"), headers).unwrap();
    assert!(of_run["authorization"].is_sensitive());
    assert_eq!(authorization(of_run), "Bearer t0ken");
    let now = project.resolve_headers(&Target::tool("t"), headers);
    assert_eq!(authorization(now.unwrap()), "Bearer newer");
}
