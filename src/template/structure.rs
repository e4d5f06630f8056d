//! Documents of any format, as the engine sees them.

mod copy;
mod depth;
mod node;
mod number;
mod replacement;
mod reserved;
mod wipe;

pub(super) use copy::copy;
pub(super) use depth::{MAX_DEPTH, too_deep};
pub use node::Structure;
pub(super) use node::{Copied, Node, Places, View};
pub(super) use number::{Scalar, float, number};
pub(crate) use replacement::Replacement;
pub(super) use reserved::{DATE_KEY, is_reserved};
pub(super) use wipe::wipe;
