//! The grammar of placeholders, character by character: each rule is a function from a position to
//! the position after it.

use keyslot::{ReferenceKind, SecretName};

use super::dialect::{Bare, Dialect, Intent, SecretNames};
use super::naive::Asked;

/// The reading of a text behind the opening mark of a dialect.
pub(crate) enum Reading {
    Placeholder(Placeholder),
    /// It was meant as a placeholder and is none.
    Intent,
    Text,
}

pub(crate) struct Placeholder {
    pub(crate) end: usize,
    pub(crate) asked: Asked,
    /// The flaw of its filters.
    pub(crate) wrong: Option<Wrong>,
}

/// A flaw of the filters of a placeholder.
#[derive(Clone, Copy)]
pub(crate) enum Wrong {
    /// The place of the first that does not exist.
    Unknown(usize),
    /// The place of one that must be the last.
    NotLast(usize),
    /// The last makes something else than text.
    NoText,
}

/// Reads a placeholder behind an opener, right or with a name that is a pasted value.
pub(crate) fn placeholder(dialect: &Dialect, text: &[char], body: usize) -> Option<Reading> {
    let start = ws(text, body);
    let name_start = dialect.prefix.and_then(|prefix| word(text, start, prefix));
    let name_end = match name_start {
        Some(start) if dialect.secret_names == SecretNames::Any => any_name(text, start)?,
        Some(start) => identifier(text, start)?,
        None if dialect.bare == Bare::Identifier => identifier(text, start)?,
        None if dialect.bare == Bare::Upper => upper(text, start)?,
        None => return None,
    };
    let (after_pin, pin) = if dialect.extras {
        pin(text, name_end, dialect.close)?
    } else {
        (name_end, None)
    };
    let (after, wrong) = if dialect.extras {
        filters(dialect, text, after_pin)?
    } else {
        (after_pin, None)
    };
    // What has no closing mark has no space either.
    if dialect.close.is_empty() && start > body {
        return None;
    }
    let behind = if dialect.close.is_empty() {
        after
    } else {
        ws(text, after)
    };
    let end = word(text, behind, dialect.close)?;
    let is_one_sided = (start > body) != (behind > after);
    if name_start.is_none() && is_one_sided {
        return None;
    }
    let form = if name_start.is_some() {
        dialect.form
    } else {
        ReferenceKind::Bare
    };
    let name: String = text[name_start.unwrap_or(start)..name_end].iter().collect();
    if is_pasted(&name) {
        return Some(Reading::Intent);
    }
    Some(Reading::Placeholder(Placeholder {
        end,
        asked: Asked { form, name, pin },
        wrong,
    }))
}

pub(crate) fn is_intent(dialect: &Dialect, text: &[char], body: usize) -> bool {
    let start = ws(text, body);
    match dialect.intent {
        Intent::None => false,
        Intent::Default => !dialect.close.is_empty() && is_default(text, start),
        Intent::Prefix => dialect
            .prefix
            .is_some_and(|prefix| word(text, start, prefix).is_some()),
        Intent::Angle => {
            let secret: String = text.iter().skip(start).take(7).collect();
            let is_secret =
                secret.eq_ignore_ascii_case("$secret") && !class(text, start + 7, is_word);
            is_secret
                || namespace(text, body)
                    .is_some_and(|end| word(text, ws(text, end), dialect.close).is_some())
        }
    }
}

/// IDENT [`:`] and a sign.
fn is_default(text: &[char], at: usize) -> bool {
    identifier(text, at).is_some_and(|end| {
        let sign = word(text, end, ":").unwrap_or(end);
        class(text, sign, |c| "-=?+".contains(c))
    })
}

/// `$` IDENT [`.` …].
fn namespace(text: &[char], at: usize) -> Option<usize> {
    let end = identifier(text, word(text, at, "$")?)?;
    let dot = word(text, end, ".");
    Some(dot.map_or(end, |dot| {
        many(text, dot, |c| is_word(c) || c == '.' || c == '-')
    }))
}

/// The longest name from here; a name does not end with a space.
fn any_name(text: &[char], at: usize) -> Option<usize> {
    let mut end = many(text, at, |c| is_word(c) || " .-".contains(c));
    while end > at && text[end - 1] == ' ' {
        end -= 1;
    }
    let name: String = text[at..end].iter().collect();
    (name.starts_with(is_word) && name.len() <= 128 && !name.contains("  ")).then_some(end)
}

pub(crate) fn identifier(text: &[char], at: usize) -> Option<usize> {
    let end = many(text, at, is_word);
    (class(text, at, |c| is_word(c) && !c.is_ascii_digit()) && end - at <= 128).then_some(end)
}

fn upper(text: &[char], at: usize) -> Option<usize> {
    let is_upper = |c: char| c.is_ascii_uppercase() || c == '_';
    let end = many(text, at, |c| is_upper(c) || c.is_ascii_digit());
    (class(text, at, is_upper) && end - at <= 128).then_some(end)
}

/// The end of the pin, which may be missing, and its number; `None` when it is wrong.
pub(crate) fn pin(text: &[char], at: usize, close: &str) -> Option<(usize, Option<u64>)> {
    let no_pin = Some((at, None));
    if !close.is_empty() && word(text, at, close).is_some() {
        return no_pin;
    }
    let Some(start) = word(text, at, "@") else {
        return no_pin;
    };
    let end = many(text, start, |c| c.is_ascii_digit());
    let digits: String = text[start..end].iter().collect();
    ((1..=10).contains(&digits.len()) && !digits.starts_with('0'))
        .then(|| (end, Some(digits.parse().unwrap())))
}

/// The end of the filters, and what is wrong with them; `None` when one is wrong by the grammar.
fn filters(dialect: &Dialect, text: &[char], mut at: usize) -> Option<(usize, Option<Wrong>)> {
    let [open, close] = [dialect.open, dialect.close].map(|mark| mark.chars().next().unwrap());
    let (mut unknown, mut typed, mut last) = (None, None, 0);
    while let Some(bar) = word(text, ws(text, at), "|") {
        let start = ws(text, bar);
        if !class(text, start, |c| c.is_ascii_lowercase()) {
            return None;
        }
        at = many(text, start, |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
        });
        let filter: String = text[start..at].iter().collect();
        let mut argument = None;
        if let Some(start) = word(text, at, ":") {
            at = many(text, start, |c| {
                !" \t\r\n|<>{}".contains(c) && c != open && c != close
            });
            if !(1..=128).contains(&(at - start)) {
                return None;
            }
            argument = Some(text[start..at].iter().collect::<String>());
        }
        if unknown.is_none() && !exists(&filter, argument.as_deref()) {
            unknown = Some(start);
        }
        if typed.is_none() && TYPED.contains(&filter.as_str()) {
            typed = Some(start);
        }
        last = start;
    }
    let wrong = match (unknown, typed) {
        (Some(unknown), _) => Some(Wrong::Unknown(unknown)),
        (None, Some(typed)) if typed < last => Some(Wrong::NotLast(typed)),
        (None, typed) => typed.map(|_| Wrong::NoText),
    };
    Some((at, wrong))
}

/// The filters that make something else than text, which no text takes.
const TYPED: [&str; 2] = ["number", "json_value"];

fn exists(filter: &str, argument: Option<&str>) -> bool {
    match argument {
        None => {
            ["base64", "base64url", "hex", "url", "json", "shell", "trim"].contains(&filter)
                || TYPED.contains(&filter)
        }
        Some(argument) => {
            let escapes = argument
                .split('~')
                .skip(1)
                .all(|rest| rest.starts_with(['0', '1']));
            cfg!(feature = "json") && filter == "get" && argument.starts_with('/') && escapes
        }
    }
}

/// Returns true if a name by the grammar looks like a credential. The list of their beginnings is
/// no grammar and is not written twice.
pub(crate) fn is_pasted(name: &str) -> bool {
    SecretName::new(name).is_err()
}

pub(crate) fn ws(text: &[char], at: usize) -> usize {
    many(text, at, |c| c == ' ' || c == '\t')
}

pub(crate) fn word(text: &[char], at: usize, expected: &str) -> Option<usize> {
    let end = at + length(expected);
    (text.get(at..end)? == expected.chars().collect::<Vec<_>>()).then_some(end)
}

pub(crate) fn many(text: &[char], mut at: usize, is: impl Fn(char) -> bool) -> usize {
    while class(text, at, &is) {
        at += 1;
    }
    at
}

pub(crate) fn class(text: &[char], at: usize, is: impl Fn(char) -> bool) -> bool {
    text.get(at).is_some_and(|&c| is(c))
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

pub(crate) fn length(mark: &str) -> usize {
    mark.chars().count()
}
