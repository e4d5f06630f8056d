//! One string of a document, and the way to it.

use std::borrow::Cow;
use std::fmt::Write as _;

use smallvec::SmallVec;

use crate::template::pointer::push;
use crate::template::structure::Node;

#[cfg(test)]
thread_local! {
    /// Number of the keys and places that were written out.
    pub(super) static WRITTEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// One string.
pub(in crate::template) struct Leaf<'w, 'n, N: Node> {
    pub(in crate::template) number: usize,
    pub(in crate::template) text: &'n str,
    pub(in crate::template) role: Role,
    pub(super) path: Option<&'w Path<'w, 'n, N>>,
}

/// The role of a string in its document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::template) enum Role {
    Value,
    /// The name in a bookmark.
    Bookmark,
    /// A key of the object of this number.
    Key(usize),
}

/// The way from the root, from its end on.
pub(super) struct Path<'w, 'n, N: Node> {
    pub(super) before: Option<&'w Path<'w, 'n, N>>,
    pub(super) step: Step<'n, N>,
    pub(super) depth: usize,
}

pub(super) enum Step<'n, N: Node> {
    Key(&'n N::Key),
    Index(usize),
}

impl<'n, N: Node> Path<'_, 'n, N> {
    /// The last key or place, as it is written in a pointer.
    fn label(&self) -> Cow<'n, str> {
        #[cfg(test)]
        WRITTEN.with(|written| written.set(written.get() + 1));
        match self.step {
            Step::Key(key) => N::key_label(key),
            Step::Index(index) => Cow::Owned(index.to_string()),
        }
    }
}

impl<N: Node> Leaf<'_, '_, N> {
    /// Number of the keys and places on the way to it.
    pub(in crate::template) fn depth(&self) -> usize {
        self.path.map_or(0, |path| path.depth)
    }

    /// Its JSON Pointer (RFC 6901 section 3); for a key that of its entry.
    pub(in crate::template) fn pointer(&self) -> String {
        pointer(self.path)
    }

    /// The keys and places on the way to it; for a key that of its entry.
    pub(in crate::template) fn path(&self) -> SmallVec<[Cow<'_, str>; 8]> {
        self.beginning(usize::MAX)
    }

    /// The first of these keys and places, at most `most`.
    pub(in crate::template) fn beginning(&self, most: usize) -> SmallVec<[Cow<'_, str>; 8]> {
        let mut steps: SmallVec<_> = std::iter::successors(self.path, |path| path.before)
            .filter(|path| path.depth <= most)
            .map(Path::label)
            .collect();
        steps.reverse();
        steps
    }

    /// The JSON Pointer of the list or object that it is in.
    pub(in crate::template) fn pointer_of_parent(&self) -> String {
        pointer(self.path.and_then(|path| path.before))
    }
}

fn pointer<N: Node>(path: Option<&Path<'_, '_, N>>) -> String {
    let Some(path) = path else {
        return String::new();
    };
    let mut pointer = pointer(path.before);
    match path.step {
        Step::Key(key) => push(&mut pointer, &N::key_label(key)),
        // Writing to a String cannot fail.
        Step::Index(index) => drop(write!(pointer, "/{index}")),
    }
    pointer
}
