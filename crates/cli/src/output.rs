//! Standard output and error: text, tables, JSON and colours.

mod color;
mod output;
mod purge;
mod shown;
mod table;

pub(crate) use color::Style;
pub(crate) use output::Output;
pub(crate) use purge::purged;
pub(crate) use shown::shown;
pub(crate) use table::Table;
