//! Bars for long work, on standard error if it is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// A bar that goes away with its owner. Nothing is drawn where standard error is no terminal, or
/// with JSON.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Makes a bar for work that is named by a word.
    pub(crate) fn new(output: Output, work: &'static str) -> Self {
        let bar = if output.is_json() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        // Without colours, so that NO_COLOR asks for nothing more.
        let style = ProgressStyle::with_template("{msg} [{wide_bar}] {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(work);
        Self(bar)
    }

    /// Shows how much is done.
    pub(crate) fn at(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
