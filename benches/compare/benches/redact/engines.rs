//! The engines: each a function that makes it, ready to redact.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use keyslot::{Redactor, SecretName};
use memchr::memmem::Finder;
use regex::RegexBuilder;

use crate::work::{self, Work};

/// Masks a text.
pub type Redact<'w> = Box<dyn for<'t> Fn(&'t str) -> Cow<'t, [u8]> + 'w>;
type Build = for<'w> fn(&'w Work) -> Redact<'w>;

pub const BYTES: &str = "keyslot, bytes";
pub const PARTS: &str = "keyslot, in parts";
/// The part that a stream is fed at once, in bytes.
const PART: usize = 8 << 10;

pub const ENGINES: [(&str, Build); 7] = [
    ("keyslot", keyslot),
    (BYTES, keyslot_bytes),
    (PARTS, keyslot_in_parts),
    ("aho-corasick", aho_corasick),
    ("daachorse", daachorse),
    ("regex", regex),
    ("memmem, one by one", memmem),
];

fn keyslot(work: &Work) -> Redact<'_> {
    let redactor = redactor(work);
    Box::new(move |text| match redactor.redact(text) {
        Cow::Borrowed(text) => text.as_bytes().into(),
        Cow::Owned(text) => text.into_bytes().into(),
    })
}

fn keyslot_bytes(work: &Work) -> Redact<'_> {
    let redactor = redactor(work);
    Box::new(move |text| redactor.redact_bytes(text.as_bytes()))
}

fn keyslot_in_parts(work: &Work) -> Redact<'_> {
    let redactor = redactor(work);
    Box::new(move |text| {
        let mut out = Vec::with_capacity(text.len());
        let mut stream = redactor.stream();
        text.as_bytes()
            .chunks(PART)
            .for_each(|part| stream.feed(part, &mut out));
        stream.finish(&mut out);
        out.into()
    })
}

pub fn redactor(work: &Work) -> Redactor {
    let builder =
        work.secrets
            .iter()
            .enumerate()
            .fold(Redactor::builder(), |builder, (number, secret)| {
                builder.secret(
                    SecretName::new(work::name(number)).unwrap(),
                    secret.as_str(),
                )
            });
    builder.build().unwrap()
}

fn aho_corasick(work: &Work) -> Redact<'_> {
    let automaton = aho_corasick_automaton(work);
    let masks: Vec<&str> = work
        .patterns
        .iter()
        .map(|pattern| pattern.mask.as_str())
        .collect();
    Box::new(move |text| automaton.replace_all(text, &masks).into_bytes().into())
}

/// The number of secrets that it finds, without making a text.
pub fn aho_corasick_count(work: &Work) -> impl Fn(&str) -> usize {
    let automaton = aho_corasick_automaton(work);
    move |text| automaton.find_iter(text).count()
}

fn aho_corasick_automaton(work: &Work) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostLongest)
        .build(work.texts())
        .unwrap()
}

fn daachorse(work: &Work) -> Redact<'_> {
    let automaton: DoubleArrayAhoCorasick<u32> = DoubleArrayAhoCorasickBuilder::new()
        .match_kind(daachorse::MatchKind::LeftmostLongest)
        .build(work.texts())
        .unwrap();
    Box::new(move |text| {
        mask(
            work,
            text,
            automaton
                .leftmost_find_iter(text)
                .map(|found| found.start()..found.end()),
        )
    })
}

fn regex(work: &Work) -> Redact<'_> {
    let mut patterns: Vec<String> = work.texts().map(regex::escape).collect();
    patterns.sort_by_key(|pattern| Reverse(pattern.len()));
    // With the default limit it throws states away and makes them again: 10 times slower for 1,000
    // patterns.
    let regex = RegexBuilder::new(&patterns.join("|"))
        .dfa_size_limit(256 << 20)
        .build()
        .unwrap();
    Box::new(move |text| mask(work, text, regex.find_iter(text).map(|found| found.range())))
}

fn memmem(work: &Work) -> Redact<'_> {
    let finders: Vec<Finder<'_>> = work.texts().map(Finder::new).collect();
    Box::new(move |text| {
        let matches = |finder: &Finder<'_>| {
            let length = finder.needle().len();
            finder
                .find_iter(text.as_bytes())
                .map(|start| start..start + length)
                .collect::<Vec<_>>()
        };
        let mut found: Vec<Range<usize>> = finders.iter().flat_map(matches).collect();
        found.sort_unstable_by_key(|found| (found.start, Reverse(found.end)));
        let mut end = 0;
        found.retain(|found| {
            let is_next = found.start >= end;
            end = if is_next { found.end } else { end };
            is_next
        });
        mask(work, text, found)
    })
}

/// Writes the text with a mask for each match.
fn mask<'t>(
    work: &Work,
    text: &'t str,
    matches: impl IntoIterator<Item = Range<usize>>,
) -> Cow<'t, [u8]> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in matches {
        out.push_str(&text[at..found.start]);
        out.push_str(work.mask(&text[found.clone()]));
        at = found.end;
    }
    out.push_str(&text[at..]);
    out.into_bytes().into()
}
