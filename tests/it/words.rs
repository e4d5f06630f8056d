//! The words of the documentation: how comments open, how wide lines are, and what has an example.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// The widest line, in characters.
const WIDTH: usize = 100;

/// Words that open a riddle instead of saying what the item is.
const QUESTIONS: [&str; 9] = [
    "What", "Whether", "Which", "Who", "Whom", "Whose", "Where", "Why", "How",
];

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(
                    &*name,
                    "target" | "corpus" | "golden" | "vectors" | "code" | "data"
                ) {
                    collect(&path, extension, found);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&repository().join(folder), extension, &mut found);
    found.sort();
    found
}

/// The first line of each block of doc comments, with its number.
fn openings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        let body = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        match body {
            Some(body) if !in_block => {
                found.push((number, body.trim()));
                in_block = true;
            }
            Some(_) => {}
            None => in_block = false,
        }
    }
    found
}

fn is_question(opening: &str) -> bool {
    let word = opening.split(|c: char| !c.is_alphanumeric()).next();
    word.is_some_and(|word| QUESTIONS.contains(&word))
}

/// Returns true for lines that cannot be broken: rows of tables, and links.
fn cannot_be_broken(text: &str) -> bool {
    text.starts_with('|') || text.contains("https://")
}

/// The lines of prose that are too wide: Markdown, and comments of Rust. Code is formatted by
/// rustfmt, and code in documentation reads as its author breaks it.
fn wide_lines(path: &Path, text: &str) -> Vec<usize> {
    let is_code = path.extension().is_some_and(|extension| extension == "rs");
    let mut in_block = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let prose = if is_code {
            line.trim_start()
                .strip_prefix("//")
                .map(|rest| rest.trim_start_matches(['/', '!']))
        } else {
            Some(line)
        };
        let Some(prose) = prose.map(str::trim_start) else {
            in_block = false;
            continue;
        };
        if prose.starts_with("```") {
            in_block = !in_block;
        }
        if !in_block && line.chars().count() > WIDTH && !cannot_be_broken(prose) {
            found.push(number);
        }
    }
    found
}

#[test]
fn doc_comments_open_with_what_the_item_is() {
    let mut read = 0;
    let mut found = Vec::new();
    for path in files("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for (number, opening) in openings(&text) {
            read += 1;
            if is_question(opening) {
                found.push(format!("{}:{number}: {opening}", path.display()));
            }
        }
    }
    assert!(read > 1_000, "only {read} comments were read");
    assert!(found.is_empty(), "{found:#?}");
    let planted = "fn a() {}\n    /// Whether it is.\n    /// Returns it.\nfn b() {}\n//! Why.";
    let questions: Vec<usize> = openings(planted)
        .into_iter()
        .filter(|(_, opening)| is_question(opening))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(questions, [2, 5]);
}

#[test]
fn lines_end_at_column_100() {
    let mut found = Vec::new();
    let mut read = 0;
    for folder in ["src", "tests", "benches", "examples", "fuzz"] {
        for path in files(folder, "rs").into_iter().chain(files(folder, "md")) {
            let text = fs::read_to_string(&path).unwrap();
            read += 1;
            let wide = wide_lines(&path, &text);
            found.extend(
                wide.into_iter()
                    .map(|number| format!("{}:{number}", path.display())),
            );
        }
    }
    for name in [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
    ] {
        let path = repository().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let wide = wide_lines(&path, &text);
        found.extend(wide.into_iter().map(|number| format!("{name}:{number}")));
    }
    assert!(read > 300, "only {read} files were read");
    assert!(found.is_empty(), "{found:#?}");
    let wide = "a".repeat(101);
    let planted = format!("{wide}\n{}\n| {wide} |\n```\n{wide}\n```", "ä".repeat(100));
    assert_eq!(wide_lines(Path::new("a.md"), &planted), [1]);
    let planted = format!("{wide};\n    // {wide}\n/// ```\n/// {wide}\n/// ```\n//! {wide}");
    assert_eq!(wide_lines(Path::new("a.rs"), &planted), [2, 6]);
}

/// The public functions of a file whose docs have no code, by number of line.
///
/// The lint `unreachable_pub` holds that each `pub` of the source is in the public API.
fn without_example(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut docs = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        if let Some(doc) = line.strip_prefix("///") {
            docs.push_str(doc);
        } else if ["#[", ")", "// "]
            .iter()
            .any(|begin| line.starts_with(begin))
        {
            // An attribute or a comment stands between the docs and the item.
        } else {
            let is_public = line.starts_with("pub fn ") || line.starts_with("pub const fn ");
            if is_public && !docs.contains("```") {
                found.push(number);
            }
            docs.clear();
        }
    }
    found
}

#[test]
fn public_functions_have_an_example() {
    let (mut found, mut read) = (Vec::new(), 0);
    // `memory` is there in tests only.
    let public = files("src", "rs")
        .into_iter()
        .filter(|path| !path.ends_with("memory.rs"));
    for path in public {
        let text = fs::read_to_string(&path).unwrap();
        let lines = without_example(&text);
        read += 1;
        found.extend(
            lines
                .into_iter()
                .map(|number| format!("{}:{number}", path.display())),
        );
    }
    assert!(read > 300, "only {read} files were read");
    assert!(found.is_empty(), "{found:#?}");
    let planted = "/// A.\npub fn a() {}\n/// B.\n/// ```\n/// ```\n#[inline]\npub fn b() {}";
    assert_eq!(without_example(planted), [2]);
}
