//! The texts of the source: literals with a space, which are messages or parts of one.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// Files whose texts are for no message: keys, SQL, tests, docs, and what a `Display` shows on a
/// screen (lints and findings are held by tests of their own).
const OTHER: [&str; 23] = [
    "crypto/bundle/header.rs",
    "crypto/context.rs",
    "crypto/sub_keys.rs",
    "crypto/key_context.rs",
    "crypto/key_slot/keys.rs",
    "crypto/key_slot_directory.rs",
    "crypto/stack.rs",
    "error/diagram.rs",
    "error/display.rs",
    "lib.rs",
    "memory.rs",
    "redact/harmless.rs",
    "redact/skipped.rs",
    "redact/parts/all.rs",
    "redact/encodings/shell.rs",
    "template/lint/",
    "vault/verify/finding.rs",
    "store/conformance/",
    "store/traits.rs",
    "store/sqlite/changes.rs",
    "store/sqlite/columns.rs",
    "store/sqlite/rows.rs",
    "store/sqlite/scans.rs",
];

/// Beginnings of texts that are in no message: of a `Debug`, of what other crates say, of what is
/// a bug here.
const NO_MESSAGE: [&str; 10] = [
    "# secret values in clear",
    "SymmetricKey(",
    "SQLite error",
    "any secret name",
    "measured and written lengths differ",
    "lone leading surrogate",
    "unexpected end of hex escape",
    "the same field twice",
    "no time",
    "a value before its key",
];

/// A literal, with the places of its fields.
pub(super) struct Text {
    place: String,
    /// The text between the fields, and in parts that are chosen.
    fixed: Vec<String>,
}

impl Text {
    /// Returns true if the line has the fixed parts in their order.
    pub(super) fn is_in(&self, line: &str) -> bool {
        let mut rest = line;
        self.fixed
            .iter()
            .all(|part| match rest.find(part.as_str()) {
                Some(at) => {
                    rest = &rest[at + part.len()..];
                    true
                }
                None => false,
            })
    }

    /// Returns true if a third of the line or more is this text.
    pub(super) fn is_most_of(&self, line: &str) -> bool {
        let len: usize = self.fixed.iter().map(String::len).sum();
        self.is_in(line) && 3 * len > line.split_once(": ").unwrap().1.len()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fixed.join("…"))
    }
}

pub(super) fn of_the_source() -> Vec<Text> {
    let mut paths = Vec::new();
    collect(&repository().join("src"), &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let place = path.strip_prefix(repository().join("src")).unwrap();
        let place = place.display().to_string();
        let is_other = OTHER.iter().any(|other| place.starts_with(other));
        let is_test = place.contains("/tests") || place.ends_with("tests.rs");
        if !is_other && !is_test {
            found.extend(texts(&place, shipped(&text)));
        }
    }
    found
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// A file without its tests.
fn shipped(text: &str) -> &str {
    text.split("\n#[cfg(test)]\n").next().unwrap()
}

/// The literals of a file that are in sentences.
fn texts(place: &str, source: &str) -> Vec<Text> {
    let literal = regex::Regex::new(
        &[
            r"(?s)//[^\n]*",
            r#"#!?\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]"#,
            r"'(?:[^'\\]|\\.)'",
            r#"\br"[^"]*""#,
            r##"\br#".*?"#"##,
            r#"b?"((?:[^"\\]|\\.)*)""#,
        ]
        .join("|"),
    );
    let (literal, field) = (literal.unwrap(), regex::Regex::new(r"\{[^{}]*\}").unwrap());
    let folded = regex::Regex::new(r"\\\n\s*").unwrap();
    let mut found = Vec::new();
    for captures in literal.captures_iter(source) {
        let Some(text) = captures.get(1) else {
            continue;
        };
        let text = folded.replace_all(text.as_str(), "");
        let is_other = NO_MESSAGE.iter().any(|begin| text.starts_with(begin));
        if is_other || is_sql(&text) || !text.trim().contains(' ') {
            continue;
        }
        let text = text.replace("\\\"", "\"").replace("\\\\", "\\");
        // Doubled braces of a format are braces.
        let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let fixed = field.split(&text).map(|part| {
            let part = part.replace('\u{1}', "{").replace('\u{2}', "}");
            part.trim().to_owned()
        });
        let fixed: Vec<String> = fixed.filter(|part| !part.is_empty()).collect();
        let letters = fixed.concat().chars().filter(|c| c.is_alphabetic()).count();
        if letters >= 4 {
            let place = place.to_owned();
            found.push(Text { place, fixed });
        }
    }
    found
}

fn is_sql(text: &str) -> bool {
    let begins = [
        "PRAGMA ", "SELECT ", "INSERT ", "DELETE ", "CREATE ", "CASE ",
    ];
    begins.iter().any(|word| text.starts_with(word))
}

#[test]
fn texts_are_read_with_their_fields() {
    let source = "/// \"not this one\"\n#[expect(a, reason = \"nor this\")]\n\
                  #[doc = \"[nor] this\"]\nlet a = \"one word: {name} \\\n    and {} more\"; \
                  let b = ' '; let c = \"PRAGMA a b\"; r\"\\\";  let d = \"word\";\n\
                  #[cfg(test)]\nmod tests { \"or this\" }";
    let found = texts("a.rs", shipped(source));
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["a.rs: one word:…and…more"]);
    let [text] = &texts("a.rs", "\"one {a} two\"")[..] else {
        panic!("one text");
    };
    assert!(text.is_in("x: one 1 two") && text.is_most_of("x: one 1 two"));
    assert!(!text.is_in("x: two 1 one"));
    assert!(!text.is_most_of("x: one and very much else, then two"));
}
