//! Rendering: values go into texts.

mod check;
mod draft;
mod fill;
mod once;
mod plain;
mod refusals;
mod values;

pub(super) use draft::{Drafted, Drafts};
pub(super) use fill::Fill;
pub(super) use once::render;
pub(super) use plain::write_plain;
pub(super) use values::{LookedUp, Values};
