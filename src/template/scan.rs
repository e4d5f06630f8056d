//! Finds the placeholders of a text.

mod search;
pub(super) mod whole;

use std::ops::Range;

use super::flaw::Flaw;
use super::parse::{Parsed, Placeholder, parse};
use super::syntax::{Dialect, Escape, Rules};
use crate::error::{Error, Failures, Result};
use search::{Hit, Search};

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
    fn value(&mut self, start: usize, dialect: &Dialect, found: Placeholder<'t>, failures: &mut Failures)
    -> Result<()>;
}

/// Finds the placeholders and escapes of `text`.
///
/// # Errors
///
/// All syntax errors of the text in one, and what the sink says.
pub(super) fn scan<'t>(rules: &Rules, text: &'t str, sink: &mut impl Sink<'t>) -> Result<()> {
    let mut failures = Failures::default();
    if !whole::scan(rules, text, sink, &mut failures)? {
        let mut scanner = Scanner { text, failures: &mut failures, sink, done: 0, comments: Comments::default() };
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
        let mut flawed = None;
        for dialect in &hit.opener.dialects {
            if dialect.comments && self.is_at(body, "!") {
                return Ok(self.comment(body));
            }
            let rest = after_escapes(dialect, self.text, body);
            match parse(dialect, self.text, rest) {
                Parsed::Text => {}
                _ if rest > body => {
                    self.sink.omit(body..body + 1);
                    self.done = body + 1;
                    return Ok(self.done);
                }
                Parsed::Placeholder(found) => {
                    if self.is_escaped_before(dialect, hit.at) {
                        self.done = body;
                    } else {
                        self.done = found.end;
                        self.sink.value(hit.at, dialect, found, self.failures)?;
                    }
                    return Ok(self.done);
                }
                Parsed::Flawed(flaw, seen) => flawed = flawed.or(Some((dialect, flaw, seen))),
            }
        }
        let Some((dialect, flaw, seen)) = flawed else { return Ok(hit.at + 1) };
        self.done = if self.is_escaped_before(dialect, hit.at) { body } else { self.flaw(dialect, hit.at, flaw, seen) };
        Ok(self.done)
    }

    /// Whether the mark of an escape stands before the opener. The first of several goes, and with it alone the placeholder.
    fn is_escaped_before(&mut self, dialect: &Dialect, open: usize) -> bool {
        let Escape::Before(mark) = dialect.escape else { return false };
        let before = self.text.get(self.done..open).unwrap_or_default();
        let marks = before.len() - before.trim_end_matches(mark).len();
        if marks > 0 {
            self.sink.omit(open - marks..open - marks + 1);
        }
        marks == 1
    }

    /// Behind the comment, or behind its opener if it does not end.
    fn comment(&mut self, body: usize) -> usize {
        let dashed = self.is_at(body, "!--");
        let end = self.comments.end(self.text, body + 1, dashed);
        self.done = end.unwrap_or(self.done);
        end.unwrap_or(body)
    }

    #[cold]
    fn flaw(&mut self, dialect: &Dialect, open: usize, flaw: Flaw, seen: usize) -> usize {
        let body = open + dialect.open.len();
        let close = closing(dialect, self.text, body, flaw, seen);
        // What the name is blamed for is rather a forgotten end.
        let flaw = if flaw == Flaw::Name && close.is_none() { Flaw::Unclosed } else { flaw };
        let end = close.unwrap_or_else(|| trimmed(self.text, seen).max(body));
        self.failures.push(|| flaw.error(dialect).at(open..end, self.text));
        end
    }

    fn is_at(&self, at: usize, mark: &str) -> bool {
        self.text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    }
}

/// Knows once it has looked to the end of the text in vain, so that comments without an end do not take quadratic time.
#[derive(Default)]
struct Comments {
    is_endless: bool,
    is_endless_dashed: bool,
}

impl Comments {
    fn end(&mut self, text: &str, from: usize, dashed: bool) -> Option<usize> {
        let (mark, is_endless) =
            if dashed { ("--}}", &mut self.is_endless_dashed) } else { ("}}", &mut self.is_endless) };
        let rest = text.as_bytes().get(from..).filter(|_| !*is_endless);
        let found = rest.and_then(|rest| memchr::memmem::find(rest, mark.as_bytes()));
        *is_endless = found.is_none();
        found.map(|found| from + found + mark.len())
    }
}

/// Where the text after a run of escape marks begins.
#[inline]
fn after_escapes(dialect: &Dialect, text: &str, body: usize) -> usize {
    let Escape::After(mark) = dialect.escape else { return body };
    let rest = text.get(body..).unwrap_or_default();
    if rest.starts_with(mark) { body + rest.len() - rest.trim_start_matches(mark).len() } else { body }
}

/// Behind the closing mark that a flawed placeholder was meant to have, if that is near and on the same line.
fn closing(dialect: &Dialect, text: &str, body: usize, flaw: Flaw, seen: usize) -> Option<usize> {
    if flaw == Flaw::Namespace {
        return Some(seen);
    }
    let (open, close) = (dialect.open.as_bytes(), dialect.close.as_bytes());
    let rest = text.as_bytes().get(body..)?;
    let near = rest.get(..REACH).unwrap_or(rest);
    let line = near.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let nested = if open == close { None } else { memchr::memmem::find(line, open) };
    let own = nested.and_then(|nested| line.get(..nested)).unwrap_or(line);
    memchr::memmem::find(own, close).map(|found| body + found + close.len())
}

/// `end` moved back over spaces.
fn trimmed(text: &str, end: usize) -> usize {
    text.get(..end).map_or(end, |before| before.trim_end_matches([' ', '\t']).len())
}

/// An error about one placeholder.
pub(super) fn mark(error: Error, name: &str, place: Range<usize>, text: &str) -> Error {
    error.with_name(name).at(place, text)
}
