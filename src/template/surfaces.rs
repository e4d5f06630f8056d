//! The surfaces that the strings of a document stand on.

mod host;
mod mcp;
mod rules;
#[allow(clippy::module_inception)] // the type that the room is named after
mod surfaces;

pub(super) use host::{is_host, names_host};
pub use surfaces::Surfaces;
