//! JSON as text: parsed strictly, with the place of each string.

mod node;
mod number;
mod parser;
mod string;
mod text;
#[cfg(feature = "json")]
mod value;

pub(crate) use node::{Node, Span};
#[cfg(feature = "json")]
pub(super) use parser::Form;
pub(super) use parser::is_structure;
pub use text::JsonText;
#[cfg(feature = "json")]
pub(super) use value::value;
