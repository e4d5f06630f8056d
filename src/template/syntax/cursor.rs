//! A place in a text, and what is read from there.

use super::dialect::Dialect;
use crate::template::chars::{begins_with, is};

/// A place in a text.
pub(super) struct Cursor<'d, 't> {
    pub(super) dialect: &'d Dialect,
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'_, 't> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(super) fn is_at(&self, mark: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        begins_with(rest, mark.as_bytes())
    }

    pub(super) fn is_at_end_of_line(&self) -> bool {
        matches!(self.peek(), None | Some(b'\r' | b'\n'))
    }

    #[inline]
    pub(super) fn eat(&mut self, mark: &str) -> bool {
        let found = self.is_at(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    #[inline]
    pub(super) fn skip(&mut self, class: u8) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|&byte| !is(byte, class))
            .unwrap_or(rest.len());
        count_read(length + 1);
        self.at += length;
        length
    }

    /// The bytes of a class from here. All classes are of ASCII, so this is whole text.
    #[inline]
    pub(super) fn take(&mut self, class: u8) -> &'t str {
        let start = self.at;
        self.skip(class);
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// Counts, for a test, what is read to find where a run ends.
pub(super) fn count_read(bytes: usize) {
    #[cfg(test)]
    tests::READ.with(|read| read.set(read.get() + bytes));
    let _ = bytes;
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::Template;

    thread_local! {
        /// The number of bytes that were read to find the ends of runs of a class.
        pub(super) static READ: Cell<usize> = const { Cell::new(0) };
    }

    fn read_for(text: String) -> usize {
        READ.set(0);
        // Both outcomes count: an error must not take longer either.
        let _ = Template::compile(text);
        READ.get()
    }

    #[test]
    fn what_is_read_grows_as_the_text_does() {
        let repeated = [
            "<",
            "<<",
            "<<A",
            "<<A ",
            "<< ",
            "<<!",
            "<<!!",
            "<<A|",
            "<<A|trim",
            "<<A|get:/",
            "<<A@1",
            "<<$",
            "<<$secret.",
            "<<$secret.A",
            "<<$secret.A |",
            "<<$env.a",
            "<<$env.a>>",
            "<<!A>>",
            "<<A>",
            "<<A >>",
        ];
        let once = ["!", " ", "A", "|trim", " | trim", "$secret."];
        for size in [1 << 10, 1 << 13, 1 << 16] {
            let texts = repeated.iter().map(|piece| piece.repeat(size));
            let texts = texts.chain(once.iter().map(|piece| format!("<<{}", piece.repeat(size))));
            for text in texts.chain([
                format!("{}A>>", "<<".repeat(size)),
                format!("{}>>", "<<A".repeat(size)),
            ]) {
                let (bytes, start) = (text.len(), text.chars().take(12).collect::<String>());
                let read = read_for(text);
                assert!(read <= 4 * bytes, "{start}… of {bytes} bytes: {read} read");
            }
        }
        assert!(read_for("<<$secret.A>>".to_owned()) > 0, "the count counts");
    }
}
