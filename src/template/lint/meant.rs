//! Valid placeholders that were probably meant in another way.

use super::cuts::placeholder_at;
use super::lint::{Lint, LintKind};
use crate::template::plan::Plan;
use crate::template::syntax::{Dialect, Hit, Parsed, WrittenFilters, parse};

/// Returns the lint of the placeholder at an opener, if it has one.
pub(super) fn otherwise_meant(text: &str, plan: &Plan, hit: &Hit<'_>) -> Option<Lint> {
    let span = placeholder_at(plan, hit.at)?;
    let body = hit.at + hit.opener.mark.len();
    let mut filters = WrittenFilters::new();
    let (dialect, token) = hit.opener.dialects.iter().find_map(|dialect| {
        match parse(dialect, text, body, &mut filters) {
            Parsed::Token(token) if token.end == span.end => Some((dialect, token)),
            _ => None,
        }
    })?;
    let reads_default = is_shell(dialect) && token.name.contains('-');
    reads_default.then(|| Lint::of_placeholder(span, LintKind::Default, DASH))
}

const DASH: &str = "the \"-\" is a part of the name; there are no default values";

/// Returns true for marks in which a shell reads `-` as the beginning of a default value.
fn is_shell(dialect: &Dialect) -> bool {
    dialect.open == "${" && dialect.close == "}"
}
