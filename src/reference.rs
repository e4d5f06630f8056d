//! References: placeholders found in a template, not yet resolved.

mod placed;
#[allow(clippy::module_inception)] // the type that the room is named after
mod reference;

pub use placed::PlacedReference;
pub use reference::{Reference, ReferenceKind, ReferenceRef};
