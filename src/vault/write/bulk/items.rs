//! The items of a call, checked before anything is stored.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::store::PAGE;
use crate::vault::write::input::SecretInput;

/// A name and what to store under it.
pub(super) struct Item {
    pub(super) name: SecretName,
    pub(super) input: SecretInput,
}

/// The number of the item that an error is about, if it is about one; and the error.
pub(super) type Refused = (Option<usize>, Error);

/// Checks the inputs and that no name is there twice.
///
/// # Errors
///
/// Those of the first input that the vault does not take;
/// [`InvalidInput`](ErrorKind::InvalidInput) for the first name that is there again.
pub(super) fn check(items: &[Item], max_value: usize) -> Result<(), Refused> {
    let mut names = HashSet::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let name = &item.name;
        let checked = item.input.check(max_value);
        checked.map_err(|error| (Some(number), error.with_name(name)))?;
        if !names.insert(name) {
            let message = format!("secret {name} is given more than once; give each name once");
            let error = Error::new(ErrorKind::InvalidInput, message).with_name(name);
            return Err((Some(number), error));
        }
    }
    Ok(())
}

/// Splits items into the parts that are stored in one write each: as many secrets and as many bytes
/// as a page has. A longer secret is a part of its own.
pub(super) fn parts(items: &[Item]) -> impl Iterator<Item = &[Item]> {
    let most = usize::try_from(PAGE.rows.get()).unwrap_or(usize::MAX);
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut bytes = 0_usize;
        let fits = |item: &Item| {
            bytes = bytes.saturating_add(item.input.size());
            bytes <= PAGE.bytes
        };
        let count = rest.iter().take(most).map(fits).take_while(|fits| *fits);
        let count = count.count().max(1);
        let (part, after) = rest.split_at_checked(count)?;
        rest = after;
        Some(part)
    })
}
