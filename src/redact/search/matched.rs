//! A match.

/// A pattern in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::redact) struct Match {
    pub(in crate::redact) start: usize,
    pub(in crate::redact) end: usize,
    /// Its number, in the order in which the patterns were given; of equal ones the first.
    pub(in crate::redact) pattern: u32,
}

impl Match {
    /// The same match in the text without its first `bytes`.
    pub(in crate::redact) fn behind(self, bytes: usize) -> Self {
        Self {
            start: self.start.saturating_sub(bytes),
            end: self.end.saturating_sub(bytes),
            ..self
        }
    }
}
