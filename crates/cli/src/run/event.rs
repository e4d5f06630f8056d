//! Events of a run, in the order in which they come.

use std::io;

use super::child::Exit;
use super::link::News;
use super::signals::Received;

/// Something that happened while a program runs.
#[derive(Debug)]
pub(super) enum Event {
    /// A signal came for us.
    Signal(Received),
    /// A signal stopped the program.
    Stopped,
    /// The program ended.
    Ended(Exit),
    /// All of an output was written; or nobody takes it any more.
    Written {
        /// True for the terminal, false for a pipe.
        is_terminal: bool,
        /// The error of an output that nobody takes.
        result: io::Result<()>,
    },
    /// The helper has ended, and the program with it.
    Lost,
}

impl From<Received> for Event {
    fn from(signal: Received) -> Self {
        Self::Signal(signal)
    }
}

impl From<Option<News>> for Event {
    fn from(news: Option<News>) -> Self {
        match news {
            Some(News::Stopped) => Self::Stopped,
            Some(News::Ended(exit)) => Self::Ended(exit),
            None => Self::Lost,
        }
    }
}

/// The outputs that are not written to their end, and the error of one that nobody takes.
#[derive(Debug)]
pub(super) struct Outputs {
    open: usize,
    failed: Option<io::Error>,
}

impl Outputs {
    /// Begins with so many outputs.
    pub(super) fn new(open: usize) -> Self {
        Self { open, failed: None }
    }

    /// Notes the end of one. A reader that went away is no error: the program is told as it would
    /// be without us.
    pub(super) fn written(&mut self, result: io::Result<()>) {
        self.open = self.open.saturating_sub(1);
        if let Err(error) = result {
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// Returns true if all are written.
    pub(super) fn are_done(&self) -> bool {
        self.open == 0
    }

    /// Returns the end of the program, or the first error of an output.
    pub(super) fn end_with(self, exit: Exit) -> io::Result<Exit> {
        self.failed.map_or(Ok(exit), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_fails_is_the_end_and_a_reader_that_goes_is_not() {
        let mut outputs = Outputs::new(2);
        outputs.written(Err(io::ErrorKind::BrokenPipe.into()));
        assert!(!outputs.are_done());
        outputs.written(Ok(()));
        assert!(outputs.are_done());
        assert_eq!(outputs.end_with(Exit::Code(3)).unwrap(), Exit::Code(3));

        let mut outputs = Outputs::new(1);
        outputs.written(Err(io::ErrorKind::StorageFull.into()));
        let error = outputs.end_with(Exit::Code(0)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
