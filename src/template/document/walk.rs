//! The strings of a document, in one fixed order.

use super::leaf::{Leaf, Path, Role, Step};
use crate::error::Result;
use crate::template::structure::{MAX_DEPTH, Node, View, too_deep};

/// The strings that a walk visits.
#[derive(Clone, Copy)]
pub(in crate::template) struct Visited {
    /// True for the keys too, each before its entry.
    pub(in crate::template) keys: bool,
    /// True if an object `{"value": "NAME", "fromSecret": true}` is a bookmark.
    pub(in crate::template) bookmarks: bool,
}

/// Visits each string in the order in which [`Resolved`](crate::Resolved) wipes them.
///
/// # Errors
///
/// `TooLarge` when the document is nested too deep, and what `visit` says.
pub(in crate::template) fn walk<'n, N: Node>(
    root: &'n N,
    what: Visited,
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
    what: Visited,
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

/// The key of the name in a bookmark.
const NAME: &str = "value";

fn is_bookmark<N: Node>(node: &N) -> bool {
    let View::Entries(mut entries) = node.view() else {
        return false;
    };
    entries.any(|(key, entry)| N::key_text(key) == Some("fromSecret") && entry.is_true())
}

#[cfg(test)]
mod tests {
    use crate::template::{Engine, Syntax, Tree};

    use super::super::leaf::WRITTEN;
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
