//! The partitions of two stores.

use super::stretch::disorder;
use crate::error::Result;
use crate::store::order::{PAGE, ascend};
use crate::store::{Partition, SecretStore};

/// Calls `visit` for each partition that one of the stores has, in ascending order.
///
/// # Errors
///
/// The first error of a store or of `visit`; [`Corrupt`](crate::ErrorKind::Corrupt) when a store
/// lists its partitions out of order.
pub(super) fn for_each(
    stores: [&dyn SecretStore; 2],
    mut visit: impl FnMut(Partition) -> Result<()>,
) -> Result<()> {
    let mut after = None;
    loop {
        let (mut found, mut end) = (Vec::new(), None);
        for store in stores {
            let page = store.partitions(after, PAGE.rows)?;
            if !ascend(after, &page) {
                return Err(disorder());
            }
            let is_full = u32::try_from(page.len()).is_ok_and(|length| length >= PAGE.rows.get());
            if let Some(last) = page.last().copied().filter(|_| is_full) {
                end = Some(end.map_or(last, |end: Partition| end.min(last)));
            }
            found.extend(page);
        }
        found.retain(|partition| end.is_none_or(|end| *partition <= end));
        found.sort_unstable();
        found.dedup();
        found.into_iter().try_for_each(&mut visit)?;
        if end.is_none() {
            return Ok(());
        }
        after = end;
    }
}
