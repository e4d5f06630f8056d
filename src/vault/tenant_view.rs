//! Facts of a tenant that are held in memory, each of one sealed head: its view, which is all rows
//! of its secrets as the head accounts for them, one digest of 16 bytes for each; and opened
//! secrets, if the vault has a cache. Nothing here reads a store.
//!
//! A row that a store gives, or does not give, is held against the view. `guarded` makes views from
//! the rows of a store, brings them up to date and asks them.
//!
//! # Invalidation
//!
//! *Compared.* What is held has a [`Stamp`]: the era and the mark (epoch and commitment) of the
//! head that it was read with, at one moment. It may be used if the newest head has the same mark.
//! The head that a store gives goes through `Core::admit_head`, so an older one than was seen is
//! refused; and what is of another head than the newest one seen is not asked for. A store that can
//! tell is asked if anything was committed since a moment. The moment of a stamp may be any one
//! before its head was read: if nothing was committed since, the head is still this one.
//! Within a maximum age the question is not asked; then what this open vault has seen and written
//! alone ends what is held.
//!
//! *Published.* Who reads rows notes three things before the read begins: the count of the writes
//! of this open vault that have ended, the era, and the time. What was read is held under the lock
//! of its tenant, if the count is still the same and nothing of a newer head, or of a newer era, is
//! held. So an older read never takes the place of a newer one, and none outlives a write that came
//! after it.
//!
//! *Ended.* A write of this open vault raises the count once it has ended, and then takes the
//! opened secrets under the same lock; also a write whose commit failed, because it may have
//! happened. A newer head takes the place of an older one with all opened secrets that are held of
//! it. An accepted rollback begins a new era and takes everything.
//!
//! *Going on.* A view goes on to a newer head by the rows that were written since, and so does the
//! list of a scope, unless something was erased. Where the vault has a guard, a list is read anew,
//! because it is compared with the view row by row.
//!
//! *Locked.* No lock is held while a store is asked, but for the one by which readers bring a view
//! up to date one at a time. Memory is counted as it is taken and as it is dropped.

mod answer;
mod answers;
mod asked;
mod charge;
mod digest;
mod known_rows;
mod last_use;
mod listing;
mod opened_tenant;
mod opened_tenants;
mod reading;
mod scope_rows;
mod slot;
mod stamp;
mod view;
mod views;

pub(super) use answer::{Answer, OpenedSecret};
pub(super) use asked::Asked;
pub(super) use last_use::Tick;
pub(super) use listing::{ListedRow, Listing};
pub(super) use opened_tenants::OpenedTenants;
pub(super) use reading::Reading;
pub(super) use slot::Slot;
pub(super) use stamp::Stamp;
pub(super) use view::{ProvenRow, View};
pub(super) use views::{Views, too_many_rows};
