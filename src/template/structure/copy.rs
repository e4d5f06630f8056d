//! Copies of documents in which some strings are others.

use super::node::{Copied, Node, Places, View};

/// Makes a copy in which some strings are others, and says which; `replace` is asked for each
/// string, in the order of a walk. The depth was checked by a walk.
pub(in crate::template) fn copy<N: Copied>(
    root: &N,
    keys: bool,
    replace: &mut impl FnMut() -> Option<String>,
) -> (N, Places) {
    let mut written = Vec::new();
    let mut strings = 0..;
    let root = copied(root, keys, &mut || {
        let number = strings.next()?;
        replace().inspect(|_| written.push(number))
    });
    (root, (!keys).then_some(written))
}

fn copied<N: Copied>(node: &N, keys: bool, replace: &mut impl FnMut() -> Option<String>) -> N {
    match node.view() {
        View::Plain => node.clone(),
        View::Text(text) => N::from_text(replace().unwrap_or_else(|| text.to_owned())),
        View::Items(items) => N::from_items(items.map(|item| copied(item, keys, replace))),
        View::Entries(entries) => N::from_entries(entries.map(|(key, entry)| {
            let is_visited = keys && <N as Node>::key_text(key).is_some();
            let replaced = if is_visited { replace() } else { None };
            (
                replaced.map_or_else(|| key.clone(), N::from_key),
                copied(entry, keys, replace),
            )
        })),
    }
}
