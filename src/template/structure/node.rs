//! The parts of a document, so that one engine reads documents of all formats.

use std::borrow::Cow;

use super::number::Scalar;
use super::replacement::Replacement;
use crate::error::Result;
use crate::resolve::{Sealed, Wipe};
use crate::template::limits::Limits;

/// A document that can be resolved: [`Tree`](crate::template::Tree),
/// [`JsonText`](crate::template::JsonText), and with the feature `json` `serde_json::Value`.
/// Sealed.
pub trait Structure: Sealed + Sized {
    /// The document with values in it.
    type Output: Wipe<Places: Default>;

    #[doc(hidden)]
    type Node: Node;

    /// True if it keeps a number as it is written.
    #[doc(hidden)]
    const KEEPS_DIGITS: bool;

    #[doc(hidden)]
    fn root(&self) -> &Self::Node;

    /// Makes a copy with other values in the places of strings, and says where they lie. `replace`
    /// is asked for each string in the order of a walk, and for the keys too if `keys`.
    ///
    /// # Errors
    ///
    /// `TooLarge` over the limit of an output; `InvalidDocument` for JSON that was not checked.
    #[doc(hidden)]
    fn rewritten(
        &self,
        keys: bool,
        limits: Limits,
        replace: &mut impl FnMut() -> Option<Replacement>,
        places: &mut <Self::Output as Wipe>::Places,
    ) -> Result<Self::Output>;

    /// Drops a document that is nested too deep.
    #[doc(hidden)]
    fn dismantle(self) {}
}

/// The numbers, in ascending order, of the strings that were written, counting all strings of the
/// document in the order of a walk. `None` when keys or JSON may have been written, which changes
/// their order: then everything is wiped.
pub(crate) type Places = Option<Vec<usize>>;

/// A value of a document.
pub trait Node {
    type Key;
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
}

/// A value of a document of which copies are made.
pub(crate) trait Copied: Node<Key: Clone> + Clone {
    fn from_key(text: String) -> Self::Key;
    fn from_text(text: String) -> Self;
    fn from_scalar(scalar: Scalar) -> Self;
    fn from_items(items: impl Iterator<Item = Self>) -> Self;
    fn from_entries(entries: impl Iterator<Item = (Self::Key, Self)>) -> Self;

    /// Visits the strings in the order of a walk. If `all` the keys too, overwrites what is neither
    /// text nor list nor object, and may take the node apart.
    fn each_string(&mut self, all: bool, visit: &mut impl FnMut(&mut String));
}

/// A value as a walk sees it.
#[allow(missing_debug_implementations)] // nobody else can name it
pub enum View<'n, N: Node + ?Sized + 'n> {
    Text(&'n str),
    Items(N::Items<'n>),
    Entries(N::Entries<'n>),
    /// Neither text nor anything that text can be in.
    Plain,
}
