//! The settings of a connection string.

use std::ops::Range;

/// The form of a connection string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Form {
    Libpq,
    AdoNet,
    Odbc,
}

/// A keyword and its value.
pub(super) struct Setting {
    pub(super) keyword: Range<usize>,
    /// The value with its quotes.
    pub(super) value: Range<usize>,
    pub(super) is_quoted: bool,
}

/// Reads the settings of a text, one by one. Each byte is read once. A value whose quote is never
/// closed goes on to the end.
pub(super) struct Reader<'t> {
    form: Form,
    text: &'t str,
    at: usize,
}

impl Iterator for Reader<'_> {
    type Item = Setting;

    fn next(&mut self) -> Option<Setting> {
        let start = self.at;
        let equals = self.equals()?;
        self.at = equals + 1;
        let first = self.seek(|c| !is_blank(c)).unwrap_or(self.text.len());
        // Readers of ODBC do not agree on blanks before a value: to some they are a part of it.
        let is_unsure = self.form == Form::Odbc && first > self.at;
        let begin = if is_unsure { self.at } else { first };
        self.at = first;
        let is_quoted = self.pass_quotes();
        if is_quoted && is_unsure {
            self.at = self.text.len();
        }
        if !is_quoted {
            self.pass_open();
        }
        let value = begin..self.at;
        if self.form != Form::Libpq {
            // Whatever stands behind a quoted value is no part of it.
            self.at = self
                .seek(|c| c == ';')
                .map_or(self.text.len(), |end| end + 1);
        }
        Some(Setting {
            keyword: start..equals,
            value: self.trimmed(value),
            is_quoted,
        })
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(form: Form, text: &'t str) -> Self {
        Self { form, text, at: 0 }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The first character from here on that is one of those.
    fn seek(&self, is_one: impl Fn(char) -> bool) -> Option<usize> {
        self.rest().find(is_one).map(|at| self.at + at)
    }

    /// The equals sign behind the keyword. ADO.NET writes one that belongs to the keyword twice.
    fn equals(&self) -> Option<usize> {
        let mut signs = self
            .rest()
            .match_indices('=')
            .map(|(at, _)| self.at + at)
            .peekable();
        while let Some(at) = signs.next() {
            if self.form != Form::AdoNet || signs.next_if_eq(&(at + 1)).is_none() {
                return Some(at);
            }
        }
        None
    }

    /// Passes a value in quotes; returns false if there is none.
    fn pass_quotes(&mut self) -> bool {
        let mut chars = self.rest().char_indices();
        let close = match (self.form, chars.next()) {
            (Form::Libpq, Some((_, '\''))) => '\'',
            (Form::AdoNet, Some((_, quote @ ('"' | '\'')))) => quote,
            (Form::Odbc, Some((_, '{'))) => '}',
            _ => return false,
        };
        let mut chars = chars.peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            let is_pair = match self.form {
                Form::Libpq => c == '\\',
                Form::AdoNet | Form::Odbc => c == close && next == Some(close),
            };
            if is_pair {
                chars.next();
            } else if c == close {
                self.at += at + c.len_utf8();
                return true;
            }
        }
        self.at = self.text.len();
        true
    }

    /// Passes a value without quotes.
    fn pass_open(&mut self) {
        let mut chars = self.rest().char_indices();
        let is_end = |c| match self.form {
            Form::Libpq => is_blank(c),
            Form::AdoNet | Form::Odbc => c == ';',
        };
        let mut end = None;
        while let Some((at, c)) = chars.next() {
            if is_end(c) {
                end = Some(self.at + at);
                break;
            }
            if c == '\\' && self.form == Form::Libpq {
                chars.next();
            }
        }
        self.at = end.unwrap_or(self.text.len());
    }

    /// A value without the blanks behind it, which ADO.NET drops. With those of the others it is
    /// not the whole value.
    fn trimmed(&self, value: Range<usize>) -> Range<usize> {
        if self.form != Form::AdoNet {
            return value;
        }
        let text = self.text.get(value.clone()).unwrap_or_default();
        value.start..value.start + text.trim_end_matches(is_blank).len()
    }
}

/// White space of C, which all three forms skip.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}
