//! JSON as text: parsed strictly, with the place of each string.

mod made;
mod node;
mod number;
mod parser;
mod string;
mod text;
mod typed;
#[cfg(feature = "json")]
mod value;

pub(super) use made::read;
pub(crate) use node::{Node, Span};
pub(super) use parser::{Form, is_structure};
pub use text::JsonText;
pub(super) use typed::{check, writings};
