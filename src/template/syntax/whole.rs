//! References that are a whole string: `secret://NAME` and the expressions of Julep.

use super::dialect::Dialect;
use super::extras::pin;
use super::filters::WrittenFilters;
use super::flaw::Flaw;
use super::parse::{Parsed, parse};
use super::rules::Rules;
use super::sink::{Piece, Sink};
use super::token::Token;
use crate::error::{Failures, Result};
use crate::reference::ReferenceKind;
use crate::template::chars::{is_identifier, is_name};

/// The beginning of a `secret://` reference.
pub(in crate::template) const URI: &str = "secret://";

/// Takes a text that is one of these as a whole, and says whether it is.
///
/// # Errors
///
/// Those of the sink.
pub(super) fn scan<'t>(
    rules: &Rules,
    text: &'t str,
    sink: &mut impl Sink<'t>,
    failures: &mut Failures,
) -> Result<bool> {
    if let Some(dialect) = rules.uri() {
        if let Some(rest) = text.strip_prefix(URI) {
            match uri(rest, text.len()) {
                Ok(token) => sink.value(0, dialect, &token, &[], failures)?,
                Err(flaw) => sink.flaw(
                    0..text.len(),
                    || flaw.error(dialect).at(0..text.len(), text),
                    failures,
                ),
            }
            return Ok(true);
        }
    }
    let Some(dialect) = rules.julep().filter(|_| is_expression(text)) else {
        return Ok(false);
    };
    match Expression::read(dialect, text) {
        Some(Expression::Name(token)) => sink.value(0, dialect, &token, &[], failures)?,
        Some(Expression::Format(pieces)) if sink.takes(dialect, &pieces, failures)? => {
            for piece in pieces {
                match piece {
                    Piece::Omitted(span) => sink.omit(span),
                    // Such a field has no filters.
                    Piece::Field(start, token) => {
                        sink.value(start, dialect, &token, &[], failures)?;
                    }
                }
            }
        }
        Some(Expression::Format(_)) | None => {}
    }
    Ok(true)
}

/// Returns true if Julep evaluates a string.
pub(in crate::template) fn is_expression(text: &str) -> bool {
    text.starts_with("$ ")
}

fn uri(rest: &str, end: usize) -> Result<Token<'_>, Flaw> {
    let (name, version) = match rest.split_once('@') {
        Some((name, digits)) => (name, Some(pin(digits)?)),
        None => (rest, None),
    };
    let is_right = name.bytes().all(|byte| is_name(byte) && byte != b' ');
    match name {
        "" => Err(Flaw::NoName),
        _ if !is_right => Err(Flaw::Name),
        _ => Ok(Token {
            is_word: false,
            version,
            ..Token::plain(ReferenceKind::Secret, name, end)
        }),
    }
}

/// An expression that is about secrets and nothing else.
pub(in crate::template) enum Expression<'t> {
    /// `$ secrets.NAME`
    Name(Token<'t>),
    /// `$ f"…"`
    Format(Vec<Piece<'t>>),
}

impl<'t> Expression<'t> {
    /// `None` for every other expression. `dialect` is the one of its fields.
    pub(in crate::template) fn read(dialect: &Dialect, text: &'t str) -> Option<Self> {
        let inner = text.strip_prefix('$')?.trim_start_matches([' ', '\t']);
        let start = text.len() - inner.len();
        let inner = inner.trim_end_matches([' ', '\t']);
        if let Some(name) = inner.strip_prefix("secrets.") {
            let token = Token::plain(ReferenceKind::Secret, name, text.len());
            return is_identifier(name).then_some(Self::Name(token));
        }
        let quote = inner
            .strip_prefix('f')?
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        let body = inner.get(2..)?.strip_suffix(quote)?;
        if body.contains([quote, '\\', '\r', '\n']) {
            return None;
        }
        let mut pieces = vec![Piece::Omitted(0..start + 2)];
        let end = start + 2 + body.len();
        let mut at = start + 2;
        let mut has_fields = false;
        while let Some(brace) = text.get(at..end)?.find(['{', '}']).map(|found| at + found) {
            let rest = text.get(brace..end)?;
            if rest.starts_with("{{") || rest.starts_with("}}") {
                pieces.push(Piece::Omitted(brace..brace + 1));
                at = brace + 2;
                continue;
            }
            if !rest.starts_with('{') {
                return None;
            }
            let Parsed::Token(token) = parse(dialect, text, brace + 1, &mut WrittenFilters::new())
            else {
                return None;
            };
            at = token.end;
            has_fields = true;
            pieces.push(Piece::Field(brace, token));
        }
        pieces.push(Piece::Omitted(end..text.len()));
        has_fields.then_some(Self::Format(pieces))
    }
}
