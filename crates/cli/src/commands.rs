//! The commands, one a file.

mod backup;
mod bundle_key;
mod command;
mod completions;
mod copy;
mod delete;
mod edit;
mod export;
mod get;
mod history;
mod import;
mod import_bundle;
mod imported;
mod init;
mod key;
mod keygen;
mod list;
mod log;
mod main;
mod render;
mod restore;
mod revoke;
mod rollback;
mod rules;
mod run;
mod set;
mod show;
mod status;
mod switch;
mod verify;

pub(crate) use command::Command;
pub(crate) use main::main;
