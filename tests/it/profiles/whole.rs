//! The rules for whole strings, as naive as the scanner.

use keyslot::{ErrorKind, ReferenceKind};

use super::grammar::{class, identifier, is_pasted, is_word, many, pin, word, ws};
use super::naive::{Asked, Meaning};

/// `secret://NAME`, or an error over the whole string.
pub(crate) fn uri(text: &[char]) -> Meaning {
    let parse = || {
        let start = word(text, 0, "secret://")?;
        let end = many(text, start, |c| is_word(c) || c == '.' || c == '-');
        let (after_pin, pin) = pin(text, end, "")?;
        let name: String = text[start..end].iter().collect();
        let is_right = class(text, start, is_word) && end - start <= 128 && !is_pasted(&name);
        (is_right && after_pin == text.len()).then_some(Asked {
            form: ReferenceKind::Secret,
            name,
            pin,
        })
    };
    let Some(asked) = parse() else {
        return Meaning::flawed(text, ErrorKind::Syntax, 0);
    };
    let mut meaning = Meaning::default();
    meaning.put(text, 0, asked);
    meaning
}

/// A text that begins with `$` and a space.
pub(crate) fn expression(text: &[char]) -> Meaning {
    let start = ws(text, 1);
    let reference = || {
        let (end, asked) = secret(text, start)?;
        (ws(text, end) == text.len()).then_some(vec![Part::Field(0, asked)])
    };
    let Some(parts) = reference().or_else(|| f_string(text, start)) else {
        return Meaning {
            output: text.iter().collect(),
            ..Meaning::default()
        };
    };
    let mut meaning = Meaning::default();
    for part in parts {
        match part {
            Part::Character(c) => meaning.output.push(c),
            Part::Field(at, asked) if is_pasted(&asked.name) => {
                return Meaning::flawed(text, ErrorKind::Syntax, at);
            }
            Part::Field(at, asked) => meaning.put(text, at, asked),
        }
    }
    meaning
}

enum Part {
    Character(char),
    /// The place of a field and the reference in it.
    Field(usize, Asked),
}

/// `secrets.name`.
fn secret(text: &[char], at: usize) -> Option<(usize, Asked)> {
    let start = word(text, at, "secrets.")?;
    let end = identifier(text, start)?;
    Some((
        end,
        Asked {
            form: ReferenceKind::Secret,
            name: text[start..end].iter().collect(),
            pin: None,
        },
    ))
}

fn f_string(text: &[char], at: usize) -> Option<Vec<Part>> {
    let quote = *text.get(at + 1)?;
    if text[at] != 'f' || (quote != '"' && quote != '\'') {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = at + 2;
    loop {
        if let Some(after) = word(text, at, "{{") {
            parts.push(Part::Character('{'));
            at = after;
        } else if let Some(after) = word(text, at, "}}") {
            parts.push(Part::Character('}'));
            at = after;
        } else if let Some(body) = word(text, at, "{") {
            let (end, asked) = secret(text, ws(text, body))?;
            parts.push(Part::Field(at, asked));
            at = word(text, ws(text, end), "}")?;
        } else if *text.get(at)? == quote {
            break;
        } else if ['}', '\\', '\r', '\n'].contains(&text[at]) {
            return None;
        } else {
            parts.push(Part::Character(text[at]));
            at += 1;
        }
    }
    let has_field = parts.iter().any(|part| matches!(part, Part::Field(..)));
    (has_field && ws(text, at + 1) == text.len()).then_some(parts)
}
