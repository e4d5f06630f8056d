//! Near misses of a text, by each dialect.

use super::bracket::single_brackets;
use super::cuts::is_cut;
use super::encoded::encoded;
use super::inside::near_miss;
use super::lint::{Lint, LintKind};
use super::meant::{otherwise_meant, within_longer};
use super::whole::embedded;
use crate::template::plan::Plan;
use crate::template::syntax::{Comments, Expression, Rules, Search, URI, is_expression};

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
    found.extend(encoded(rules, text, plan));
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
        if hit.opener.is_escape {
            at = hit.at + 2 * hit.opener.dropped(text, hit.at);
            continue;
        }
        at = hit.at + 1;
        if hit.opener.dialects.iter().any(|dialect| dialect.comments) {
            if let Some(end) = comments.skip(text, body) {
                at = end;
                continue;
            }
        }
        let lint = if is_cut(plan, hit.at, hit.opener.mark.len()) {
            otherwise_meant(text, plan, &hit)
        } else {
            near_miss(hit.opener, text, hit.at).or_else(|| within_longer(rules, text, &hit))
        };
        found.extend(lint);
    }
    found
}
