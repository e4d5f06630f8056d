//! One answer, from a thread to a task.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::resolver::Outcomes;
use crate::error::{Error, ErrorKind, Result};

/// The place of the answer. Both sides hold it, and the answer is dropped with the last one.
type Place = Arc<Mutex<State>>;

#[derive(Default)]
struct State {
    answer: Option<Result<Outcomes>>,
    waker: Option<Waker>,
}

/// The side that answers, once. Dropped without an answer, it answers with an error.
pub(super) struct Answer(Place);

/// The side that awaits the answer.
pub(super) struct Awaited(Place);

/// Makes the two sides.
pub(super) fn reply() -> (Answer, Awaited) {
    let place = Place::default();
    (Answer(Arc::clone(&place)), Awaited(place))
}

fn lock(place: &Place) -> MutexGuard<'_, State> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Answer {
    /// Returns true if somebody still waits.
    pub(super) fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Answers.
    pub(super) fn give(&self, answer: Result<Outcomes>) {
        let mut state = lock(&self.0);
        state.answer = Some(answer);
        let waker = state.waker.take();
        // A waker may run the task at once, which takes the lock.
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let state = lock(&self.0);
        // Without a waker, an answer was given and taken, or nobody has asked yet.
        let is_open = state.answer.is_none();
        drop(state);
        if is_open {
            self.give(Err(never_answered()));
        }
    }
}

impl Future for Awaited {
    type Output = Result<Outcomes>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.0);
        if let Some(answer) = state.answer.take() {
            return Poll::Ready(answer);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

fn never_answered() -> Error {
    Error::new(
        ErrorKind::BrokenResolver,
        "a look-up on another thread ended without an answer: it panicked, or the runtime was shut \
         down before it ran",
    )
}
