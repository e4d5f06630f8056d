//! The parts of a document, so that one engine reads documents of all formats.

use std::borrow::Cow;

use crate::resolve::Wipe;

/// A document that can be resolved: [`Tree`](crate::template::Tree), and with the feature `json`
/// `serde_json::Value`. Sealed.
pub trait Structure: Wipe<Places = Places> + Sized {
    #[doc(hidden)]
    type Node: Node;

    #[doc(hidden)]
    fn root(&self) -> &Self::Node;

    /// A resolved copy. `with_keys` says that there may be values in its keys.
    #[doc(hidden)]
    #[must_use]
    fn resolved(&self, root: Self::Node, with_keys: bool) -> Self;

    /// Drops a document that is nested too deep.
    #[doc(hidden)]
    fn dismantle(self) {}
}

/// The numbers, in ascending order, of the strings that were written, counting all strings of the
/// document in the order of a walk. `None` when keys may have been written, which changes their
/// order: then all strings and keys are wiped.
pub(crate) type Places = Option<Vec<usize>>;

/// A value of a document.
pub trait Node: Clone {
    type Key: Clone;
    type Items<'n>: Iterator<Item = &'n Self>
    where
        Self: 'n;
    type Entries<'n>: Iterator<Item = (&'n Self::Key, &'n Self)>
    where
        Self: 'n;

    fn view(&self) -> View<'_, Self>;
    fn is_true(&self) -> bool;

    /// A key that is text.
    fn key_text(key: &Self::Key) -> Option<&str>;
    /// A key as it is written in a pointer.
    fn key_label(key: &Self::Key) -> Cow<'_, str>;

    fn from_key(text: String) -> Self::Key;
    fn from_text(text: String) -> Self;
    fn from_items(items: impl Iterator<Item = Self>) -> Self;
    fn from_entries(entries: impl Iterator<Item = (Self::Key, Self)>) -> Self;

    /// Visits the strings in the order of a walk; the keys too if `with_keys`, and then it may take
    /// the node apart.
    fn each_string(&mut self, with_keys: bool, visit: &mut impl FnMut(&mut String));
}

/// A value as a walk sees it.
#[allow(missing_debug_implementations)] // nobody else can name it
pub enum View<'n, N: Node + 'n> {
    Text(&'n str),
    Items(N::Items<'n>),
    Entries(N::Entries<'n>),
    /// Neither text nor anything that text can be in.
    Plain,
}
