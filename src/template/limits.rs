//! The largest texts that an engine takes.

use crate::error::{Error, ErrorKind, Result};

/// The largest text or document that is taken. A larger one is refused with
/// [`TooLarge`](crate::ErrorKind::TooLarge) before memory is allocated for it. In a document the
/// limits hold for all of its strings together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a template, and of all values that go into a document as JSON; 16 MiB.
    pub template: usize,
    /// Placeholders in a template, repeated ones included; 10,000.
    pub placeholders: usize,
    /// Bytes of the resolved text, and bytes that filters handle on the way; 64 MiB.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            template: 16 << 20,
            placeholders: 10_000,
            output: 64 << 20,
        }
    }
}

impl Limits {
    /// Sets the most bytes of a template.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::{Engine, Limits};
    ///
    /// let engine = Engine::new().limits(Limits::default().template(16));
    /// let error = engine.compile("a text of 25 bytes or so").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TooLarge);
    /// ```
    #[must_use]
    pub fn template(mut self, bytes: usize) -> Self {
        self.template = bytes;
        self
    }

    /// Sets the most placeholders of a template.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::{Engine, Limits};
    ///
    /// let engine = Engine::new().limits(Limits::default().placeholders(2));
    /// assert!(engine.compile("<<A>> <<A>>").is_ok());
    /// assert_eq!(engine.compile("<<A>> <<A>> <<A>>").unwrap_err().kind(), ErrorKind::TooLarge);
    /// ```
    #[must_use]
    pub fn placeholders(mut self, count: usize) -> Self {
        self.placeholders = count;
        self
    }

    /// Sets the most bytes of a resolved text.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::{Engine, Limits};
    ///
    /// let engine = Engine::new().limits(Limits::default().output(8));
    /// let error = engine.render("<<A>>", |_| Some("nine bytes")).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TooLarge);
    /// ```
    #[must_use]
    pub fn output(mut self, bytes: usize) -> Self {
        self.output = bytes;
        self
    }

    #[inline]
    pub(super) fn check_template(self, bytes: usize) -> Result<()> {
        within(bytes, self.template, "bytes")
    }

    #[inline]
    pub(super) fn check_placeholders(self, count: usize) -> Result<()> {
        within(count, self.placeholders, "placeholders")
    }
}

#[inline]
fn within(size: usize, limit: usize, unit: &str) -> Result<()> {
    if size <= limit {
        Ok(())
    } else {
        Err(too_large(limit, unit))
    }
}

#[cold]
fn too_large(limit: usize, unit: &str) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("a template has at most {limit} {unit}; split it or raise the limit"),
    )
}
