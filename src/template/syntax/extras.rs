//! The pin and the filters of a placeholder, which stand behind its name.

use super::cursor::Cursor;
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::token::Token;
use crate::record::Version;
use crate::reference::ReferenceKind;
use crate::template::chars::DIGIT;

impl<'t> Cursor<'_, 't> {
    /// Reads the pin and the filters; the name was read.
    #[inline]
    pub(super) fn extras(
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
