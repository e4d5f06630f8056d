//! The filters of a placeholder, as they are written.

use std::ops::Range;

use smallvec::SmallVec;

use super::cursor::{Cursor, count_read};
use super::flaw::Flaw;
use crate::template::chars::{DIGIT, LOWER, SPACE, UNDERSCORE};

/// A filter as it is written.
#[derive(Clone, Debug)]
pub(in crate::template) struct WrittenFilter<'t> {
    pub(in crate::template) name: &'t str,
    pub(in crate::template) argument: Option<&'t str>,
    pub(in crate::template) place: Range<usize>,
}

/// The filters of one placeholder, without an allocation for most.
pub(in crate::template) type WrittenFilters<'t> = SmallVec<[WrittenFilter<'t>; 2]>;

impl<'t> Cursor<'_, 't> {
    /// Reads one filter with the `|` before it, if there is one.
    pub(super) fn filter(&mut self) -> Result<Option<WrittenFilter<'t>>, Flaw> {
        let before = self.at;
        self.skip(SPACE);
        if !self.eat("|") {
            self.at = before;
            return Ok(None);
        }
        self.skip(SPACE);
        let start = self.at;
        if !self.peek().is_some_and(|byte| byte.is_ascii_lowercase()) {
            return Err(Flaw::Filter);
        }
        let name = self.take(LOWER | DIGIT | UNDERSCORE);
        let argument = if self.eat(":") {
            Some(self.argument()?)
        } else {
            None
        };
        Ok(Some(WrittenFilter {
            name,
            argument,
            place: start..self.at,
        }))
    }

    fn argument(&mut self) -> Result<&'t str, Flaw> {
        let marks = [&self.dialect.open, &self.dialect.close].map(|mark| mark.chars().next());
        let ends = |c: char| {
            matches!(c, ' ' | '\t' | '\r' | '\n' | '|' | '<' | '>' | '{' | '}')
                || marks.contains(&Some(c))
        };
        let rest = self.rest();
        let length = rest.find(ends).unwrap_or(rest.len());
        count_read(length + 1);
        self.at += length;
        let argument = rest.get(..length).unwrap_or_default();
        // 128 characters are 512 bytes at most, which keeps the count short.
        if argument.is_empty() || argument.len() > 512 || argument.chars().count() > 128 {
            return Err(Flaw::Argument);
        }
        Ok(argument)
    }
}
