//! The thread that owns every socket.

use std::future::Future;
use std::io;
use std::mem::ManuallyDrop;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::wait::{Ended, wait};

/// Thread with a runtime of its own, which ends by itself once this is dropped.
///
/// Dropping it never waits: a runtime that is dropped in async code panics, and one that is joined
/// there stops the caller.
#[derive(Debug)]
pub(crate) struct Driver {
    handle: Handle,
    /// Process that has the thread; a fork of it has none.
    process: u32,
    /// Dropped with this, which ends the thread.
    stop: Option<oneshot::Sender<()>>,
}

impl Driver {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = mpsc::channel();
        thread::Builder::new()
            .name("keyslot-postgres".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let _ = ready.send(());
                    let _ = stopped.await;
                });
                // A look-up of a host name may hang in a thread of its own.
                runtime.shutdown_background();
            })?;
        is_ready
            .recv()
            .map_err(|_| io::Error::other("the thread ended"))?;
        Ok(Self {
            handle,
            process: std::process::id(),
            stop: Some(stop),
        })
    }

    /// Returns true in a process that was forked from the one with the thread.
    pub(crate) fn is_lost_by_fork(&self) -> bool {
        self.process != std::process::id()
    }

    /// Runs a future in the thread and waits for it. After the deadline it is cancelled.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = oneshot::channel();
        let task = self.handle.spawn(async move {
            let _ = sender.send(future.await);
        });
        wait(receiver, deadline).inspect_err(|_| task.abort())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.is_lost_by_fork() {
            // Whoever holds a lock of the runtime is not in this process.
            let _ = ManuallyDrop::new(self.stop.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn runs_futures_for_many_threads_and_outlives_a_panic_in_one() {
        let driver = Driver::start().unwrap();
        assert_eq!(
            driver.run(soon(), async { panic!("in a task") }),
            Err::<(), _>(Ended::Gone)
        );
        thread::scope(|threads| {
            for number in 0..8 {
                let driver = &driver;
                threads.spawn(move || {
                    let twice = driver.run(soon(), async move { number * 2 });
                    assert_eq!(twice, Ok(number * 2));
                });
            }
        });
    }

    /// Waits for a task of the thread, if it is still there.
    fn runs(handle: &Handle) -> bool {
        let (sender, receiver) = oneshot::channel();
        handle.spawn(async move { _ = sender.send(()) });
        wait(receiver, soon()).is_ok()
    }

    #[test]
    fn the_child_of_a_fork_leaves_the_thread_alone() {
        let mut driver = Driver::start().unwrap();
        let handle = driver.handle.clone();
        driver.process ^= 1;
        drop(driver);
        assert!(runs(&handle) && runs(&handle));

        let driver = Driver::start().unwrap();
        let handle = driver.handle.clone();
        drop(driver);
        while runs(&handle) {
            thread::yield_now();
        }
    }

    #[test]
    fn a_late_future_is_cancelled() {
        let driver = Driver::start().unwrap();
        let (sender, receiver) = oneshot::channel::<()>();
        let ended = driver.run(Instant::now(), async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        });
        assert_eq!(ended, Err(Ended::Late));
        // The task is gone with all that it held.
        assert_eq!(wait(receiver, soon()), Err(Ended::Gone));
    }

    #[test]
    fn is_used_and_dropped_in_async_code() {
        for mut runtime in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = runtime.build().unwrap();
            runtime.block_on(async {
                let driver = Driver::start().unwrap();
                assert_eq!(driver.run(soon(), async { 1 }), Ok(1));
                drop(driver);
            });
        }
    }
}
