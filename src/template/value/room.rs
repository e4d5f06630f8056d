//! A limit on the bytes of one call.

use crate::error::{Error, ErrorKind, Result};

/// The number of bytes that may still be handled.
#[derive(Debug)]
pub(in crate::template) struct Room {
    limit: usize,
    left: usize,
}

impl Room {
    pub(in crate::template) fn new(limit: usize) -> Self {
        Self { limit, left: limit }
    }

    /// # Errors
    ///
    /// `TooLarge` when there is less room than that.
    #[inline]
    pub(in crate::template) fn take(&mut self, bytes: usize) -> Result<()> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| self.too_large())?;
        Ok(())
    }

    #[cold]
    fn too_large(&self) -> Error {
        let limit = self.limit;
        let message = format!(
            "the resolved text would be longer than {limit} bytes, or its filters would handle more"
        );
        Error::new(ErrorKind::TooLarge, message)
    }
}
