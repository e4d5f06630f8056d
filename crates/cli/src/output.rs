//! Standard output and error: text, tables, JSON and colours.

mod color;
mod output;
mod shown;
mod table;

pub(crate) use output::Output;
pub(crate) use table::Table;
