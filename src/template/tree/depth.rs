//! The depth of a tree.

use crate::template::structure::MAX_DEPTH;

/// The depth of a node. Wrappers that leave no trace in the tree are counted too: a value of them
/// alone can be as deep as it likes.
#[derive(Clone, Copy, Default)]
pub(super) struct Depth {
    nested: usize,
    wrapped: usize,
}

impl Depth {
    /// In a list or object; nothing if that is too deep.
    pub(super) fn deeper(self) -> Option<Self> {
        (self.nested < MAX_DEPTH).then(|| Self {
            nested: self.nested + 1,
            ..self
        })
    }

    /// In an option or newtype; nothing if that is too deep.
    pub(super) fn wrapped(self) -> Option<Self> {
        (self.wrapped < 4 * MAX_DEPTH).then(|| Self {
            wrapped: self.wrapped + 1,
            ..self
        })
    }
}
