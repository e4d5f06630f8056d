//! Text behind an opening mark that is no placeholder, but nearly one.

use super::lint::{Lint, LintKind};
use super::prefix::prefix_miss;
use crate::name::SecretName;
use crate::template::chars::is_identifier;
use crate::template::syntax::{Dialect, Flaw, Intent, Near, Opener, Parsed, WrittenFilters, parse};

/// The length up to which near misses are found, in bytes.
pub(super) const REACH: usize = 160;

/// Returns the near miss at an opener, by the first dialect that sees one.
pub(super) fn near_miss(opener: &Opener, text: &str, open: usize) -> Option<Lint> {
    let mut dialects = opener.dialects.iter();
    dialects.find_map(|dialect| {
        let inner = Inner::of(dialect, text, open)?;
        let (kind, length) = inner.judge(dialect)?;
        let span = open..open + dialect.open.len() + length;
        Some(Lint::new(
            span,
            kind,
            super::message::of(kind, dialect, &opener.dialects),
        ))
    })
}

/// The text behind an opening mark, on the same line, up to the next opening mark.
struct Inner<'t> {
    text: &'t str,
    end: End,
}

/// The end of such a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Close,
    Line,
    /// Another opening mark, or too much text to look at.
    Other,
}

impl<'t> Inner<'t> {
    fn of(dialect: &Dialect, text: &'t str, open: usize) -> Option<Self> {
        let rest = text.get(open + dialect.open.len()..)?;
        let near = rest.get(..boundary(rest, REACH)).unwrap_or(rest);
        let line = near.split(['\r', '\n']).next()?;
        // No placeholder holds another opener.
        let first = dialect.open.chars().next();
        let own = line
            .split(|c| Some(c) == first && dialect.open != dialect.close)
            .next()?;
        let close = (!dialect.close.is_empty())
            .then(|| own.find(&*dialect.close))
            .flatten();
        let end = match close {
            Some(_) => End::Close,
            None if own.len() == line.len()
                && (line.len() < near.len() || near.len() == rest.len()) =>
            {
                End::Line
            }
            None => End::Other,
        };
        Some(Self {
            text: own.get(..close.unwrap_or(own.len()))?,
            end,
        })
    }

    /// Returns the kind of the near miss, and its length behind the opening mark.
    fn judge(&self, dialect: &Dialect) -> Option<(LintKind, usize)> {
        let trimmed = self.text.trim_matches([' ', '\t']);
        if self.end == End::Close {
            let kind = closed(dialect, trimmed)?;
            return Some((kind, self.text.len() + dialect.close.len()));
        }
        if dialect.close.is_empty() {
            return None;
        }
        if dialect.has_expressions() {
            return self.open_expression(dialect);
        }
        let (word, rest) = bare(dialect, self.text.trim_start_matches([' ', '\t']))
            .filter(|_| dialect.near == Near::Own)?;
        let kind = match self.end {
            _ if is_default(dialect, rest) => LintKind::Default,
            End::Line => LintKind::Unclosed,
            _ => LintKind::Expression,
        };
        let before = self.text.len() - self.text.trim_start_matches([' ', '\t']).len();
        Some((kind, before + word.len()))
    }

    /// Returns the same for the marks of another program's expressions.
    fn open_expression(&self, dialect: &Dialect) -> Option<(LintKind, usize)> {
        let prefix = dialect.prefix.as_deref()?;
        let begins = self
            .text
            .trim_start_matches([' ', '\t'])
            .starts_with(prefix);
        let kind = match self.end {
            End::Line if begins => LintKind::Unclosed,
            End::Line => return None,
            _ => LintKind::Expression,
        };
        Some((kind, self.text.trim_end().len()))
    }
}

/// Returns the kind of near miss that a text between both marks is.
fn closed(dialect: &Dialect, trimmed: &str) -> Option<LintKind> {
    if dialect.extras {
        let whole = format!("{}{trimmed}{}", dialect.open, dialect.close);
        let mut filters = WrittenFilters::new();
        match parse(dialect, &whole, dialect.open.len(), &mut filters) {
            Parsed::Token(_) => return Some(LintKind::OneSidedSpace),
            Parsed::Flawed(Flaw::Namespace, _) => return Some(LintKind::Namespace),
            Parsed::Flawed(..) | Parsed::Text => {}
        }
        if let Some((word, _)) = trimmed
            .strip_prefix('$')
            .and_then(|inner| inner.split_once('.'))
            .filter(|_| dialect.intent == Intent::Dollar)
        {
            return is_identifier(word).then_some(LintKind::Namespace);
        }
    } else if trimmed.starts_with(dialect.prefix.as_deref().unwrap_or_default()) {
        return Some(LintKind::Expression);
    }
    wrong_name(dialect, trimmed)
        .or_else(|| prefix_miss(dialect, trimmed))
        .or_else(|| other_word(dialect, trimmed))
        .or_else(|| dialect.has_expressions().then_some(LintKind::Expression))
}

/// Returns the kind of a name with something behind it that is wrong.
fn wrong_name(dialect: &Dialect, trimmed: &str) -> Option<LintKind> {
    if let Some((_, rest)) = bare(dialect, trimmed) {
        match rest.trim_start_matches([' ', '\t']).bytes().next() {
            Some(b'@') => return Some(LintKind::Version),
            Some(b'|') => return Some(LintKind::Filter),
            _ if is_default(dialect, rest) => return Some(LintKind::Default),
            _ => {}
        }
    }
    let name_end = trimmed.find(['@', '|']).unwrap_or(trimmed.len());
    let name = trimmed.get(..name_end)?.trim_end_matches([' ', '\t']);
    let is_name = SecretName::new(name).is_ok() && !name.starts_with(|c: char| c.is_ascii_digit());
    let namespace = dialect
        .prefix
        .as_deref()
        .and_then(|prefix| prefix.strip_prefix('$')?.strip_suffix('.'));
    let names_it = |(word, _): (&str, &str)| {
        namespace.is_some_and(|namespace| word.eq_ignore_ascii_case(namespace))
    };
    if is_name && name.split_once('.').is_some_and(names_it) {
        return Some(LintKind::MissingDollar);
    }
    let is_bare = dialect.near != Near::Engines && bare(dialect, name).is_some();
    (is_bare && is_name).then_some(LintKind::NotAnIdentifier)
}

/// Returns the kind of any other text between marks that are used for nothing else.
fn other_word(dialect: &Dialect, trimmed: &str) -> Option<LintKind> {
    if dialect.near != Near::Own {
        return None;
    }
    if trimmed.is_empty() {
        return Some(LintKind::NoName);
    }
    let end = trimmed
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(trimmed.len());
    let (word, rest) = trimmed.split_at_checked(end)?;
    let is_namespace = is_identifier(word)
        && rest
            .strip_prefix(':')
            .is_some_and(|name| SecretName::new(name).is_ok());
    if is_namespace {
        return Some(LintKind::Namespace);
    }
    bare(dialect, trimmed).map(|_| LintKind::Expression)
}

/// Returns the last boundary of characters that is not behind a byte of a text.
fn boundary(text: &str, byte: usize) -> usize {
    let mut places = (0..=byte.min(text.len())).rev();
    places
        .find(|&place| text.is_char_boundary(place))
        .unwrap_or_default()
}

/// Splits a text behind the bare name that it begins with.
fn bare<'t>(dialect: &Dialect, text: &'t str) -> Option<(&'t str, &'t str)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    dialect
        .bare
        .is_some_and(|names| names.takes(word))
        .then_some((word, rest))
}

/// Returns true for the text behind a name if a shell reads a default value in it. Without a colon
/// these signs are operators of other languages, and `-` may be a part of the name.
fn is_default(dialect: &Dialect, rest: &str) -> bool {
    match rest.strip_prefix(':') {
        Some(rest) => rest.starts_with(['-', '=', '?', '+']),
        None => dialect.near == Near::Own && rest.starts_with(['=', '?', '+']),
    }
}
