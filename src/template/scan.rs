//! Finds the placeholders of a text.

use super::engine::Limits;
use super::flaw::Flaw;
use super::parse::{Parsed, Placeholder, parse};
use super::plan::{Cut, Plan, References};
use super::syntax::Marks;
use crate::error::{Error, ErrorKind, Failures, Result};

/// How far the end of a flawed placeholder is looked for, in bytes.
const REACH: usize = 256;

/// Finds the placeholders and escapes of `text` and adds what they refer to.
///
/// # Errors
///
/// All syntax errors of the text in one; `TooLarge` at the first placeholder over the limit.
pub(super) fn scan<'t>(marks: &Marks, limits: Limits, text: &'t str, references: &mut References<'t>) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut failures = Failures::default();
    let mut at = 0;
    while let Some(open) = find_opener(marks, text, at) {
        let body = open + marks.open.len();
        let rest = after_escapes(marks, text, body);
        match parse(marks, text, rest) {
            Parsed::Text => at = open + 1,
            _ if rest > body => {
                plan.push(Cut::escape(body));
                at = body + 1;
            }
            Parsed::Placeholder(placeholder) => {
                references.count_placeholder(limits)?;
                at = placeholder.end;
                match take(placeholder, open, text, references) {
                    Ok(cut) => plan.push(cut),
                    Err(error) => failures.push(|| error),
                }
            }
            Parsed::Flawed(flaw, seen) => {
                let close = closing(marks, text, body, flaw, seen);
                // What the name is blamed for is rather a forgotten end.
                let flaw = if flaw == Flaw::Name && close.is_none() { Flaw::Unclosed } else { flaw };
                at = close.unwrap_or_else(|| trimmed(text, seen).max(body));
                failures.push(|| flaw.error().at(open..at, text));
            }
        }
    }
    failures.into_result()?;
    plan.finish(text);
    Ok(plan)
}

/// The next opener from `at`; of a run such as `<<<<` the last, because no other can begin a placeholder.
fn find_opener(marks: &Marks, text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    let first = marks.finder.find(rest)?;
    let run =
        rest.get(first + 1..)?.windows(marks.open.len()).take_while(|pair| *pair == marks.open.as_bytes()).count();
    Some(at + first + run)
}

/// Where the text after a run of escape marks begins.
fn after_escapes(marks: &Marks, text: &str, body: usize) -> usize {
    let rest = text.as_bytes().get(body..).unwrap_or_default();
    body + rest.iter().take_while(|&&byte| byte == marks.escape).count()
}

fn take<'t>(placeholder: Placeholder<'t>, open: usize, text: &'t str, references: &mut References<'t>) -> Result<Cut> {
    let span = open..placeholder.end;
    let reference = references
        .intern(placeholder.form, placeholder.name, placeholder.version)
        .map_err(|error| Error::new(ErrorKind::Syntax, error.to_string()).at(span.clone(), text))?;
    if let Some((flaw, place)) = placeholder.wrong_filter {
        return Err(flaw.error().with_name(placeholder.name).at(place, text));
    }
    Ok(Cut::value(span, reference, placeholder.filters))
}

/// Behind the closing mark that a flawed placeholder was meant to have, if that is near and on the same line.
fn closing(marks: &Marks, text: &str, body: usize, flaw: Flaw, seen: usize) -> Option<usize> {
    if flaw == Flaw::Namespace {
        return Some(seen);
    }
    let rest = text.as_bytes().get(body..)?;
    let near = rest.get(..REACH).unwrap_or(rest);
    let line = near.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let own = marks.finder.find(line).and_then(|nested| line.get(..nested)).unwrap_or(line);
    memchr::memmem::find(own, marks.close.as_bytes()).map(|close| body + close + marks.close.len())
}

/// `end` moved back over spaces.
fn trimmed(text: &str, end: usize) -> usize {
    text.get(..end).map_or(end, |before| before.trim_end_matches([' ', '\t']).len())
}
