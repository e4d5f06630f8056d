//! The manual's page on the format: its tables have the numbers that are in the bytes.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use keyslot::store::{Kind, Row};

const PAGE: &str = include_str!("../../src/manual/format.md");

/// Words in capital letters that stand on the page: names of functions, SQL, and abbreviations that
/// readers know.
const KNOWN: &str = "AAD ADO AEAD ASCII BLOB CREATE EXPAND EXTRACT FIELDS FIPS HALF HKDF HMAC HTTP \
    INDEX INTEGER JSON KDF KEK LIST NET NOT NULL ODBC ON POSIX PRAGMA RFC SHA SHA256 SQL STRICT \
    TABLE \
    UNIQUE URL UTF XOR";

/// The words in capital letters that are neither known nor a code point.
fn unknown_words(page: &str) -> BTreeSet<&str> {
    let words = page.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '+'));
    let is_capital = |word: &&str| {
        word.bytes().filter(u8::is_ascii_uppercase).count() > 1
            && !word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let known: BTreeSet<&str> = KNOWN.split_whitespace().collect();
    words
        .filter(is_capital)
        .filter(|word| !word.starts_with("U+") && !known.contains(word))
        .collect()
}

/// The rows of the table whose head begins with these cells.
fn table(head: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let line = line.trim_matches('|');
        line.split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect::<Vec<_>>()
    };
    let mut lines = PAGE.lines().skip_while(|line| !line.starts_with(head));
    assert!(lines.next().is_some(), "the page has a table {head}");
    lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect()
}

#[test]
fn no_word_waits_to_be_replaced() {
    assert_eq!(unknown_words(PAGE), BTreeSet::new());
    for (text, word) in [
        ("`u8` each: SURFACES |", "SURFACES"),
        ("TODO: more", "TODO"),
        ("a MAX_INFO b", "MAX_INFO"),
    ] {
        assert_eq!(
            unknown_words(&format!("{PAGE}\n{text}")),
            BTreeSet::from([word])
        );
    }
}

#[test]
fn kinds_of_rows_have_the_numbers_of_the_page() {
    let rows = table("| partition | kind | number | key |");
    let numbers: Vec<(String, u8)> = rows
        .iter()
        .map(|row| (row[1].clone(), row[2].parse().unwrap()))
        .collect();
    let kinds = Kind::ALL.map(|kind| {
        // As the page writes it: `VaultSecret` is "vault secret".
        let name = format!("{kind:?}")
            .chars()
            .fold(String::new(), |mut name, c| {
                if c.is_uppercase() && !name.is_empty() {
                    name.push(' ');
                }
                name.extend(c.to_lowercase());
                name
            });
        (name, kind.number())
    });
    assert_eq!(numbers, kinds);
}

#[test]
fn rows_are_as_long_as_the_page_says() {
    let text = PAGE.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = format!(
        "info ({} bytes at most), body ({} bytes at most)",
        Row::MAX_INFO,
        Row::MAX_BODY
    );
    assert!(text.contains(&says), "{says}");
}

/// Looks into the header of a file, as any reader may (<https://sqlite.org/fileformat2.html>,
/// section 1.3).
#[cfg(feature = "sqlite")]
#[test]
fn the_file_is_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    keyslot::store::SqliteStore::create(&path).unwrap();
    let file = std::fs::read(&path).unwrap();
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    let page_size = u32::from(u16::from_be_bytes([file[16], file[17]]));
    let encoding = ["", "UTF-8", "UTF-16le", "UTF-16be"][number(56) as usize];
    let journal = ["", "delete", "wal"][usize::from(file[18])];
    let rows = table("| property | value |");
    let value = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[1].clone();
    assert_eq!(
        value("application_id"),
        format!("{}: ksl1 in ASCII", number(68))
    );
    assert_eq!(number(68).to_be_bytes(), *b"ksl1");
    assert_eq!(value("user_version"), number(60).to_string());
    assert_eq!(value("page_size"), page_size.to_string());
    assert_eq!(value("encoding"), encoding);
    assert_eq!((value("auto_vacuum"), number(52)), ("0".to_owned(), 0));
    assert!(
        value("journal_mode").starts_with("wal, or delete ")
            && (file[18], journal) == (file[19], journal)
    );

    let shown = PAGE
        .split("```sql\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let entries: Vec<String> = shown
        .split("\n\n")
        .map(|entry| entry.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert!(
            file.windows(entry.len())
                .any(|window| window == entry.as_bytes()),
            "{entry}"
        );
    }
}
