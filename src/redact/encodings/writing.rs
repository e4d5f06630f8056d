//! Writings of a text, character by character.

use crate::error::Result;
use crate::redact::variants::Variant;
use crate::wipe::Wiped;

/// Receiver of each writing.
pub(in crate::redact) type Add<'a> = dyn FnMut(Variant, &str) -> Result<()> + 'a;

/// Longer texts, longer than a value of a vault is unless it is told otherwise, are not given in
/// the writings of which there are most: parts of URLs, literals, lines of base64. All of them
/// would be more than a redactor holds.
pub(super) const LONG: usize = 64 << 10;

/// Gives writings to a receiver, one after the other in the same memory.
pub(super) struct Writings<'w> {
    add: &'w mut Add<'w>,
    written: Written,
}

impl<'w> Writings<'w> {
    /// Bytes that a byte of most texts comes to at most: `\u0041`, `&quot;`.
    const MOST: usize = 6;

    /// Makes room for the writings of a text of so many bytes.
    pub(super) fn new(len: usize, add: &'w mut Add<'w>) -> Self {
        let written = Written(Wiped::with_capacity(len.saturating_mul(Self::MOST)));
        Self { add, written }
    }

    /// Gives a text as it is.
    pub(super) fn add(&mut self, variant: Variant, text: &str) -> Result<()> {
        (self.add)(variant, text)
    }

    /// Gives a text with each of its characters written in some way, if that is another text.
    #[inline]
    pub(super) fn each(
        &mut self,
        variant: Variant,
        text: &str,
        write: impl Fn(char, &mut Written),
    ) -> Result<()> {
        self.each_behind(variant, text, |_, c, out| write(c, out))
    }

    /// Gives a text like [`each`](Writings::each), for writings that depend on the character
    /// before.
    #[inline]
    pub(super) fn each_behind(
        &mut self,
        variant: Variant,
        text: &str,
        write: impl Fn(Option<char>, char, &mut Written),
    ) -> Result<()> {
        self.whole(variant, text, |out| {
            let mut before = None;
            for c in text.chars() {
                write(before, c, out);
                before = Some(c);
            }
        })
    }

    /// Gives what is written of a text, if that is another text.
    #[inline]
    pub(super) fn whole(
        &mut self,
        variant: Variant,
        text: &str,
        write: impl FnOnce(&mut Written),
    ) -> Result<()> {
        self.written.0.remove_first(self.written.0.len());
        write(&mut self.written);
        if *self.written.0 == *text.as_bytes() {
            return Ok(());
        }
        // Always text: whole characters were written.
        std::str::from_utf8(&self.written.0).map_or(Ok(()), |written| (self.add)(variant, written))
    }
}

/// A writing, while it is written. Wiped when it grows, too.
pub(super) struct Written(Wiped<u8>);

impl Written {
    #[inline]
    pub(super) fn push(&mut self, c: char) {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => self.0.push(byte),
            _ => self.push_str(c.encode_utf8(&mut [0; 4])),
        }
    }

    #[inline]
    pub(super) fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Appends ASCII characters.
    #[inline]
    pub(super) fn push_ascii<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.extend_from_slice(&bytes);
    }
}

pub(super) fn backslash(escaped: bool, c: char, out: &mut Written) {
    if escaped {
        out.push('\\');
    }
    out.push(c);
}
