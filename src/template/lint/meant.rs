//! Valid placeholders that were probably meant in another way.

use std::ops::Range;

use super::cuts::placeholder_at;
use super::lint::{Lint, LintKind};
use crate::reference::ReferenceKind;
use crate::template::plan::Plan;
use crate::template::syntax::{Dialect, Hit, Parsed, Rules, WrittenFilters, parse};

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
    if let Some(around) = other_marks(dialect, text, &span) {
        return Some(around);
    }
    let reads_default = is_shell(dialect) && token.name.contains('-');
    reads_default.then(|| Lint::of_placeholder(span, LintKind::Default, DASH))
}

const DASH: &str = "the \"-\" is a part of the name; there are no default values";

/// Returns true for marks in which a shell reads `-` as the beginning of a default value.
fn is_shell(dialect: &Dialect) -> bool {
    dialect.open == "${" && dialect.close == "}" && dialect.kind == ReferenceKind::Secret
}

/// Returns the lint of a placeholder in braces that stands in the marks of another program.
fn other_marks(dialect: &Dialect, text: &str, span: &Range<usize>) -> Option<Lint> {
    let is_braces = |mark: &str, brace: char| !mark.is_empty() && mark.chars().all(|c| c == brace);
    if !is_braces(&dialect.open, '{') || !is_braces(&dialect.close, '}') {
        return None;
    }
    let bytes = text.as_bytes();
    let before = span.start.checked_sub(1)?;
    match (bytes.get(before)?, bytes.get(span.end)) {
        (b'$', _) => Some(Lint::of_placeholder(
            before..span.end,
            LintKind::OtherMarks,
            "the \"$\" stays before the value",
        )),
        (b'{', Some(b'}')) => Some(Lint::of_placeholder(
            before..span.end + 1,
            LintKind::OtherMarks,
            "the outer braces stay around the value",
        )),
        _ => None,
    }
}

/// Returns the lint of text at a longer opener that is a placeholder by a shorter one within it:
/// `${{ NAME }}` where `{{ NAME }}` would be one.
pub(super) fn within_longer(rules: &Rules, text: &str, hit: &Hit<'_>) -> Option<Lint> {
    let (mark, body) = (&hit.opener.mark, hit.at + hit.opener.mark.len());
    if mark.starts_with(['<', '(', '[', '{']) {
        // One bracket more or less is rather a slip within one syntax.
        return None;
    }
    let mut filters = WrittenFilters::new();
    let shorter = rules
        .openers()
        .iter()
        .filter(|opener| opener.mark.len() < mark.len() && mark.ends_with(&*opener.mark));
    let mut dialects = shorter.flat_map(|opener| &opener.dialects);
    dialects.find_map(|dialect| match parse(dialect, text, body, &mut filters) {
        Parsed::Token(token) => Some(Lint::new(
            hit.at..token.end,
            LintKind::OtherMarks,
            format!(
                "{mark} is the mark of another syntax; write {}",
                dialect.example()
            ),
        )),
        _ => None,
    })
}
