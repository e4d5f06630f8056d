//! Any marks and rules as a syntax: either they are refused, or placeholders in them work and text
//! stays text.
#![no_main]

use std::sync::LazyLock;

use keyslot::template::{BareNames, Engine, Escape, Syntax};
use keyslot::{Error, ErrorKind, ReferenceKind, SecretName};
use keyslot_fuzz::answers::Answers;
use keyslot_fuzz::known::{self, COMMON, Known};
use keyslot_fuzz::rules::Rules;
use keyslot_fuzz::{checks, diff, input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&select, data)) = data.split_first() else {
        return;
    };
    let raw: Vec<_> = input::parts(data).collect();
    let parts: Vec<_> = raw.iter().map(|part| input::text(part, &PIECES)).collect();
    let Some((rules, [name, _, value, ..])) = Rules::of(select, &parts) else {
        return;
    };

    let syntax = match rules.build() {
        Ok(syntax) => syntax,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(
                REFUSALS.contains(&shown(&error)),
                "an error of its own: {error:?}"
            );
            return;
        }
    };
    // Of the marks themselves, most texts are nearly right.
    let (prefix, mark) = (rules.prefix.unwrap_or_default(), parts[3].as_str());
    let pieces = [
        rules.open,
        rules.close,
        prefix,
        mark,
        name,
        rules.open,
        rules.close,
    ];
    let text = &*input::text(raw[5], &[&pieces, &COMMON[..]].concat());
    placeholders(&rules, &Engine::new().syntax(syntax), name, text, value);
    if let Some(built) = Known::built(&rules) {
        let other = known::profile(text.len() as u8);
        let answers = Answers::new([value.clone()].into_iter());
        for known in [built.and(other), other.and(&built), built] {
            any_text(&known, text);
            diff::agree(&known, text, &answers);
        }
    }
});

/// Pieces of marks.
const PIECES: [&str; 32] = [
    "<", "<<", ">", ">>", "{", "{{", "}", "}}", "[", "]", "(", ")", "$", "$$", "@", "@@", "#", "%",
    "&", "*", "+", "=", ":", "/", "!", "|", "\\", "§", ".", "s.", "$secret.", "A",
];

/// All that a builder says, learnt from rules that are wrong: nothing of the rules can be in it.
static REFUSALS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let angle = || Syntax::builder("<<", ">>").secret_prefix("s.");
    let wrong = [
        Syntax::builder("a", "b").secret_prefix("s."),
        Syntax::builder("<<", ">>"),
        angle().secret_prefix("s"),
        angle().escape(Escape::After('a')),
    ];
    wrong
        .map(|wrong| shown(&wrong.build().expect_err("it is wrong")))
        .to_vec()
});

fn shown(error: &Error) -> String {
    format!("{error}\n{error:?}")
}

fn any_text(known: &Known, text: &str) {
    match known.engine().compile(text) {
        Ok(template) => checks::linted(&template),
        Err(error) => checks::refused(&error, text),
    }
}

/// Text that follows the rules is a placeholder, and with the escape it is text.
fn placeholders(rules: &Rules<'_>, engine: &Engine, name: &str, text: &str, value: &str) {
    if let Some(prefix) = rules.prefix {
        let name = if SecretName::new(name).is_ok() {
            name
        } else {
            "A NAME"
        };
        placeholder(
            rules,
            engine,
            &format!("{prefix}{name}"),
            (name, ReferenceKind::Secret),
            text,
            value,
        );
    }
    if let Some(names) = rules.bare {
        let is_bare = |name: &str| {
            SecretName::new(name).is_ok()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && (names == BareNames::Identifier
                    || !name.contains(|c: char| c.is_ascii_lowercase()))
        };
        let name = if is_bare(name) { name } else { "A_NAME" };
        placeholder(
            rules,
            engine,
            name,
            (name, ReferenceKind::Bare),
            text,
            value,
        );
    }
}

fn placeholder(
    rules: &Rules<'_>,
    engine: &Engine,
    written: &str,
    asked: (&str, ReferenceKind),
    text: &str,
    value: &str,
) {
    let Rules {
        open,
        close,
        escape,
        ..
    } = *rules;
    // Text around it in which nothing can begin, and which does not escape it.
    let first = open.chars().next().expect("a mark");
    let around = text.replace(first, "");
    let before = match escape {
        Escape::Before(mark) => around.trim_end_matches(mark),
        _ => &around,
    };
    let put_in = |text: &str| {
        let mut count = 0;
        let out = engine.render(text, |reference| {
            assert_eq!(
                (reference.name(), reference.kind(), reference.version()),
                (asked.0, asked.1, None)
            );
            count += 1;
            Some(value)
        });
        (
            out.unwrap_or_else(|error| panic!("{text:?} is refused: {error:?}"))
                .into_owned(),
            count,
        )
    };
    for inner in [
        written.to_owned(),
        format!(" {written} "),
        format!("\t{written} "),
    ] {
        let placeholder = format!("{open}{inner}{close}");
        assert_eq!(
            put_in(&format!("{before}{placeholder}{around}")),
            (format!("{before}{value}{around}"), 1)
        );
        // Behind an escape the scan goes on, and what follows must not open anything.
        if inner.contains(first) || close.contains(first) {
            continue;
        }
        let text = format!("{before}{placeholder}{around}");
        match escape {
            Escape::After(mark) => {
                let once = format!("{before}{open}{mark}{inner}{close}{around}");
                let twice = format!("{before}{open}{mark}{mark}{inner}{close}{around}");
                assert_eq!(put_in(&once), (text, 0));
                assert_eq!(put_in(&twice), (once, 0));
            }
            Escape::Before(mark) | Escape::Doubled(mark) => {
                assert_eq!(
                    put_in(&format!("{before}{mark}{placeholder}{around}")),
                    (text, 0)
                );
                let twice = format!("{before}{mark}{mark}{placeholder}{around}");
                assert_eq!(
                    put_in(&twice),
                    (format!("{before}{mark}{value}{around}"), 1)
                );
            }
            _ => {}
        }
    }
}
