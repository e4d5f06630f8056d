//! Lints: text that is no placeholder by the grammar, but was probably meant to be one, and names
//! with a slip of the pen.

mod distance;
#[allow(clippy::module_inception)] // the type that the room is named after
mod lint;
mod names;
mod near;
mod screen;

pub use lint::{Lint, LintKind};
pub(super) use names::Search as NameSearch;
pub(super) use near::lints;
