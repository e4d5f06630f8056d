//! Marks of one bracket, where the syntax has two.

use memchr::memmem;

use super::cuts::is_cut;
use super::inside::REACH;
use super::lint::{Lint, LintKind};
use crate::template::chars::is_name;
use crate::template::plan::Plan;
use crate::template::syntax::Dialect;

/// `<$secret.NAME>` with one bracket only.
pub(super) fn single_brackets<'t>(
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
