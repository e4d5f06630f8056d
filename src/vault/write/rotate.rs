//! The data keys of an organization: making a new one, and moving what the old one sealed.

mod data_key;
mod progress;
mod rewrap;
mod telling;

pub use progress::RewrapProgress;
pub use rewrap::Rewrap;
