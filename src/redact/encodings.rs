//! The ways in which programs write a text that they were given as it is.

mod base64;
mod digits;
mod json;
mod literal;
mod percent;
mod shell;
mod xml;

use zeroize::Zeroizing;

use super::variants::Variant;
use crate::error::Result;
pub(super) use json::forms as json_forms;

/// Receiver of each writing.
pub(super) type Add<'a> = dyn FnMut(Variant, &str) -> Result<()> + 'a;

/// Longer texts, longer than a value of a vault is unless it is told otherwise, are not given in
/// the writings of which there are most: parts of URLs, literals, lines of base64. All of them
/// would be more than a redactor holds.
const LONG: usize = 64 << 10;

/// Gives each way in which a text may be written, itself excepted. Many are equal to each other.
///
/// # Errors
///
/// What `add` says.
pub(super) fn encodings(text: &str, add: &mut Add<'_>) -> Result<()> {
    if !text.bytes().all(is_ordinary) {
        json::forms(text, add)?;
        xml::forms(text, add)?;
        shell::forms(text, add)?;
        if text.len() <= LONG {
            literal::forms(text, add)?;
        }
        percent::forms(text, add)?;
    }
    digits::forms(text, add)?;
    base64::forms(text, add)
}

/// Returns true for a byte without a special meaning in any format, which nobody escapes.
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

/// Adds a text with each of its characters written in some way, if that is another text.
fn each(
    variant: Variant,
    text: &str,
    add: &mut Add<'_>,
    write: impl Fn(char, &mut dyn FnMut(char)),
) -> Result<()> {
    each_behind(variant, text, add, |_, c, out| write(c, out))
}

/// Writes each character like [`each`], for writings that depend on the character before.
fn each_behind(
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

fn backslash(escaped: bool, c: char, out: &mut dyn FnMut(char)) {
    if escaped {
        out('\\');
    }
    out(c);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(super) fn all(text: &str, of: Variant) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        encodings(text, &mut |variant, text| {
            found.extend((variant == of).then(|| text.to_owned()));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn what_changes_nothing_is_no_writing() {
        for of in [
            Variant::Json,
            Variant::Xml,
            Variant::Shell,
            Variant::Literal,
            Variant::Percent,
        ] {
            assert_eq!(all("sk_live_4eC3-9.Hq", of).len(), 0, "{of:?}");
            assert!(!all("/<é\"\n", of).contains("/<é\"\n"), "{of:?}");
        }
        assert!(
            all("back\\slash", Variant::Json).contains(r"back\\slash"),
            "it only grows"
        );
    }
}
