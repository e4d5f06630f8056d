//! Waiting, in a thread of any kind, for what another thread makes.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use tokio::sync::oneshot::Receiver;

/// End of a wait without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The deadline passed.
    Late,
    /// The other side is gone.
    Gone,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Parks this thread until the result is there. Needs no runtime in this thread, and none forbids
/// it: nothing here enters one.
pub(crate) fn wait<T>(receiver: Receiver<T>, deadline: Instant) -> Result<T, Ended> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut receiver = pin!(receiver);
    loop {
        match receiver.as_mut().poll(&mut context) {
            Poll::Ready(Ok(result)) => return Ok(result),
            Poll::Ready(Err(_)) => return Err(Ended::Gone),
            Poll::Pending => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Ended::Late);
        }
        // It may return early; the loop looks again.
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    fn in_a_minute() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn a_result_of_another_thread_arrives() {
        let (sender, receiver) = oneshot::channel();
        thread::scope(|threads| {
            threads.spawn(|| sender.send(7));
            assert_eq!(wait(receiver, in_a_minute()), Ok(7));
        });
    }

    #[test]
    fn no_result_ends_at_the_deadline_and_a_lost_sender_at_once() {
        let (sender, receiver) = oneshot::channel::<u8>();
        assert_eq!(wait(receiver, Instant::now()), Err(Ended::Late));
        drop(sender);
        let (sender, receiver) = oneshot::channel::<u8>();
        drop(sender);
        assert_eq!(wait(receiver, in_a_minute()), Err(Ended::Gone));
    }

    #[test]
    fn a_wake_up_for_nothing_is_no_result() {
        thread::current().unpark();
        let (sender, receiver) = oneshot::channel();
        thread::scope(|threads| {
            threads.spawn(|| {
                thread::yield_now();
                sender.send(8)
            });
            assert_eq!(wait(receiver, in_a_minute()), Ok(8));
        });
    }
}
