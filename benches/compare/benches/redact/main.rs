//! Searchers for many patterns beside our redactor, all in one run: each row an engine, each column
//! a number of patterns, each cell a time and its ratio to a plain copy of the text (`memcpy`).
//!
//! ```text
//! cd benches/compare
//! cargo bench --bench redact                        # everything, about four minutes
//! cargo bench --bench redact -- --quick             # about one minute, rougher
//! cargo bench --bench redact -- regex daachorse     # only engines with such names
//! ```
//!
//! The copy of memory (memcpy) and keyslot are always measured.
//!
//! Three groups. In `log` the text is what a service writes, 1 MB, with a secret in every
//! thousandth line. In `attack` it is one secret and then the starts of patterns, each of some
//! length, a line each, up to 1 MB: on every line an engine begins to match, and never does. In
//! both, the engine is ready, and makes a new text in which what it finds is masked. `build` is how
//! long it takes to make the engine and to drop it.
//!
//! `keyslot` is `Redactor::redact`; "bytes" is `redact_bytes`, which does the same for bytes;
//! "in parts" is a `Stream` that is fed 8 KiB at a time, which gives out bytes, too.
//!
//! # How it is made fair
//!
//! * A redactor is given secrets and searches for all ways to write them; the others are given
//!   patterns. So theirs are the writings of the same secrets, 12 of each, made by code of this
//!   bench; that the redactor has just as many is checked. It cannot search for fewer than all of a
//!   secret. So it has 12 patterns where they have 1 or 10, 108 where they have 100, and 1,008
//!   where they have 1,000. The secrets are random letters and digits, 32 to 48 of them, with no
//!   start in common.
//! * Before an engine is measured, it has to mask a text in which each pattern stands once, and
//!   then the text that it is measured on, as all others do, byte for byte: with the placeholder of
//!   the secret. "Search" only counts what it finds.
//! * The others are set up as their documentation has it for this job: leftmost, longest, with the
//!   prefilters and the kind of automaton that they choose. The alternation of `regex` has longer
//!   patterns first, which makes the first the longest, and room for its states. `memmem` goes over
//!   the text once for each pattern.
//! * Ours makes the writings, and wipes them, within the time of `build`. What an engine builds in
//!   its first search is in no time: the states of `regex`, and the automaton that ours falls back
//!   to under attack.
//!
//! The machine is never quiet enough for absolute times: read the ratios, which are taken seconds
//! apart.

#![allow(clippy::unwrap_used)]

mod engines;
#[path = "../common/measure.rs"]
mod measure;
#[path = "../common/table.rs"]
mod table;
mod texts;
mod work;

use std::borrow::Cow;
use std::hint::black_box;

use engines::{ENGINES, Redact};
use measure::{Measure, Options};
use table::Target;
use texts::Text;
use work::Work;

const LOG: &str = "log";
const ATTACK: &str = "attack";
const BUILD: &str = "build";

const TARGETS: [Target; 9] = [
    Target::times(LOG, "1", 2.5, "memcpy"),
    Target::times(LOG, "10", 4.0, "memcpy"),
    Target::times(LOG, "100", 6.0, "memcpy"),
    Target::times(LOG, "1000", 8.0, "memcpy"),
    Target::times(LOG, "1", 1.5, engines::BYTES).of(engines::PARTS),
    Target::times(LOG, "10", 1.5, engines::BYTES).of(engines::PARTS),
    Target::times(LOG, "100", 1.5, engines::BYTES).of(engines::PARTS),
    Target::times(LOG, "1000", 1.5, engines::BYTES).of(engines::PARTS),
    Target::milliseconds(BUILD, "100", 0.5),
];

fn main() {
    let mut measure = Measure::new(Options::of_process());
    for work in ["1", "10", "100", "1000"].map(Work::new) {
        let patterns = format!("patterns: {},", work.redactor_patterns());
        assert!(
            format!("{:?}", engines::redactor(&work)).contains(&patterns),
            "a redactor does not have {patterns}"
        );
        let each = Text::each(&work.patterns);
        let ready = ENGINES.map(|(name, build)| {
            let redact = build(&work);
            assert!(
                *redact(&each.text) == *each.masked.as_bytes(),
                "{name} does not find all {} patterns",
                work.column
            );
            (name, redact)
        });
        for (group, text) in [
            (LOG, Text::log(&work.patterns)),
            (ATTACK, Text::attack(&work.patterns)),
        ] {
            redact(&mut measure, group, &work, &text, &ready);
        }
        build(&mut measure, &work, &each);
    }
    let cells = measure.into_cells();
    table::print_group(
        &cells,
        LOG,
        "memcpy",
        "log: 1 MB with few secrets, by number of patterns; ratios to memcpy",
    );
    table::print_group(
        &cells,
        ATTACK,
        "memcpy",
        "attack: 1 MB of starts of patterns; ratios to memcpy",
    );
    table::print_group(
        &cells,
        BUILD,
        "keyslot",
        "build: make the engine and drop it; ratios to keyslot",
    );
    table::print_targets(&cells, &TARGETS);
}

fn redact(
    measure: &mut Measure,
    group: &'static str,
    work: &Work,
    text: &Text,
    ready: &[(&'static str, Redact<'_>)],
) {
    let mut column = measure.column(group, work.column, &text.masked);
    column.checked(
        "memcpy",
        |copy| *copy == text.text,
        || black_box(&text.text).to_owned(),
    );
    for (name, redact) in ready {
        let is_right = |made: &Cow<'_, [u8]>| **made == *text.masked.as_bytes();
        column.checked(name, is_right, || redact(black_box(&text.text)));
    }
    let count = engines::aho_corasick_count(work);
    column.checked(
        "aho-corasick, search",
        |count| *count == text.secrets,
        || count(black_box(&text.text)),
    );
}

fn build(measure: &mut Measure, work: &Work, each: &Text) {
    let mut column = measure.column(BUILD, work.column, &each.masked);
    for (name, build) in ENGINES
        .into_iter()
        .filter(|(name, _)| !name.starts_with("keyslot,"))
    {
        let is_right = |redact: &Redact<'_>| *redact(&each.text) == *each.masked.as_bytes();
        column.checked(name, is_right, || build(black_box(work)));
    }
}
