//! Values in connection strings: what reads the string finds each value as it was, in its keyword,
//! and nothing else changed.
//!
//! The readers below follow the descriptions of the three formats and share nothing with the crate.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::Engine;
use keyslot::{ErrorKind, Surface, Target, Variables};
use proptest::prelude::*;
use proptest::sample::select;

const SURFACES: [Surface; 3] = [Surface::Libpq, Surface::AdoNet, Surface::Odbc];

fn resolve(surface: Surface, text: &str, value: &str) -> Result<String, ErrorKind> {
    let variables = Variables::new().with("A", value).unwrap();
    let target = Target::tool("db").with_surface(surface);
    let resolved = Engine::new().resolve(&variables, &target, text);
    resolved
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| {
            assert_eq!(error.name(), Some("A"));
            error.kind()
        })
}

type Settings = Vec<(String, String)>;

fn read(surface: Surface, text: &str) -> Option<Settings> {
    let text: Vec<char> = text.chars().collect();
    match surface {
        Surface::Libpq => libpq(&text),
        Surface::AdoNet => pairs(&text, true, |text, at| match text.get(*at) {
            Some(&quote @ ('"' | '\'')) => doubled(text, at, quote),
            _ => Some(until_semicolon(text, at).trim_end().to_owned()),
        }),
        _ => pairs(&text, false, |text, at| match text.get(*at) {
            Some('{') => doubled(text, at, '}'),
            _ => Some(until_semicolon(text, at)),
        }),
    }
}

/// Reads as `conninfo_parse` of libpq does: blanks, keyword, blanks, `=`, blanks, value.
fn libpq(text: &[char]) -> Option<Settings> {
    let mut settings = Settings::new();
    let mut at = 0;
    let blank = |at: usize| text.get(at).is_some_and(char::is_ascii_whitespace);
    loop {
        while blank(at) {
            at += 1;
        }
        if at == text.len() {
            return Some(settings);
        }
        let mut keyword = String::new();
        while at < text.len() && text[at] != '=' && !blank(at) {
            keyword.push(text[at]);
            at += 1;
        }
        while blank(at) {
            at += 1;
        }
        if text.get(at) != Some(&'=') {
            return None;
        }
        at += 1;
        while blank(at) {
            at += 1;
        }
        let mut value = String::new();
        let is_quoted = text.get(at) == Some(&'\'');
        at += usize::from(is_quoted);
        loop {
            match text.get(at) {
                None if is_quoted => return None,
                None => break,
                Some('\'') if is_quoted => {
                    at += 1;
                    break;
                }
                Some(c) if !is_quoted && c.is_ascii_whitespace() => break,
                Some('\\') => {
                    value.extend(text.get(at + 1));
                    at += 2;
                }
                Some(c) => {
                    value.push(*c);
                    at += 1;
                }
            }
        }
        settings.push((keyword, value));
    }
}

/// Keywords and values between semicolons.
fn pairs(
    text: &[char],
    is_ado: bool,
    value: impl Fn(&[char], &mut usize) -> Option<String>,
) -> Option<Settings> {
    let mut settings = Settings::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] == ';' || text[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let mut equals = at + text[at..].iter().position(|c| *c == '=')?;
        // An equals sign of the keyword is written twice.
        while is_ado && text.get(equals + 1) == Some(&'=') {
            equals += 2;
            equals += text.get(equals..)?.iter().position(|c| *c == '=')?;
        }
        let keyword: String = text[at..equals].iter().collect();
        at = equals + 1;
        while text.get(at).is_some_and(char::is_ascii_whitespace) {
            at += 1;
        }
        let value = value(text, &mut at)?;
        while text.get(at).is_some_and(char::is_ascii_whitespace) {
            at += 1;
        }
        if !matches!(text.get(at), None | Some(';')) {
            return None;
        }
        settings.push((keyword.trim().to_owned(), value));
    }
    Some(settings)
}

fn until_semicolon(text: &[char], at: &mut usize) -> String {
    let value: String = text[*at..].iter().take_while(|c| **c != ';').collect();
    *at += value.chars().count();
    value
}

/// A value between quotes, in which the closing one is doubled.
fn doubled(text: &[char], at: &mut usize, close: char) -> Option<String> {
    let mut value = String::new();
    *at += 1;
    loop {
        let c = *text.get(*at)?;
        *at += 1;
        if c == close {
            if text.get(*at) != Some(&close) {
                return Some(value);
            }
            *at += 1;
        }
        value.push(c);
    }
}

const TEXTS: [(Surface, &str); 6] = [
    (Surface::Libpq, "host=h password=<<A>> dbname=d"),
    (Surface::Libpq, r"user='it\'s' password = <<A>>"),
    (Surface::AdoNet, "Server=tcp:h,1433;User=sa;Password=<<A>>;"),
    (
        Surface::AdoNet,
        "App=\"a;\"\"b\"; Password = <<A>> ; Encrypt=yes",
    ),
    (
        Surface::Odbc,
        "Driver={ODBC Driver 18};Server=h;Uid=sa;Pwd=<<A>>;",
    ),
    (Surface::Odbc, "App={a;}}b};Pwd=<<A>>"),
];

#[test]
fn hostile_values_arrive_as_they_are() {
    for (surface, text) in TEXTS {
        for value in [
            "",
            " ",
            "a;b\"c'd",
            "'",
            "\"",
            "\\",
            "}",
            "{",
            "}}",
            "' host=evil",
            "\";Server=evil",
            "};Server=evil",
            "a\nb",
            "é",
            "\\' host=evil",
            "x\\",
            "=",
            "==",
        ] {
            let out = resolve(surface, text, value).unwrap();
            let mut expected = read(surface, &text.replace("<<A>>", "harmless")).unwrap();
            let found = expected
                .iter_mut()
                .find(|(_, value)| value == "harmless")
                .unwrap();
            found.1 = value.to_owned();
            assert_eq!(read(surface, &out), Some(expected), "{surface:?} {out}");
        }
        assert_eq!(resolve(surface, text, "a\0b"), Err(ErrorKind::Unencodable));
    }
}

#[test]
fn places_that_cannot_be_kept_safe_are_refused() {
    for (surface, text) in [
        (Surface::Libpq, "host=<<A>>"),
        (Surface::Libpq, "password='<<A>>'"),
        (Surface::Libpq, "postgres://u:<<A>>@h/d"),
        (Surface::Libpq, "<<A>>"),
        (Surface::AdoNet, "Data Source=<<A>>"),
        (Surface::AdoNet, "Password=\"<<A>>\""),
        (Surface::AdoNet, "Password=x<<A>>"),
        (Surface::Odbc, "Driver=<<A>>"),
        (Surface::Odbc, "Pwd={<<A>>}"),
    ] {
        assert_eq!(
            resolve(surface, text, "abc"),
            Err(ErrorKind::Unencodable),
            "{text}"
        );
    }
}

fn piece() -> impl Strategy<Value = String> {
    let pieces = vec![
        "password=",
        "host=",
        "user=",
        "Server=",
        "Pwd=",
        "Uid=",
        "x",
        "'",
        "\"",
        "{",
        "}",
        ";",
        " ",
        "\\",
        "=",
        "\n",
        "<<A>>",
    ];
    prop::collection::vec(select(pieces), 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_value_leaves_its_keyword(
        surface in select(SURFACES.to_vec()),
        before in piece(),
        after in piece(),
        value in "['\"{};=\\\\ a\n]{0,6}",
    ) {
        let text = format!("{}<<A>>{}", before.replace("<<A>>", ""), after.replace("<<A>>", ""));
        if let Ok(out) = resolve(surface, &text, &value) {
            // The readers refuse some texts that are not refused before, whatever the value.
            let harmless = resolve(surface, &text, "harmless").unwrap();
            let Some(mut expected) = read(surface, &harmless) else {
                prop_assert_eq!(read(surface, &out), None, "{}", out);
                return Ok(());
            };
            let found: Vec<_> =
                expected.iter_mut().filter(|(_, value)| value == "harmless").collect();
            prop_assert_eq!(found.len(), 1, "{}", harmless);
            for (keyword, found) in found {
                let keyword = keyword.to_ascii_lowercase();
                prop_assert!(!["host", "server"].contains(&&*keyword), "{}", out);
                found.clone_from(&value);
            }
            prop_assert_eq!(read(surface, &out), Some(expected), "{}", out);
        }
    }
}
