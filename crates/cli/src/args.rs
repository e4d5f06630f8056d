//! The command line: global options, and the errors of what is not one.

mod cli;
mod facts;
mod global;
mod refusal;

pub(crate) use cli::Cli;
pub(crate) use facts::{FactsArgs, RulesArgs};
pub(crate) use global::{Color, GlobalArgs};
pub(crate) use refusal::refuse;
