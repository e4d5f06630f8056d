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
    Walk { what, visit, strings: 0, objects: 0 }.descend(root, None, Role::Value)
}

struct Walk<V> {
    what: What,
    visit: V,
    strings: usize,
    objects: usize,
}

impl<V> Walk<V> {
    fn descend<'n, N: Node>(&mut self, node: &'n N, path: Option<&Path<'_, 'n, N>>, role: Role) -> Result<()>
    where
        V: FnMut(&Leaf<'_, 'n, N>) -> Result<()>,
    {
        match node.view() {
            View::Plain => Ok(()),
            View::Text(text) => self.string(text, path, role),
            View::Items(items) => {
                let depth = deeper(path)?;
                items.enumerate().try_for_each(|(index, item)| {
                    let path = Path { before: path, step: Step::Index(index), depth };
                    self.descend(item, Some(&path), Role::Value)
                })
            }
            View::Entries(mut entries) => {
                let depth = deeper(path)?;
                let object = self.objects;
                self.objects += 1;
                let is_bookmark = self.what.bookmarks && is_bookmark(node);
                entries.try_for_each(|(key, entry)| {
                    let path = Path { before: path, step: Step::Key(key), depth };
                    let text = N::key_text(key);
                    if let Some(text) = text.filter(|_| self.what.keys) {
                        self.string(text, Some(&path), Role::Key(object))?;
                    }
                    let is_name = is_bookmark && text == Some(NAME);
                    self.descend(entry, Some(&path), if is_name { Role::Bookmark } else { Role::Value })
                })
            }
        }
    }

    fn string<'n, N: Node>(&mut self, text: &'n str, path: Option<&Path<'_, 'n, N>>, role: Role) -> Result<()>
    where
        V: FnMut(&Leaf<'_, 'n, N>) -> Result<()>,
    {
        (self.visit)(&Leaf { number: self.strings, text, role, path })?;
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
    Error::new(ErrorKind::TooLarge, format!("a document may be nested {MAX_DEPTH} levels deep at most"))
}

/// The key of the name in a bookmark.
const NAME: &str = "value";

fn is_bookmark<N: Node>(node: &N) -> bool {
    let View::Entries(mut entries) = node.view() else { return false };
    entries.any(|(key, entry)| N::key_text(key) == Some("fromSecret") && entry.is_true())
}

impl<N: Node> Leaf<'_, '_, N> {
    /// Its JSON Pointer (RFC 6901 section 3); for a key that of its entry.
    pub(super) fn pointer(&self) -> String {
        pointer(self.path)
    }

    /// The keys and places on the way to it; for a key that of its entry.
    pub(super) fn path(&self) -> SmallVec<[Cow<'_, str>; 8]> {
        let mut steps: SmallVec<_> = std::iter::successors(self.path, |path| path.before)
            .map(|path| match path.step {
                Step::Key(key) => N::key_label(key),
                Step::Index(index) => Cow::Owned(index.to_string()),
            })
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
    let Some(path) = path else { return String::new() };
    let mut pointer = pointer(path.before);
    match path.step {
        Step::Key(key) => push_key(&mut pointer, &N::key_label(key)),
        // Writing to a String cannot fail.
        Step::Index(index) => drop(write!(pointer, "/{index}")),
    }
    pointer
}

/// Adds a key to a JSON Pointer: `~` is written `~0` and `/` is written `~1` (RFC 6901 section 3).
pub(in crate::template) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

/// A copy in which some strings are others; `replace` is asked for each string, in the order of a walk. The depth was checked
/// by a walk.
pub(super) fn copy<N: Node>(node: &N, what: What, replace: &mut impl FnMut() -> Option<String>) -> N {
    match node.view() {
        View::Plain => node.clone(),
        View::Text(text) => N::from_text(replace().unwrap_or_else(|| text.to_owned())),
        View::Items(items) => N::from_items(items.map(|item| copy(item, what, replace))),
        View::Entries(entries) => N::from_entries(entries.map(|(key, entry)| {
            let is_visited = what.keys && N::key_text(key).is_some();
            let replaced = if is_visited { replace() } else { None };
            (replaced.map_or_else(|| key.clone(), N::from_key), copy(entry, what, replace))
        })),
    }
}
