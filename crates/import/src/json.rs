//! Entries in JSON.

mod cursor;
mod forms;
mod node;
mod string;

pub(crate) use forms::read;
