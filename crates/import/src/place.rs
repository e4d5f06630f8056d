//! Errors with their line and column, and never the text.

use keyslot::{Error, ErrorKind};

/// A text, and the errors about places in it.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    /// The text.
    pub(crate) text: &'t str,
    /// Name of its format, with an article.
    pub(crate) format: &'static str,
}

impl<'t> Text<'t> {
    /// Returns the text of a file.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](ErrorKind::InvalidDocument) for bytes that are not UTF-8, and for a NUL.
    pub(crate) fn of(bytes: &'t [u8], format: &'static str) -> Result<Self, Error> {
        if bytes.len() > crate::MAX_FILE {
            return Err(crate::limits::file_too_long());
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = line(bytes, error.valid_up_to());
            invalid(format!("not {format}: line {line} is not UTF-8 text"))
        })?;
        let found = Self { text, format };
        match text.find('\0') {
            Some(at) => Err(found.refuse(at, "a NUL, which no environment variable can hold")),
            None => Ok(found),
        }
    }

    /// Returns the error about a byte of the text.
    pub(crate) fn refuse(self, at: usize, why: &str) -> Error {
        let Self { format, .. } = self;
        let (line, column) = self.position(at);
        invalid(format!(
            "not {format}: {why} (line {line}, column {column})"
        ))
    }

    /// Returns the error of a value that is too long.
    pub(crate) fn too_long(self, at: usize) -> Error {
        let (line, column) = self.position(at);
        let most = crate::MAX_VALUE;
        let message =
            format!("a value may have {most} bytes at most (line {line}, column {column})");
        Error::new(ErrorKind::TooLarge, message)
    }

    /// Returns the line of a byte, from 1.
    pub(crate) fn line(self, at: usize) -> usize {
        line(self.text.as_bytes(), at)
    }

    /// The line and the column in characters, both from 1.
    fn position(self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (self.line(at), line.chars().count() + 1)
    }
}

fn line(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or(bytes);
    before.split(|&byte| byte == b'\n').count()
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidDocument, message)
}
