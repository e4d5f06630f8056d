//! Requests whose bodies are wiped when they are answered.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;

use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http::Request;
use http::request::Parts;
use zeroize::{Zeroize as _, Zeroizing};

/// The memory for a body before any of it has come. A client may announce more than it sends.
const FIRST: usize = 16 << 10;

/// A whole request. Its body may hold a value.
pub(crate) struct Arrived(Request<Vec<u8>>);

impl Arrived {
    /// Waits for the body. Gives `None` for one that is longer than `most` bytes, or breaks off.
    pub(crate) async fn wait(parts: Parts, mut body: Body, most: usize) -> Option<Self> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        let mut all = Zeroizing::new(Vec::with_capacity(announced.min(FIRST)));
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            // Anything else is a trailer.
            let Ok(data) = frame.ok()?.into_data() else {
                continue;
            };
            let fits = data.len() <= most.saturating_sub(all.len());
            if fits {
                append(&mut all, &data);
            }
            wipe(data);
            if !fits {
                return None;
            }
        }
        Some(Self(Request::from_parts(parts, mem::take(&mut *all))))
    }

    pub(crate) fn request(&self) -> &Request<Vec<u8>> {
        &self.0
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        self.0.body_mut().zeroize();
    }
}

/// Appends bytes, and leaves no copy behind where there is no room for them.
fn append(all: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let length = all.len().saturating_add(more.len());
    if length > all.capacity() {
        let room = length.max(all.capacity().saturating_mul(2));
        let mut grown = Zeroizing::new(Vec::with_capacity(room));
        grown.extend_from_slice(all);
        *all = grown;
    }
    all.extend_from_slice(more);
}

/// Wipes bytes that nobody else has. Those of hyper are a part of its buffer, which it still reads
/// into.
fn wipe(data: Bytes) {
    if let Ok(mut own) = data.try_into_mut() {
        own.as_mut().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_comes_whole_and_the_old_memory_is_not_grown() {
        let mut all = Zeroizing::new(Vec::with_capacity(4));
        let mut expected = Vec::new();
        for length in [0, 3, 1, 1, 40, 2, 1000] {
            let more: Vec<u8> = (0..=250).cycle().take(length).collect();
            append(&mut all, &more);
            expected.extend(more);
            assert_eq!(*all, expected);
        }
    }
}
