//! Bad templates and values, each by its number in the catalogue of bad input. Controls stand
//! beside what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::cell::Cell;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Limits};
use keyslot::{
    Error, ErrorKind, Found, Outcomes, Reference, ResolveExt, Resolver, Result, Surface, Target,
    Template, Variables,
};

/// Answers every reference with the same value and counts how often it is asked.
struct Always<'v> {
    value: &'v str,
    calls: Cell<usize>,
    asked: Cell<usize>,
}

impl<'v> Always<'v> {
    fn new(value: &'v str) -> Self {
        Self {
            value,
            calls: Cell::new(0),
            asked: Cell::new(0),
        }
    }
}

impl Resolver for Always<'_> {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        self.calls.set(self.calls.get() + 1);
        self.asked.set(self.asked.get() + references.len());
        Ok(references
            .iter()
            .map(|reference| Ok(Found::new(reference.name().clone(), self.value)))
            .collect())
    }
}

#[track_caller]
fn out(text: &str, value: &str) -> String {
    Always::new(value)
        .resolve(text)
        .unwrap()
        .expose_secret()
        .to_string()
}

#[track_caller]
fn on(surface: Surface, text: &str, value: &str) -> Result<String> {
    let resolved =
        Always::new(value).resolve_for(&Target::tool("test").with_surface(surface), text)?;
    Ok(resolved.expose_secret().to_string())
}

#[track_caller]
fn literal(text: &str) {
    let resolver = Always::new("VALUE");
    assert_eq!(resolver.resolve(text).unwrap().expose_secret(), text);
    assert_eq!(
        resolver.calls.get(),
        0,
        "text without placeholders asks nobody"
    );
}

/// The error of a text, whose span must slice it and whose words must not repeat it.
#[track_caller]
fn refused(text: &str, kind: ErrorKind) -> Error {
    let error = Always::new("VALUE").resolve(text).unwrap_err();
    assert_eq!(error.kind(), kind, "{text:?}: {error}");
    assert!(
        text.get(error.span().unwrap())
            .is_some_and(|slice| !slice.is_empty()),
        "{text:?}"
    );
    error
}

#[test]
fn bad_input_40_value_that_is_a_placeholder() {
    let nested = format!(
        "{}<<$secret.SELF>>{}",
        "<<$secret.".repeat(10_000),
        ">>".repeat(10_000)
    );
    for value in [
        "<<$secret.SELF>>",
        "<<$secret.OTHER>>",
        "<<SELF>>",
        "<<!SELF>>",
        nested.as_str(),
    ] {
        assert_eq!(out("[<<$secret.SELF>>]", value), format!("[{value}]"));
    }
}

#[test]
fn bad_input_41_value_of_other_template_engines() {
    for value in [
        "{{7*7}}",
        "${jndi:ldap://x}",
        "{% raw %}",
        "$(id)",
        "`id`",
        "<%= 1 %>",
        "#{1}",
        "%s%n",
        "\\u003c",
    ] {
        assert_eq!(out("[<<A>>]", value), format!("[{value}]"));
    }
}

#[test]
fn bad_input_42_header_injection() {
    let value = "a\r\nX-Admin: 1";
    assert_eq!(
        on(Surface::Header, "X: <<A>>", value).unwrap_err().kind(),
        ErrorKind::Unencodable
    );
    assert_eq!(
        on(Surface::Json, "{\"k\":\"<<A>>\"}", value).unwrap(),
        r#"{"k":"a\r\nX-Admin: 1"}"#
    );
    assert_eq!(
        on(Surface::Header, "X: <<A>>", "a X-Admin: 1").unwrap(),
        "X: a X-Admin: 1"
    );
}

#[cfg(feature = "json")]
#[test]
fn bad_input_43_value_that_would_change_a_document() {
    let value = r#"","admin":true,"x":""#;
    let resolved = Always::new(value)
        .resolve_json(&serde_json::json!({"a": "<<A>>", "b": 1}))
        .unwrap();
    let written = serde_json::to_string(resolved.expose_secret()).unwrap();
    let read: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(read, serde_json::json!({"a": value, "b": 1}));
}

#[test]
fn bad_input_61_empty_and_unfinished() {
    for text in ["<<", "<<>>", "<< >>", "<<\t>>"] {
        literal(text);
    }
    for text in [
        "<<$secret.>>",
        "<<$secret.A",
        "<<$other.A>>",
        "<<$secret.A\n>>",
        "<<$secret.\nA>>",
        "<<$secret\n.A>>",
    ] {
        let error = refused(text, ErrorKind::Syntax);
        assert_eq!(error.span().unwrap().start, 0, "{text:?}");
    }
    assert_eq!(out("<<$secret.A>>", "v"), "v");
}

#[test]
fn bad_input_62_one_bracket_more() {
    assert_eq!(out("<<$secret.A>>>", "v"), "v>");
    assert_eq!(out("<<<$secret.A>>", "v"), "<v");
    assert_eq!(out("<<!$secret.A>>", "v"), "<<$secret.A>>");
}

#[test]
fn bad_input_63_nested() {
    let error = refused("<<$secret.<<$secret.A>>>>", ErrorKind::Syntax);
    assert!(
        error
            .to_string()
            .contains("may not hold another placeholder"),
        "{error}"
    );
}

#[test]
fn bad_input_64_spaces_around() {
    assert_eq!(
        out("<< $secret.A >><<\t$secret.A\t>><<   $secret.A>>", "v"),
        "vvv"
    );
}

#[test]
fn bad_input_65_other_notations_and_filters() {
    refused("<<$SECRET.A>>", ErrorKind::Syntax);
    refused("<<$secret[A]>>", ErrorKind::Syntax);
    refused("<<$secret.A|upper>>", ErrorKind::UnknownFilter);
    refused("<<A|upper>>", ErrorKind::UnknownFilter);
}

#[test]
fn bad_input_66_other_namespaces() {
    for text in [
        "<<$env.HOME>>",
        "<<$cmd.id>>",
        "<<$file.etc.passwd>>",
        "<<$vault.A >>",
    ] {
        refused(text, ErrorKind::Syntax);
    }
    // By the grammar a namespace has no slash: this is text, never a file, and a lint.
    literal("<<$file./etc/passwd>>");
    assert_eq!(
        Template::compile("<<$file./etc/passwd>>")
            .unwrap()
            .lints()
            .len(),
        1
    );
}

#[test]
fn bad_input_67_unknown_names() {
    let variables = Variables::new().with("KNOWN", "v").unwrap();
    assert_eq!(
        variables.resolve("<<NOPE>>").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let text = (0..500)
        .map(|number| format!("<<NOPE_{number}>>"))
        .collect::<Vec<_>>()
        .join(" ");
    let error = variables.resolve(&text).unwrap_err();
    assert_eq!((error.count(), error.all().count()), (500, Error::LISTED));
    assert!(
        error.to_string().ends_with("and 499 more failures"),
        "{error}"
    );
    assert_eq!(variables.resolve("<<KNOWN>>").unwrap().expose_secret(), "v");
}

#[test]
fn bad_input_68_many_placeholders() {
    let resolver = Always::new("v");
    let text = "<<$secret.A>>".repeat(10_000);
    assert_eq!(
        resolver.resolve(&text).unwrap().expose_secret(),
        &"v".repeat(10_000)
    );
    assert_eq!(
        (resolver.calls.get(), resolver.asked.get()),
        (1, 1),
        "one look-up of one reference"
    );

    let error = resolver
        .resolve(&"<<$secret.A>>".repeat(10_001))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(resolver.calls.get(), 1, "nobody is asked in vain");
}

#[test]
fn bad_input_69_output_bomb() {
    let value = "v".repeat(64 << 10);
    let error = Always::new(&value)
        .resolve(&"<<A>>".repeat(1_025))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    // A filter that doubles, forty times over, is stopped on the way.
    let doubled = format!("<<A{}>>", "|hex".repeat(40));
    assert_eq!(
        Always::new("v").resolve(&doubled).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(out(&format!("<<A{}>>", "|hex".repeat(10)), "v").len(), 1024);

    let engine = Engine::new().limits(Limits::default().output(10));
    let target = Target::unspecified();
    assert_eq!(
        engine
            .resolve(&Always::new("12345"), &target, "<<A>><<A>>")
            .unwrap()
            .expose_secret(),
        "1234512345"
    );
    let error = engine
        .resolve(&Always::new("12345"), &target, "<<A>><<A>>.")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn bad_input_70_template_over_the_limit() {
    let text = "x".repeat(16 << 20);
    assert_eq!(
        Always::new("v")
            .resolve(&text)
            .unwrap()
            .expose_secret()
            .len(),
        16 << 20
    );
    assert_eq!(
        Always::new("v")
            .resolve(&(text.clone() + "x"))
            .unwrap_err()
            .kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(
        Template::compile(text + "x").unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn bad_input_71_texts_made_to_take_long() {
    const MANY: usize = 1_000_000;
    literal(&"<".repeat(10 * MANY));
    for piece in ["<<", "{{", ">>"] {
        literal(&piece.repeat(MANY));
    }
    for piece in [
        "<<A",
        "<<A|",
        "<<!",
        "<< ",
        "<<A ",
        "!",
        "<<$",
        "<<A|get:/",
        "<<A@1",
        "<>",
    ] {
        literal(&piece.repeat(MANY / 5));
    }
    literal(&format!("<<{}", "!".repeat(MANY)));
    literal(&format!("<<{}A", " ".repeat(MANY)));
    literal(&format!("<<A{}", " |trim".repeat(MANY)));
    literal(&format!("{}A >>", "<<".repeat(MANY)));
    assert_eq!(
        out(&format!("{}A>>", "<<".repeat(MANY)), "v").len(),
        2 * MANY - 1
    );
    assert_eq!(out(&"<<!A>>".repeat(MANY / 5), "v").len(), MANY);

    for piece in ["<<$secret.", "<<$secret.A ", "<<$secret.A|", "<<$env.A>>"] {
        let error = Always::new("v")
            .resolve(&piece.repeat(MANY / 5))
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.count()),
            (ErrorKind::Syntax, MANY / 5),
            "{piece}"
        );
    }
}

#[test]
fn bad_input_71_lints_of_texts_made_to_take_long() {
    const MANY: usize = 50_000;
    for piece in [
        "<<",
        "<",
        "<<A",
        "<<A ",
        "<<!",
        "<<A >>",
        "<$secret.A>",
        "<$secret.",
        "<$secret.A",
        "<<A|B>>",
    ] {
        let template = Template::compile(piece.repeat(MANY)).unwrap();
        assert!(template.lints().len() <= keyslot::Lint::LISTED, "{piece}");
    }
    assert_eq!(
        Template::compile("<<A >>".repeat(101))
            .unwrap()
            .lints()
            .len(),
        100
    );
}

#[test]
fn bad_input_72_unusual_bytes_are_kept() {
    for odd in [
        "\u{feff}",
        "\0",
        "\r\n",
        "\u{2028}",
        "e\u{301}",
        "\u{202e}",
        "\u{10ffff}",
        "\u{fffd}",
    ] {
        assert_eq!(
            out(&format!("{odd}<<A>>{odd}"), "v"),
            format!("{odd}v{odd}")
        );
    }
}

#[test]
fn bad_input_73_lookalike_marks() {
    literal("＜＜A＞＞ «A» ‹‹A›› ≪A≫ \u{ff1c}<A>\u{ff1e} &lt;&lt;A&gt;&gt; %3C%3CA%3E%3E");
}

#[test]
fn bad_input_74_placeholder_from_another_engine() {
    assert_eq!(
        out("{{data.x}} <<A>>", "<<$secret.A>>"),
        "{{data.x}} <<$secret.A>>"
    );
    // What came out is data: to resolve it again would be another call, by somebody who decides to.
    literal("{{data.x}}");
}

#[cfg(feature = "json")]
#[test]
fn bad_input_75_objects_that_look_like_references() {
    let data = serde_json::json!({
        "lc": 1, "type": "secret", "id": ["A"], "__class__": "x", "$secret": {"A": "B"},
    });
    let resolver = Always::new("v");
    assert_eq!(*resolver.resolve_json(&data).unwrap().expose_secret(), data);
    assert_eq!(resolver.calls.get(), 0);
}

#[test]
fn bad_input_76_no_sentinel() {
    let template = "\0<<A>>\u{1}<<B>>\u{fffd}x{0}";
    assert_eq!(out(template, "\0\u{1}\u{fffd}{0}x"), {
        "\0\0\u{1}\u{fffd}{0}x\u{1}\0\u{1}\u{fffd}{0}x\u{fffd}x{0}"
    });
    // The letter that stands for a value while the parts of a URL are found is no sentinel either.
    assert_eq!(
        on(Surface::Url, "https://x/x<<A>>x?x", "x").unwrap(),
        "https://x/xxx?x"
    );
}

#[cfg(feature = "json")]
#[test]
fn bad_input_77_placeholder_in_a_key() {
    let document = serde_json::json!({"<<$secret.A>>": "<<$secret.A>>", "<<$secret.": 1});
    let resolved = Always::new("v").resolve_json(&document).unwrap();
    assert_eq!(
        *resolved.expose_secret(),
        serde_json::json!({"<<$secret.A>>": "v", "<<$secret.": 1})
    );
}

#[cfg(feature = "json")]
mod documents {
    use super::*;
    use keyslot::Document;
    use serde_json::Value;

    #[track_caller]
    fn invalid(text: &str) -> Error {
        let error = Document::parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument, "{error}");
        assert!(error.position(text).is_some());
        error
    }

    fn nested(depth: usize) -> String {
        format!("{}\"<<A>>\"{}", "[".repeat(depth), "]".repeat(depth))
    }

    fn nested_value(depth: usize) -> Value {
        (0..depth).fold(Value::from("<<A>>"), |inner, level| {
            // Not by `json!`, which copies what it is given.
            if level % 2 == 0 {
                Value::Array(vec![inner])
            } else {
                Value::Object([("k".to_owned(), inner)].into_iter().collect())
            }
        })
    }

    #[test]
    fn bad_input_78_duplicate_keys() {
        let error = invalid("{\"a\": {\n  \"topsecret\": 1, \"topsecret\": 2}}");
        assert!(!error.to_string().contains("topsecret"));
        assert_eq!(
            error
                .position("{\"a\": {\n  \"topsecret\": 1, \"topsecret\": 2}}")
                .unwrap()
                .line,
            2
        );
        invalid(r#"{"a": 1, "\u0061": 2}"#);
        assert!(Document::parse(r#"{"a": {"a": 1}, "b": {"a": 2}}"#).is_ok());
    }

    #[test]
    fn bad_input_78_depth() {
        for depth in [129, 100_000] {
            assert!(invalid(&nested(depth)).to_string().contains("too deep"));
            invalid(&"{\"k\":".repeat(depth));
        }
        let document = Document::parse(&nested(128)).unwrap();
        assert_eq!(document.references().len(), 1);
        assert!(
            Always::new("v")
                .resolve_for(&Target::tool("t"), &document)
                .is_ok()
        );
    }

    #[test]
    fn bad_input_78_depth_of_a_value_made_by_code() {
        assert!(Document::compile(nested_value(128)).is_ok());
        assert!(Always::new("v").resolve_json(&nested_value(128)).is_ok());
        assert_eq!(
            Always::new("v")
                .resolve_json(&nested_value(129))
                .unwrap_err()
                .kind(),
            ErrorKind::TooLarge
        );
        // Dropping this one level after the other would overflow the stack.
        assert_eq!(
            Document::compile(nested_value(200_000)).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
    }

    #[test]
    fn bad_input_78_numbers_and_surrogates() {
        invalid("[1e400]");
        invalid("[-1e400]");
        invalid(r#"["\ud800"]"#);
        invalid(r#"["\udc00"]"#);
        invalid(r#"["\ud800\u0041"]"#);
        assert!(Document::parse(r#"[1e308, -0.0, "\ud83d\ude00"]"#).is_ok());
        let many = format!("[{}1]", "1,".repeat(1_000_000));
        assert!(
            Document::parse(&many).is_ok(),
            "many numbers are within the limit of bytes"
        );
        let more = format!("[{}1]", "1,".repeat(8 << 20));
        assert_eq!(
            Document::parse(&more).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
    }

    #[test]
    fn bad_input_78_limits_hold_for_all_strings_together() {
        let document = Value::from(vec!["<<A>>"; 10_001]);
        let resolver = Always::new("v");
        assert_eq!(
            resolver.resolve_json(&document).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
        let document = Value::from(vec!["<<A>>"; 10_000]);
        assert!(resolver.resolve_json(&document).is_ok());
        assert_eq!(
            (resolver.calls.get(), resolver.asked.get()),
            (1, 1),
            "one look-up for the whole document"
        );

        let engine = Engine::new().limits(Limits::default().output(10));
        let target = Target::unspecified();
        let resolve = |value: &Value| {
            engine
                .resolve(&Always::new("12345"), &target, value)
                .map(drop)
        };
        assert!(resolve(&Value::from(vec!["<<A>>", "<<A>>"])).is_ok());
        assert_eq!(
            resolve(&Value::from(vec!["<<A>>", ".", "<<A>>"]))
                .unwrap_err()
                .kind(),
            ErrorKind::TooLarge
        );
    }

    #[test]
    fn bad_input_78_long_keys_above_many_failures() {
        // A pointer for each of the strings would be 10,000 times this key.
        let key = "k".repeat(1 << 20);
        let document = serde_json::json!({ key: vec!["<<NOPE>>"; 10_000] });
        let error = Variables::new().resolve_json(&document).unwrap_err();
        assert_eq!(
            (error.count(), error.all().count()),
            (10_000, Error::LISTED)
        );
    }

    #[test]
    fn bad_input_79_no_aliases() {
        // Nothing here reads YAML; in JSON its marks are text.
        let document = serde_json::json!(["&a [*a,*a]", "<<: *a"]);
        assert_eq!(
            *Always::new("v")
                .resolve_json(&document)
                .unwrap()
                .expose_secret(),
            document
        );
        invalid("a: &a [x]\nb: *a");
    }
}

#[test]
fn bad_input_80_places_that_choose_the_host() {
    for text in [
        "https://<<A>>/",
        "https://a.<<A>>/",
        "https://a.example:<<A>>/",
        "<<A>>",
        "<<A>>/x",
        "//<<A>>/",
    ] {
        let error = on(Surface::Url, text, "evil.example").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unencodable, "{text}");
        assert!(!error.to_string().contains("evil"), "{error}");
    }
    assert_eq!(
        on(Surface::Header, "Host: <<A>>", "evil.example")
            .unwrap_err()
            .kind(),
        ErrorKind::Unencodable
    );
    // A redirect target is a query value: it stays one.
    let redirect = on(
        Surface::Url,
        "https://a.example/?next=<<A>>",
        "https://evil.example/?a&b",
    )
    .unwrap();
    assert_eq!(
        redirect,
        "https://a.example/?next=https%3A%2F%2Fevil.example%2F%3Fa%26b"
    );
}
