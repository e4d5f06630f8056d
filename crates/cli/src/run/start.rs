//! The start of a run.

use std::io;

use keyslot::Redactor;

use super::child::{Child, Exit};
use super::pty::Screen;
use super::{job, piped};

/// Runs a program to its end. Without masks its output is ours, with whatever is in it.
///
/// # Errors
///
/// Those of the operating system, and of an output that cannot be written. A program that cannot be
/// started is no error: it has an exit code.
pub(crate) fn run(child: Child, masks: Option<&Redactor>) -> io::Result<Exit> {
    match (masks, Screen::of_ours()) {
        (Some(masks), Some(screen)) => job::run(child, masks, &screen),
        _ => piped::run(child, masks),
    }
}
