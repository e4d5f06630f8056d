//! Finds the placeholders of a text.

use super::comments::Comments;
use super::dialect::{Dialect, Escape};
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::parse::{Parsed, parse};
use super::rules::Rules;
use super::search::{Hit, Search};
use super::sink::Sink;
use super::token::Token;
use super::whole;
use crate::error::{Failures, Result};

/// The number of bytes in which the end of a flawed placeholder is looked for.
const REACH: usize = 256;

/// Finds the placeholders and escapes of `text`.
///
/// # Errors
///
/// All syntax errors of the text in one, and what the sink says.
pub(in crate::template) fn scan<'t>(
    rules: &Rules,
    text: &'t str,
    sink: &mut impl Sink<'t>,
) -> Result<()> {
    let mut failures = Failures::default();
    if !whole::scan(rules, text, sink, &mut failures)? {
        let mut scanner = Scanner {
            text,
            failures: &mut failures,
            sink,
            done: 0,
            comments: Comments::default(),
            filters: WrittenFilters::new(),
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
    /// The filters of the placeholder that was read last.
    filters: WrittenFilters<'t>,
}

impl<'t, S: Sink<'t>> Scanner<'_, 't, S> {
    /// Takes what stands at an opener, and says where to go on.
    #[inline]
    fn opener(&mut self, hit: &Hit<'_>) -> Result<usize> {
        let body = hit.at + hit.opener.mark.len();
        if hit.opener.is_escape {
            let dropped = hit.opener.dropped(self.text, hit.at);
            self.sink.omit(hit.at..hit.at + dropped);
            self.done = hit.at + 2 * dropped;
            return Ok(self.done);
        }
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
            match parse(dialect, self.text, rest, &mut self.filters) {
                Parsed::Text => {}
                _ if rest > body => {
                    self.sink.omit(body..body + 1);
                    self.done = body + 1;
                    return Ok(self.done);
                }
                // Another dialect may read it.
                Parsed::Token(token) if hit.opener.dialects.len() > 1 && !token.has_name() => {
                    misnamed = misnamed.or(Some((dialect, token)));
                }
                Parsed::Token(token) => return self.placeholder(dialect, hit.at, &token),
                Parsed::Flawed(flaw, seen) => flawed = flawed.or(Some((dialect, flaw, seen))),
            }
        }
        if let Some((dialect, token)) = misnamed {
            // A wrong name is said before anything of its filters.
            self.filters.clear();
            return self.placeholder(dialect, hit.at, &token);
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
    fn placeholder(&mut self, dialect: &Dialect, open: usize, token: &Token<'t>) -> Result<usize> {
        if self.is_escaped_before(dialect, open) {
            self.done = open + dialect.open.len();
        } else {
            self.done = token.end;
            self.sink
                .value(open, dialect, token, &self.filters, self.failures)?;
        }
        Ok(self.done)
    }

    /// Returns true if the mark of an escape stands before the opener. The first of several goes,
    /// and with it alone the placeholder.
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
        // The flaw of such a name is rather a forgotten end.
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

/// Returns the beginning of the text after a run of escape marks.
#[inline]
fn after_escapes(dialect: &Dialect, text: &str, body: usize) -> usize {
    let Escape::After(mark) = dialect.escape else {
        return body;
    };
    // The mark is ASCII, and a comparison of one byte is no call.
    if text.as_bytes().get(body).copied().map(char::from) != Some(mark) {
        return body;
    }
    let rest = text.get(body..).unwrap_or_default();
    body + rest.len() - rest.trim_start_matches(mark).len()
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
