//! The interface between templates and whatever knows the values.
//!
//! A [`Resolver`] answers references in batches. A [`Chain`] asks several of them in order,
//! [`Variables`] answers bare names that are not secrets, and [`RunSecrets`] holds what the caller
//! of a run brings along. The result is a [`Resolved`], which wipes the values in it when dropped.
//!
//! With the feature `async`, an `AsyncResolver` is awaited for its values; an `AsyncChain` has such
//! resolvers beside blocking ones.

#[cfg(feature = "async")]
mod ahead;
#[cfg(feature = "async")]
mod async_chain;
#[cfg(feature = "async")]
mod async_resolver;
mod chain;
mod found;
#[cfg(feature = "async")]
mod inline;
#[cfg(feature = "async")]
mod offloaded;
mod permit;
#[cfg(feature = "async")]
mod reply;
mod resolved;
mod resolver;
mod run_secrets;
mod search;
mod used;
mod variables;
mod wipe;

#[cfg(feature = "async")]
pub use ahead::look_up_ahead;
#[cfg(feature = "async")]
pub use async_chain::AsyncChain;
#[cfg(feature = "async")]
pub use async_resolver::{AsyncResolver, Lookup};
pub use chain::Chain;
pub use found::Found;
#[cfg(feature = "async")]
pub use inline::Inline;
#[cfg(feature = "async")]
pub use offloaded::{Job, Offloaded};
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
