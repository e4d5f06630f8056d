//! Reads one placeholder, by hand and in one pass: nothing it reads over holds the first character
//! of an opening mark, so that no two openers read the same bytes and the whole scan stays linear.

use super::cursor::Cursor;
use super::dialect::{BareNames, Dialect, Intent};
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::token::Token;
use crate::record::Version;
use crate::reference::ReferenceKind;
use crate::template::chars::{BLANK, DIGIT, DOT, SPACE, WORD, is, is_identifier};

/// The text after an opener.
pub(in crate::template) enum Parsed<'t> {
    Token(Token<'t>),
    /// Means to be a placeholder, but is not valid; the flaw shows at that byte.
    Flawed(Flaw, usize),
    Text,
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
                return Parsed::Token(cursor.plain(dialect.kind, name));
            }
            return cursor.secret(start, name, filters);
        }
    }
    if dialect.intent == Intent::Dollar && cursor.eat("$") {
        return cursor.dollar(spaced);
    }
    let Some(names) = dialect.bare else {
        return Parsed::Text;
    };
    let start = cursor.at;
    match cursor.bare(names, spaced, filters) {
        Some(token) => Parsed::Token(token),
        None if dialect.intent == Intent::Default => cursor.default(names, start),
        None => Parsed::Text,
    }
}

impl<'t> Cursor<'_, 't> {
    fn bare(
        &mut self,
        names: BareNames,
        spaced: bool,
        filters: &mut WrittenFilters<'t>,
    ) -> Option<Token<'t>> {
        let name = self.take(WORD);
        if !names.takes_word(name) {
            return None;
        }
        if !spaced && self.eat(&self.dialect.close) {
            return Some(self.plain(ReferenceKind::Bare, name));
        }
        if self.dialect.close.is_empty() {
            return None;
        }
        let rest = self.extras(ReferenceKind::Bare, name, true, filters).ok()?;
        let gap = self.skip(SPACE) > 0;
        (gap == spaced && self.eat(&self.dialect.close)).then_some(Token {
            end: self.at,
            ..rest
        })
    }

    /// From the beginning of a bare name that no placeholder has.
    #[cold]
    fn default(&mut self, names: BareNames, start: usize) -> Parsed<'t> {
        self.at = start;
        let name = self.take(WORD);
        let is_name = names.takes_word(name) && !self.dialect.close.is_empty();
        self.eat(":");
        match self.peek() {
            Some(b'-' | b'=' | b'?' | b'+') if is_name => Parsed::Flawed(Flaw::Default, self.at),
            _ => Parsed::Text,
        }
    }

    /// From behind `$`, which no prefix followed.
    fn dollar(&mut self, spaced: bool) -> Parsed<'t> {
        let word = self.take(WORD);
        let namespace = self
            .dialect
            .prefix
            .as_deref()
            .map_or("", |prefix| prefix.trim_matches(['$', '.']));
        if word.eq_ignore_ascii_case(namespace) {
            let flaw = match word == namespace {
                false => Flaw::Case,
                true if self.is_at_end_of_line() => Flaw::Unclosed,
                true => Flaw::Shape,
            };
            return Parsed::Flawed(flaw, self.at);
        }
        if spaced || !is_identifier(word) {
            return Parsed::Text;
        }
        if self.eat(".") {
            self.skip(WORD | DOT);
        }
        self.skip(SPACE);
        if self.eat(&self.dialect.close) {
            Parsed::Flawed(Flaw::Namespace, self.at)
        } else {
            Parsed::Text
        }
    }

    /// From behind a word to behind the closing mark; the name began at `start`.
    fn secret(
        &mut self,
        start: usize,
        word: &'t str,
        filters: &mut WrittenFilters<'t>,
    ) -> Parsed<'t> {
        match (
            self.rest_of_secret(start, word, filters),
            self.dialect.intent,
        ) {
            (Ok(token), _) => Parsed::Token(token),
            (Err(_), Intent::None) => Parsed::Text,
            (Err(flaw), _) => Parsed::Flawed(flaw, self.at),
        }
    }

    fn rest_of_secret(
        &mut self,
        start: usize,
        word: &'t str,
        filters: &mut WrittenFilters<'t>,
    ) -> Result<Token<'t>, Flaw> {
        let mut name = word;
        let is_word =
            self.dialect.identifiers || !self.peek().is_some_and(|byte| is(byte, DOT | BLANK));
        if !is_word {
            // Names hold spaces, but do not end with one.
            self.skip(WORD | DOT | BLANK);
            name = self
                .text
                .get(start..self.at)
                .unwrap_or_default()
                .trim_end_matches(' ');
            self.at = start + name.len();
        }
        if name.is_empty() || (self.dialect.identifiers && !is_identifier(name)) {
            self.skip(SPACE);
            return Err(self.why_not_closed(None));
        }
        let rest = self.extras(self.dialect.kind, name, is_word, filters)?;
        self.skip(SPACE);
        if self.eat(&self.dialect.close) {
            return Ok(Token {
                end: self.at,
                ..rest
            });
        }
        Err(self.why_not_closed(Some(&rest)))
    }

    /// The placeholder that closes right after a name of one word.
    #[inline]
    fn plain(&self, kind: ReferenceKind, name: &'t str) -> Token<'t> {
        Token {
            kind,
            name,
            is_word: true,
            version: None,
            filters: self.at..self.at,
            end: self.at,
        }
    }

    #[cold]
    fn why_not_closed(&self, rest: Option<&Token<'_>>) -> Flaw {
        let only_name = rest.is_none_or(|rest| rest.version.is_none() && rest.filters.is_empty());
        let at_close = self
            .dialect
            .close
            .chars()
            .next()
            .is_some_and(|first| self.rest().starts_with(first));
        match self.peek() {
            None | Some(b'\r' | b'\n') => Flaw::Unclosed,
            _ if self.is_at(&self.dialect.open) && !self.is_at(&self.dialect.close) => Flaw::Nested,
            Some(b'@' | b'|') if rest.is_none() => Flaw::NoName,
            _ if at_close && rest.is_none() => Flaw::NoName,
            Some(b'@') => Flaw::Pin,
            Some(_) if only_name && !at_close => Flaw::Name,
            Some(_) => Flaw::Unclosed,
        }
    }

    /// The pin and the filters.
    fn extras(
        &mut self,
        kind: ReferenceKind,
        name: &'t str,
        is_word: bool,
        filters: &mut WrittenFilters<'t>,
    ) -> Result<Token<'t>, Flaw> {
        let mut version = None;
        let mut place = self.at..self.at;
        if self.dialect.extras {
            if self.peek() == Some(b'@') && !self.is_at(&self.dialect.close) {
                self.at += 1;
                version = Some(pin(self.take(DIGIT))?);
            }
            place = self.at..self.at;
            while let Some(one) = self.filter()? {
                place.end = one.place.end;
                filters.push(one);
            }
        }
        Ok(Token {
            kind,
            name,
            is_word,
            version,
            filters: place,
            end: self.at,
        })
    }
}

/// A pin after a name, if that is all of the text.
pub(super) fn pin(digits: &str) -> Result<Version, Flaw> {
    if digits.len() > 10 || digits.starts_with('0') || digits.starts_with('+') {
        return Err(Flaw::Pin);
    }
    digits.parse().ok().and_then(Version::new).ok_or(Flaw::Pin)
}
