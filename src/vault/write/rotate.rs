//! The data keys of an organization: making a new one, and moving what the old one sealed,
//! and destroying it.

mod data_key;
mod destroy;
mod erase;
mod progress;
mod rewrap;
mod telling;

pub use progress::RewrapProgress;
pub use rewrap::Rewrap;
