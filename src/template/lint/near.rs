//! Near misses of a text, by each dialect.

use memchr::memmem;

use super::lint::{Lint, LintKind};
use crate::name::SecretName;
use crate::template::chars::{is_identifier, is_name};
use crate::template::plan::Plan;
use crate::template::syntax::{
    Comments, Dialect, Expression, Flaw, Intent, Parsed, Rules, Search, URI, WrittenFilters,
    is_expression, parse,
};

/// The length up to which near misses are found, in bytes.
const REACH: usize = 160;

/// The near misses of a text between its cuts, in order, and none within another.
pub(in crate::template) fn lints(rules: &Rules, text: &str, plan: &Plan) -> Vec<Lint> {
    if rules.uri().is_some() && text.starts_with(URI) {
        return Vec::new();
    }
    if let Some(dialect) = rules.julep().filter(|_| is_expression(text)) {
        let is_other = Expression::read(dialect, text).is_none();
        return is_other
            .then(|| Lint::new(0..text.len(), LintKind::Expression, EXPRESSION))
            .into_iter()
            .collect();
    }
    let mut found = near_misses(rules, text, plan);
    for dialect in rules.openers().iter().flat_map(|opener| &opener.dialects) {
        found.extend(single_brackets(dialect, text, plan).take(Lint::LISTED));
    }
    if rules.uri().is_some() {
        found.extend(embedded(text, plan).take(Lint::LISTED));
    }
    // Of two that begin together the longer.
    found.sort_by_key(|lint| (lint.span().start, std::cmp::Reverse(lint.span().end)));
    let mut end = 0;
    found.retain(|lint| {
        lint.span().start >= end && {
            end = lint.span().end;
            true
        }
    });
    found.truncate(Lint::LISTED);
    found
}

const EXPRESSION: &str =
    "only $ secrets.NAME and $ f\"...{secrets.NAME}...\" are; Julep evaluates all else";

/// Looks where a scan looks, but not into what it found.
fn near_misses(rules: &Rules, text: &str, plan: &Plan) -> Vec<Lint> {
    let mut found = Vec::new();
    let (mut search, mut comments) = (Search::new(rules.openers(), text), Comments::default());
    let mut at = 0;
    while let Some(hit) = search.next(at).filter(|_| found.len() < Lint::LISTED) {
        let body = hit.at + hit.opener.mark.len();
        at = hit.at + 1;
        if hit.opener.dialects.iter().any(|dialect| dialect.comments) {
            if let Some(end) = comments.skip(text, body) {
                at = end;
                continue;
            }
        }
        if !is_cut(plan, hit.at, hit.opener.mark.len()) {
            found.extend(
                hit.opener
                    .dialects
                    .iter()
                    .find_map(|dialect| near_miss(dialect, text, hit.at)),
            );
        }
    }
    found
}

fn near_miss(dialect: &Dialect, text: &str, open: usize) -> Option<Lint> {
    let body = open + dialect.open.len();
    let inner = text.as_bytes().get(body..)?;
    let near = inner.get(..REACH).unwrap_or(inner);
    let line = near.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    // No placeholder holds another opener.
    let first = dialect.open.as_bytes().first();
    let own = line
        .split(|byte| Some(byte) == first && dialect.open != dialect.close)
        .next()?;
    let length = memmem::find(own, dialect.close.as_bytes())?;
    let inner = std::str::from_utf8(own.get(..length)?).ok()?;
    let (kind, message) = kind_of(dialect, inner)?;
    Some(Lint::new(
        open..body + length + dialect.close.len(),
        kind,
        message,
    ))
}

fn kind_of(dialect: &Dialect, inner: &str) -> Option<(LintKind, String)> {
    let trimmed = inner.trim_matches([' ', '\t']);
    let prefix = dialect.prefix.as_deref().unwrap_or_default();
    if !dialect.extras {
        let is_about = trimmed.starts_with(prefix);
        return is_about.then(|| {
            (
                LintKind::Expression,
                format!("only {} is; Julep evaluates all else", dialect.example()),
            )
        });
    }
    let whole = format!("{}{trimmed}{}", dialect.open, dialect.close);
    let mut filters = WrittenFilters::new();
    let kind = match parse(dialect, &whole, dialect.open.len(), &mut filters) {
        Parsed::Token(_) => LintKind::OneSidedSpace,
        Parsed::Flawed(Flaw::Namespace, _) => LintKind::Namespace,
        Parsed::Flawed(..) | Parsed::Text => wrong_inside(dialect, trimmed)?,
    };
    let message = match kind {
        LintKind::OneSidedSpace => "put a space on both sides of the name or on neither".to_owned(),
        LintKind::Version => {
            "a version is \"@\" right after the name and a number from 1 of at most 10 digits"
                .to_owned()
        }
        LintKind::Filter => {
            "a filter is \"|\" and a name in lower case, perhaps with \":\" and an argument"
                .to_owned()
        }
        LintKind::NotAnIdentifier => format!(
            "only {} takes names with spaces, \".\" or \"-\"",
            dialect.example()
        ),
        LintKind::MissingDollar => format!("a secret reference begins with \"{prefix}\""),
        _ => format!("only \"{prefix}\" may follow {}", dialect.open),
    };
    Some((kind, message))
}

fn wrong_inside(dialect: &Dialect, trimmed: &str) -> Option<LintKind> {
    let is_strict = dialect.intent == Intent::Dollar;
    if let Some((word, _)) = trimmed
        .strip_prefix('$')
        .and_then(|inner| inner.split_once('.'))
    {
        return (is_strict && is_identifier(word)).then_some(LintKind::Namespace);
    }
    let name_end = trimmed.find(['@', '|']).unwrap_or(trimmed.len());
    let (name, rest) = trimmed.split_at_checked(name_end)?;
    let name = name.trim_end_matches([' ', '\t']);
    let is_bare = dialect.bare.is_some_and(|names| names.takes(name));
    match rest.bytes().next() {
        Some(b'@') if is_bare => return Some(LintKind::Version),
        Some(_) if is_bare => return Some(LintKind::Filter),
        _ => {}
    }
    let namespace = dialect
        .prefix
        .as_deref()
        .and_then(|prefix| prefix.strip_prefix('$')?.strip_suffix('.'));
    let is_name = SecretName::new(name).is_ok() && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_name
        && name
            .split_once('.')
            .is_some_and(|(word, _)| namespace.is_some_and(|of| word.eq_ignore_ascii_case(of)))
    {
        return Some(LintKind::MissingDollar);
    }
    (is_strict && is_name).then_some(LintKind::NotAnIdentifier)
}

/// `<$secret.NAME>` with one bracket only.
fn single_brackets<'t>(
    dialect: &'t Dialect,
    text: &'t str,
    plan: &'t Plan,
) -> impl Iterator<Item = Lint> + 't {
    let is_doubled = |mark: &str| matches!(mark.as_bytes(), [first, second] if first == second);
    let is_bracket = is_doubled(&dialect.open) && is_doubled(&dialect.close);
    let prefix = dialect
        .prefix
        .as_deref()
        .filter(|prefix| prefix.starts_with('$') && is_bracket);
    let needle =
        prefix.map(|prefix| format!("{}{prefix}", dialect.open.get(1..).unwrap_or_default()));
    let found = needle
        .iter()
        .flat_map(|needle| memmem::find_iter(text.as_bytes(), needle))
        .collect::<Vec<_>>();
    let (open, close) = (dialect.open.bytes().next(), dialect.close.bytes().next());
    found.into_iter().filter_map(move |at| {
        let before = at
            .checked_sub(1)
            .and_then(|before| text.as_bytes().get(before).copied());
        let inner = text.get(at + 1..)?;
        let is_inner = |byte: &u8| *byte != b' ' && (*byte == b'$' || is_name(*byte));
        let name = inner.bytes().take(REACH).take_while(is_inner).count();
        let closes = inner
            .get(name..)?
            .bytes()
            .take(2)
            .take_while(|&byte| Some(byte) == close)
            .count();
        let message = || format!("the marks are {} and {}", dialect.open, dialect.close);
        let is_alone = before != open && !is_cut(plan, at, dialect.open.len());
        (is_alone && closes > 0).then(|| {
            Lint::new(
                at..at + 1 + name + closes,
                LintKind::SingleBracket,
                message(),
            )
        })
    })
}

/// `secret://NAME` within other text.
fn embedded<'t>(text: &'t str, plan: &'t Plan) -> impl Iterator<Item = Lint> + 't {
    memmem::find_iter(text.as_bytes(), URI).filter_map(move |at| {
        let name = text
            .get(at + URI.len()..)?
            .bytes()
            .take_while(|&byte| byte != b' ' && is_name(byte))
            .count();
        let lint = || {
            Lint::new(
                at..at + URI.len() + name,
                LintKind::NotWhole,
                "secret://NAME must be the whole string",
            )
        };
        (name > 0 && !is_cut(plan, at, 0)).then(lint)
    })
}

/// Returns true if a byte belongs to a placeholder, or to the opener of an escape, whose mark
/// stands right before or behind it.
fn is_cut(plan: &Plan, byte: usize, opener: usize) -> bool {
    // Cuts do not overlap, so no more of them are walked over than an opening mark has bytes, and
    // two.
    let after = plan.cuts().partition_point(|cut| cut.span.end < byte);
    plan.cuts()
        .iter()
        .skip(after)
        .take_while(|cut| cut.span.start <= byte + opener)
        .any(|cut| match cut.slot {
            Some(_) => cut.span.contains(&byte),
            None => {
                cut.span.start == byte + opener || cut.span.end == byte || cut.span.contains(&byte)
            }
        })
}
