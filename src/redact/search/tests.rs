use proptest::collection::vec;
use proptest::prelude::*;

use super::automaton::Automaton;
use super::dictionary::Dictionary;
use super::direction::Direction;
use super::matches::{BLOCK, FIRST_BLOCK};
use super::searcher::enough;
use super::work::counted;
use super::*;
use crate::error::ErrorKind::{InvalidValue, TooLarge};

mod memory;

fn patterns<P: AsRef<[u8]>>(all: &[P]) -> Patterns {
    let mut patterns = Patterns::with_capacity(0, 0);
    for one in all {
        patterns.push(one.as_ref()).unwrap();
    }
    patterns
}

fn searcher<P: AsRef<[u8]>>(all: &[P]) -> Searcher {
    Searcher::new(patterns(all))
}

fn found(searcher: &Searcher, text: &[u8]) -> Vec<Match> {
    searcher.matches(text).collect()
}

/// The matches that `matches` promises, found in the plain way.
fn expected<P: AsRef<[u8]>>(all: &[P], text: &[u8]) -> Vec<Match> {
    let longest_at = |start: usize| {
        let fits = |pattern: &&P| text[start..].starts_with(pattern.as_ref());
        let len = all
            .iter()
            .filter(fits)
            .map(|pattern| pattern.as_ref().len())
            .max()?;
        let pattern = all
            .iter()
            .position(|pattern| pattern.as_ref() == &text[start..start + len])?;
        Some(Match {
            start,
            end: start + len,
            pattern: u32::try_from(pattern).unwrap(),
        })
    };
    (0..text.len()).filter_map(longest_at).collect()
}

/// The length that `partial` promises, found in the plain way.
fn expected_partial<P: AsRef<[u8]>>(all: &[P], text: &[u8]) -> usize {
    let is_start = |end: &[u8]| {
        all.iter()
            .any(|p| p.as_ref().len() > end.len() && p.as_ref().starts_with(end))
    };
    (0..=text.len())
        .rev()
        .find(|&len| len == 0 || is_start(&text[text.len() - len..]))
        .unwrap()
}

/// The answer of `truncated`, found the plain way.
fn expected_truncated<P: AsRef<[u8]>>(all: &[P], text: &[u8], least: usize) -> Option<Match> {
    let matches = |start: usize| {
        let end = &text[start..];
        let shortest = all
            .iter()
            .map(AsRef::as_ref)
            .filter(|pattern| pattern.starts_with(end));
        let shortest = shortest.min_by_key(|pattern| (pattern.len(), *pattern))?;
        let number = all
            .iter()
            .position(|pattern| pattern.as_ref() == shortest)?;
        let is_enough = end.len() >= least && end.len() >= 64.min(shortest.len().div_ceil(2));
        is_enough.then_some(Match {
            start,
            end: text.len(),
            pattern: u32::try_from(number).unwrap(),
        })
    };
    // All of the longest pattern is not cut off.
    let longest = all
        .iter()
        .map(|pattern| pattern.as_ref().len())
        .max()
        .unwrap_or(0);
    (text.len() - text.len().min(longest.saturating_sub(1))..text.len()).find_map(matches)
}

/// Both of the searcher and, at once, of its automata alone.
fn assert_right<P: AsRef<[u8]>>(all: &[P], text: &[u8]) {
    let (searcher, matches) = (searcher(all), expected(all, text));
    assert_eq!(found(&searcher, text), matches);
    assert_eq!(searcher.partial(text), expected_partial(all, text));

    let dictionary = Dictionary::new(patterns(all));
    let backwards = Automaton::new(&dictionary, Direction::Backwards);
    let mut by_automaton = Vec::new();
    backwards.longest_at_each(
        &dictionary,
        Text::alone(text),
        0..text.len(),
        &mut by_automaton,
    );
    by_automaton.reverse();
    assert_eq!(by_automaton, matches);
    let forwards = Automaton::new(&dictionary, Direction::Forwards);
    assert_eq!(forwards.partial(text), expected_partial(all, text));

    for least in [4, 8, 70] {
        let expected = expected_truncated(all, text, least);
        assert_eq!(searcher.truncated(Text::alone(text), least), expected);
        let end = &text[text.len() - text.len().min(dictionary.longest_len().saturating_sub(1))..];
        let by_automaton = forwards.truncated(
            &dictionary,
            end,
            |pattern| enough(pattern, least),
            |_, _| true,
        );
        // A pattern that is shorter than the least is one all the same.
        let by_automaton = by_automaton.filter(|(len, _)| *len >= least);
        assert_eq!(
            by_automaton,
            expected.map(|found| (found.end - found.start, found.pattern))
        );
    }
}

#[test]
fn finds_the_longest_at_every_start() {
    let all = ["abcd", "abcdefgh", "cdef", "efgh", "efgh", "ghij"];
    let at = |start, end, pattern| Match {
        start,
        end,
        pattern,
    };
    assert_eq!(
        found(&searcher(&all), b"--abcdefghij-abcde"),
        [
            at(2, 10, 1),
            at(4, 8, 2),
            at(6, 10, 3),
            at(8, 12, 5),
            at(13, 17, 0)
        ]
    );
    assert_eq!(found(&searcher(&all), b""), []);
    assert_eq!(found(&searcher(&all), b"abc"), []);
    assert_eq!(found(&searcher(&all), b"abcd"), [at(0, 4, 0)]);
}

#[test]
fn finds_nothing_without_patterns() {
    let none = searcher::<&[u8]>(&[]);
    assert_eq!(
        (
            found(&none, &[0; 100]),
            none.partial(&[0; 100]),
            none.longest()
        ),
        (vec![], 0, 0)
    );
}

#[test]
fn knows_what_may_go_on() {
    let searcher = searcher(&["abcdefgh", "fghx", "zabcdefy", "dddd"]);
    assert_eq!(searcher.longest(), 8);
    for (text, partial) in [
        ("", 0),
        ("x", 0),
        ("a", 1),
        ("--abcdefg", 7),
        ("abcdefgh", 3), // all of a pattern, and the start of another
        ("fghx", 0),
        ("zabcdef", 7),
        ("abcdefy", 0),
        ("dddddd", 3),
        ("ddd ", 0),
    ] {
        assert_eq!(searcher.partial(text.as_bytes()), partial, "{text}");
    }
}

#[test]
fn finds_zeros_and_high_bytes() {
    let all: [&[u8]; 4] = [&[0; 4], &[0; 5], &[0xFF; 9], b"\0\0\0\0\xFF\xFF"];
    let text = [[0; 12], [0xFF; 12], [0; 12]].concat();
    assert_right(&all, &text);
    assert_right(&all[1..], &text[..4]);
}

/// The lengths are those where the stride changes, and those next to them.
#[test]
fn finds_at_every_place_of_long_texts() {
    for len in [4, 5, 6, 7, 8, 10, 11, 15, 16, 17, 19, 20, 23, 24, 40, 100] {
        let pattern: Vec<u8> = (b'0'..).take(len).collect();
        let searcher = searcher(&[&pattern]);
        let mut text = vec![b'.'; FIRST_BLOCK + BLOCK + 300];
        let last = text.len() - len;
        let near = |border: usize| border - len - 14..border + 14;
        for start in (0..28)
            .chain(near(FIRST_BLOCK))
            .chain(near(FIRST_BLOCK + BLOCK))
            .chain(last - 28..=last)
        {
            let end = start + len;
            text[start..end].copy_from_slice(&pattern);
            assert_eq!(
                found(&searcher, &text),
                [Match {
                    start,
                    end,
                    pattern: 0
                }]
            );
            assert_eq!(found(&searcher, &text[..end]).len(), 1);
            assert_eq!(found(&searcher, &text[..end - 1]), []);
            for cut in 1..len {
                assert_eq!(searcher.partial(&text[..end - cut]), len - cut);
            }
            text[start..end].fill(b'.');
        }
    }
}

/// More patterns have more pieces, and a larger table for them.
#[test]
fn finds_one_of_any_number() {
    for count in [1, 40, 46, 47, 192, 193, 615, 616, 3076, 3077, 6000] {
        let all: Vec<Vec<u8>> = (0..count).map(|seed| letters(seed, 16)).collect();
        let searcher = searcher(&all);
        for (number, pattern) in (0..).zip(&all).step_by(all.len() / 40 + 1) {
            let text = [&[b'.'; 99][..], pattern, &[b'.'; 99]].concat();
            assert_eq!(
                found(&searcher, &text),
                [Match {
                    start: 99,
                    end: 115,
                    pattern: number
                }]
            );
        }
    }
}

fn small(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![4 => Just(b'a'), 3 => Just(b'b'), 1 => Just(b'c')],
        len,
    )
}

/// Patterns and parts of them that are patterns, too.
fn family() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let cut = |(whole, from, to): (Vec<u8>, prop::sample::Index, prop::sample::Index)| {
        let from = from.index(whole.len() - 3);
        let to = from + 4 + to.index(whole.len() - from - 3);
        vec![
            whole[from..to].to_vec(),
            whole[..to].to_vec(),
            whole[from..].to_vec(),
            whole,
        ]
    };
    vec(
        (
            small(4..60),
            any::<prop::sample::Index>(),
            any::<prop::sample::Index>(),
        )
            .prop_map(cut),
        1..6,
    )
    .prop_map(|families| families.concat())
}

/// A text of pieces of the patterns.
fn text_of(all: &[Vec<u8>], parts: &[(prop::sample::Index, prop::sample::Index, bool)]) -> Vec<u8> {
    let part = |(which, len, from_start): &(prop::sample::Index, prop::sample::Index, bool)| {
        let pattern = which.get(all);
        let len = len.index(pattern.len() + 1);
        if *from_start {
            pattern[..len].to_vec()
        } else {
            pattern[len..].to_vec()
        }
    };
    parts.iter().flat_map(part).collect()
}

proptest! {
    #[test]
    fn finds_what_a_plain_search_finds(all in vec(small(4..12), 1..20), text in small(0..300)) {
        assert_right(&all, &text);
    }

    #[test]
    fn finds_relatives(
        all in family(),
        parts in vec(any::<(prop::sample::Index, prop::sample::Index, bool)>(), 0..40),
    ) {
        assert_right(&all, &text_of(&all, &parts));
    }

    #[test]
    fn no_byte_of_an_occurrence_is_left(all in family(), text in small(0..300)) {
        let searcher = searcher(&all);
        let mut covered = vec![false; text.len()];
        searcher.matches(&text).for_each(|found| covered[found.start..found.end].fill(true));
        for pattern in &all {
            for start in 0..=text.len().saturating_sub(pattern.len()) {
                let end = start + pattern.len();
                if text.get(start..end) == Some(pattern) {
                    prop_assert!(covered[start..end].iter().all(|&covered| covered));
                }
            }
        }
    }

    #[test]
    fn knows_every_start(all in family()) {
        let searcher = searcher(&all);
        for pattern in &all {
            for end in 0..=pattern.len() {
                let text = &pattern[..end];
                prop_assert_eq!(searcher.partial(text), expected_partial(&all, text));
                prop_assert_eq!(
                    searcher.truncated(Text::alone(text), 8),
                    expected_truncated(&all, text, 8)
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn finds_many(
        all in vec(vec(any::<u8>(), 4..40), 1..1000),
        parts in vec(any::<(prop::sample::Index, prop::sample::Index, bool)>(), 0..10),
    ) {
        assert_right(&all, &text_of(&all, &parts));
    }
}

/// Random letters.
fn letters(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        // xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators,
        // scrambled", 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        b'a' + (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 60) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Texts that are written to be slow, with the patterns they are written for.
#[allow(clippy::type_complexity)]
fn hostile() -> Vec<(&'static str, Vec<Vec<u8>>, Vec<u8>)> {
    const LEN: usize = 300_000;
    let repeat = |text: &[u8]| text.iter().copied().cycle().take(LEN).collect::<Vec<u8>>();
    let a = |len: usize| vec![b'a'; len];
    let ends_in_b = |len: usize| [a(len), b"b".to_vec()].concat();
    let random: Vec<Vec<u8>> = (0..100)
        .map(|seed| letters(seed, 16 + usize::try_from(seed).unwrap() % 48))
        .collect();
    let starts: Vec<u8> = random
        .iter()
        .flat_map(|one| (4..one.len()).flat_map(|len| one[..len].to_vec()))
        .collect();
    let kin: Vec<Vec<u8>> = (0..1000)
        .map(|seed| [letters(0, 40), letters(seed, 24)].concat())
        .collect();
    let long = letters(1, 50_000);
    vec![
        ("one letter", vec![a(5000)], a(LEN)),
        ("all but the last byte", vec![ends_in_b(5000)], a(LEN)),
        (
            "longer than many blocks",
            vec![ends_in_b(700_000)],
            a(1_400_000),
        ),
        ("nested", (4..1000).map(a).collect(), a(LEN)),
        (
            "nested, and none to the end",
            (4..1000).map(ends_in_b).collect(),
            a(LEN),
        ),
        (
            "the nested ones of what is not there",
            (4..1000).map(a).chain([ends_in_b(1000)]).collect(),
            repeat(&ends_in_b(999)),
        ),
        (
            "all starts of all patterns",
            random.clone(),
            repeat(&starts),
        ),
        ("all patterns", random.clone(), repeat(&random.concat())),
        ("a start in common", kin.clone(), repeat(&kin[0][..63])),
        (
            "all but the end of a long one",
            vec![long.clone()],
            repeat(&long[..49_999]),
        ),
        (
            "a longer part of a long one each time",
            vec![long.clone()],
            (1..700).flat_map(|len| long[..len].to_vec()).collect(),
        ),
        ("one piece", vec![b"abababab".repeat(1000)], repeat(b"ab")),
    ]
}

#[test]
fn steps_grow_with_the_text_only() {
    for (name, all, text) in hostile() {
        let searcher = searcher(&all);
        // What it costs to build the automata is paid once.
        found(&searcher, &text);
        searcher.partial(&text);
        let ((), steps) = counted(|| searcher.matches(&text).for_each(drop));
        assert!(steps > text.len() / 100, "{name} is no test: {steps} steps");
        assert!(
            steps <= 10 * text.len(),
            "{name}: {steps} steps for {} bytes",
            text.len()
        );
        let (_, steps) = counted(|| searcher.partial(&text));
        let seen = searcher.longest();
        assert!(
            steps <= 10 * seen + 8192,
            "{name}: {steps} steps for the {seen} bytes that matter"
        );
        searcher.truncated(Text::alone(&text), 8);
        // Where each end of the text is asked for, and where the automaton is there already.
        for text in [
            &text[..],
            &text[..text.len() - 1],
            &all[0][..all[0].len() - 1],
        ] {
            let (_, steps) = counted(|| searcher.truncated(Text::alone(text), 8));
            assert!(
                steps <= 10 * seen + 8192,
                "{name}: {steps} steps for the {seen} bytes that matter"
            );
        }
    }
}

#[test]
fn what_is_slow_is_right() {
    for (name, all, text) in hostile() {
        let text = &text[..40_000.min(text.len())];
        let searcher = searcher(&all);
        let is_same = found(&searcher, text) == expected_by_lengths(&all, text);
        assert!(is_same, "{name}");
    }
}

/// The same as [`expected`], for many patterns: tries each length, the longest first.
fn expected_by_lengths(all: &[Vec<u8>], text: &[u8]) -> Vec<Match> {
    let mut numbers = std::collections::HashMap::new();
    (0..).zip(all).for_each(|(number, pattern)| {
        numbers.entry(pattern.as_slice()).or_insert(number);
    });
    let lens: std::collections::BTreeSet<usize> = all.iter().map(Vec::len).collect();
    let longest_at = |start: usize| {
        lens.iter().rev().find_map(|len| {
            let end = start + len;
            numbers.get(text.get(start..end)?).map(|&pattern| Match {
                start,
                end,
                pattern,
            })
        })
    };
    (0..text.len()).filter_map(longest_at).collect()
}

/// An automaton of long patterns takes long to build, so the start of one of them, once, is no
/// reason to.
#[test]
fn the_start_of_a_long_pattern_needs_no_automaton() {
    let long: Vec<Vec<u8>> = (0..8)
        .map(|seed| letters(seed, 60_000))
        .chain([b"a short one".to_vec()])
        .collect();
    let searcher = searcher(&long);
    for text in [
        [b"log: ", &long[3][..100]].concat(),
        [vec![b'.'; 100_000], long[3][..10_000].to_vec()].concat(),
    ] {
        assert_eq!(found(&searcher, &text), []);
        assert_eq!(
            searcher.partial(&text),
            text.len()
                - text
                    .iter()
                    .rposition(|&byte| byte == b'.')
                    .map_or(5, |at| at + 1)
        );
    }
    assert!(searcher.backwards.get().is_none() && searcher.forwards.get().is_none());
    // Where one starts at every byte there is.
    let same = [vec![b'a'; 60_000], b"b".to_vec()].concat();
    let searcher = self::searcher(&[&same]);
    assert_eq!(found(&searcher, &[b'a'].repeat(150_000)), []);
    assert!(searcher.backwards.get().is_some(), "the control");
}

#[test]
fn building_an_automaton_takes_steps_for_each_byte() {
    for (name, all, _) in hostile() {
        let bytes: usize = all.iter().map(Vec::len).sum();
        let dictionary = Dictionary::new(patterns(&all));
        for direction in [Direction::Forwards, Direction::Backwards] {
            let (_, steps) = counted(|| Automaton::new(&dictionary, direction));
            assert!(
                steps <= 2 * bytes,
                "{name}: {steps} steps for {bytes} bytes"
            );
        }
    }
}

#[test]
fn refuses_what_cannot_be_searched_for() {
    let refused = |patterns: &mut Patterns, pattern: &[u8]| {
        let error = patterns.push(pattern).unwrap_err();
        (error.kind(), error.to_string())
    };
    let mut patterns = patterns(&["aaaa"]);
    let short = (
        InvalidValue,
        "a value of less than 4 bytes cannot be redacted; leave it out".to_owned(),
    );
    assert_eq!(refused(&mut patterns, b"aaa"), short);
    assert_eq!(refused(&mut patterns, b""), short);
    let long = vec![b'a'; Patterns::MAX_LEN + 1];
    assert_eq!(
        refused(&mut patterns, &long),
        (
            TooLarge,
            "a value to redact may have 1048576 bytes at most; leave it out".to_owned()
        )
    );
    assert!(patterns.push(&long[1..]).is_ok());
    assert_eq!(patterns.len(), 2);
    let many = "100000 values of 268435456 bytes together can be redacted; redact those of one run"
        .to_owned();
    (2..Patterns::MAX_COUNT).for_each(|_| {
        patterns.push(b"aaaa").unwrap();
    });
    assert_eq!(refused(&mut patterns, b"aaaa"), (TooLarge, many));
    assert_eq!(Searcher::new(patterns).longest(), Patterns::MAX_LEN);
}

#[test]
fn debug_shows_counts_only() {
    let shown = format!(
        "{:?} {:?}",
        patterns(&["hunter2!"]),
        searcher(&["hunter2!", "hunter2!"])
    );
    assert_eq!(shown, "Patterns(1) Searcher { patterns: 1, .. }");
}

#[test]
fn can_be_shared() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Searcher>();
}
