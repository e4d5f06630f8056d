#![doc = include_str!("../manual/language.md")]

mod bare;
mod builder;
mod comments;
mod cursor;
mod dialect;
mod extras;
mod filters;
mod flaw;
mod names;
mod opener;
mod parse;
mod presets;
mod rules;
mod scan;
mod search;
mod secret;
mod sink;
#[allow(clippy::module_inception)] // the type that the room is named after
mod syntax;
mod token;
mod whole;

pub use builder::SyntaxBuilder;
pub(super) use comments::Comments;
pub use dialect::{BareNames, Escape};
pub(super) use dialect::{Dialect, Intent, Near};
pub(super) use filters::{WrittenFilter, WrittenFilters};
pub(super) use flaw::Flaw;
pub(super) use opener::Opener;
pub(super) use parse::{Parsed, parse};
pub(super) use rules::Rules;
pub(super) use scan::scan;
pub(super) use search::{Hit, Search};
pub(super) use sink::{Piece, Sink};
pub use syntax::Syntax;
pub(super) use token::Token;
pub(super) use whole::{Expression, URI, is_expression};
