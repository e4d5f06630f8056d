//! Short secrets that are masked as whole words only.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use keyslot::Redactor;
use proptest::prelude::*;

use super::builder;

fn words(secrets: &[(&str, &str)]) -> Redactor {
    let builder = builder(secrets).min_len(4).harmless([""; 0]);
    builder.short_as_words(true).build().unwrap()
}

#[test]
fn a_short_secret_is_no_part_of_a_word() {
    let redactor = words(&[("PIN", "1234")]);
    for (text, expected) in [
        (
            "order 5123499 pin 1234",
            "order 5123499 pin <<$secret.PIN>>",
        ),
        ("1234", "<<$secret.PIN>>"),
        (
            "(1234) _1234_ 🔑1234€",
            "(<<$secret.PIN>>) _<<$secret.PIN>>_ 🔑<<$secret.PIN>>€",
        ),
        ("é1234 1234é 1234a a1234", "é1234 1234é 1234a a1234"),
        ("a 51234", "a 51234"),
        // In other writings, too: here as `%31`, in base64 and hexadecimal.
        ("MTIzNA== 31323334", "<<$secret.PIN>> <<$secret.PIN>>"),
        ("xMTIzNA== 031323334", "xMTIzNA== 031323334"),
    ] {
        assert_eq!(redactor.redact(text), expected, "{text}");
        let bytes = redactor.redact_bytes(text.as_bytes());
        assert_eq!(&*bytes, expected.as_bytes(), "{text}");
    }
    // The control: without the option it is masked anywhere.
    let anywhere = builder(&[("PIN", "1234")]).min_len(4).build().unwrap();
    assert_eq!(anywhere.redact("5123499"), "5<<$secret.PIN>>99");
}

#[test]
fn signs_at_the_ends_of_a_secret_have_no_neighbours() {
    let redactor = words(&[("A", "#12-34")]);
    assert_eq!(redactor.redact("x#12-34 #12-345"), "x<<$secret.A>> #12-345");
}

#[test]
fn long_secrets_are_masked_within_words() {
    let redactor = words(&[("LONG", "12345678"), ("SHORT", "1234567")]);
    assert_eq!(redactor.redact("x12345678y"), "x<<$secret.LONG>>y");
    assert_eq!(redactor.redact("x1234567y"), "x1234567y");
    assert_eq!(redactor.redact("x 1234567 y"), "x <<$secret.SHORT>> y");
    // A long secret that is written as a short one is counts as long.
    let written = Base64::encode_string(b"1234");
    let both = words(&[("SHORT", "1234"), ("LONG", &written)]);
    assert_eq!(both.redact(&format!("x{written}")), "x<<$secret.LONG>>");
}

#[test]
fn a_shorter_secret_is_found_where_a_longer_one_goes_on() {
    let redactor = words(&[("LONG", "12-34"), ("SHORT", "12-3"), ("CODE", "abc-")]);
    assert_eq!(redactor.redact("12-345 abc-5"), "12-345 <<$secret.CODE>>5");
    let redactor = words(&[("LONG", "1234-5"), ("SHORT", "1234")]);
    assert_eq!(redactor.redact("1234-56"), "<<$secret.SHORT>>-56");
}

#[test]
fn a_truncated_word_has_a_beginning() {
    let redactor = words(&[("PIN", "123456")]);
    assert_eq!(redactor.redact("at 1234"), "at <<$secret.PIN>>");
    assert_eq!(redactor.redact("at 991234"), "at 991234");
    assert_eq!(redactor.redact("at 99123456"), "at 99123456");
}

#[test]
fn merged_redactors_keep_their_words() {
    let merged = words(&[("PIN", "1234")])
        .merge(&words(&[("B", "5678")]))
        .unwrap();
    assert_eq!(
        merged.redact("91234 1234 55678 5678"),
        "91234 <<$secret.PIN>> 55678 <<$secret.B>>"
    );
    let anywhere = builder(&[("PIN", "1234")]).min_len(4).build().unwrap();
    let merged = words(&[("PIN", "1234")]).merge(&anywhere).unwrap();
    assert_eq!(
        merged.redact("91234"),
        "9<<$secret.PIN>>",
        "one of them masks it"
    );
}

#[test]
fn the_next_character_may_come_later() {
    let redactor = words(&[("PIN", "1234")]);
    for (text, expected) in [
        ("é1234é", "é1234é"),
        ("€1234€", "€<<$secret.PIN>>€"),
        ("1234", "<<$secret.PIN>>"),
        (
            "12341234 1234\u{e9} 1234 ",
            "12341234 1234\u{e9} <<$secret.PIN>> ",
        ),
    ] {
        for at in 0..=text.len() {
            let (one, other) = text.as_bytes().split_at(at);
            let (mut stream, mut out) = (redactor.stream(), Vec::new());
            stream.feed(one, &mut out);
            stream.settle(&mut out);
            stream.feed(other, &mut out);
            stream.finish(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{text} at {at}");
        }
    }
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    stream.feed(b"a 1234", &mut out);
    assert_eq!(out, b"a ");
    stream.feed(b".", &mut out);
    assert_eq!(out, b"a <<$secret.PIN>>.");
}

/// A slow search: the longest secret at each place where it may stand; what overlaps is one.
fn naive(secrets: &[(&str, &str)], text: &str) -> String {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let stands = |value: &str, start: usize| {
        let (before, behind) = (&text[..start], &text[start + value.len()..]);
        value.len() >= 8
            || !(is_part(before.chars().next_back()) && is_part(value.chars().next())
                || is_part(behind.chars().next()) && is_part(value.chars().next_back()))
    };
    let mut out = String::new();
    let mut names: Vec<&str> = Vec::new();
    let mut end = 0;
    for (start, c) in text.char_indices() {
        let found = secrets
            .iter()
            .filter(|(_, value)| text[start..].starts_with(value) && stands(value, start))
            .max_by_key(|(_, value)| value.len());
        if start >= end {
            out.extend(names.drain(..).map(|name| format!("<<$secret.{name}>>")));
        }
        if let Some((name, value)) = found.filter(|(_, value)| start + value.len() > end) {
            end = start + value.len();
            if !names.contains(name) {
                names.push(name);
            }
        }
        if start >= end {
            out.push(c);
        }
    }
    out.extend(names.drain(..).map(|name| format!("<<$secret.{name}>>")));
    out
}

proptest! {
    #[test]
    fn words_are_found_as_by_a_slow_search(
        values in prop::collection::btree_set("[ab-]{4,7}|[ab]{8,9}", 1..5),
        text in "([ab-]{0,9}|é|€|🔑| ){0,12}",
        lengths in prop::collection::vec(1..7_usize, 1..5),
    ) {
        let values: BTreeSet<String> = values;
        let names: Vec<String> = (0..values.len()).map(|n| format!("S{n}")).collect();
        let secrets: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(values.iter().map(String::as_str))
            .collect();
        let redactor = words(&secrets);
        // What ends in a full stop ends in no beginning of a secret.
        let text = format!("{text}.");
        let expected = naive(&secrets, &text);
        prop_assert_eq!(redactor.redact(&text), expected.as_str());
        let (mut stream, mut out, mut rest) = (redactor.stream(), Vec::new(), text.as_bytes());
        for length in lengths.iter().cycle() {
            let (part, behind) = rest.split_at((*length).min(rest.len()));
            stream.feed(part, &mut out);
            if length % 2 == 0 {
                stream.settle(&mut out);
            }
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        stream.finish(&mut out);
        prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
