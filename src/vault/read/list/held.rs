//! The list of a scope that is held.

use std::sync::Arc;

use super::gathered::listed;
use crate::error::Result;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::news::Freshness;
use crate::vault::tenant_view::{ListedRow, Listing, OpenedTenants, Stamp, Tick};

/// The list of a scope as it is now, from what is held and what was written since; `None` if the
/// scope is to be read.
///
/// # Errors
///
/// Those of [`freshness`](Core::freshness).
pub(super) fn held(
    core: &Core,
    opened: &OpenedTenants,
    scope: &HashedScope,
) -> Result<Option<Arc<Listing>>> {
    let now = core.clock.now()?;
    let tick = opened.tick(now);
    let (tenant, tag) = (scope.partition, &scope.scope_tag);
    let Some((stamp, listing)) = opened.listing(tenant, tag, tick) else {
        return Ok(None);
    };
    match core.freshness(tenant, &stamp, opened.max_age(), (now, tick.at))? {
        Freshness::Young | Freshness::Fresh => Ok(Some(listing)),
        Freshness::Confirmed(stamp) => {
            opened.confirm_listing(tenant, tag, &stamp);
            Ok(Some(listing))
        }
        Freshness::Stale => go_on(core, opened, scope, (&stamp, &listing), tick),
    }
}

/// Brings a list to the newest head by the rows that were written since.
fn go_on(
    core: &Core,
    opened: &OpenedTenants,
    scope: &HashedScope,
    (base, listing): (&Stamp, &Listing),
    tick: Tick,
) -> Result<Option<Arc<Listing>>> {
    let reading = opened.begin(scope.partition, &core.clock, &core.seen);
    // With a guard every list is compared with the view, row by row.
    if core.views.is_some() || reading.era != base.era {
        return Ok(None);
    }
    // More rows than these cost as much as all of the scope.
    let most = 64 + listing.len() / 2;
    let Some((head, changed)) = core.rows_since(scope, base.mark, most)? else {
        return Ok(None);
    };
    if head.erased_before != listing.erased_before || head.mark.epoch() < base.mark.epoch() {
        return Ok(None);
    }
    let changed = changed.into_iter();
    let changed: Vec<ListedRow> = changed.map(|(place, info)| listed(&place, info)).collect();
    let rows = listing.with(changed);
    if rows.iter().map(|row| row.bytes).sum::<usize>() > opened.largest_listing() {
        return Ok(None);
    }
    let listing = opened.new_listing(rows, head.erased_before, tick);
    let read = (&reading, head.mark);
    opened.hold_listing(scope.partition, read, scope.scope_tag, &listing);
    Ok(Some(listing))
}
