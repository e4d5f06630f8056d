//! Writings of a text, character by character.

use zeroize::Zeroizing;

use crate::error::Result;
use crate::redact::variants::Variant;

/// Receiver of each writing.
pub(in crate::redact) type Add<'a> = dyn FnMut(Variant, &str) -> Result<()> + 'a;

/// Longer texts, longer than a value of a vault is unless it is told otherwise, are not given in
/// the writings of which there are most: parts of URLs, literals, lines of base64. All of them
/// would be more than a redactor holds.
pub(super) const LONG: usize = 64 << 10;

/// Adds a text with each of its characters written in some way, if that is another text.
pub(super) fn each(
    variant: Variant,
    text: &str,
    add: &mut Add<'_>,
    write: impl Fn(char, &mut dyn FnMut(char)),
) -> Result<()> {
    each_behind(variant, text, add, |_, c, out| write(c, out))
}

/// Writes each character like [`each`], for writings that depend on the character before.
pub(super) fn each_behind(
    variant: Variant,
    text: &str,
    add: &mut Add<'_>,
    write: impl Fn(Option<char>, char, &mut dyn FnMut(char)),
) -> Result<()> {
    let all = |out: &mut dyn FnMut(char, char)| {
        let mut before = None;
        for c in text.chars() {
            write(before, c, &mut |written| out(c, written));
            before = Some(c);
        }
    };
    // Measured first: a text that grew would leave copies behind.
    let (mut length, mut same) = (0, true);
    all(&mut |c, written| {
        length += written.len_utf8();
        same &= c == written;
    });
    if same && length == text.len() {
        return Ok(());
    }
    let mut out = Zeroizing::new(String::with_capacity(length));
    all(&mut |_, written| out.push(written));
    add(variant, &out)
}

pub(super) fn backslash(escaped: bool, c: char, out: &mut dyn FnMut(char)) {
    if escaped {
        out('\\');
    }
    out(c);
}
