//! Comments of Handlebars: `{{! … }}` and `{{!-- … --}}`.

/// Knows once it has looked to the end of the text in vain, so that comments without an end do not
/// take quadratic time.
#[derive(Default)]
pub(in crate::template) struct Comments {
    is_endless: bool,
    is_endless_dashed: bool,
}

impl Comments {
    /// Returns the place to go on at if a comment begins at `body`, behind an opener: behind its
    /// end, or right there if it has none.
    #[inline]
    pub(in crate::template) fn skip(&mut self, text: &str, body: usize) -> Option<usize> {
        let inner = text.as_bytes().get(body..)?.strip_prefix(b"!")?;
        Some(self.end(inner).map_or(body, |length| body + 1 + length))
    }

    fn end(&mut self, inner: &[u8]) -> Option<usize> {
        let (mark, is_endless) = match inner {
            // The same as in Handlebars: the dashes that begin it may also end it.
            [b'-', b'-', ..] => ("--}}", &mut self.is_endless_dashed),
            _ => ("}}", &mut self.is_endless),
        };
        let found = Some(inner)
            .filter(|_| !*is_endless)
            .and_then(|inner| memchr::memmem::find(inner, mark.as_bytes()));
        *is_endless = found.is_none();
        found.map(|found| found + mark.len())
    }
}
