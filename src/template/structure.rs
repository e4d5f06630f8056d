//! Documents of any format, as the engine sees them.

mod depth;
#[cfg(feature = "json")]
mod json;
mod node;
mod reserved;
#[cfg(feature = "json")]
mod strict;
mod wipe;

pub(super) use depth::{MAX_DEPTH, too_deep};
pub use node::Structure;
pub(super) use node::{Node, Places, View};
pub(super) use reserved::{DATE_KEY, is_reserved};
#[cfg(feature = "json")]
pub(super) use strict::parse;
pub(super) use wipe::wipe;
