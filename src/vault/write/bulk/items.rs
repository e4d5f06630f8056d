//! The items of a call, checked before anything is changed, and the parts that are changed at once.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::store::PAGE;

/// A name, and what the call says of it.
pub(super) struct Item<T> {
    pub(super) name: SecretName,
    pub(super) input: T,
}

/// The number of the item that an error is about, if it is about one; and the error.
pub(super) type Refused = (Option<usize>, Error);

/// Reads names, of which the call says nothing more.
pub(super) fn of_names<N: AsRef<str>>(
    names: impl IntoIterator<Item = N>,
) -> Result<Vec<Item<()>>, Refused> {
    let named = |(number, name): (usize, N)| match SecretName::new(name.as_ref()) {
        Ok(name) => Ok(Item { name, input: () }),
        Err(error) => Err((Some(number), error)),
    };
    names.into_iter().enumerate().map(named).collect()
}

/// Checks the inputs with `check_input`, and that no name is there twice.
///
/// # Errors
///
/// Those of the first input that is refused; [`InvalidInput`](ErrorKind::InvalidInput) for the
/// first name that is there again.
pub(super) fn check<T>(
    items: &[Item<T>],
    check_input: &dyn Fn(&T) -> Result<()>,
) -> Result<(), Refused> {
    let mut names = HashSet::with_capacity(items.len());
    for (number, Item { name, input }) in items.iter().enumerate() {
        check_input(input).map_err(|error| (Some(number), error.with_name(name)))?;
        if !names.insert(name) {
            let message = format!("secret {name} is given more than once; give each name once");
            let error = Error::new(ErrorKind::InvalidInput, message).with_name(name);
            return Err((Some(number), error));
        }
    }
    Ok(())
}

/// Splits items into the parts that are changed in one write each: as many secrets and as many
/// bytes as a page has. A longer secret is a part of its own.
pub(super) fn parts<'i, T>(
    items: &'i [Item<T>],
    size: &'i dyn Fn(&T) -> usize,
) -> impl Iterator<Item = &'i [Item<T>]> {
    let most = usize::try_from(PAGE.rows.get()).unwrap_or(usize::MAX);
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut bytes = 0_usize;
        let fits = |item: &Item<T>| {
            bytes = bytes.saturating_add(size(&item.input));
            bytes <= PAGE.bytes
        };
        let count = rest.iter().take(most).map(fits).take_while(|fits| *fits);
        let count = count.count().max(1);
        let (part, after) = rest.split_at_checked(count)?;
        rest = after;
        Some(part)
    })
}
