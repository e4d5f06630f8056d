//! Documents of any format that serde reads and writes.

mod access;
mod build;
mod depth;
mod node;
mod read;
mod refusal;
mod trace;
#[allow(clippy::module_inception)] // the type that the room is named after
mod tree;
mod variant;
mod write;
mod write_list;
mod write_object;

pub(crate) use node::Node;
pub use tree::Tree;
