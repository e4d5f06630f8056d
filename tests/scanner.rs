//! The scanner against a second one, written from the grammar character by character with no
//! thought of speed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use keyslot::{ErrorKind, ReferenceKind, Template};
use proptest::prelude::*;

mod naive {
    //! Each rule of the grammar is a function from a position to the position after it.

    /// What a text means.
    #[derive(Debug, Default, PartialEq, Eq)]
    pub(super) struct Meaning {
        /// Text, with the n-th distinct reference written `⟦n⟧`.
        pub(super) output: String,
        /// Form, name, version and filters are written as in a template, without spaces.
        pub(super) references: Vec<String>,
        /// Where the first error begins.
        pub(super) error: Option<usize>,
    }

    pub(super) struct Placeholder {
        end: usize,
        reference: String,
        is_right: bool,
    }

    fn class(text: &[char], at: usize, is: fn(char) -> bool) -> bool {
        text.get(at).is_some_and(|&c| is(c))
    }

    fn many(text: &[char], mut at: usize, is: fn(char) -> bool) -> usize {
        while class(text, at, is) {
            at += 1;
        }
        at
    }

    fn word(text: &[char], at: usize, expected: &str) -> Option<usize> {
        let end = at + expected.chars().count();
        (text.get(at..end)? == expected.chars().collect::<Vec<_>>()).then_some(end)
    }

    fn ws(text: &[char], at: usize) -> usize {
        many(text, at, |c| c == ' ' || c == '\t')
    }

    fn identifier(text: &[char], at: usize) -> Option<usize> {
        if !class(text, at, |c| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let end = many(text, at, |c| c.is_ascii_alphanumeric() || c == '_');
        (end - at <= 128).then_some(end)
    }

    /// The longest name from here; a name does not end with a space.
    fn name(text: &[char], at: usize) -> Option<usize> {
        let mut end = many(text, at, |c| {
            c.is_ascii_alphanumeric() || "_ .-".contains(c)
        });
        while end > at && text[end - 1] == ' ' {
            end -= 1;
        }
        let name: String = text[at..end].iter().collect();
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        (starts_well && name.len() <= 128 && !name.contains("  ")).then_some(end)
    }

    /// The end of the pin, which may be missing; `None` when it is wrong.
    fn pin(text: &[char], at: usize) -> Option<usize> {
        let Some(start) = word(text, at, "@") else {
            return Some(at);
        };
        let end = many(text, start, |c| c.is_ascii_digit());
        ((1..=10).contains(&(end - start)) && text[start] != '0').then_some(end)
    }

    /// The end of the filters, and whether all of them exist; `None` when one is wrong by the
    /// grammar.
    fn filters(text: &[char], mut at: usize) -> Option<(usize, bool)> {
        let mut all_exist = true;
        while let Some(bar) = word(text, ws(text, at), "|") {
            let start = ws(text, bar);
            if !class(text, start, |c| c.is_ascii_lowercase()) {
                return None;
            }
            at = many(text, start, |c| {
                c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
            });
            let filter: String = text[start..at].iter().collect();
            let mut argument = None;
            if let Some(start) = word(text, at, ":") {
                at = many(text, start, |c| !" \t\r\n|<>{}".contains(c));
                if !(1..=128).contains(&(at - start)) {
                    return None;
                }
                argument = Some(text[start..at].iter().collect::<String>());
            }
            let takes_none = ["base64", "base64url", "hex", "url", "json", "shell", "trim"]
                .contains(&filter.as_str());
            let points = argument.as_ref().is_some_and(|argument| {
                argument.starts_with('/')
                    && argument
                        .split('~')
                        .skip(1)
                        .all(|rest| rest.starts_with(['0', '1']))
            });
            all_exist &= match argument {
                None => takes_none,
                Some(_) => cfg!(feature = "json") && filter == "get" && points,
            };
        }
        Some((at, all_exist))
    }

    /// A placeholder whose opener ends at `at`.
    pub(super) fn placeholder(text: &[char], at: usize) -> Option<Placeholder> {
        let start = ws(text, at);
        let after_name;
        let inner_start;
        if let Some(name_start) = word(text, start, "$secret.") {
            after_name = name(text, name_start)?;
            inner_start = start;
        } else {
            after_name = identifier(text, start)?;
            inner_start = start;
        }
        let after_pin = pin(text, after_name)?;
        let (after_filters, is_right) = filters(text, after_pin)?;
        let before_close = ws(text, after_filters);
        let end = word(text, before_close, ">>")?;
        let is_secret = text[start] == '$';
        if !is_secret && (start > at) != (before_close > after_filters) {
            return None;
        }
        Some(Placeholder {
            end,
            reference: text[inner_start..after_pin].iter().collect(),
            is_right,
        })
    }

    /// Whether text whose opener ends at `at` means to be a placeholder.
    pub(super) fn is_intent(text: &[char], at: usize) -> bool {
        let start = ws(text, at);
        let secret: String = text.iter().skip(start).take(7).collect();
        if secret.eq_ignore_ascii_case("$secret")
            && !class(text, start + 7, |c| c.is_ascii_alphanumeric() || c == '_')
        {
            return true;
        }
        let Some(mut end) = word(text, at, "$").and_then(|start| identifier(text, start)) else {
            return false;
        };
        if let Some(dot) = word(text, end, ".") {
            end = many(text, dot, |c| {
                c.is_ascii_alphanumeric() || "_.-".contains(c)
            });
        }
        word(text, ws(text, end), ">>").is_some()
    }

    /// Whether an escape mark at `at`, after an opener, is one.
    fn is_escape(text: &[char], at: usize) -> bool {
        word(text, at, "!").is_some_and(|rest| {
            placeholder(text, rest).is_some() || is_intent(text, rest) || is_escape(text, rest)
        })
    }

    pub(super) fn meaning(text: &str) -> Meaning {
        let chars: Vec<char> = text.chars().collect();
        let mut meaning = Meaning::default();
        let mut at = 0;
        while at < chars.len() {
            let Some(body) = word(&chars, at, "<<") else {
                meaning.output.push(chars[at]);
                at += 1;
                continue;
            };
            if is_escape(&chars, body) {
                meaning.output.push_str("<<");
                at = body + 1;
            } else if let Some(found) = placeholder(&chars, body) {
                if !found.is_right {
                    meaning.error = Some(chars[..at].iter().map(|c| c.len_utf8()).sum());
                    return meaning;
                }
                let known = meaning
                    .references
                    .iter()
                    .position(|reference| *reference == found.reference);
                let number = known.unwrap_or(meaning.references.len());
                if known.is_none() {
                    meaning.references.push(found.reference);
                }
                meaning.output.extend(["⟦", &number.to_string(), "⟧"]);
                at = found.end;
            } else if is_intent(&chars, body) {
                meaning.error = Some(chars[..at].iter().map(|c| c.len_utf8()).sum());
                return meaning;
            } else {
                meaning.output.push('<');
                at += 1;
            }
        }
        meaning
    }
}

/// What the engine makes of a text, in the words of the naive scanner.
fn meaning(text: &str) -> naive::Meaning {
    match Template::compile(text) {
        Ok(template) => {
            for lint in template.lints() {
                assert!(
                    text.get(lint.span()).is_some_and(|miss| !miss.is_empty()),
                    "a lint does not slice {text:?}"
                );
            }
            let references = template.references();
            let values: Vec<String> = (0..references.len())
                .map(|number| format!("⟦{number}⟧"))
                .collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let written = references.iter().map(|reference| {
                let secret = if reference.kind() == ReferenceKind::Secret {
                    "$secret."
                } else {
                    ""
                };
                let pin = reference
                    .version()
                    .map_or(String::new(), |version| format!("@{version}"));
                format!("{secret}{}{pin}", reference.name())
            });
            naive::Meaning {
                output: template.render(&values).unwrap(),
                references: written.collect(),
                error: None,
            }
        }
        Err(error) => {
            assert!(error.count() >= error.all().count());
            for one in error.all() {
                let span = one.span().expect("every failure has a place");
                let slice = text.get(span).expect("every span slices the text");
                assert!(!slice.is_empty());
                assert!(
                    matches!(one.kind(), ErrorKind::Syntax | ErrorKind::UnknownFilter),
                    "{one}"
                );
                assert!(one.position(text).is_some());
            }
            let first = error.span().unwrap().start;
            // The span of a filter lies in its placeholder, whose beginning the naive scanner says.
            let start = if error.kind() == ErrorKind::UnknownFilter {
                text[..first].rfind("<<").unwrap()
            } else {
                first
            };
            naive::Meaning {
                error: Some(start),
                ..naive::Meaning::default()
            }
        }
    }
}

fn check(text: &str) {
    let expected = naive::meaning(text);
    let got = meaning(text);
    assert_eq!(got.error, expected.error, "{text:?}");
    if expected.error.is_none() {
        assert_eq!(got, expected, "{text:?}");
    }
}

/// Pieces that grammar is made of; joined at random they are nearly right far more often than
/// random characters are.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => Just("<"), 8 => Just("<<"), 8 => Just(">>"), 4 => Just(">"), 4 => Just("!"), 4 => Just(" "), 1 => Just("  "),
        1 => Just("\t"), 1 => Just("\n"), 1 => Just("\r"), 4 => Just("$secret."), 2 => Just("$secret"), 1 => Just("$SECRET."),
        2 => Just("$"), 1 => Just("$env."), 6 => Just("A"), 2 => Just("b"), 2 => Just("_"), 1 => Just("0"), 2 => Just("."),
        1 => Just("-"), 2 => Just("@"), 2 => Just("@3"), 1 => Just("@0"), 3 => Just("|"), 2 => Just("trim"),
        2 => Just("|trim"), 1 => Just("upper"), 1 => Just(":"), 1 => Just("get:/a"), 1 => Just("/"), 1 => Just("é"),
        1 => Just("{"), 1 => Just("\u{1f600}"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// One placeholder that is right or has one character dropped, doubled or replaced.
fn nearly_right() -> impl Strategy<Value = String> {
    let right = prop::sample::select(vec![
        "<<$secret.A>>",
        "<< $secret.My Key >>",
        "<<$secret.A@3|trim>>",
        "<<A>>",
        "<< A >>",
        "<<A@3>>",
        "<<A|trim|trim>>",
        "<<!A>>",
        "<<!!$secret.A>>",
        "<<$env.HOME>>",
        "<<$secret.a.b-c|get:/a>>",
    ]);
    (
        right,
        any::<prop::sample::Index>(),
        0..4,
        prop::sample::select("<>$!|@ .A0\né".chars().collect::<Vec<_>>()),
    )
        .prop_map(|(right, at, how, other)| {
            let mut chars: Vec<char> = right.chars().collect();
            let at = at.index(chars.len());
            match how {
                0 => drop(chars.remove(at)),
                1 => chars.insert(at, chars[at]),
                2 => chars[at] = other,
                _ => chars.insert(at, other),
            }
            chars.into_iter().collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_grammar_mean_the_same(text in pieces()) {
        // `get` would fail on the stand-in values; whether it parses is tested below and by
        // `nearly_right`.
        prop_assume!(!text.contains("|get:/") && !text.contains("| get:/"));
        check(&text);
    }

    #[test]
    fn nearly_right_placeholders_mean_the_same(parts in prop::collection::vec(nearly_right(), 1..4)) {
        let text = parts.concat();
        let expected = naive::meaning(&text);
        if text.contains("get") {
            let got = Template::compile(text.as_str());
            prop_assert_eq!(got.is_err(), expected.error.is_some(), "{:?}", text);
        } else {
            check(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_without_an_opener_is_itself(text in any::<String>()) {
        let text = text.replace("<<", "< ");
        let template = Template::compile(text.as_str()).unwrap();
        prop_assert!(template.references().is_empty());
        prop_assert_eq!(template.render(&[]).unwrap(), text);
    }
}

#[test]
fn the_naive_scanner_finds_all_there_is_to_find() {
    // The positive control: a naive scanner that found nothing would agree with an engine that
    // finds nothing.
    let found = naive::meaning("a<<$secret.My Key@2>><<A>> <<! A >> <<A>>");
    assert_eq!(found.output, "a⟦0⟧⟦1⟧ << A >> ⟦1⟧");
    assert_eq!(found.references, ["$secret.My Key@2", "A"]);
    assert_eq!(naive::meaning("é<<$secret.>>").error, Some(2));
    assert_eq!(naive::meaning("<<A|upper>>").error, Some(0));
    check("a<<$secret.My Key@2>><<A>> <<! A >> <<A>>");
}

#[test]
fn every_short_text_means_the_same() {
    // All texts of up to six of these pieces, which holds every way in which two rules can meet.
    const PIECES: [&str; 6] = ["<<", "!", "A", " ", ">>", "$secret."];
    for length in 0..=6_u32 {
        for number in 0..6_usize.pow(length) {
            let mut rest = number;
            let mut text = String::new();
            for _ in 0..length {
                text.push_str(PIECES[rest % 6]);
                rest /= 6;
            }
            check(&text);
        }
    }
}
