//! Comments of Handlebars: `{{! … }}` and `{{!-- … --}}`, also with `~` at either mark.

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
        let behind = text.as_bytes().get(body..)?;
        let inner = behind.strip_prefix(b"~").unwrap_or(behind);
        let inner = inner.strip_prefix(b"!")?;
        let begin = body + behind.len() - inner.len();
        Some(self.end(inner).map_or(body, |length| begin + length))
    }

    fn end(&mut self, inner: &[u8]) -> Option<usize> {
        // The same as in Handlebars: the dashes that begin it may also end it.
        let is_dashed = inner.starts_with(b"--");
        let is_endless = if is_dashed {
            &mut self.is_endless_dashed
        } else {
            &mut self.is_endless
        };
        if *is_endless {
            return None;
        }
        let ends = |close: &usize| {
            let before = inner.get(..*close).unwrap_or_default();
            let before = before.strip_suffix(b"~").unwrap_or(before);
            !is_dashed || before.ends_with(b"--")
        };
        let found = memchr::memmem::find_iter(inner, CLOSE).find(ends);
        *is_endless = found.is_none();
        found.map(|found| found + CLOSE.len())
    }
}

const CLOSE: &[u8] = b"}}";
