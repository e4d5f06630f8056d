//! Tenant views: all rows of the secrets of a tenant as its sealed head accounts for them, one
//! digest of 16 bytes for each. A row that a store gives, or does not give, is held against it.
//!
//! A view is of one head. `guarded` makes views from the rows of a store, brings them up to date
//! and asks them; nothing here reads a store.

mod digest;
mod known_rows;
mod scope_rows;
mod slot;
mod view;
mod views;

pub(super) use slot::Slot;
pub(super) use view::{ProvenRow, View};
pub(super) use views::{Views, too_many_rows};
