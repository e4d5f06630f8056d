//! Bars for long work, on standard error if it is a terminal.

use std::sync::Once;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// A bar that goes away with its owner. Nothing is drawn where standard error is no terminal, or
/// with JSON.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_drawn: bool,
    begun: Once,
}

impl Progress {
    /// Makes a bar for work that is named by a word.
    pub(crate) fn new(output: Output, work: &'static str) -> Self {
        // Drawn when it is known how much there is to do: until then it would be full.
        let bar = ProgressBar::hidden();
        // Without colours, so that NO_COLOR asks for nothing more.
        let style = ProgressStyle::with_template("{msg} [{wide_bar}] {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(work);
        Self {
            bar,
            is_drawn: !output.is_json(),
            begun: Once::new(),
        }
    }

    /// Shows how much is done.
    pub(crate) fn at(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        if self.is_drawn {
            self.begun.call_once(|| {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.tick();
            });
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
