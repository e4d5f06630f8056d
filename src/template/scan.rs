//! Finds the placeholders of a text.

mod comments;
mod search;
mod whole;

use std::ops::Range;

use super::flaw::Flaw;
use super::parse::{Parsed, Placeholder, parse};
use super::syntax::{Dialect, Escape, Rules};
use crate::error::{Error, Failures, Result};
pub(super) use comments::Comments;
pub(super) use search::{Hit, Search};
pub(super) use whole::{Expression, Piece, URI, is_expression};

/// How far the end of a flawed placeholder is looked for, in bytes.
const REACH: usize = 256;

/// Takes what a scan finds, in the order of the text.
pub(super) trait Sink<'t> {
    /// These bytes do not come out.
    fn omit(&mut self, span: Range<usize>);

    /// A value stands here. What is wrong with this one placeholder goes into `failures`.
    ///
    /// # Errors
    ///
    /// What ends the scan.
    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        found: Placeholder<'t>,
        failures: &mut Failures,
    ) -> Result<()>;

    /// What stands here means to be a placeholder, but is none.
    fn flaw(&mut self, span: Range<usize>, error: impl FnOnce() -> Error, failures: &mut Failures) {
        let _ = span;
        failures.push(error);
    }

    /// Whether the text, an expression of these pieces, is replaced; if not, it stays as it is and
    /// none of them is given.
    ///
    /// # Errors
    ///
    /// What ends the scan.
    fn takes(
        &mut self,
        dialect: &Dialect,
        pieces: &[Piece<'t>],
        failures: &mut Failures,
    ) -> Result<bool> {
        let _ = (dialect, pieces, failures);
        Ok(true)
    }
}

/// Finds the placeholders and escapes of `text`.
///
/// # Errors
///
/// All syntax errors of the text in one, and what the sink says.
pub(super) fn scan<'t>(rules: &Rules, text: &'t str, sink: &mut impl Sink<'t>) -> Result<()> {
    let mut failures = Failures::default();
    if !whole::scan(rules, text, sink, &mut failures)? {
        let mut scanner = Scanner {
            text,
            failures: &mut failures,
            sink,
            done: 0,
            comments: Comments::default(),
        };
        let mut search = Search::new(rules.openers(), text);
        let mut at = 0;
        while let Some(hit) = search.next(at) {
            at = scanner.opener(&hit)?;
        }
    }
    failures.into_result()
}

struct Scanner<'s, 't, S> {
    text: &'t str,
    failures: &'s mut Failures,
    sink: &'s mut S,
    /// Behind the last thing that was more than text.
    done: usize,
    comments: Comments,
}

impl<'t, S: Sink<'t>> Scanner<'_, 't, S> {
    /// Takes what stands at an opener, and says where to go on.
    #[inline]
    fn opener(&mut self, hit: &Hit<'_>) -> Result<usize> {
        let body = hit.at + hit.opener.mark.len();
        let (mut misnamed, mut flawed) = (None, None);
        // Dialects times openers: the dialects are the host's.
        for dialect in &hit.opener.dialects {
            if dialect.comments {
                if let Some(end) = self.comments.skip(self.text, body) {
                    self.done = end;
                    return Ok(end);
                }
            }
            let rest = after_escapes(dialect, self.text, body);
            match parse(dialect, self.text, rest) {
                Parsed::Text => {}
                _ if rest > body => {
                    self.sink.omit(body..body + 1);
                    self.done = body + 1;
                    return Ok(self.done);
                }
                // Another dialect may read it.
                Parsed::Placeholder(found)
                    if hit.opener.dialects.len() > 1 && !found.has_name() =>
                {
                    misnamed = misnamed.or(Some((dialect, found)));
                }
                Parsed::Placeholder(found) => return self.placeholder(dialect, hit.at, found),
                Parsed::Flawed(flaw, seen) => flawed = flawed.or(Some((dialect, flaw, seen))),
            }
        }
        if let Some((dialect, found)) = misnamed {
            return self.placeholder(dialect, hit.at, found);
        }
        let Some((dialect, flaw, seen)) = flawed else {
            return Ok(hit.at + 1);
        };
        self.done = if self.is_escaped_before(dialect, hit.at) {
            body
        } else {
            self.flaw(dialect, hit.at, flaw, seen)
        };
        Ok(self.done)
    }

    #[inline]
    fn placeholder(
        &mut self,
        dialect: &Dialect,
        open: usize,
        found: Placeholder<'t>,
    ) -> Result<usize> {
        if self.is_escaped_before(dialect, open) {
            self.done = open + dialect.open.len();
        } else {
            self.done = found.end;
            self.sink.value(open, dialect, found, self.failures)?;
        }
        Ok(self.done)
    }

    /// Whether the mark of an escape stands before the opener. The first of several goes, and with
    /// it alone the placeholder.
    fn is_escaped_before(&mut self, dialect: &Dialect, open: usize) -> bool {
        let Escape::Before(mark) = dialect.escape else {
            return false;
        };
        let before = self.text.get(self.done..open).unwrap_or_default();
        let marks = before.len() - before.trim_end_matches(mark).len();
        if marks > 0 {
            self.sink.omit(open - marks..open - marks + 1);
        }
        marks == 1
    }

    #[cold]
    fn flaw(&mut self, dialect: &Dialect, open: usize, flaw: Flaw, seen: usize) -> usize {
        let body = open + dialect.open.len();
        let close = closing(dialect, self.text, body, flaw, seen);
        // What the name is blamed for is rather a forgotten end.
        let flaw = if flaw == Flaw::Name && close.is_none() {
            Flaw::Unclosed
        } else {
            flaw
        };
        let end = close.unwrap_or_else(|| trimmed(self.text, seen).max(body));
        self.sink.flaw(
            open..end,
            || flaw.error(dialect).at(open..end, self.text),
            self.failures,
        );
        end
    }
}

/// Where the text after a run of escape marks begins.
#[inline]
fn after_escapes(dialect: &Dialect, text: &str, body: usize) -> usize {
    let Escape::After(mark) = dialect.escape else {
        return body;
    };
    let rest = text.get(body..).unwrap_or_default();
    if rest.starts_with(mark) {
        body + rest.len() - rest.trim_start_matches(mark).len()
    } else {
        body
    }
}

/// Behind the closing mark that a flawed placeholder was meant to have, if that is near and on the
/// same line.
fn closing(dialect: &Dialect, text: &str, body: usize, flaw: Flaw, seen: usize) -> Option<usize> {
    if flaw == Flaw::Namespace {
        return Some(seen);
    }
    let (open, close) = (dialect.open.as_bytes(), dialect.close.as_bytes());
    let rest = text.as_bytes().get(body..)?;
    let near = rest.get(..REACH).unwrap_or(rest);
    let line = near.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let nested = if open == close {
        None
    } else {
        memchr::memmem::find(line, open)
    };
    let own = nested.and_then(|nested| line.get(..nested)).unwrap_or(line);
    memchr::memmem::find(own, close).map(|found| body + found + close.len())
}

/// `end` moved back over spaces.
fn trimmed(text: &str, end: usize) -> usize {
    text.get(..end)
        .map_or(end, |before| before.trim_end_matches([' ', '\t']).len())
}

/// An error about one placeholder.
pub(super) fn mark(error: Error, name: &str, place: Range<usize>, text: &str) -> Error {
    error.with_name(name).at(place, text)
}
