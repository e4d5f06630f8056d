//! The messages of near misses, which repeat none of the text.

use std::sync::Arc;

use super::lint::LintKind;
use crate::template::syntax::{Dialect, Intent};

/// Returns the message for a near miss of a dialect; `dialects` have the same opening mark.
pub(super) fn of(kind: LintKind, dialect: &Dialect, dialects: &[Arc<Dialect>]) -> String {
    let (open, close, example) = (&dialect.open, &dialect.close, dialect.example());
    let prefix = dialect.prefix.as_deref();
    match (kind, prefix) {
        (LintKind::OneSidedSpace, _) => {
            "put a space on both sides of the name or on neither".to_owned()
        }
        (LintKind::Version, _) => {
            "a version is \"@\" right after the name and a number from 1 of at most 10 digits"
                .to_owned()
        }
        (LintKind::Filter, _) => {
            "a filter is \"|\" and a name in lower case, perhaps with \":\" and an argument"
                .to_owned()
        }
        (LintKind::NotAnIdentifier, Some(_)) => {
            format!("only {example} takes names with spaces, \".\" or \"-\"")
        }
        (LintKind::NotAnIdentifier, None) => format!(
            "a name between {open} and {close} has letters, digits and \"_\" only, and no default"
        ),
        (LintKind::Default, _) => {
            "there are no default values; write the name alone, and give it a value".to_owned()
        }
        (LintKind::Unclosed, _) => format!("it ends with \"{close}\" on the same line"),
        (LintKind::NoName, _) => format!("it needs a name, as in {example}"),
        (LintKind::MissingDollar | LintKind::Prefix, Some(prefix)) => {
            format!("a secret reference begins with \"{prefix}\"")
        }
        (LintKind::Expression, _) if !dialect.extras => {
            format!("only {example} is; Julep evaluates all else")
        }
        (LintKind::Expression, _) => format!("only {example} is; nothing is evaluated here"),
        (_, Some(prefix)) if dialect.intent == Intent::Dollar || dialect.bare.is_none() => {
            let others = dialects
                .iter()
                .filter_map(|dialect| dialect.prefix.as_deref());
            let others = others.filter(|other| *other != prefix);
            let all: Vec<&str> = std::iter::once(prefix).chain(others).collect();
            format!("only \"{}\" may follow {open}", all.join("\" or \""))
        }
        _ => format!("only a name may follow {open}, as in {example}"),
    }
}
