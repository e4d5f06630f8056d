//! The command `keyslot`: secrets in an encrypted vault, by reference.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]
// Doc comments of arguments are help on a terminal, where backquotes are noise.
#![allow(clippy::doc_markdown)]

mod args;
mod commands;
mod config;
mod context;
mod exit;
mod failure;
mod hardening;
mod input;
mod key;
mod new_file;
mod opened;
mod output;
mod place;
mod progress;
mod prompt;
mod render;
mod run;
mod settings;
mod silence;
mod stop;
mod surroundings;
mod wiped_writer;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
