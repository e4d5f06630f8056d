//! A stream that gives no more bytes than were asked for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that a server may still send, set before each flight.
///
/// A server that lies about a length, or sends rows without end, must not fill the memory of its
/// client, and the protocol itself has no bound.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    left: AtomicU64,
    was_passed: AtomicBool,
}

impl Allowance {
    pub(crate) fn set(&self, bytes: u64) {
        self.left.store(bytes, Ordering::Release);
    }

    /// Returns true once the server sent more than it was asked for.
    pub(crate) fn was_passed(&self) -> bool {
        self.was_passed.load(Ordering::Acquire)
    }

    fn take(&self, bytes: u64) -> bool {
        let taken = self
            .left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                left.checked_sub(bytes)
            });
        if taken.is_err() {
            self.was_passed.store(true, Ordering::Release);
        }
        taken.is_ok()
    }
}

/// Stream with an allowance for what is read.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    pub(crate) stream: S,
    pub(crate) allowance: Arc<Allowance>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().len().saturating_sub(before);
        if self.allowance.take(read as u64) {
            return Poll::Ready(Ok(()));
        }
        buffer.set_filled(before);
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "more bytes than were asked for",
        )))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Reads up to 8 bytes.
    fn read(stream: &mut Metered<&[u8]>) -> io::Result<Vec<u8>> {
        let mut bytes = [0; 8];
        let mut buffer = ReadBuf::new(&mut bytes);
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(stream).poll_read(&mut context, &mut buffer) {
            Poll::Ready(done) => done.map(|()| buffer.filled().to_vec()),
            Poll::Pending => panic!("bytes in memory are there"),
        }
    }

    #[test]
    fn gives_what_was_asked_for_and_no_more() {
        let allowance = Arc::new(Allowance::default());
        let mut stream = Metered {
            stream: &[5_u8; 24][..],
            allowance: Arc::clone(&allowance),
        };
        allowance.set(12);
        assert_eq!(read(&mut stream).unwrap(), [5; 8]);
        assert!(!allowance.was_passed());
        assert_eq!(
            read(&mut stream).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        assert!(allowance.was_passed());
        // A new flight has a new allowance.
        allowance.set(8);
        assert_eq!(read(&mut stream).unwrap(), [5; 8]);
    }
}
