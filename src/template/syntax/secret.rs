//! Placeholders with a prefix, such as `<<$secret.NAME>>`, and text that means to be one.

use super::cursor::Cursor;
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::token::Token;
use crate::template::chars::{BLANK, DOT, SPACE, WORD, is, is_identifier};

impl<'t> Cursor<'_, 't> {
    /// Reads to behind the closing mark. The prefix and `word`, which began at `start`, were read.
    pub(super) fn secret(
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

    /// Returns the flaw of text behind a `$` that begins no prefix.
    pub(super) fn dollar(&mut self, spaced: bool) -> Option<Flaw> {
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
            return Some(flaw);
        }
        if spaced || !is_identifier(word) {
            return None;
        }
        if self.eat(".") {
            self.skip(WORD | DOT);
        }
        self.skip(SPACE);
        self.eat(&self.dialect.close).then_some(Flaw::Namespace)
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
}
