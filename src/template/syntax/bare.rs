//! Placeholders of a bare name, such as `{{NAME}}`, and names with a default value.

use super::cursor::Cursor;
use super::dialect::BareNames;
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::token::Token;
use crate::reference::ReferenceKind;
use crate::template::chars::{SPACE, WORD};

impl<'t> Cursor<'_, 't> {
    /// Reads a name to behind the closing mark.
    #[inline]
    pub(super) fn bare(
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
            return Some(Token::plain(ReferenceKind::Bare, name, self.at));
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

    /// Returns a flaw if a default value follows the name at `start`, which no placeholder has.
    #[cold]
    pub(super) fn default_value(&mut self, names: BareNames, start: usize) -> Option<Flaw> {
        self.at = start;
        let name = self.take(WORD);
        let is_name = names.takes_word(name) && !self.dialect.close.is_empty();
        self.eat(":");
        let is_default = is_name && matches!(self.peek(), Some(b'-' | b'=' | b'?' | b'+'));
        is_default.then_some(Flaw::Default)
    }
}
