//! The interface between templates and whatever knows the values.
//!
//! A [`Resolver`] answers references in batches. A [`Chain`] asks several of them in order,
//! [`Variables`] answers bare names that are not secrets, and [`RunSecrets`] holds what the caller
//! of a run brings along. The result is a [`Resolved`], which wipes the values in it when dropped.

mod chain;
mod found;
mod permit;
mod resolved;
mod resolver;
mod run_secrets;
mod used;
mod variables;
mod wipe;

pub use chain::Chain;
pub use found::Found;
pub use permit::Permit;
pub use resolved::Resolved;
pub(crate) use resolved::Traces;
pub(crate) use resolver::check_count;
pub use resolver::{Outcome, Outcomes, Resolver};
pub use run_secrets::RunSecrets;
pub use used::Used;
pub use variables::Variables;
pub use wipe::Wipe;
pub(crate) use wipe::sealed::Sealed;
