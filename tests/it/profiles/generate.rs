//! Texts that are nearly what a profile reads, which random characters hardly ever are.

use proptest::prelude::*;

use super::dialect::{Dialect, Escape, Profile};

/// Parts of every grammar, and parts of none.
const COMMON: &str = " ¦ ¦  ¦\t¦\n¦\r¦A¦A¦B¦a¦a¦_¦0¦3¦.¦-¦@¦@3¦@3¦@0¦@12345678901¦|¦|trim¦|trim\
    ¦ | trim¦|upper¦:¦/¦!¦\\¦$¦é¦\u{1f600}¦\u{200b}¦My Key¦AKIAIOSFODNN7EXAMPLE";

/// Pieces of the grammars in play, joined at random; a whole-string form needs its beginning.
pub(crate) fn pieces(profile: &Profile) -> impl Strategy<Value = String> + use<> {
    let mut starts = vec![""];
    if profile.julep {
        starts.extend(["", "$ ", "$ secrets.a", "$ f'", "$ f\""]);
    }
    if profile.uri {
        starts.extend(["", "", "", "secret://", "secret://A"]);
    }
    let mut own: Vec<String> = profile.dialects.iter().flat_map(marks).collect();
    own.extend(profile.parts.iter().chain(&profile.examples).cloned());
    let common: Vec<String> = COMMON.split('¦').map(str::to_owned).collect();
    let piece = prop_oneof![prop::sample::select(own), prop::sample::select(common)];
    let pieces = prop_oneof![
        prop::collection::vec(piece.clone(), 0..4),
        prop::collection::vec(piece, 0..20)
    ];
    (prop::sample::select(starts), pieces)
        .prop_map(|(start, pieces)| start.to_owned() + &pieces.concat())
}

/// The marks of a dialect, whole and cut in two.
fn marks(dialect: &Dialect) -> Vec<String> {
    let mut marks = vec![dialect.open; 3];
    marks.extend([dialect.close; 3]);
    marks.extend(dialect.prefix.map_or(Vec::new(), |prefix| vec![prefix; 2]));
    for mark in [dialect.open, dialect.close] {
        marks.extend(
            mark.char_indices()
                .skip(1)
                .flat_map(|(at, _)| [&mark[..at], &mark[at..]]),
        );
    }
    let mut marks: Vec<String> = marks.into_iter().map(str::to_owned).collect();
    if let Escape::After(escape) | Escape::Before(escape) = dialect.escape {
        marks.extend([escape.to_string(), escape.to_string()]);
    }
    marks
}

/// Placeholders that are right or have one character dropped, doubled, replaced or put before it.
pub(crate) fn nearly_right(profile: &Profile) -> impl Strategy<Value = String> + use<> {
    let marks = profile
        .dialects
        .iter()
        .flat_map(|dialect| [dialect.open, dialect.close]);
    let others: Vec<char> = marks
        .flat_map(str::chars)
        .chain("$!\\|@#: .A0}\n\té'\"".chars())
        .collect();
    let example = prop::sample::select(profile.examples.clone());
    let one = (
        example,
        any::<prop::sample::Index>(),
        0..5,
        prop::sample::select(others),
    );
    let one = one.prop_map(|(right, at, how, other)| {
        let mut chars: Vec<char> = right.chars().collect();
        let at = at.index(chars.len());
        match how {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            2 => chars[at] = other,
            3 => chars.insert(at, other),
            _ => {}
        }
        chars.into_iter().collect::<String>()
    });
    prop::collection::vec(one, 1..4).prop_map(|parts| parts.concat())
}

/// Every text of up to `longest` of the profile's few pieces, the shortest first.
pub(crate) fn short_texts(profile: &Profile, longest: u32) -> impl Iterator<Item = String> {
    let few = &profile.few;
    let text = |length: u32, number: usize| -> String {
        (0..length)
            .map(|place| few[number / few.len().pow(place) % few.len()].as_str())
            .collect()
    };
    (0..=longest)
        .flat_map(move |length| (0..few.len().pow(length)).map(move |number| text(length, number)))
}

/// Any text in which nothing opens, and which is no whole-string form.
pub(crate) fn without_openers(profile: &Profile) -> impl Strategy<Value = String> + use<> {
    let mut openers: Vec<&str> = profile
        .dialects
        .iter()
        .map(|dialect| dialect.open)
        .collect();
    openers.extend(["secret://", "$ "]);
    let marks = "<>{}$@§|![]#\\ \n\"'AZaz09_.-:/()é"
        .chars()
        .collect::<Vec<_>>();
    let char = prop_oneof![any::<char>(), prop::sample::select(marks)];
    prop::collection::vec(char, 0..64).prop_map(move |chars| {
        let mut text: String = chars.into_iter().collect();
        while let Some((at, _)) = openers
            .iter()
            .find_map(|open| text.match_indices(open).next())
        {
            text.remove(at);
        }
        text
    })
}
