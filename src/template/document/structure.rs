//! What a document is made of, so that one engine reads them all.

use std::borrow::Cow;

use crate::resolve::Wipe;
use crate::wipe::wipe_string;

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

/// What a walk sees of a value.
#[allow(missing_debug_implementations)] // nobody else can name it
pub enum View<'n, N: Node + 'n> {
    Text(&'n str),
    Items(N::Items<'n>),
    Entries(N::Entries<'n>),
    /// Neither text nor anything that text can be in.
    Plain,
}

/// Overwrites the strings at `places`.
pub(in crate::template) fn wipe(root: &mut impl Node, places: &Places) {
    let Some(places) = places else {
        return root.each_string(true, &mut wipe_string);
    };
    let mut places = places.iter().copied().peekable();
    if places.peek().is_none() {
        return;
    }
    let mut number = 0;
    root.each_string(false, &mut |text| {
        if places.next_if_eq(&number).is_some() {
            wipe_string(text);
        }
        number += 1;
    });
}

#[cfg(test)]
#[cfg(feature = "json")]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::template::Tree;

    fn whole() -> Value {
        json!({"a": "0", "b": ["1", 7, {"c": "2", "d": null}, "3"], "e": true, "f": "4"})
    }

    fn wiped<T: Structure + serde::Serialize>(mut document: T, places: &Places) -> Value {
        document.wipe(places);
        serde_json::to_value(&document).unwrap()
    }

    #[test]
    fn wiping_empties_the_strings_that_were_written() {
        let tree = || Tree::of(&whole()).unwrap();
        for (places, expected) in [
            (vec![], whole()),
            (
                vec![1, 3],
                json!({"a": "0", "b": ["", 7, {"c": "2", "d": null}, ""], "e": true, "f": "4"}),
            ),
            (
                vec![0, 1, 2, 3, 4],
                json!({"a": "", "b": ["", 7, {"c": "", "d": null}, ""], "e": true, "f": ""}),
            ),
        ] {
            assert_eq!(wiped(whole(), &Some(places.clone())), expected);
            assert_eq!(wiped(tree(), &Some(places)), expected);
        }
        assert_eq!(wiped(json!("value"), &Some(vec![0])), "");
        assert_eq!(wiped(Tree::of("value").unwrap(), &Some(vec![0])), "");
    }

    #[test]
    fn with_keys_nothing_is_left() {
        let mut strings = 0;
        let mut value = whole();
        value.each_string(true, &mut |text| {
            strings += 1;
            wipe_string(text);
            assert_eq!(text, "");
        });
        assert_eq!(
            (value, strings),
            (json!({}), 11),
            "the keys of the object in the list too"
        );

        let tree = wiped(Tree::of(&json!({"k": ["v", 1]})).unwrap(), &None);
        assert_eq!(tree, json!({"": ["", 1]}));
        assert_eq!(wiped(whole(), &None), json!({}));
    }
}
