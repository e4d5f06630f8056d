//! The rules that a scan goes by.

use std::sync::Arc;

use super::dialect::Dialect;
use super::opener::Opener;
use crate::template::pointer::Pattern;

/// The rules of a syntax, as a scan needs them.
#[derive(Debug, Default)]
pub(in crate::template) struct Rules {
    pub(super) dialects: Vec<Arc<Dialect>>,
    pub(super) openers: Vec<Opener>,
    pub(super) uri: Option<Arc<Dialect>>,
    pub(super) julep: Option<Arc<Dialect>>,
    pub(super) bookmarks: bool,
    /// The pointers to strings of documents that are names as a whole.
    pub(super) named: Vec<Pattern>,
}

impl Rules {
    pub(super) fn of(dialects: impl IntoIterator<Item = Arc<Dialect>>) -> Self {
        let dialects: Vec<_> = dialects.into_iter().collect();
        let openers = Opener::of(&dialects);
        Self {
            dialects,
            openers,
            ..Self::default()
        }
    }

    pub(in crate::template) fn openers(&self) -> &[Opener] {
        &self.openers
    }

    /// Returns true if documents have bookmarks.
    pub(in crate::template) fn bookmarks(&self) -> bool {
        self.bookmarks
    }

    /// The dialect by which `secret://` references are named in messages, if there are any.
    pub(in crate::template) fn uri(&self) -> Option<&Dialect> {
        self.uri.as_deref()
    }

    /// The dialect of the fields in Julep's strings, if there are any.
    pub(in crate::template) fn julep(&self) -> Option<&Dialect> {
        self.julep.as_deref()
    }

    /// The pointers to strings of documents that are names as a whole.
    pub(in crate::template) fn named(&self) -> &[Pattern] {
        &self.named
    }

    /// Says what to write instead of the placeholder at the beginning of a text if text was meant.
    pub(in crate::template) fn escape_hint(&self, placeholder: &str) -> Option<String> {
        let opener = self
            .openers
            .iter()
            .find(|opener| placeholder.starts_with(&*opener.mark))?;
        let escaped = opener
            .dialects
            .iter()
            .find_map(|dialect| dialect.escaped())?;
        Some(format!(
            "write {escaped} instead of {} if it is text",
            opener.mark
        ))
    }
}
