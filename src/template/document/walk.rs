//! The strings of a document, in one fixed order.

use std::borrow::Cow;
use std::fmt::Write as _;

use smallvec::SmallVec;

use super::structure::{Node, View};
use crate::error::{Error, ErrorKind, Result};

/// How deep lists and objects may be nested.
pub(in crate::template) const MAX_DEPTH: usize = 128;

/// What a walk visits.
#[derive(Clone, Copy)]
pub(super) struct What {
    /// The keys too, each before what it is the key of.
    pub(super) keys: bool,
    /// Whether an object `{"value": "NAME", "fromSecret": true}` is a bookmark.
    pub(super) bookmarks: bool,
}

/// One string.
pub(super) struct Leaf<'w, 'n, N: Node> {
    pub(super) number: usize,
    pub(super) text: &'n str,
    pub(super) role: Role,
    path: Option<&'w Path<'w, 'n, N>>,
}

/// What a string is in its document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Value,
    /// The name in a bookmark.
    Bookmark,
    /// A key of the object of this number.
    Key(usize),
}

/// The way from the root, from its end on.
struct Path<'w, 'n, N: Node> {
    before: Option<&'w Path<'w, 'n, N>>,
    step: Step<'n, N>,
    depth: usize,
}

enum Step<'n, N: Node> {
    Key(&'n N::Key),
    Index(usize),
}

impl<'n, N: Node> Path<'_, 'n, N> {
    /// The last key or place, as it is written in a pointer.
    fn label(&self) -> Cow<'n, str> {
        #[cfg(test)]
        tests::WRITTEN.with(|written| written.set(written.get() + 1));
        match self.step {
            Step::Key(key) => N::key_label(key),
            Step::Index(index) => Cow::Owned(index.to_string()),
        }
    }
}

/// Visits each string in the order in which [`Resolved`](crate::Resolved) wipes them.
///
/// # Errors
///
/// `TooLarge` when the document is nested too deep, and what `visit` says.
pub(super) fn walk<'n, N: Node>(
    root: &'n N,
    what: What,
    visit: impl FnMut(&Leaf<'_, 'n, N>) -> Result<()>,
) -> Result<()> {
    Walk {
        what,
        visit,
        strings: 0,
        objects: 0,
    }
    .descend(root, None, Role::Value)
}

struct Walk<V> {
    what: What,
    visit: V,
    strings: usize,
    objects: usize,
}

impl<V> Walk<V> {
    fn descend<'n, N: Node>(
        &mut self,
        node: &'n N,
        path: Option<&Path<'_, 'n, N>>,
        role: Role,
    ) -> Result<()>
    where
        V: FnMut(&Leaf<'_, 'n, N>) -> Result<()>,
    {
        match node.view() {
            View::Plain => Ok(()),
            View::Text(text) => self.string(text, path, role),
            View::Items(items) => {
                let depth = deeper(path)?;
                items.enumerate().try_for_each(|(index, item)| {
                    let path = Path {
                        before: path,
                        step: Step::Index(index),
                        depth,
                    };
                    self.descend(item, Some(&path), Role::Value)
                })
            }
            View::Entries(mut entries) => {
                let depth = deeper(path)?;
                let object = self.objects;
                self.objects += 1;
                let is_bookmark = self.what.bookmarks && is_bookmark(node);
                entries.try_for_each(|(key, entry)| {
                    let path = Path {
                        before: path,
                        step: Step::Key(key),
                        depth,
                    };
                    let text = N::key_text(key);
                    if let Some(text) = text.filter(|_| self.what.keys) {
                        self.string(text, Some(&path), Role::Key(object))?;
                    }
                    let is_name = is_bookmark && text == Some(NAME);
                    self.descend(
                        entry,
                        Some(&path),
                        if is_name { Role::Bookmark } else { Role::Value },
                    )
                })
            }
        }
    }

    fn string<'n, N: Node>(
        &mut self,
        text: &'n str,
        path: Option<&Path<'_, 'n, N>>,
        role: Role,
    ) -> Result<()>
    where
        V: FnMut(&Leaf<'_, 'n, N>) -> Result<()>,
    {
        (self.visit)(&Leaf {
            number: self.strings,
            text,
            role,
            path,
        })?;
        self.strings += 1;
        Ok(())
    }
}

fn deeper<N: Node>(path: Option<&Path<'_, '_, N>>) -> Result<usize> {
    match path.map_or(0, |path| path.depth) {
        depth if depth < MAX_DEPTH => Ok(depth + 1),
        _ => Err(too_deep()),
    }
}

#[cold]
pub(in crate::template) fn too_deep() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("a document may be nested {MAX_DEPTH} levels deep at most"),
    )
}

/// The key of the name in a bookmark.
const NAME: &str = "value";

fn is_bookmark<N: Node>(node: &N) -> bool {
    let View::Entries(mut entries) = node.view() else {
        return false;
    };
    entries.any(|(key, entry)| N::key_text(key) == Some("fromSecret") && entry.is_true())
}

impl<N: Node> Leaf<'_, '_, N> {
    /// Number of the keys and places on the way to it.
    pub(super) fn depth(&self) -> usize {
        self.path.map_or(0, |path| path.depth)
    }

    /// Its JSON Pointer (RFC 6901 section 3); for a key that of its entry.
    pub(super) fn pointer(&self) -> String {
        pointer(self.path)
    }

    /// The keys and places on the way to it; for a key that of its entry.
    pub(super) fn path(&self) -> SmallVec<[Cow<'_, str>; 8]> {
        self.beginning(usize::MAX)
    }

    /// The first of these keys and places, at most `most`.
    pub(super) fn beginning(&self, most: usize) -> SmallVec<[Cow<'_, str>; 8]> {
        let mut steps: SmallVec<_> = std::iter::successors(self.path, |path| path.before)
            .filter(|path| path.depth <= most)
            .map(Path::label)
            .collect();
        steps.reverse();
        steps
    }

    /// The JSON Pointer of what it is in.
    pub(super) fn pointer_of_parent(&self) -> String {
        pointer(self.path.and_then(|path| path.before))
    }
}

fn pointer<N: Node>(path: Option<&Path<'_, '_, N>>) -> String {
    let Some(path) = path else {
        return String::new();
    };
    let mut pointer = pointer(path.before);
    match path.step {
        Step::Key(key) => push_key(&mut pointer, &N::key_label(key)),
        // Writing to a String cannot fail.
        Step::Index(index) => drop(write!(pointer, "/{index}")),
    }
    pointer
}

/// The most bytes of a key that a pointer shows. A hundred errors, lints or attempts may be below
/// the same long key, and each has a pointer of its own.
const SHOWN: usize = 1024;

/// Adds a key to a JSON Pointer: `~` is written `~0` and `/` is written `~1` (RFC 6901 section 3).
/// A long key is cut and ends with `…`.
pub(in crate::template) fn push_key(pointer: &mut String, key: &str) {
    let end = (0..=SHOWN.min(key.len()))
        .rev()
        .find(|&end| key.is_char_boundary(end))
        .unwrap_or(0);
    let shown = key.get(..end).unwrap_or_default();
    pointer.push('/');
    pointer.push_str(&shown.replace('~', "~0").replace('/', "~1"));
    if end < key.len() {
        pointer.push('…');
    }
}

/// A copy in which some strings are others; `replace` is asked for each string, in the order of a
/// walk. The depth was checked by a walk.
pub(super) fn copy<N: Node>(
    node: &N,
    what: What,
    replace: &mut impl FnMut() -> Option<String>,
) -> N {
    match node.view() {
        View::Plain => node.clone(),
        View::Text(text) => N::from_text(replace().unwrap_or_else(|| text.to_owned())),
        View::Items(items) => N::from_items(items.map(|item| copy(item, what, replace))),
        View::Entries(entries) => N::from_entries(entries.map(|(key, entry)| {
            let is_visited = what.keys && N::key_text(key).is_some();
            let replaced = if is_visited { replace() } else { None };
            (
                replaced.map_or_else(|| key.clone(), N::from_key),
                copy(entry, what, replace),
            )
        })),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::template::{Engine, Syntax, Tree};

    thread_local! {
        /// Number of the keys and places that were written out.
        pub(super) static WRITTEN: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_pointer_shows_the_beginning_of_a_long_key() {
        let shown = |key: &str| {
            let mut pointer = "/a".to_owned();
            super::push_key(&mut pointer, key);
            pointer
        };
        assert_eq!(shown("b/~é"), "/a/b~1~0é");
        assert_eq!(shown(&"k".repeat(1024)), format!("/a/{}", "k".repeat(1024)));
        assert_eq!(
            shown(&"k".repeat(1 << 20)),
            format!("/a/{}…", "k".repeat(1024))
        );
        assert_eq!(
            shown(&format!("{}é", "k".repeat(1023))),
            format!("/a/{}…", "k".repeat(1023)),
            "no half character"
        );
    }

    #[test]
    fn no_more_of_a_way_is_written_out_than_a_pattern_has() {
        // 1,000 strings, 100 levels deep.
        let text = format!(
            "{}{}{}",
            "[".repeat(100),
            vec!["\"x\""; 1_000].join(","),
            "]".repeat(100)
        );
        let written = |patterns: &[&str]| {
            let engine = Engine::new().syntax(Syntax::bookmark_at(patterns).unwrap());
            WRITTEN.set(0);
            let tree: Tree = serde_json::from_str(&text).unwrap();
            let names = engine.compile_document(tree).unwrap().references().len();
            (names, WRITTEN.get())
        };
        assert_eq!(written(&["/a/b", "/0/0/*"]), (0, 0), "none is as deep");
        assert_eq!(written(&["/a/**", "/1/0/**"]), (0, 3_000));
        assert_eq!(
            written(&["/0/**"]),
            (1, 2_000),
            "the control: each is a name"
        );
    }
}
