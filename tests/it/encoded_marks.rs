//! Marks that are written in another way: linted and listed by `check`, never resolved, and never
//! the failure of a call.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{BareNames, Engine, Escape, Lint, LintKind, Syntax, Tree};
use keyslot::{Target, Variables};

/// A way to write a character.
type Way = fn(char) -> String;

const WAYS: [(&str, Way); 12] = [
    ("percent, capitals", |c| format!("%{:02X}", u32::from(c))),
    ("percent, small letters", |c| {
        format!("%{:02x}", u32::from(c))
    }),
    ("percent, twice", |c| format!("%25{:02X}", u32::from(c))),
    ("HTML, decimal", |c| format!("&#{};", u32::from(c))),
    ("HTML, hexadecimal", |c| format!("&#x{:x};", u32::from(c))),
    ("HTML, twice", |c| format!("&amp;#{};", u32::from(c))),
    ("JSON", |c| format!("\\u{:04x}", u32::from(c))),
    ("JSON, capitals", |c| format!("\\u{:04X}", u32::from(c))),
    ("braces", |c| format!("\\u{{{:x}}}", u32::from(c))),
    ("hexadecimal", |c| format!("\\x{:02x}", u32::from(c))),
    ("full width", |c| {
        char::from_u32(u32::from(c) + 0xfee0).unwrap().to_string()
    }),
    ("zero width", |c| format!("{c}\u{200b}")),
];

/// Each syntax with marks, and placeholders in it.
fn syntaxes() -> Vec<(Syntax, Vec<&'static str>)> {
    let actions = Syntax::builder("${{", "}}").secret_prefix("secrets.");
    let shell = Syntax::builder("${", "}")
        .bare(BareNames::Identifier)
        .escape(Escape::Before('$'));
    let signs = Syntax::builder("@@", "@@").secret_prefix("secret:");
    vec![
        (
            Syntax::angle(),
            vec!["<<$secret.K>>", "<<K>>", "<< K|base64 >>"],
        ),
        (Syntax::mustache(), vec!["{{$secret.K}}", "{{K}}"]),
        (Syntax::julep(), vec!["{secrets.K}", "{{secrets.K}}"]),
        (Syntax::uri(), vec!["secret://K"]),
        (Syntax::dollar_names(), vec!["${K}", "$K"]),
        (Syntax::vscode(), vec!["${env:K}", "${input:K}"]),
        (Syntax::github(), vec!["${{ secrets.K }}", "${{vars.K}}"]),
        (actions.build().unwrap(), vec!["${{ secrets.K }}"]),
        (shell.build().unwrap(), vec!["${K}"]),
        (signs.build().unwrap(), vec!["@@secret:K@@"]),
    ]
}

/// Writes all characters of a placeholder but letters, digits and spaces in a way.
fn write(placeholder: &str, way: Way) -> String {
    let write = |c: char| {
        if c.is_ascii_alphanumeric() || c == ' ' {
            c.to_string()
        } else {
            way(c)
        }
    };
    placeholder.chars().map(write).collect()
}

fn encoded(lints: &[Lint]) -> Vec<std::ops::Range<usize>> {
    lints
        .iter()
        .filter(|lint| lint.kind() == LintKind::Encoded)
        .map(Lint::span)
        .collect()
}

#[test]
fn every_way_to_write_the_marks_of_every_syntax_is_linted() {
    let nobody = Variables::new();
    let target = Target::tool("test");
    for (syntax, placeholders) in syntaxes() {
        let engine = Engine::new().syntax(syntax);
        for (way, write_one) in WAYS {
            for placeholder in &placeholders {
                let other = write(placeholder, write_one);
                // `secret://` stands alone or is no reference.
                let around = if placeholder.starts_with("secret:") {
                    ("", "")
                } else {
                    ("é & 100% ", " \\ end")
                };
                let text = format!("{}{other}{}", around.0, around.1);
                let resolved = engine.resolve(&nobody, &target, text.as_str()).unwrap();
                assert_eq!(*resolved.expose_secret(), text, "{way}");
                let lints = engine.check(&target, text.as_str(), |_, _| panic!("a reference"));
                let lints = lints.unwrap();
                let spans = encoded(&lints);
                assert_eq!(
                    spans.len(),
                    1,
                    "{way} of {placeholder}: {lints:?} in {text}"
                );
                // An invisible character at the end belongs to the text behind it.
                let span = spans[0].start..spans[0].end.max(around.0.len() + other.len());
                assert_eq!(text.get(span), Some(&*other), "{way} of {placeholder}");
                assert_eq!(
                    encoded(engine.compile(text.as_str()).unwrap().lints()),
                    spans
                );
            }
        }
        // The control: as it is written, it is a reference and no lint.
        for placeholder in placeholders {
            let template = engine.compile(placeholder).unwrap();
            assert_eq!(template.references().len(), 1, "{placeholder}");
            assert!(encoded(template.lints()).is_empty(), "{placeholder}");
        }
    }
}

#[test]
fn a_config_that_was_typed_with_a_url_is_linted() {
    // As `url::Url` writes `https://h.example/mcp/<<K>>?key=<<$secret.K>>`.
    let url = "https://h.example/mcp/%3C%3CK%3E%3E?key=%3C%3C$secret.K%3E%3E";
    let server = Tree::of(&BTreeMap::from([("url", url)])).unwrap();
    let engine = Engine::new();
    let variables = Variables::new().with("K", "value").unwrap();
    let target = Target::tool("mcp");
    let resolved = engine.resolve(&variables, &target, &server).unwrap();
    assert_eq!(*resolved.expose_secret(), server, "it goes out as it is");
    let lints = engine.check(&target, &server, |_, _| Ok(vec![])).unwrap();
    let told: Vec<_> = lints
        .iter()
        .map(|lint| (lint.kind(), lint.pointer(), &url[lint.span()]))
        .collect();
    assert_eq!(
        told,
        [
            (LintKind::Encoded, Some("/url"), "%3C%3CK%3E%3E"),
            (LintKind::Encoded, Some("/url"), "%3C%3C$secret.K%3E%3E"),
        ]
    );
    let message = lints[0].to_string();
    assert!(message.contains("resolve first"), "{message}");
}

#[test]
fn intents_mixed_marks_and_named_characters_are_linted_too() {
    for (text, other) in [
        ("&lt;&lt;$secret.K&gt;&gt;", "&lt;&lt;$secret.K&gt;&gt;"),
        ("a &lt;<K>&GT; b", "&lt;<K>&GT;"),
        ("%3c<K>%3e", "%3c<K>%3e"),
        ("<<$sec\u{ad}ret.K>>", "<<$sec\u{ad}ret.K>>"),
        ("<\u{200d}<K>\u{feff}>", "<\u{200d}<K>\u{feff}>"),
        ("<<\u{a0}K\u{a0}>>", "<<\u{a0}K\u{a0}>>"),
        ("%3C%3C+K+%3E%3E", "%3C%3C+K+%3E%3E"),
        ("«$secret.K»", "«$secret.K»"),
        ("%3C%3C$secret.", "%3C%3C$secret."),
        ("%3C%3C$env.HOME%3E%3E", "%3C%3C$env.HOME%3E%3E"),
        ("%3C%3C$Secret.K%3E%3E", "%3C%3C$Secret.K%3E%3E"),
    ] {
        let template = Engine::new().compile(text).unwrap();
        let lints = template.lints();
        assert_eq!(lints.len(), 1, "{text}: {lints:?}");
        assert_eq!(lints[0].kind(), LintKind::Encoded, "{text}");
        assert_eq!(&text[lints[0].span()], other);
        assert_eq!(template.render(&[]).unwrap(), text);
    }
}

#[test]
fn text_that_is_only_encoded_is_not_linted() {
    for text in [
        "100% of 50%25 &amp; more \\ \\n \\u0041 é ü \u{200b} 日本",
        "std::cout &lt;&lt; name &lt;&lt; end; a &lt; b &gt; c",
        "%3C%3C!K%3E%3E is an escape",
        "«Bonjour» «A»",
        "https://h.example/%3Ca%20href%3E?q=%7B%7D",
        "<<!K>> %41",
    ] {
        let template = Engine::new().compile(text).unwrap();
        assert!(
            template.lints().is_empty(),
            "{text}: {:?}",
            template.lints()
        );
    }
    // Values are put in as ever between encoded characters, and these belong to no placeholder.
    let template = Engine::new()
        .compile("&lt;<<K>>&gt; %3C<<K|base64>>%3E")
        .unwrap();
    assert_eq!(
        (template.references().len(), template.lints().len()),
        (1, 0),
        "{:?}",
        template.lints()
    );
}

#[test]
fn lints_of_encoded_marks_are_bounded_and_in_order() {
    let text = "<<A>> %3C%3CA%3E%3E <<A >> ".repeat(200);
    let template = Engine::new().compile(text.as_str()).unwrap();
    let lints = template.lints();
    assert_eq!(lints.len(), Lint::LISTED);
    let kinds: Vec<_> = lints.iter().take(4).map(Lint::kind).collect();
    let (encoded, spaced) = (LintKind::Encoded, LintKind::OneSidedSpace);
    assert_eq!(kinds, [encoded, spaced, encoded, spaced]);
    assert!(
        lints
            .windows(2)
            .all(|two| two[0].span().end <= two[1].span().start)
    );
    // Ones that never end, which a search from each would look through again and again.
    for piece in [
        "%3C", "%25", "&amp;", "&lt;", "\\", "\\u003c", "%3C%3C!", "\u{ff1c}", "\u{200b}",
    ] {
        let text = piece.repeat(100_000);
        assert!(
            Engine::new().compile(text).unwrap().lints().is_empty(),
            "{piece}"
        );
    }
}
