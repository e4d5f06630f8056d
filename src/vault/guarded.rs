//! The guard: rows that a store gives, or does not give, held against the view of their tenant.
//!
//! Without a guard each of these calls is the plain read. With one, the head is read at the same
//! moment as the rows. If it is the head that the view is of, the comparison is all; else the view
//! goes on by the rows that were written since, and the rows are read with it at one moment.

mod changed;
mod current;
mod gather;
mod go_on;
mod page;
mod refusal;
mod rows;
mod scopes;
mod write;

pub(super) use changed::{Changed, Since};
pub(super) use gather::open_in;
pub(super) use page::{InfoPage, InfoWalk, PageHead, RowPlace};
pub(super) use write::WriteGuard;
