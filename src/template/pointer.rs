//! JSON Pointers: their text, and patterns over them.

mod pattern;
mod text;

pub(super) use pattern::{Pattern, Segment};
pub(super) use text::{escapes_only, push, steps, unescaped};
