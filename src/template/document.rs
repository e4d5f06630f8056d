//! Documents: read first, resolved in their strings.

#[allow(clippy::module_inception)] // the type that the room is named after
mod document;
mod keys;
mod leaf;
mod strings;
mod walk;

pub use document::Document;
pub(super) use leaf::Role;
pub(super) use strings::Strings;
pub(super) use walk::{Visited, walk};
