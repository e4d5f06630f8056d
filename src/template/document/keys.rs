//! The keys of objects, with values in them.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::leaf::Role;
use super::walk::{Visited, walk};
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::template::render::{Drafted, Fill, Values};
use crate::template::structure::{DATE_KEY, Node, is_reserved};

/// Writes the keys that have placeholders, each with its number.
///
/// # Errors
///
/// `InvalidDocument` when keys of an object become the same: one of their entries would be lost.
/// And when one becomes a key that makes something else of its object.
pub(super) fn write_keys<'d, N: Node>(
    root: &N,
    what: Visited,
    fill: &Fill<'d, impl Values<'d>>,
    drafts: &[Drafted<'d>],
) -> Result<Vec<(usize, Zeroizing<String>)>> {
    let mut open = drafts.iter().peekable();
    let mut keys = Vec::new();
    walk(root, what, |leaf| {
        let drafted = open.next_if(|drafted| drafted.number == leaf.number);
        if let (Some(drafted), Role::Key(_)) = (drafted, leaf.role) {
            let key = Zeroizing::new(fill.write(&drafted.draft, |_| {}));
            keys.push((leaf.number, key));
        }
        Ok(())
    })?;
    if keys.is_empty() {
        return Ok(keys);
    }
    let mut written = keys.iter().peekable();
    let mut seen: HashSet<(usize, &str)> = HashSet::new();
    let mut failures = Failures::default();
    walk(root, what, |leaf| {
        if let Role::Key(object) = leaf.role {
            let key = written.next_if(|(number, _)| *number == leaf.number);
            if key.is_some_and(|(_, key)| is_reserved(key) || **key == DATE_KEY) {
                failures.push(|| reserved_key().in_pointer(&leaf.pointer_of_parent()));
            }
            if !seen.insert((object, key.map_or(leaf.text, |(_, key)| key.as_str()))) {
                failures.push(|| same_keys().in_pointer(&leaf.pointer_of_parent()));
            }
        }
        Ok(())
    })?;
    failures.into_result()?;
    Ok(keys)
}

fn reserved_key() -> Error {
    Error::new(
        ErrorKind::InvalidDocument,
        "with its value a key of an object becomes one that the JSON parser reserves; rename it",
    )
}

fn same_keys() -> Error {
    Error::new(
        ErrorKind::InvalidDocument,
        "with their values two keys of an object become the same; rename one",
    )
}
