//! Finds placeholders in texts and documents and puts values in their place. Pure: knows no store,
//! no key and no scope.
//!
//! The language is described at [`syntax`]. [`ResolveExt`] does everything in one call; a
//! [`Template`] or [`Document`] is compiled once and resolved many times, and tells what it [refers
//! to](Template::references), so that an async host can await the look-up between compiling and
//! [filling](Template::fill).

mod chars;
mod cut;
mod document;
mod engine;
#[cfg(feature = "http")]
mod headers;
mod json;
mod limits;
#[cfg(feature = "http")]
mod lines;
mod lint;
mod model;
mod placeholder;
mod plan;
mod pointer;
mod prepared;
mod render;
mod resolvable;
mod resolve_ext;
mod settings;
mod source;
mod structure;
mod surfaces;
pub mod syntax;
#[allow(clippy::module_inception)] // the type that the room is named after
mod template;
mod text;
mod tree;
mod value;

pub use document::Document;
pub use engine::Engine;
#[cfg(feature = "http")]
pub use headers::Headers;
pub use json::JsonText;
pub(crate) use json::{Node as JsonNode, Span as JsonSpan};
pub use limits::Limits;
pub use lint::{Lint, LintKind};
pub use model::{Arguments, Attempt, Grants, ModelArgs};
pub use placeholder::Placeholder;
pub(crate) use resolvable::InputText;
pub use resolvable::Resolvable;
pub use resolve_ext::ResolveExt;
pub(crate) use structure::Replacement;
pub use structure::Structure;
pub use surfaces::Surfaces;
pub use syntax::{BareNames, Escape, Syntax, SyntaxBuilder};
pub use template::Template;
pub(crate) use tree::Node as TreeNode;
pub use tree::Tree;
#[cfg(feature = "vault")]
pub(crate) use value::{trim, unfit};
