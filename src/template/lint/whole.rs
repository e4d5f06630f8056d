//! References that must be a whole string, within other text.

use memchr::memmem;

use super::cuts::is_cut;
use super::lint::{Lint, LintKind};
use crate::template::chars::is_name;
use crate::template::plan::Plan;
use crate::template::syntax::URI;

/// The middle of a reference, which both ways to write its beginning have.
const MIDDLE: &str = "://";

/// `secret://NAME` within other text, or with another beginning such as `SECRET://`.
pub(super) fn embedded<'t>(text: &'t str, plan: &'t Plan) -> impl Iterator<Item = Lint> + 't {
    memmem::find_iter(text.as_bytes(), MIDDLE).filter_map(move |middle| {
        let before = text.get(..middle)?;
        let scheme = ["secret", "secrets"].into_iter().find(|scheme| {
            let word = before
                .len()
                .checked_sub(scheme.len())
                .and_then(|at| before.get(at..));
            word.is_some_and(|word| word.eq_ignore_ascii_case(scheme))
        })?;
        let at = middle - scheme.len();
        let name = text
            .get(middle + MIDDLE.len()..)?
            .bytes()
            .take_while(|&byte| byte != b' ' && is_name(byte))
            .count();
        let (kind, message) = if text.get(at..)?.starts_with(URI) {
            (LintKind::NotWhole, "secret://NAME must be the whole string")
        } else {
            (
                LintKind::Prefix,
                "a secret reference begins with \"secret://\"",
            )
        };
        let lint = || Lint::new(at..middle + MIDDLE.len() + name, kind, message);
        (name > 0 && !is_cut(plan, at, 0)).then(lint)
    })
}
