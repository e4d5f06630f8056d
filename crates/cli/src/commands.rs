//! The commands, one a file.

mod command;
mod get;
mod init;
mod keygen;
mod list;
mod main;
mod render;
mod run;
mod set;

pub(crate) use command::Command;
pub(crate) use main::main;
