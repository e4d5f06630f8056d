//! Rendering: values go into texts.

mod fill;
mod once;
mod plain;
mod values;

pub(super) use fill::{Drafted, Drafts, Fill};
pub(super) use once::render;
pub(super) use plain::write_plain;
pub(super) use values::{LookedUp, Values};
