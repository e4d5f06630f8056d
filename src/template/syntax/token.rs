//! A placeholder as the grammar reads it.

use std::ops::Range;

use crate::name::SecretName;
use crate::record::Version;
use crate::reference::ReferenceKind;

/// A placeholder by its grammar. Its name and filters are checked later, because an escaped
/// placeholder need not be right.
#[derive(Clone, Debug)]
pub(in crate::template) struct Token<'t> {
    pub(in crate::template) kind: ReferenceKind,
    pub(in crate::template) name: &'t str,
    /// True if the name is nothing but letters, digits and `_`.
    pub(in crate::template) is_word: bool,
    pub(in crate::template) version: Option<Version>,
    /// The place of its filters, with the `|` before them; empty without filters.
    pub(in crate::template) filters: Range<usize>,
    pub(in crate::template) end: usize,
}

impl<'t> Token<'t> {
    /// The placeholder of a name of one word, without pin and filters.
    #[inline]
    pub(super) fn plain(kind: ReferenceKind, name: &'t str, end: usize) -> Self {
        Self {
            kind,
            name,
            is_word: true,
            version: None,
            filters: end..end,
            end,
        }
    }

    /// Returns true if the name is one by more than its characters.
    pub(in crate::template) fn has_name(&self) -> bool {
        SecretName::check_parsed(self.name, self.is_word).is_ok()
    }
}
