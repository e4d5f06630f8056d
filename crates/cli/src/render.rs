//! Files with placeholders: their formats, and the files that are made of them.

mod file;
mod format;
mod rendered;
mod source;
mod variables;

pub(crate) use file::{NotReplaced, replace};
pub(crate) use format::Format;
pub(crate) use rendered::Rendered;
pub(crate) use source::{Source, Use};
pub(crate) use variables::Values;
