//! The command line: global options, and the errors of what is not one.

mod cli;
mod global;
mod refusal;

pub(crate) use cli::Cli;
pub(crate) use global::{Color, GlobalArgs};
pub(crate) use refusal::refuse;
