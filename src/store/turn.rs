//! Turns of writers: one thread writes at a time, in the order in which they asked.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// Lets one thread write at a time. Unlike a mutex it keeps the order of those who wait, it gives
/// up after a while, and it notices a thread that waits for itself.
#[derive(Debug, Default)]
pub(super) struct Turn {
    line: Mutex<Line>,
    moved: Condvar,
}

/// The thread that writes, and those that wait.
#[derive(Debug, Default)]
struct Line {
    writer: Option<ThreadId>,
    /// Number that the next one gets.
    number: u64,
    waiting: VecDeque<u64>,
}

impl Line {
    fn must_wait(&self, number: u64) -> bool {
        self.writer.is_some() || self.waiting.front() != Some(&number)
    }
}

impl Turn {
    pub(super) fn take(&self, patience: Duration) -> Result<Taken<'_>> {
        let this = thread::current().id();
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if line.writer == Some(this) {
            return Err(Error::new(
                ErrorKind::Busy,
                "a write was started inside a write of the same store; use the transaction that is \
                 open",
            ));
        }
        let number = line.number;
        line.number += 1;
        line.waiting.push_back(number);
        let (mut line, _) = self
            .moved
            .wait_timeout_while(line, patience, |line| line.must_wait(number))
            .unwrap_or_else(PoisonError::into_inner);
        let gave_up = line.must_wait(number);
        line.waiting.retain(|waiting| *waiting != number);
        if gave_up {
            // The one behind may be the first now.
            self.moved.notify_all();
            return Err(Error::new(
                ErrorKind::Busy,
                "another write takes too long; try again",
            ));
        }
        line.writer = Some(this);
        Ok(Taken(self))
    }
}

/// The turn is taken until this is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.writer = None;
        self.0.moved.notify_all();
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

    #[test]
    fn threads_write_in_the_order_in_which_they_asked() {
        let turn = Turn::default();
        let order = Mutex::new(Vec::new());
        let waiting = || turn.line.lock().unwrap().waiting.len();
        thread::scope(|threads| {
            let taken = turn.take(Duration::ZERO).unwrap();
            for number in 0..8 {
                // One gives up in between: it holds up nobody.
                if number == 4 {
                    let refused = threads.spawn(|| turn.take(Duration::ZERO).map(drop));
                    assert!(refused.join().unwrap().is_err());
                }
                let (turn, order) = (&turn, &order);
                threads.spawn(move || {
                    let _taken = turn.take(Duration::MAX).unwrap();
                    order.lock().unwrap().push(number);
                });
                while waiting() <= number {
                    thread::yield_now();
                }
            }
            drop(taken);
        });
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(waiting(), 0);
    }
}
