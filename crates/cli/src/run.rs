//! Running a program that is given values, with its output masked.
//!
//! The program has a pseudo-terminal where standard output is a terminal ([`job`]): it shows
//! colours, knows the size of the window and gets keys and signals. Otherwise its outputs are pipes
//! ([`piped`]).

mod child;
mod event;
mod files;
mod helper;
mod job;
mod link;
mod mask;
#[cfg(target_os = "linux")]
mod memory;
mod pipe;
mod piped;
mod pty;
mod signals;
mod start;

pub(crate) use child::Child;
pub(crate) use files::Files;
pub(crate) use helper::helper;
pub(crate) use signals::is_ignored;
pub(crate) use start::run;
