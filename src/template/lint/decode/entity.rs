//! Character references of HTML.

use super::code_point::{number, printable};
use super::means::Means;

/// Reads `&lt;`, `&#60;` and `&#x3c;`, also escaped again, as in `&amp;lt;`.
pub(super) fn entity(rest: &str) -> (Means, usize) {
    let mut at = 1;
    while rest.get(at..).is_some_and(|rest| rest.starts_with("amp;")) {
        at += 4;
    }
    let name = rest.as_bytes().get(at..).unwrap_or_default();
    let name = name.get(..LONGEST).unwrap_or(name);
    let length = name
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')
        .unwrap_or(name.len());
    let (name, behind) = name.split_at_checked(length).unwrap_or_default();
    let is_closed = behind.first() == Some(&b';');
    let character = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).and_then(printable),
        [b'#', digits @ ..] => number(digits, 10).and_then(printable),
        _ => ENTITIES
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|(_, character)| *character)
            // Only the old names may be without an end.
            .filter(|_| is_closed || length == 2),
    };
    match character {
        Some(character) => (
            Means::Character(character),
            at + length + usize::from(is_closed),
        ),
        None if at > 1 => (Means::Character('&'), at),
        None => (Means::Itself, 1),
    }
}

/// The longest entity that is read, in bytes.
const LONGEST: usize = 12;

/// The names in HTML of the characters that marks and placeholders are made of.
const ENTITIES: [(&str, char); 29] = [
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("lpar", '('),
    ("rpar", ')'),
    ("num", '#'),
    ("commat", '@'),
    ("colon", ':'),
    ("period", '.'),
    ("lowbar", '_'),
    ("sol", '/'),
    ("excl", '!'),
    ("vert", '|'),
    ("verbar", '|'),
    ("ast", '*'),
    ("hyphen", '-'),
    ("nbsp", ' '),
    ("Tab", '\t'),
];
