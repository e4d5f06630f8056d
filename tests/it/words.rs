//! The words of the documentation: how comments open, how wide lines are, and what has an example.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// The widest line, in characters.
const WIDTH: usize = 100;

/// Words that open a riddle instead of saying what the item is.
const QUESTIONS: [&str; 12] = [
    "What", "Whether", "Which", "Who", "Whom", "Whose", "Where", "When", "Why", "How", "If", "As",
];

/// The files below a folder of the repository that `is_wanted` takes, but for data.
fn files(folder: &str, is_wanted: fn(&Path) -> bool) -> Vec<PathBuf> {
    fn collect(folder: &Path, is_wanted: fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                let is_data = matches!(
                    &*name,
                    "target" | "corpus" | "golden" | "vectors" | "code" | "data"
                );
                if !is_data && (!name.starts_with('.') || name == ".ci") {
                    collect(&path, is_wanted, found);
                }
            } else if is_wanted(&path) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&repository().join(folder), is_wanted, &mut found);
    found.sort();
    found
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Returns true for all that people write here: source, scripts, manifests and Markdown.
fn is_written(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => ["rs", "md", "sh", "py", "toml"]
            .iter()
            .any(|written| extension == *written),
        // A script without an ending says in its first line what runs it.
        None => fs::read(path).unwrap().starts_with(b"#!"),
    }
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
fn cannot_be_broken(line: &str) -> bool {
    let text = line.trim_start_matches(['/', '!', '#', ' ']);
    text.starts_with('|') && text.ends_with('|') || text.contains("https://")
}

/// The lines that are too wide: of prose, and of code everywhere.
fn wide_lines(text: &str) -> Vec<usize> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.chars().count() > WIDTH && !cannot_be_broken(line))
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn doc_comments_open_with_what_the_item_is() {
    let mut found = Vec::new();
    for (folder, at_least) in [
        ("src", 1_000),
        ("tests", 500),
        ("benches", 100),
        ("examples", 10),
        ("fuzz", 50),
        ("crates", 50),
    ] {
        let mut read = 0;
        for path in files(folder, is_rust) {
            let text = fs::read_to_string(&path).unwrap();
            for (number, opening) in openings(&text) {
                read += 1;
                if is_question(opening) {
                    found.push(format!("{}:{number}: {opening}", path.display()));
                }
            }
        }
        assert!(
            read > at_least,
            "only {read} comments of {folder} were read"
        );
    }
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
    let (mut found, mut read) = (Vec::new(), 0);
    for path in files("", is_written) {
        let text = fs::read_to_string(&path).unwrap();
        read += 1;
        let wide = wide_lines(&text);
        found.extend(
            wide.into_iter()
                .map(|number| format!("{}:{number}", path.display())),
        );
    }
    assert!(read > 500, "only {read} files were read");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn wide_lines_are_found_in_text_and_in_code() {
    let (wide, narrow) = ("a".repeat(101), "ä".repeat(100));
    let planted = format!("{wide}\n{narrow}\n| {wide} |\n```\n{wide}\n```\nhttps://{wide}");
    assert_eq!(wide_lines(&planted), [1, 5]);
    let planted = format!("let a = {wide};\n    // {wide}\n/// ```\n/// {wide}\n/// | {wide} |");
    assert_eq!(wide_lines(&planted), [1, 2, 4]);
    assert_eq!(wide_lines(&format!("    | {wide} => 1,")), [1], "no table");
    let names = |folder| {
        let files = files(folder, is_written);
        let relative = |path: PathBuf| path.strip_prefix(repository()).unwrap().to_owned();
        files.into_iter().map(relative).collect::<Vec<_>>()
    };
    let read = names("");
    for name in [
        "README.md",
        "Cargo.toml",
        "campaign",
        ".ci/run",
        "src/lib.rs",
        "tests/it/words.rs",
        "tests/interop/vault.py",
        "benches/instructions.sh",
    ] {
        assert!(read.iter().any(|path| path == Path::new(name)), "{name}");
    }
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
    // `memory` is there in tests only, and `fuzzing` for the fuzzer.
    let public = files("src", is_rust)
        .into_iter()
        .chain(files("crates/console/src", is_rust))
        .chain(files("crates/keys/src", is_rust))
        .chain(files("crates/import/src", is_rust))
        .chain(files("crates/postgres/src", is_rust))
        .filter(|path| !path.ends_with("memory.rs") && !path.ends_with("crypto/fuzzing.rs"));
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
