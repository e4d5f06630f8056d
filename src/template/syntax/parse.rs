//! Reads one placeholder, by hand and in one pass: nothing it reads over holds the first character
//! of an opening mark, so that no two openers read the same bytes and the whole scan stays linear.

use super::cursor::Cursor;
use super::dialect::{Dialect, Intent};
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::token::Token;
use crate::template::chars::{SPACE, WORD};

/// The text after an opener.
pub(in crate::template) enum Parsed<'t> {
    Token(Token<'t>),
    /// Means to be a placeholder, but is not valid; the flaw shows at that byte.
    Flawed(Flaw, usize),
    Text,
}

impl Parsed<'_> {
    fn flawed(flaw: Option<Flaw>, at: usize) -> Self {
        flaw.map_or(Self::Text, |flaw| Self::Flawed(flaw, at))
    }
}

/// Reads what follows an opener; `body` is the byte after it. The filters of a placeholder go into
/// `filters`.
#[inline]
pub(in crate::template) fn parse<'t>(
    dialect: &Dialect,
    text: &'t str,
    body: usize,
    filters: &mut WrittenFilters<'t>,
) -> Parsed<'t> {
    filters.clear();
    let mut cursor = Cursor {
        dialect,
        text,
        at: body,
    };
    cursor.skip(SPACE);
    let spaced = cursor.at > body;
    if let Some(prefix) = dialect.prefix.as_deref() {
        if cursor.eat(prefix) {
            let start = cursor.at;
            let name = cursor.take(WORD);
            // Most are closed right after a name of one word.
            if !name.is_empty() && !dialect.identifiers && cursor.eat(&dialect.close) {
                return Parsed::Token(Token::plain(dialect.kind, name, cursor.at));
            }
            return cursor.parse_secret(start, name, filters);
        }
    }
    if dialect.intent == Intent::Dollar && cursor.eat("$") {
        let flaw = cursor.dollar(spaced);
        return Parsed::flawed(flaw, cursor.at);
    }
    let Some(names) = dialect.bare else {
        return Parsed::Text;
    };
    let start = cursor.at;
    match cursor.bare(names, spaced, filters) {
        Some(token) => Parsed::Token(token),
        None if dialect.intent == Intent::Default => {
            let flaw = cursor.default_value(names, start);
            Parsed::flawed(flaw, cursor.at)
        }
        None => Parsed::Text,
    }
}

impl<'t> Cursor<'_, 't> {
    /// Reads a placeholder with a prefix from behind its first word, which began at `start`.
    fn parse_secret(
        &mut self,
        start: usize,
        word: &'t str,
        filters: &mut WrittenFilters<'t>,
    ) -> Parsed<'t> {
        match self.secret(start, word, filters) {
            Ok(token) => Parsed::Token(token),
            Err(_) if self.dialect.intent == Intent::None => Parsed::Text,
            Err(flaw) => Parsed::Flawed(flaw, self.at),
        }
    }
}
