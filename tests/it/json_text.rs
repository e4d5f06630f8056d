//! JSON as text: strict in, the same bytes out, but for the strings with placeholders.
#![cfg(feature = "json")]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Document, Engine, Grants, JsonText, Limits, Surfaces};
use keyslot::{
    Error, ErrorKind, Permit, Redactor, ResolveExt, Result, SecretName, Surface, Target, Variables,
};
use proptest::prelude::*;
use serde_json::Value;

const TEXT: &str = "{ \"z\": \"<<A>>\",\t\"id\" :123456789012345678901234,\n\"a\":[1.50, -0, 1e400,\
                    \"\\u00fc\\/<<$secret.B>>\\n\"], \"plain\": \"\\u00e9\" }\n";

fn variables() -> Variables {
    let all = [("A", "x\",\"admin\":true,\"y\":\""), ("B", "b\\\u{1}é")];
    all.iter()
        .fold(Variables::new(), |variables, (name, value)| {
            variables.with(*name, *value).unwrap()
        })
}

fn secrets() -> keyslot::RunSecrets {
    let all = [("A", "x\",\"admin\":true,\"y\":\""), ("B", "b\\\u{1}é")];
    all.iter()
        .fold(keyslot::RunSecrets::new(), |secrets, (name, value)| {
            secrets.with(*name, *value).unwrap()
        })
}

fn json(text: &str) -> JsonText {
    JsonText::parse(text).unwrap()
}

fn tool() -> Target {
    Target::tool("t")
}

/// The facts that a host is told of an error.
fn told(error: &Error) -> (ErrorKind, Option<String>, Option<std::ops::Range<usize>>) {
    let pointer = error.pointer().map(ToOwned::to_owned);
    (error.kind(), pointer, error.span())
}

#[test]
fn everything_but_the_strings_with_placeholders_keeps_its_bytes() {
    let resolved = secrets().resolve_for(&tool(), &json(TEXT)).unwrap();
    let expected = TEXT
        .replace("\"<<A>>\"", r#""x\",\"admin\":true,\"y\":\"""#)
        .replace(r#""\u00fc\/<<$secret.B>>\n""#, r#""ü/b\\\u0001é\n""#);
    assert_eq!(resolved.expose_secret(), &expected);
    assert_eq!(resolved.used().len(), 2);
    assert!(!format!("{resolved:?}").contains("admin"));

    let plain = "\u{feff} [ 1.0 , \"\\u0041\" ]\n";
    let resolved = secrets().resolve_for(&tool(), &json(plain)).unwrap();
    assert_eq!(resolved.expose_secret(), plain);
}

#[test]
fn a_document_of_it_is_compiled_once() {
    let document = Document::compile(json(r#"{"b": "<<A>>", "a": "<<A|base64>>"}"#)).unwrap();
    assert_eq!(document.references().len(), 1);
    for value in ["one", "two"] {
        let variables = Variables::new().with("A", value).unwrap();
        let resolved = variables.resolve_for(&tool(), &document).unwrap();
        let read: Value = serde_json::from_str(resolved.expose_secret()).unwrap();
        assert_eq!(read["b"], value);
    }
    let near = Document::compile(json(r#"{"a": ["<<my key>>"]}"#)).unwrap();
    assert_eq!(near.lints()[0].pointer(), Some("/a/0"));
    let names = [SecretName::new("TOKEN").unwrap()];
    let near = Document::compile(json(r#"{"a": "<<$secret.TOKNE>>"}"#)).unwrap();
    assert_eq!(near.lints_among(&names).len(), 1);
}

#[test]
fn surfaces_keys_and_limits_are_those_of_the_engine() {
    let config = json(r#"{"mcpServers": {"a": {"url": "https://x.example/?k=<<A>>"}}}"#);
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let resolved = engine.resolve(&variables(), &tool(), &config).unwrap();
    assert!(resolved.expose_secret().contains("?k=x%22%2C%22admin"));

    let keyed = json(r#"{"<<A>>": {"<<K>>": "<<K>>"}, "b": 1}"#);
    let variables = Variables::new()
        .with("A", "a")
        .unwrap()
        .with("K", "k\"")
        .unwrap();
    let with_keys = Engine::new().keys(true);
    let resolved = with_keys.resolve(&variables, &tool(), &keyed).unwrap();
    assert_eq!(resolved.expose_secret(), r#"{"a": {"k\"": "k\""}, "b": 1}"#);
    let resolved = variables.resolve_for(&tool(), &keyed).unwrap();
    assert_eq!(
        resolved.expose_secret(),
        r#"{"<<A>>": {"<<K>>": "k\""}, "b": 1}"#
    );
    let same = json(r#"{"o": {"<<A>>": 1, "a": 2}}"#);
    let error = with_keys.resolve(&variables, &tool(), &same).unwrap_err();
    assert_eq!(
        told(&error),
        (ErrorKind::InvalidDocument, Some("/o".to_owned()), None)
    );

    // One byte of the value becomes six.
    let control = Variables::new().with("A", "\u{1}".repeat(100)).unwrap();
    let document = json(r#"["<<A>>"]"#);
    let resolve = |limit| {
        let engine = Engine::new().limits(Limits::default().output(limit));
        engine.resolve(&control, &tool(), &document).map(|_| ())
    };
    assert!(resolve(604).is_ok());
    assert_eq!(resolve(603).unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn check_and_references_read_it_as_any_document() {
    let document = json(r#"{"b": "<<GONE>>", "a": ["<<$secret.A>>"]}"#);
    let engine = Engine::new();
    let names: Vec<String> = (engine.references(&document).unwrap().iter())
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        names,
        ["<<GONE>>", "<<$secret.A>>"],
        "in the order of the text"
    );
    let error = engine
        .check(&tool(), &document, |references, _| {
            let verdict = |one: &keyslot::Reference| match one.name().as_str() {
                "A" => Ok(Permit::new()),
                _ => Err(Error::new(ErrorKind::NotFound, "nobody knows it")),
            };
            Ok(references.iter().map(verdict).collect())
        })
        .unwrap_err();
    assert_eq!(
        told(&error),
        (ErrorKind::NotFound, Some("/b".to_owned()), Some(0..8))
    );
    let error = secrets().resolve_for(&tool(), &document).unwrap_err();
    assert_eq!(
        told(&error),
        (ErrorKind::NotFound, Some("/b".to_owned()), Some(0..8))
    );
}

#[test]
fn model_arguments_get_what_is_granted() {
    let grants = Grants::new().name_at("A", "/headers/*").unwrap();
    let args = json(r#"{"headers": {"x": "<<A>>"}, "note": "<<$secret.B>>", "<<A>>": 1.0}"#);
    let resolved = secrets()
        .resolve_model_args(&tool(), &args, &grants)
        .unwrap();
    assert_eq!(
        resolved.expose_secret(),
        concat!(
            r#"{"headers": {"x": "x\",\"admin\":true,\"y\":\""}, "#,
            r#""note": "<<$secret.B>>", "<<A>>": 1.0}"#,
        )
    );
    let pointers: Vec<_> = resolved
        .attempts()
        .iter()
        .map(|one| one.pointer())
        .collect();
    assert_eq!(pointers, [Some("/note"), Some("/<<A>>")]);
    let elsewhere = json(r#"{"url": "<<A>>"}"#);
    let resolved = secrets()
        .resolve_model_args(&tool(), &elsewhere, &grants)
        .unwrap();
    assert_eq!(resolved.expose_secret(), elsewhere.as_str());
    let attempt = &resolved.attempts()[0];
    assert_eq!(
        (attempt.pointer(), attempt.is_misplaced()),
        (Some("/url"), true)
    );
}

#[cfg(feature = "vault")]
#[test]
fn handles_and_snapshots_take_it() {
    let vault = keyslot::Vault::in_memory(&keyslot::RootKey::generate().unwrap()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("KEY", "va\"lue").unwrap();
    let document = json(r#"{"n":1.0,"k":"<<$secret.KEY>>"}"#);
    let expected = r#"{"n":1.0,"k":"va\"lue"}"#;
    project.check(&tool(), &document).unwrap();
    let references = project.references(&document).unwrap();
    let resolved = project.resolve_for(&tool(), &document).unwrap();
    assert_eq!(resolved.expose_secret(), expected);
    let run = project.snapshot(&references).unwrap();
    let resolved = run.resolve_for(&tool(), &document).unwrap();
    assert_eq!(resolved.expose_secret(), expected);
    let redactor = Redactor::of(&resolved).unwrap();
    assert!(!format!("{redactor:?}").contains("va"));
    let target = tool().with_surface(Surface::Json);
    assert!(project.resolve_for(&target, &document).is_ok());
}

fn redactor() -> Redactor {
    let name = |name| SecretName::new(name).unwrap();
    Redactor::builder()
        .secret(name("TOKEN"), "t0ken-\"of\"-ada")
        .secret(name("ACCOUNT"), "4716108999716531")
        .build()
        .unwrap()
}

#[test]
fn redaction_keeps_order_bytes_and_entries() {
    let output = r#"{ "z": 4716108999716531, "t0ken-\"of\"-ada": [1.50, "at \u00740ken-\"of\"-ada"],
      "<<$secret.TOKEN>>" : 2, "dDBrZW4tIm9mIi1hZGE=": null, "a": {"\u00e9": true}}"#;
    assert_eq!(
        redactor().redact_json_text(&json(output)),
        r#"{ "z": "<<$secret.ACCOUNT>>", "<<$secret.TOKEN>> (2)": [1.50, "at <<$secret.TOKEN>>"],
      "<<$secret.TOKEN>>" : 2, "<<$secret.TOKEN>> (3)": null, "a": {"\u00e9": true}}"#
    );
    let clean = json(r#"{"b": 12, "a": ["t0ken"]}"#);
    let redacted = redactor().redact_json_text(&clean);
    assert!(matches!(redacted, std::borrow::Cow::Borrowed(text) if text == clean.as_str()));
}

#[test]
fn what_is_refused_has_kind_and_place_and_no_echo() {
    for (text, span, line, column) in [
        (
            "{\"a\": 1,\n \"cAnArY\": 2, \"cAnArY\": 3}",
            23_usize..31,
            2,
            15,
        ),
        (r#"{"a": "\ud800 cAnArY"}"#, 7..13, 1, 8),
        (r#"{"a": "\ud800\u0041"}"#, 7..13, 1, 8),
        (r#"["\udc00"]"#, 2..8, 1, 3),
        ("{\"a\": 1}\n{\"cAnArY\": 2}", 9..9, 2, 1),
        ("{\"é\": cAnArY}", 7..7, 1, 7),
        ("\u{feff}{\"é\": cAnArY}", 10..10, 1, 7),
        ("[1,]", 3..3, 1, 4),
        ("[1,,2]", 3..3, 1, 4),
        ("[01]", 2..2, 1, 3),
        ("[1.]", 3..3, 1, 4),
        ("[-]", 2..2, 1, 3),
        ("[1e+]", 4..4, 1, 5),
        ("[\"\t\"]", 2..2, 1, 3),
        (r#"["\x"]"#, 2..2, 1, 3),
        (r#"["\u12"]"#, 4..4, 1, 5),
        (r#"["\u+123"]"#, 4..4, 1, 5),
        (r#"["a\"#, 4..4, 1, 5),
        ("[1] x", 4..4, 1, 5),
        ("\"open", 5..5, 1, 6),
        ("", 0..0, 1, 1),
        ("nul", 0..0, 1, 1),
        ("{1: 2}", 1..1, 1, 2),
        ("[\u{a0}1]", 1..1, 1, 2),
        (
            "{\"$serde_json::private::RawValue\": \"cAnArY\"}",
            1..33,
            1,
            2,
        ),
    ] {
        let error = JsonText::parse(text).unwrap_err();
        assert_eq!(
            told(&error),
            (ErrorKind::InvalidDocument, None, Some(span)),
            "{text}"
        );
        let position = error.position(text).unwrap();
        assert_eq!((position.line, position.column), (line, column), "{text}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("cAnArY"), "{shown}");
        let again = Document::parse(text).unwrap_err();
        assert_eq!(
            again.to_string(),
            error.to_string(),
            "both are as strict: {text}"
        );
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(JsonText::parse(nested(128)).is_ok());
    for depth in [129, 1_000_000] {
        let error = JsonText::parse(nested(depth)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
        assert_eq!(error.span(), Some(128..129));
    }
    let large = |bytes: usize| JsonText::parse(format!("\"{}\"", "x".repeat(bytes - 2)));
    assert!(large(16 << 20).is_ok());
    assert_eq!(
        large((16 << 20) + 1).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    let shown = format!("{:?}", json("[\"cAnArY\"]"));
    assert!(!shown.contains("cAnArY"), "{shown}");
}

#[test]
fn numbers_that_a_document_cannot_hold_are_refused_at_their_place() {
    for number in [
        "123456789012345678901234",
        "18446744073709551616",
        "-9223372036854775809",
        "0.1234567890123456789",
        "1e400",
        "-1e400",
        "1e-400",
    ] {
        let text = format!("{{\"n\": {number}, \"a\": \"<<A>>\"}}");
        let error = Document::parse(&text).unwrap_err();
        let span = Some(6..6 + number.len());
        assert_eq!(
            told(&error),
            (ErrorKind::InvalidDocument, None, span),
            "{number}"
        );
        assert!(!error.to_string().contains(number), "{error}");
        let resolved = variables().resolve_for(&tool(), &json(&text)).unwrap();
        assert!(resolved.expose_secret().contains(number), "text keeps it");
    }
    for (number, printed) in [
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1.7976931348623157e308", "1.7976931348623157e308"),
        ("1.50", "1.5"),
        ("-0", "-0.0"),
    ] {
        let document = Document::parse(number).unwrap();
        let resolved = Variables::new().resolve_for(&tool(), &document).unwrap();
        let held = resolved.expose_secret();
        assert_eq!(
            held,
            &serde_json::from_str::<Value>(printed).unwrap(),
            "{number}"
        );
    }
}

const JSONC: &str = "// <<A>>\n{\n  /* \"x\": é **/ \"a\": \"<<A>>\", // \"b\"\r\n  \
                     \"l\": [1, 2,],\n  \"c\": \"// /* <<A>> */\",\n}/**/ //";

#[test]
fn comments_and_last_commas_are_read_on_request() {
    let variables = Variables::new().with("A", "1").unwrap();
    let document = Document::parse_jsonc(JSONC).unwrap();
    let resolved = variables.resolve_for(&tool(), &document).unwrap();
    let expected = serde_json::json!({"a": "1", "l": [1, 2], "c": "// /* 1 */"});
    assert_eq!(*resolved.expose_secret(), expected);
    let text = JsonText::parse_jsonc(JSONC).unwrap();
    let resolved = variables.resolve_for(&tool(), &text).unwrap();
    let expected = JSONC
        .replace("\"<<A>>\"", "\"1\"")
        .replace("/* <<A>> */\"", "/* 1 */\"");
    assert_eq!(resolved.expose_secret(), &expected);
    let engine = Engine::new().parse_jsonc_document(JSONC).unwrap();
    assert_eq!(engine.references(), document.references());
    for strict in ["[1] // x", "[1 /* x */]", "[1,]", "{\"a\": 1,}"] {
        assert!(Document::parse(strict).is_err() && JsonText::parse(strict).is_err());
        assert!(Document::parse_jsonc(strict).is_ok(), "{strict}");
    }
}

#[test]
fn what_is_wrong_in_jsonc_has_its_place() {
    for (text, span, line, column) in [
        ("// é\n{\"a\": cAnArY}", 12..12, 2, 7),
        ("\u{feff}/* é\n */ [1,,]", 16..16, 2, 8),
        ("[1] /* cAnArY", 4..6, 1, 5),
        ("[1] /* cAnArY *", 4..6, 1, 5),
        ("/*/ [1]", 0..2, 1, 1),
        ("[1] / 2", 4..4, 1, 5),
        ("[,]", 1..1, 1, 2),
        ("{,}", 1..1, 1, 2),
        ("[1,2,,]", 5..5, 1, 6),
        ("# x\n[1]", 0..0, 1, 1),
        ("{\"a\": 1, /* x */ \"a\": 2}", 17..20, 1, 18),
        ("[1e400 /**/]", 1..6, 1, 2),
    ] {
        let error = Document::parse_jsonc(text).unwrap_err();
        let position = error.position(text).unwrap();
        assert_eq!(
            told(&error),
            (ErrorKind::InvalidDocument, None, Some(span)),
            "{text}"
        );
        assert_eq!((position.line, position.column), (line, column), "{text}");
        assert!(!error.to_string().contains("cAnArY"), "{error}");
    }
}

/// Pieces of JSON, right and wrong.
const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"b\"",
    "\"\\u0061\"",
    "\"é\\n\"",
    "\"<<A>>\"",
    "0",
    "-1",
    "1.5",
    "1e3",
    "-",
    ".",
    "e",
    "true",
    "false",
    "null",
    " ",
    "\n",
    "\t",
    "\"",
    "\\",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\u{1}",
    "\u{feff}",
    "/",
    "18446744073709551616",
    "nan",
    "é",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12)
        .prop_map(|pieces| pieces.concat())
}

fn wrapped() -> impl Strategy<Value = String> {
    prop_oneof![
        pieces(),
        pieces().prop_map(|inner| format!("[{inner}]")),
        pieces().prop_map(|inner| format!("{{\"k\":{inner}}}")),
        pieces().prop_map(|inner| format!("\"{inner}\"")),
    ]
}

fn is_known(error: &Error) -> bool {
    let message = error.to_string();
    ["a key twice", "would be changed"]
        .iter()
        .any(|known| message.contains(known))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// An independent parser accepts the same texts, and reads the same.
    #[test]
    fn it_agrees_with_another_parser(text in wrapped()) {
        let other = serde_json::from_str::<Value>(text.strip_prefix('\u{feff}').unwrap_or(&text));
        match (JsonText::parse(text.as_str()), &other) {
            (Ok(_), Err(error)) => {
                prop_assert!(error.to_string().contains("out of range"), "{}", text);
            }
            (Err(error), Ok(_)) => prop_assert!(is_known(&error), "{} {}", text, error),
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
        }
        match (Document::parse(&text), other) {
            (Ok(document), Ok(other)) => {
                let resolve = |text: &str| {
                    let variables = Variables::new().with("A", text)?;
                    Ok::<_, Error>(
                        variables
                            .resolve_for(&tool(), &document)?
                            .expose_secret()
                            .clone(),
                    )
                };
                prop_assert_eq!(resolve("<<A>>").unwrap(), other);
            }
            (Ok(_), Err(_)) => prop_assert!(false, "{}", text),
            (Err(error), Ok(_)) => prop_assert!(is_known(&error), "{} {}", text, error),
            (Err(_), Err(_)) => {}
        }
    }
}

#[test]
fn a_text_is_parsed_from_a_str() {
    let parsed: Result<JsonText> = "[1]".parse();
    assert_eq!(parsed.unwrap().as_str(), "[1]");
}
