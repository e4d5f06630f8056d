//! Lints: text that is no placeholder by the grammar, but was probably meant to be one, and names
//! with a slip of the pen.

mod bracket;
mod cuts;
mod decode;
mod encoded;
mod inner_json;
mod inside;
#[allow(clippy::module_inception)] // the type that the room is named after
mod lint;
mod meant;
mod message;
mod names;
mod near;
mod prefix;
mod screen;
mod whole;

pub(super) use inner_json::inner_json;
pub use lint::{Lint, LintKind};
pub(super) use names::Search as NameSearch;
pub(super) use near::lints;
