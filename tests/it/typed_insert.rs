//! The filters `number` and `json_value`: a string of a document that is one placeholder becomes a
//! number or other JSON, and nothing else does.
#![cfg(feature = "json")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]

use std::collections::BTreeMap;

use keyslot::redact::SkipReason;
use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Document, Engine, Grants, JsonText, Limits, Surfaces, Syntax, Tree};
use keyslot::{
    Error, ErrorKind, Permit, Redactor, Reference, ResolveExt, RunSecrets, Surface, Target,
    Template, UnknownNames,
};
use serde_json::{Value, json};

fn secrets(all: &[(&str, &str)]) -> RunSecrets {
    let mut secrets = RunSecrets::new();
    for (name, value) in all {
        secrets = secrets.with(*name, *value).unwrap();
    }
    secrets
}

fn tool() -> Target {
    Target::tool("t")
}

/// The value of `A` behind a filter, in a document of each kind.
fn each(filter: &str, value: &str) -> [Result<String, Error>; 3] {
    let secrets = secrets(&[("A", value)]);
    let document = json!({"a": [format!("<<$secret.A|{filter}>>"), "x"]});
    let text = JsonText::parse(document.to_string()).unwrap();
    let tree = Tree::of(&document).unwrap();
    let inner = |written: &str| written[6..written.len() - 6].to_owned();
    [
        secrets
            .resolve_for(&tool(), &document)
            .map(|one| inner(&one.expose_secret().to_string())),
        secrets
            .resolve_for(&tool(), &text)
            .map(|one| inner(one.expose_secret())),
        secrets
            .resolve_for(&tool(), &tree)
            .map(|one| inner(&serde_json::to_string(one.expose_secret()).unwrap())),
    ]
}

fn kinds(filter: &str, value: &str) -> [Result<String, ErrorKind>; 3] {
    each(filter, value).map(|one| {
        one.map_err(|error| {
            let printed = format!("{error} {error:?}");
            assert!(value.len() < 5 || !printed.contains(value), "{printed}");
            assert_eq!(
                (error.name(), error.pointer(), error.span()),
                (Some("A"), Some("/a/0"), Some(0..14 + filter.len()))
            );
            error.kind()
        })
    })
}

fn all_give(filter: &str, value: &str, expected: &str) {
    let expected = Ok(expected.to_owned());
    let made = kinds(filter, value);
    assert_eq!(made, [(); 3].map(|()| expected.clone()), "{value}");
}

fn all_refuse(filter: &str, value: &str, kind: ErrorKind) {
    assert_eq!(kinds(filter, value), [(); 3].map(|()| Err(kind)), "{value}");
}

#[test]
fn a_whole_string_becomes_what_it_is() {
    let document = json!({
        "port": "<<DB|get:/port|number>>",
        "tls": "<<DB|get:/tls|json_value>>",
        "text": "<<DB|get:/port>>",
    });
    let db = secrets(&[("DB", r#"{"port":5432,"tls":true}"#)]);
    let resolved = db.resolve_json(&document).unwrap();
    assert_eq!(
        *resolved.expose_secret(),
        json!({"port": 5432, "tls": true, "text": "5432"})
    );
    assert_eq!(
        resolved.to_bytes().unwrap().expose_secret(),
        br#"{"port":5432,"text":"5432","tls":true}"#.as_slice()
    );
    // The root of a document is a string, too.
    let root = db.resolve_json(&json!("<<DB|json_value>>")).unwrap();
    assert_eq!(*root.expose_secret(), json!({"port": 5432, "tls": true}));
}

#[test]
fn every_sort_of_json_goes_in() {
    for value in ["5432", "0", "-1", "-1.5", "18446744073709551615", "1.5"] {
        all_give("number", value, value);
        all_give("json_value", value, value);
    }
    for value in [
        "true",
        "false",
        "null",
        "\"text\"",
        "[]",
        "{}",
        r#"[1,"two",[null,{"k":{"k":true}}]]"#,
        r#""<<A>> and \"quotes\"""#,
        r#"{"<<$secret.A>>":"<<$secret.A|number>>"}"#,
    ] {
        all_give("json_value", value, value);
        all_refuse("number", value, ErrorKind::FilterFailed);
    }
    // In JSON as text nothing is changed; elsewhere white space is no part of a value.
    let value = "\n { \"k\" : [ 1.0 , 1E2 ] }\t";
    let changed = r#"{"k":[1.0,100.0]}"#.to_owned();
    assert_eq!(
        kinds("json_value", value),
        [Ok(changed.clone()), Ok(value.to_owned()), Ok(changed)]
    );
}

#[test]
fn what_is_no_number_is_refused() {
    all_give("number", "1", "1");
    for value in [
        "",
        "01",
        "+1",
        "1.",
        ".5",
        " 1",
        "1 ",
        "1\n",
        "NaN",
        "Infinity",
        "-",
        "1e",
        "0x10",
        "1_000",
        "1,5",
        "\u{feff}1",
        "\u{661}",
        "1 2",
        "1//",
        "--1",
        "true",
        "\"1\"",
    ] {
        if !value.is_empty() {
            all_refuse("number", value, ErrorKind::FilterFailed);
        }
    }
    all_give("trim|number", " 1\n", "1");
}

#[test]
fn an_empty_value_is_neither() {
    for filter in ["number", "json_value", "trim|json_value"] {
        let all = keyslot::Variables::new().with("A", "").unwrap();
        let document = json!([format!("<<A|{filter}>>")]);
        let error = all.resolve_json(&document).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FilterFailed, "{filter}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    all_give("json_value", &nested(120), &nested(120));
    for value in [
        "[1,]",
        "{\"a\":1,}",
        "[1] x",
        "[1][2]",
        "\u{feff}[1]",
        "{'a':1}",
        "// no\n[1]",
        "nul",
        "True",
        "\"open",
        "\"\\ud800\"",
        "\"line\nend\"",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"$serde_json::private::Number\":\"1\"}",
        "[{\"$__toml_private_datetime\":\"1979-05-27\"}]",
        "01",
        "NaN",
    ] {
        all_refuse("json_value", value, ErrorKind::FilterFailed);
    }
    all_refuse("json_value", &nested(129), ErrorKind::FilterFailed);
}

#[test]
fn a_document_is_nested_no_deeper_than_without() {
    // The string is in two of them.
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    all_give("json_value", &nested(126), &nested(126));
    for depth in [127, 128] {
        all_refuse("json_value", &nested(depth), ErrorKind::TooLarge);
    }
}

#[test]
fn a_number_that_would_be_changed_is_kept_or_refused() {
    for value in [
        "123456789012345678901234567890",
        "18446744073709551616",
        "0.1234567890123456789",
        "1e999",
        "-1e-999",
    ] {
        let refused = Err(ErrorKind::Unencodable);
        for filter in ["number", "json_value"] {
            let expected = [refused.clone(), Ok(value.to_owned()), refused.clone()];
            assert_eq!(kinds(filter, value), expected, "{value}");
            let inside = format!("{{\"n\":[{value}]}}");
            if filter == "json_value" {
                let expected = [refused.clone(), Ok(inside.clone()), refused.clone()];
                assert_eq!(kinds(filter, &inside), expected, "{value}");
            }
        }
    }
    let kept = kinds("number", "1.50");
    assert_eq!(
        kept,
        [
            Ok("1.5".to_owned()),
            Ok("1.50".to_owned()),
            Ok("1.5".to_owned())
        ]
    );
    assert_eq!(kinds("number", "-0")[1], Ok("-0".to_owned()));
    assert_eq!(kinds("number", "-0")[0], Ok("-0.0".to_owned()), "the sign");
}

#[test]
fn json_as_text_keeps_all_else_byte_for_byte() {
    let text = "{ \"port\" : \"<<P|number>>\",\t\"o\":\"<<O|json_value>>\", \"id\": 1.0e0 }\n";
    let all = secrets(&[("P", "5432"), ("O", "{\"k\" : \"}\"}")]);
    let resolved = all
        .resolve_for(&tool(), &JsonText::parse(text).unwrap())
        .unwrap();
    assert_eq!(
        resolved.expose_secret(),
        "{ \"port\" : 5432,\t\"o\":{\"k\" : \"}\"}, \"id\": 1.0e0 }\n"
    );
    let jsonc = JsonText::parse_jsonc("[ // <<P|number>>\n \"<<P|number>>\", ]").unwrap();
    let resolved = all.resolve_for(&tool(), &jsonc).unwrap();
    assert_eq!(resolved.expose_secret(), "[ // <<P|number>>\n 5432, ]");
}

#[derive(serde::Deserialize)]
struct Server {
    port: u16,
    none: Option<u8>,
}

#[test]
fn yaml_and_toml_get_what_it_is() {
    let all = secrets(&[
        ("DB", r#"{"port":5432,"tls":true,"ratio":0.25,"none":null}"#),
        ("PORT", "5432"),
    ]);
    let yaml: Tree = serde_saphyr::from_str(
        "port: <<PORT|number>>\ndb: <<DB|json_value>>\nquoted: \"<<PORT>>\"\n",
    )
    .unwrap();
    let resolved = all.resolve_for(&tool(), &yaml).unwrap();
    let written = serde_saphyr::to_string(resolved.expose_secret()).unwrap();
    let read: Value = serde_saphyr::from_str(&written).unwrap();
    assert_eq!(
        read,
        json!({
            "port": 5432,
            "db": {"port": 5432, "tls": true, "ratio": 0.25, "none": null},
            "quoted": "5432",
        })
    );

    let toml: Tree =
        toml::from_str("port = '<<PORT|number>>'\ntls = '<<DB|get:/tls|json_value>>'").unwrap();
    let resolved = all.resolve_for(&tool(), &toml).unwrap();
    let written = toml::to_string(resolved.expose_secret()).unwrap();
    assert_eq!(written, "port = 5432\ntls = true\n");
    // TOML has no null: it is refused, and not left out.
    let toml: Tree = toml::from_str("db = '<<DB|json_value>>'").unwrap();
    let resolved = all.resolve_for(&tool(), &toml).unwrap();
    assert!(toml::to_string(resolved.expose_secret()).is_err());

    let tree = Tree::of(&"<<DB|json_value>>").unwrap();
    let resolved = all.resolve_for(&tool(), &tree).unwrap();
    let server: Server = resolved.expose_secret().to().unwrap();
    assert_eq!((server.port, server.none), (5432, None));
    // The keys are part of a value, so an error shows none.
    let error = resolved
        .expose_secret()
        .to::<BTreeMap<String, u8>>()
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer()),
        (ErrorKind::InvalidDocument, None)
    );
}

/// The errors of a document, each with the text that its span marks.
fn refusal(engine: &Engine, document: &Value) -> (ErrorKind, Option<String>, String) {
    let error = engine.compile_document(document.clone()).unwrap_err();
    let pointer = error.pointer().unwrap();
    let marked = match document.pointer(pointer) {
        Some(Value::String(text)) => text[error.span().unwrap()].to_owned(),
        _ => pointer.rsplit('/').next().unwrap()[error.span().unwrap()].to_owned(),
    };
    for resolved in [
        engine
            .resolve(&secrets(&[("A", "1")]), &tool(), document)
            .map(drop),
        engine
            .check(&tool(), document, |_, _| panic!("nobody is asked"))
            .map(drop),
        engine.references(document).map(drop),
    ] {
        let other = resolved.unwrap_err();
        assert_eq!((other.kind(), other.span()), (error.kind(), error.span()));
    }
    (error.kind(), error.name().map(ToOwned::to_owned), marked)
}

#[test]
fn it_must_be_the_whole_string() {
    let named = |kind, text: &str| (kind, Some("A".to_owned()), text.to_owned());
    for filter in ["number", "json_value"] {
        let placeholder = format!("<<A|{filter}>>");
        assert!(
            Document::compile(json!([placeholder])).is_ok(),
            "the control"
        );
        for (before, after) in [
            (" ", ""),
            ("", " "),
            ("x", ""),
            ("", "\n"),
            ("<<B>>", ""),
            ("[", "]"),
        ] {
            let text = format!("{before}{placeholder}{after}");
            let got = refusal(&Engine::new(), &json!({"k": [text]}));
            assert_eq!(got, named(ErrorKind::Unencodable, &placeholder), "{text}");
        }
        let text = format!("<<!B>>{placeholder}");
        let got = refusal(&Engine::new(), &json!({"k": text}));
        assert_eq!(got, named(ErrorKind::Unencodable, &placeholder));
    }
    let twice = json!(["<<A|number>><<B|number>>", "<<A|number>>"]);
    assert_eq!(Document::compile(twice).unwrap_err().count(), 2);
}

#[test]
fn it_stands_in_no_key_and_on_no_surface() {
    let named = |text: &str| {
        (
            ErrorKind::Unencodable,
            Some("A".to_owned()),
            text.to_owned(),
        )
    };
    let keys = Engine::new().keys(true);
    let document = json!({"<<A|number>>": 1});
    assert_eq!(refusal(&keys, &document), named("<<A|number>>"));
    assert!(Document::compile(document).is_ok(), "keys are left alone");
    let value = json!({"<<K>>": "<<A|number>>"});
    let resolved = keys
        .resolve(&secrets(&[("A", "1"), ("K", "k")]), &tool(), &value)
        .unwrap();
    assert_eq!(*resolved.expose_secret(), json!({"k": 1}));

    for surface in crate::support::SURFACES {
        let engine = Engine::new().surfaces(Surfaces::new().at("/a", surface).unwrap());
        let document = json!({"a": "<<A|number>>", "b": "<<A|number>>"});
        if surface == Surface::Text {
            assert!(engine.compile_document(document).is_ok());
        } else {
            assert_eq!(
                refusal(&engine, &document),
                named("<<A|number>>"),
                "{surface:?}"
            );
        }
    }
    let mcp = Engine::new().surfaces(Surfaces::mcp());
    let document = json!({"mcpServers": {"a": {"env": {"PORT": "<<A|number>>"}}}});
    assert_eq!(refusal(&mcp, &document), named("<<A|number>>"));
}

#[test]
fn the_surface_of_the_target_counts_too() {
    let all = secrets(&[("A", "1")]);
    let document = Document::compile(json!({"a": ["<<$secret.A|number>>"]})).unwrap();
    for surface in crate::support::SURFACES {
        let target = tool().with_surface(surface);
        let checked = Engine::new().check(&target, &document, |references, _| {
            Ok(references.iter().map(|_| Ok(Permit::new())).collect())
        });
        let resolved = all.resolve_for(&target, &document).map(drop);
        for got in [checked.map(drop), resolved] {
            if surface == Surface::Text {
                assert!(got.is_ok());
                continue;
            }
            let error = got.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unencodable, "{surface:?}");
            assert_eq!((error.pointer(), error.span()), (Some("/a/0"), Some(0..20)));
        }
    }
}

#[test]
fn a_variable_as_json_names_no_host() {
    let variables = keyslot::Variables::new()
        .with("A", "\"https://a.example/\"")
        .unwrap();
    let target = tool().with_url("https://a.example/").unwrap();
    let target = target.with_surface(Surface::Url);
    let error = variables
        .resolve_for(&target, &json!(["<<A|json_value>>"]))
        .map(drop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unencodable);
    let plain = keyslot::Variables::new().with("A", "a.example").unwrap();
    let host = plain.resolve_for(&target, &json!(["https://<<A>>/"]));
    assert!(host.is_ok(), "the control");
}

#[test]
fn plain_texts_take_neither() {
    for filter in ["number", "json_value"] {
        let text = format!("<<$secret.A|{filter}>>");
        let all = secrets(&[("A", "1")]);
        for error in [
            Template::compile(text.as_str()).unwrap_err(),
            all.resolve(text.as_str()).unwrap_err(),
            Engine::new().render(&text, |_| Some("1")).unwrap_err(),
            Engine::new().render(&text, |_| None).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unencodable);
            assert_eq!(
                (error.name(), error.span()),
                (Some("A"), Some(0..text.len()))
            );
            assert_eq!(
                error.position(&text).map(|at| (at.line, at.column)),
                Some((1, 1))
            );
        }
        let plain = text.replace(&format!("|{filter}"), "");
        assert!(all.resolve(plain.as_str()).is_ok(), "the control");
    }
}

#[cfg(feature = "http")]
#[test]
fn headers_take_neither() {
    use keyslot::template::Headers;
    let error = Headers::compile([("X-Port", "<<A|number>>")]).unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer()),
        (ErrorKind::Unencodable, Some("/x-port"))
    );
    assert!(Headers::compile([("X-Port", "<<A>>")]).is_ok());
}

#[test]
fn it_is_the_last_filter_and_takes_no_argument() {
    let compile = |text: &str| Document::compile(json!([text])).map(drop);
    for chain in [
        "trim|number",
        "get:/a|number",
        "get:/a|json_value",
        "base64|json_value",
    ] {
        assert!(compile(&format!("<<A|{chain}>>")).is_ok(), "{chain}");
    }
    for (chain, kind, place) in [
        ("number|trim", ErrorKind::Syntax, 4..10),
        ("json_value|base64", ErrorKind::Syntax, 4..14),
        ("trim|number|json_value", ErrorKind::Syntax, 9..15),
        ("number|number", ErrorKind::Syntax, 4..10),
        ("number:1", ErrorKind::UnknownFilter, 4..12),
        ("json_value:/a", ErrorKind::UnknownFilter, 4..17),
    ] {
        let text = format!("<<A|{chain}>>");
        let error = compile(&text).unwrap_err();
        assert_eq!(
            (error.kind(), error.span()),
            (kind, Some(place.clone())),
            "{chain}"
        );
        let error = Template::compile(text.as_str()).unwrap_err();
        assert_eq!((error.kind(), error.span()), (kind, Some(place)), "{chain}");
    }
    let taken = Engine::new().filter("number", |_, _| Err("no"));
    assert_eq!(taken.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn all_syntaxes_with_filters_have_them() {
    for (syntax, text) in [
        (Syntax::mustache(), "{{PORT|number}}"),
        (Syntax::mustache(), "{{ $secret.PORT | number }}"),
        (Syntax::dollar(), "${PORT|number}"),
        (Syntax::vscode(), "${env:PORT|number}"),
    ] {
        let engine = Engine::new().syntax(syntax);
        let resolved = engine.resolve(&secrets(&[("PORT", "5432")]), &tool(), &json!([text]));
        assert_eq!(*resolved.unwrap().expose_secret(), json!([5432]), "{text}");
    }
}

#[test]
fn a_value_is_never_read_again() {
    let all = secrets(&[
        ("A", r#"["<<$secret.B>>","<<$secret.B|number>>"]"#),
        ("B", "1"),
    ]);
    let resolved = all
        .resolve_json(&json!(["<<A|json_value>>", "<<B>>"]))
        .unwrap();
    assert_eq!(
        *resolved.expose_secret(),
        json!([["<<$secret.B>>", "<<$secret.B|number>>"], "1"])
    );
}

#[test]
fn an_unknown_name_that_stays_is_text() {
    let target = tool().with_unknown_names(UnknownNames::Keep);
    let document = json!(["<<GONE|number>>", "<<A|number>>"]);
    let resolved = secrets(&[("A", "1")])
        .resolve_for(&target, &document)
        .unwrap();
    assert_eq!(*resolved.expose_secret(), json!(["<<GONE|number>>", 1]));
    let text = JsonText::parse(document.to_string()).unwrap();
    let resolved = secrets(&[("A", "1")]).resolve_for(&target, &text).unwrap();
    assert_eq!(resolved.expose_secret(), r#"["<<GONE|number>>",1]"#);
}

#[test]
fn all_failures_come_at_once() {
    let all = secrets(&[
        ("BAD", "x1"),
        ("LONG", "123456789012345678901234"),
        ("A", "1"),
    ]);
    let document = json!([
        "<<BAD|number>>",
        "<<LONG|number>>",
        "<<A|number>>",
        "<<NONE|number>>",
        "<<BAD|json_value>>"
    ]);
    let error = all.resolve_json(&document).unwrap_err();
    let told: Vec<_> = error
        .all()
        .map(|one| (one.kind(), one.pointer().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (ErrorKind::FilterFailed, "/0"),
            (ErrorKind::Unencodable, "/1"),
            (ErrorKind::NotFound, "/3"),
            (ErrorKind::FilterFailed, "/4"),
        ]
    );
}

#[test]
fn json_that_goes_in_is_bounded() {
    let list = format!("[{}1]", "1,".repeat(1_000));
    let all = secrets(&[("A", &list)]);
    let resolve = |template, output, count| {
        let limits = Limits::default().template(template).output(output);
        let document = json!(vec!["<<A|json_value>>"; count]);
        let resolved = Engine::new()
            .limits(limits)
            .resolve(&all, &tool(), &document);
        resolved.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(resolve(3 * list.len(), 1 << 20, 3), Ok(()));
    assert_eq!(
        resolve(3 * list.len() - 1, 1 << 20, 3),
        Err(ErrorKind::TooLarge)
    );
    assert_eq!(resolve(1 << 20, 2 * list.len(), 2), Ok(()));
    assert_eq!(
        resolve(1 << 20, 2 * list.len() - 1, 2),
        Err(ErrorKind::TooLarge)
    );
}

#[test]
fn a_model_may_ask_for_a_number_where_it_may_ask_for_the_name() {
    let all = secrets(&[("A", "5432")]);
    let target = tool();
    let grants = Grants::new().name_at("A", "/port").unwrap();
    let resolve = |engine: &Engine, target: &Target, args: Value, grants: &Grants| {
        let args = engine
            .resolve_model_args(&all, target, &args, grants)
            .unwrap();
        (args.expose_secret().clone(), args.attempts().len())
    };
    let plain = Engine::new();
    let got = resolve(&plain, &target, json!({"port": "<<A|number>>"}), &grants);
    assert_eq!(got, (json!({"port": 5432}), 0));
    // Everything else stays, and fails no call.
    for args in [
        json!({"other": "<<A|number>>"}),
        json!({"port": "<<A|json_value>>"}),
        json!({"port": "<<A|number>> "}),
        json!({"port": "<<A|number|trim>>"}),
        json!({"port": "<<B|number>>"}),
        json!({"port": ["<<A|number>>"]}),
    ] {
        assert_eq!(
            resolve(&plain, &target, args.clone(), &grants),
            (args.clone(), 1),
            "{args}"
        );
    }
    let everywhere = Grants::new().name("A").unwrap();
    let args = json!({"port": "<<A|number>>"});
    for surface in [Surface::Url, Surface::Json, Surface::Header] {
        let on = target.clone().with_surface(surface);
        assert_eq!(
            resolve(&plain, &on, args.clone(), &everywhere),
            (args.clone(), 1)
        );
        let engine = Engine::new().surfaces(Surfaces::new().at("/port", surface).unwrap());
        assert_eq!(
            resolve(&engine, &target, args.clone(), &everywhere),
            (args.clone(), 1)
        );
    }
    let text = plain
        .resolve_model_args(&all, &target, "<<A|number>>", &everywhere)
        .unwrap();
    assert_eq!(
        (text.expose_secret().as_ref(), text.attempts().len()),
        ("<<A|number>>", 1)
    );
    // An attempt is no failure under strict grants either, but a name at another place is.
    let strict = grants.clone().strict();
    assert_eq!(
        resolve(&plain, &target, json!({"port": "x<<A|number>>"}), &strict).1,
        1
    );
    let error = plain
        .resolve_model_args(&all, &target, &json!({"other": "<<A|number>>"}), &strict)
        .map(drop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn the_redactor_knows_what_went_in() {
    let all = secrets(&[
        ("NUMBER", "918273645546.50"),
        (
            "OBJECT",
            "{\"user\":\"ada\",\"deep\":[{\"key\":\"p\\u0061ss-of-ada\"},5647382910]}",
        ),
        ("STRING", "\"quoted-t\\u006fken\""),
        ("TRUE", "true"),
        ("SHORT", "5432"),
    ]);
    let document = json!({
        "n": "<<NUMBER|number>>", "o": "<<OBJECT|json_value>>", "s": "<<STRING|json_value>>",
        "t": "<<TRUE|json_value>>", "p": "<<SHORT|number>>",
    });
    let resolved = all.resolve_json(&document).unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    for (text, expected) in [
        ("is 918273645546.50", "is <<$secret.NUMBER>>"),
        ("is 918273645546.5 here", "is <<$secret.NUMBER>> here"),
        ("is pass-of-ada", "is <<$secret.OBJECT>>"),
        ("is 5647382910 here", "is <<$secret.OBJECT>> here"),
        ("is quoted-token", "is <<$secret.STRING>>"),
        ("is true", "is true"),
        ("is 5432", "is 5432"),
    ] {
        assert_eq!(redactor.redact(text), expected);
    }
    let skipped: Vec<(String, SkipReason)> = redactor
        .skipped()
        .iter()
        .map(|one| (one.reference.name().to_string(), one.reason))
        .collect();
    for name in ["TRUE", "SHORT"] {
        let is_told = |(other, _): &(String, SkipReason)| other == name;
        assert!(skipped.iter().any(is_told), "{name}: {skipped:?}");
    }
    // The document itself, as a tool may return it.
    let mut returned = resolved.expose_secret().clone();
    redactor.redact_json(&mut returned);
    assert_eq!(
        returned,
        json!({
            "n": "<<$secret.NUMBER>>",
            "o": {"user": "ada", "deep": [{"key": "<<$secret.OBJECT>>"}, "<<$secret.OBJECT>>"]},
            "s": "<<$secret.STRING>>", "t": true, "p": 5432,
        })
    );
}

#[test]
fn a_float_is_found_as_each_document_writes_it() {
    let digits = |text: &str| text.replace('.', "").contains("56473829");
    let assert_gone = |text: &str| assert!(!digits(text), "{text}");
    for value in [
        "5647382910.0",
        "-5647382910e1",
        "5.647382910e-5",
        "5647382910e11",
        "5.647382910e-9",
        "5.647382910e40",
    ] {
        let all = secrets(&[("A", value), ("O", &format!("{{\"k\":[{value}]}}"))]);
        for document in [json!(["<<A|number>>"]), json!(["<<O|json_value>>"])] {
            let resolved = all.resolve_json(&document).unwrap();
            let redactor = Redactor::of(&resolved).unwrap();
            let mut returned = resolved.expose_secret().clone();
            redactor.redact_json(&mut returned);
            assert_gone(&returned.to_string());
            let written = resolved.expose_secret().to_string();
            assert!(digits(&written), "the control: {written}");
            let redacted = redactor.redact(&written);
            assert_gone(&redacted);

            let tree = Tree::of(&document).unwrap();
            let resolved = all.resolve_for(&tool(), &tree).unwrap();
            let redactor = Redactor::of(&resolved).unwrap();
            let mut returned = Tree::of(resolved.expose_secret()).unwrap();
            redactor.redact_tree(&mut returned);
            assert_gone(&serde_json::to_string(&returned).unwrap());
        }
    }
}

#[test]
fn a_float_is_found_as_other_languages_write_it() {
    for (value, writings) in [
        (
            "5647382910.0",
            ["5647382910.0", "5647382910", "5647382910.0"],
        ),
        (
            "5.647382910e-6",
            ["5.64738291e-6", "0.00000564738291", "5.64738291e-06"],
        ),
        (
            "5.647382910e20",
            ["5.64738291e20", "564738291000000000000", "5.64738291e+20"],
        ),
        (
            "-5.647382910e-7",
            ["-5.64738291e-7", "-5.64738291e-7", "-5.64738291e-07"],
        ),
    ] {
        let resolved = secrets(&[("A", value)])
            .resolve_json(&json!(["<<$secret.A|number>>"]))
            .unwrap();
        let redactor = Redactor::of(&resolved).unwrap();
        for written in writings {
            let got = redactor.redact(written);
            assert_eq!(got, "<<$secret.A>>", "{value} as {written}");
        }
    }
}

#[test]
fn references_are_those_without_the_filter() {
    let document =
        Document::compile(json!(["<<$secret.A@2|number>>", "<<B|json_value>>"])).unwrap();
    let names: Vec<String> = document
        .references()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["<<$secret.A@2>>", "<<B>>"]);
    assert!(document.lints().is_empty());
    let near = Document::compile(json!(["<<A|Number>>"])).unwrap();
    assert_eq!(near.lints().len(), 1);
    let judge = |references: &[Reference], target: &Target| {
        assert_eq!(target.surface(), Surface::Text);
        Ok(references.iter().map(|_| Ok(Permit::new())).collect())
    };
    assert!(Engine::new().check(&tool(), &document, judge).is_ok());
}
