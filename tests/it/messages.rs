//! Every message that a user can meet, side by side in `tests/golden/messages/`.
//!
//! Each file but `rare.txt` is written by what really fails: `KEYSLOT_BLESS=1 cargo test
//! --all-features -p keyslot-it messages::` writes them anew; read the difference before you commit
//! it. `rare.txt` is written by hand: messages that only a failing machine, a damaged store or
//! another user of the system brings. A text of the source that is in no file fails the test, and
//! so does a line of `rare.txt` that no text of the source makes.
#![cfg(all(feature = "sqlite", feature = "json", feature = "http", unix))]

mod bundles;
mod files;
mod keys;
mod names;
mod runs;
mod sealed;
mod stores;
mod templates;
mod texts;
mod trees;
mod vaults;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt::Debug;
use std::panic::Location;
use std::{env, fs};

use keyslot::{Error, ErrorKind, Result};

use crate::support::repository;

/// The messages of one file, in the order in which they were made.
#[derive(Default)]
struct Messages {
    lines: Vec<String>,
    /// Calls that should have been refused.
    passed: Vec<String>,
}

impl Messages {
    /// Adds the failures of a call; where stored bytes are damaged, with their causes.
    #[track_caller]
    fn of<T: Debug>(&mut self, refused: Result<T>) {
        match refused {
            Ok(value) => self
                .passed
                .push(format!("{}: {value:?}", Location::caller())),
            Err(error) => self.add(&error),
        }
    }

    fn add(&mut self, error: &Error) {
        for one in error.all() {
            // Causes of other kinds are in the words of the operating system.
            let because = match (one.kind(), one.source()) {
                (ErrorKind::Corrupt, Some(cause)) => format!("\n    because: {cause}"),
                _ => String::new(),
            };
            self.push(format!("{}: {one}{because}", one.kind()));
        }
    }

    /// Adds what a parser of JSON says about a type of this crate.
    #[track_caller]
    fn json<T: Debug + serde::de::DeserializeOwned>(&mut self, json: serde_json::Value) {
        match serde_json::from_value::<T>(json) {
            Ok(value) => self
                .passed
                .push(format!("{}: {value:?}", Location::caller())),
            Err(error) => self.push(format!("json: {error}")),
        }
    }

    /// A message that several calls give stands there once.
    fn push(&mut self, line: String) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }
}

/// Makes the messages of one file.
type Fill = fn(&mut Messages);

/// The files, and what fills them.
const AREAS: [(&str, Fill); 11] = [
    ("names.txt", names::all),
    ("keys.txt", keys::all),
    ("targets.txt", names::targets),
    ("templates.txt", templates::all),
    ("trees.txt", trees::all),
    ("runs.txt", runs::all),
    ("vaults.txt", vaults::all),
    ("bundles.txt", bundles::all),
    ("sealed.txt", sealed::all),
    ("files.txt", files::all),
    ("stores.txt", stores::all),
];

fn golden(name: &str) -> std::path::PathBuf {
    repository().join("tests/golden/messages").join(name)
}

#[test]
fn every_message_is_as_written() {
    let bless = env::var_os("KEYSLOT_BLESS").is_some();
    let mut wrong = Vec::new();
    let (mut made, mut passed) = (0, Vec::new());
    for (name, fill) in AREAS {
        let mut messages = Messages::default();
        fill(&mut messages);
        made += messages.lines.len();
        passed.extend(messages.passed);
        let came_out = messages.lines.join("\n") + "\n";
        if bless {
            fs::write(golden(name), came_out).unwrap();
        } else if fs::read_to_string(golden(name)).unwrap() != came_out {
            wrong.push(format!("{name} came out as\n{came_out}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed.is_empty(), "not refused: {passed:#?}");
    assert!(made > 200, "only {made} messages were made");
}

/// The lines of all files.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for name in AREAS.map(|(name, _)| name).iter().chain(&["rare.txt"]) {
        let text = fs::read_to_string(golden(name)).unwrap();
        lines.extend(text.lines().map(|line| line.trim_start().to_owned()));
    }
    lines
}

#[test]
fn every_text_of_the_source_is_in_a_message() {
    let lines = lines();
    let sources = texts::of_the_source();
    let missing: Vec<String> = sources
        .iter()
        .filter(|text| !lines.iter().any(|line| text.is_in(line)))
        .map(ToString::to_string)
        .collect();
    assert!(
        sources.len() > 250,
        "only {} texts were read",
        sources.len()
    );
    assert!(missing.is_empty(), "no message has {missing:#?}");

    let rare = fs::read_to_string(golden("rare.txt")).unwrap();
    let stale: Vec<&str> = rare
        .lines()
        .filter(|line| !sources.iter().any(|text| text.is_most_of(line)))
        .collect();
    assert!(stale.is_empty(), "nothing in the source says {stale:#?}");
}

#[test]
fn every_kind_has_a_message() {
    let source = fs::read_to_string(repository().join("src/error/kind.rs")).unwrap();
    let codes: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split('"').nth(1))
        .collect();
    let lines = lines();
    let said: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    let silent: Vec<_> = codes.difference(&said).collect();
    assert!(codes.len() > 30, "only {} codes were read", codes.len());
    // Said by stores of other packages alone.
    assert_eq!(silent, [&"store_denied"]);
}

#[test]
fn messages_are_in_lower_case_and_end_without_a_stop() {
    for line in lines() {
        let message = line.split_once(": ").unwrap().1;
        let first = message.chars().next().unwrap();
        let names = ["SQLite", "KEY", "OTHER"];
        let is_name = names.iter().any(|name| message.starts_with(name));
        assert!(!first.is_uppercase() || is_name, "{line}");
        assert!(!message.ends_with(['.', ' ', ';']), "{line}");
    }
}
