//! A scanner with no thought of speed: what a text means, opener by opener.

use keyslot::{ErrorKind, ReferenceKind};

use super::dialect::{Dialect, Escape, Profile};
use super::grammar::{Placeholder, Reading, Wrong, is_intent, length, placeholder, word};
use super::whole;

/// The meaning of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// Text, with the n-th distinct reference written `⟦n⟧`.
    pub(crate) output: String,
    pub(crate) references: Vec<Asked>,
    /// The byte at which each placeholder begins.
    pub(crate) places: Vec<usize>,
    /// The first error; all else is empty then.
    pub(crate) flaw: Option<Flaw>,
}

/// A reference as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) form: ReferenceKind,
    pub(crate) name: String,
    pub(crate) pin: Option<u64>,
}

/// A flaw, and the byte where it begins: that of the placeholder, or of the name of the filter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) kind: ErrorKind,
    pub(crate) at: usize,
}

impl Meaning {
    pub(crate) fn flawed(text: &[char], kind: ErrorKind, at: usize) -> Self {
        Self {
            flaw: Some(Flaw {
                kind,
                at: bytes_before(text, at),
            }),
            ..Self::default()
        }
    }

    /// Writes the stand-in for a value, whose placeholder begins at `at`.
    pub(crate) fn put(&mut self, text: &[char], at: usize, asked: Asked) {
        let number = self
            .references
            .iter()
            .position(|known| *known == asked)
            .unwrap_or(self.references.len());
        if number == self.references.len() {
            self.references.push(asked);
        }
        self.output.extend(["⟦", &number.to_string(), "⟧"]);
        self.places.push(bytes_before(text, at));
    }
}

/// Returns the meaning of `text` by a set of rules.
pub(crate) fn meaning(profile: &Profile, text: &str) -> Meaning {
    let text: Vec<char> = text.chars().collect();
    if profile.uri && word(&text, 0, "secret://").is_some() {
        return whole::uri(&text);
    }
    if profile.julep && word(&text, 0, "$ ").is_some() {
        return whole::expression(&text);
    }
    scan(&profile.dialects, &text)
}

fn scan(dialects: &[Dialect], text: &[char]) -> Meaning {
    let mut meaning = Meaning::default();
    let mut at = 0;
    // Where the last placeholder, comment or escape ended: no opener and no escape reaches back
    // further.
    let mut floor = 0;
    while at < text.len() {
        let Some(open) = opener(dialects, text, floor, at) else {
            meaning.output.push(text[at]);
            at += 1;
            continue;
        };
        if let Some(mark) = dialects.iter().find_map(doubled) {
            if open == mark.to_string().repeat(2) {
                meaning.output.push(mark);
                (at, floor) = (at + 2, at + 2);
                continue;
            }
        }
        let opening: Vec<&Dialect> = dialects
            .iter()
            .filter(|dialect| dialect.open == open)
            .collect();
        let body = at + length(&open);
        if let Some((end, is_kept)) = opening
            .iter()
            .find_map(|dialect| aside(dialect, text, body))
        {
            meaning.output.extend(if is_kept {
                &text[at..end]
            } else {
                &text[at..body]
            });
            (at, floor) = (end, end);
            continue;
        }
        let (dialect, reading) = first_reading(&opening, text, body);
        if let Reading::Text = reading {
            meaning.output.push(text[at]);
            at += 1;
            continue;
        }
        let escapes = match dialect.escape {
            Escape::Before(mark) => text[floor..at]
                .iter()
                .rev()
                .take_while(|&&c| c == mark)
                .count(),
            _ => 0,
        };
        if escapes > 0 {
            meaning.output.pop();
        }
        if escapes == 1 {
            meaning.output.push_str(&open);
            (at, floor) = (body, body);
            continue;
        }
        match reading {
            Reading::Placeholder(Placeholder {
                wrong: Some(wrong), ..
            }) => {
                let (kind, place) = match wrong {
                    Wrong::Unknown(filter) => (ErrorKind::UnknownFilter, filter),
                    Wrong::NotLast(filter) => (ErrorKind::Syntax, filter),
                    Wrong::NoText => (ErrorKind::Unencodable, at),
                };
                return Meaning::flawed(text, kind, place);
            }
            Reading::Placeholder(Placeholder { end, asked, .. }) => {
                meaning.put(text, at, asked);
                (at, floor) = (end, end);
            }
            _ => return Meaning::flawed(text, ErrorKind::Syntax, at),
        }
    }
    meaning
}

/// The opener that is tried at a position: the longest one, unless it begins within a longer one
/// that is tried.
fn opener(dialects: &[Dialect], text: &[char], floor: usize, at: usize) -> Option<String> {
    let mut tried: Vec<(usize, String)> = Vec::new();
    let opens = dialects.iter().map(|dialect| dialect.open.to_owned());
    let doubled = dialects.iter().filter_map(doubled);
    let opens: Vec<String> = opens
        .chain(doubled.map(|mark| mark.to_string().repeat(2)))
        .collect();
    for at in floor..=at {
        let here = opens.iter().filter(|open| word(text, at, open).is_some());
        let Some(longest) = here.max_by_key(|open| open.len()) else {
            continue;
        };
        let covers = |(start, earlier): &(usize, String)| {
            earlier.len() > longest.len() && at < start + length(earlier)
        };
        if !tried.iter().any(covers) {
            tried.push((at, longest.clone()));
        }
    }
    tried
        .pop()
        .filter(|(start, _)| *start == at)
        .map(|(_, open)| open)
}

/// The end of a comment or of an escape after an opener, and whether all of it stays. What begins
/// as a comment and is not closed ends behind its opener.
fn aside(dialect: &Dialect, text: &[char], body: usize) -> Option<(usize, bool)> {
    let bang = word(text, body, "~").unwrap_or(body);
    if dialect.comments && word(text, bang, "!").is_some() {
        return Some((comment_end(text, bang).unwrap_or(body), true));
    }
    Some((escape_after(dialect, text, body)?, false))
}

/// Of dialects with one opener, which one reads what is behind it, and how.
fn first_reading<'d>(
    dialects: &[&'d Dialect],
    text: &[char],
    body: usize,
) -> (&'d Dialect, Reading) {
    for dialect in dialects {
        if let Some(reading) = placeholder(dialect, text, body) {
            return (dialect, reading);
        }
    }
    for dialect in dialects {
        if is_intent(dialect, text, body) {
            return (dialect, Reading::Intent);
        }
    }
    (dialects[0], Reading::Text)
}

/// The position behind an escape mark that follows an opener.
fn escape_after(dialect: &Dialect, text: &[char], body: usize) -> Option<usize> {
    let Escape::After(mark) = dialect.escape else {
        return None;
    };
    let rest = word(text, body, &mark.to_string())?;
    let is_escaped = placeholder(dialect, text, rest).is_some()
        || is_intent(dialect, text, rest)
        || escape_after(dialect, text, rest).is_some();
    is_escaped.then_some(rest)
}

/// The end of a comment whose `!` is at `bang`, if it has one. The dashes that begin it may end it.
fn comment_end(text: &[char], bang: usize) -> Option<usize> {
    let begin = bang + 1;
    let closes: &[&str] = if word(text, begin, "--").is_some() {
        &["--}}", "--~}}"]
    } else {
        &["}}"]
    };
    (begin..text.len()).find_map(|at| closes.iter().find_map(|close| word(text, at, close)))
}

/// The character that a dialect writes twice.
fn doubled(dialect: &Dialect) -> Option<char> {
    match dialect.escape {
        Escape::Doubled(mark) => Some(mark),
        _ => None,
    }
}

fn bytes_before(text: &[char], at: usize) -> usize {
    text[..at].iter().map(|c| c.len_utf8()).sum()
}
