//! The manual: what is too long for the docs of an item.

#[doc = include_str!("manual/format.md")]
pub mod format {}
