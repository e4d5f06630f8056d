//! Text that nearly begins a secret reference, or holds one in an expression.

use super::lint::LintKind;
use crate::template::syntax::{Dialect, Near};

/// Returns the kind of near miss that the text between two marks is by the prefix of a dialect.
pub(super) fn prefix_miss(dialect: &Dialect, inner: &str) -> Option<LintKind> {
    let prefix = Prefix::of(dialect)?;
    if dialect.near == Near::Engines && prefix.before == "$" {
        // `$secrets.x` and `{{ f $secret.x }}` belong to other engines.
        return prefix.is_other_case(inner).then_some(LintKind::Prefix);
    }
    if inner.starts_with(dialect.prefix.as_deref()?) {
        return Some(LintKind::Expression);
    }
    if prefix.begins(inner) {
        return Some(LintKind::Prefix);
    }
    let mut words = words(inner);
    let is_held = words.any(|(word, rest)| {
        prefix.is_word(word) && (dialect.near == Near::Own || is_field(rest, prefix.after))
    });
    is_held.then_some(LintKind::Expression)
}

/// The word of a prefix, and the characters around it: `secret` between `$` and `.`.
struct Prefix<'d> {
    before: &'d str,
    word: &'d str,
    after: &'d str,
}

impl<'d> Prefix<'d> {
    /// `None` for a dialect without a prefix, and for a word too short to be meant.
    fn of(dialect: &'d Dialect) -> Option<Self> {
        let prefix = dialect.prefix.as_deref()?;
        let start = prefix.find(is_word)?;
        let (before, rest) = prefix.split_at_checked(start)?;
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        (word.len() > 2).then_some(Self {
            before,
            word,
            after,
        })
    }

    /// Returns true for the word in any case, with an `s` at its end or without.
    fn is_word(&self, word: &str) -> bool {
        let singular = |word: &str| word.strip_suffix(['s', 'S']).unwrap_or(word).len();
        let cut = |word: &'d str| word.get(..singular(word)).unwrap_or_default();
        word.get(..singular(word))
            .is_some_and(|word| word.eq_ignore_ascii_case(cut(self.word)))
    }

    /// Returns true for text that begins as the prefix does, but for the case of its letters.
    fn is_other_case(&self, inner: &str) -> bool {
        let length = self.before.len() + self.word.len() + self.after.len();
        let whole = [self.before, self.word, self.after].concat();
        inner
            .get(..length)
            .is_some_and(|begin| begin != whole && begin.eq_ignore_ascii_case(&whole))
    }

    /// Returns true for text that begins with the word and a field, without its right characters
    /// before and between.
    fn begins(&self, inner: &str) -> bool {
        let inner = inner.strip_prefix(self.before).unwrap_or(inner);
        let Some((word, rest)) = words(inner).next() else {
            return false;
        };
        let is_first = inner.starts_with(word);
        let name = [self.after, "."]
            .into_iter()
            .find_map(|sign| rest.strip_prefix(sign));
        is_first
            && self.is_word(word)
            && name.is_some_and(|name| !name.is_empty() && name.chars().all(is_of_name))
    }
}

/// Returns true for the text behind a word if it goes on to a field of it.
fn is_field(rest: &str, after: &str) -> bool {
    let mut signs = [after, "."].into_iter();
    let is_name = |rest: &str| rest.starts_with(is_word);
    rest.starts_with('[') || signs.any(|sign| rest.strip_prefix(sign).is_some_and(is_name))
}

/// The words of a text, each with the text behind it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, at_word) = rest.split_at_checked(rest.find(is_word)?)?;
        let end = at_word.find(|c| !is_word(c)).unwrap_or(at_word.len());
        let (word, behind) = at_word.split_at_checked(end)?;
        rest = behind;
        Some((word, behind))
    })
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_of_name(character: char) -> bool {
    is_word(character) || matches!(character, '.' | '-')
}
