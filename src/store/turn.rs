//! Turns of writers: one thread writes at a time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// Lets one thread write at a time. Unlike a mutex it gives up after a while, and it notices a
/// thread that waits for itself.
#[derive(Debug, Default)]
pub(super) struct Turn {
    writer: Mutex<Option<ThreadId>>,
    free: Condvar,
}

impl Turn {
    pub(super) fn take(&self, patience: Duration) -> Result<Taken<'_>> {
        let this = thread::current().id();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if *writer == Some(this) {
            return Err(Error::new(
                ErrorKind::Busy,
                "a write was started inside a write of the same store; use the transaction that is \
                 open",
            ));
        }
        let (mut writer, _) = self
            .free
            .wait_timeout_while(writer, patience, |writer| writer.is_some())
            .unwrap_or_else(PoisonError::into_inner);
        if writer.is_some() {
            return Err(Error::new(
                ErrorKind::Busy,
                "another write takes too long; try again",
            ));
        }
        *writer = Some(this);
        Ok(Taken(self))
    }
}

/// The turn is taken until this is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.writer.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_would_wait_for_itself_is_told_so() {
        let turn = Turn::default();
        let taken = turn.take(Duration::MAX).unwrap();
        assert_eq!(
            turn.take(Duration::MAX).unwrap_err().kind(),
            ErrorKind::Busy
        );
        drop(taken);
        assert!(turn.take(Duration::ZERO).is_ok());
    }

    #[test]
    fn another_thread_gives_up_and_a_panic_gives_the_turn_back() {
        let turn = Turn::default();
        thread::scope(|threads| {
            let taken = turn.take(Duration::ZERO).unwrap();
            let refused = threads
                .spawn(|| turn.take(Duration::ZERO).map(drop))
                .join()
                .unwrap();
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Busy);
            drop(taken);
            let panicked = threads.spawn(|| {
                let _taken = turn.take(Duration::ZERO).unwrap();
                panic!("while it has the turn");
            });
            assert!(panicked.join().is_err());
            assert!(turn.take(Duration::ZERO).is_ok());
        });
    }
}
