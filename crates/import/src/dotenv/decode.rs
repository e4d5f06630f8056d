//! Values out of their quotes.

use keyslot::secrecy::SecretString;
use zeroize::Zeroizing;

use super::expand::{Known, reference};

/// The quotes around a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// None.
    None,
    /// `'`.
    Single,
    /// `"`.
    Double,
}

/// A flaw of a value, at a byte of it.
pub(super) struct Flaw {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

/// Words for a value that is too long.
pub(super) const TOO_LONG: &str = "too long";

/// The text that a value is decoded from.
#[derive(Clone, Copy)]
pub(super) struct Raw<'r> {
    /// The text between the quotes.
    pub(super) text: &'r str,
    /// The quotes.
    pub(super) quotes: Quotes,
    /// The variables that references stand for; `None` where `$` stands for itself.
    pub(super) known: Option<&'r dyn Known>,
}

impl Raw<'_> {
    /// Returns the value, in a buffer of exactly its size.
    pub(super) fn decode(self) -> Result<SecretString, Flaw> {
        let mut len = 0_usize;
        self.pieces(0, 0, &mut |piece| len = len.saturating_add(piece.len()))?;
        if len > crate::MAX_VALUE {
            let why = TOO_LONG;
            return Err(Flaw { at: 0, why });
        }
        let mut value = Zeroizing::new(String::with_capacity(len));
        self.pieces(0, 0, &mut |piece| value.push_str(piece))?;
        Ok(SecretString::from(value.as_str()))
    }

    /// Gives the pieces of the value in order. `begin` is the place of this text in that of the
    /// whole value, `depth` the number of references around it.
    pub(super) fn pieces(
        self,
        begin: usize,
        depth: usize,
        out: &mut dyn FnMut(&str),
    ) -> Result<(), Flaw> {
        let Self { text, quotes, .. } = self;
        let bytes = text.as_bytes();
        let flaw = |at: usize, why| {
            Err(Flaw {
                at: begin + at,
                why,
            })
        };
        let (mut plain, mut at) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            let rest = text.get(at + 1..).unwrap_or_default();
            match (byte, quotes, self.known) {
                (b'\\', Quotes::Double, _) => {
                    out(text.get(plain..at).unwrap_or_default());
                    match escape(rest) {
                        Ok(meant) => {
                            out(meant);
                            at += 2;
                            plain = at;
                        }
                        Err(None) => {
                            plain = at;
                            // With what follows it, which is no backslash and no reference.
                            at += 1;
                        }
                        Err(Some(why)) => return flaw(at, why),
                    }
                }
                (b'\\', Quotes::None, Some(_)) if rest.starts_with('$') => {
                    return flaw(
                        at,
                        "a \"\\\" before \"$\" without quotes reads differently in other \
                         programs; write the value in single quotes",
                    );
                }
                (b'$', Quotes::None | Quotes::Double, Some(known)) => {
                    let found = reference(rest).map_err(|why| Flaw {
                        at: begin + at,
                        why,
                    })?;
                    let Some(found) = found else {
                        at += 1;
                        continue;
                    };
                    out(text.get(plain..at).unwrap_or_default());
                    found.put(self, known, begin + at, depth, out)?;
                    at += 1 + found.len;
                    plain = at;
                }
                _ => at += 1,
            }
        }
        out(text.get(plain..).unwrap_or_default());
        Ok(())
    }
}

/// Returns the character that `\` and the beginning of a text stand for in double quotes. `None` is
/// no escape; `Some` says why it is refused.
fn escape(rest: &str) -> Result<&'static str, Option<&'static str>> {
    match rest.bytes().next() {
        Some(b'n') => Ok("\n"),
        Some(b'r') => Ok("\r"),
        Some(b't') => Ok("\t"),
        Some(b'\\') => Ok("\\"),
        Some(b'"') => Ok("\""),
        Some(b'$') => Ok("$"),
        Some(b'`') => Ok("`"),
        Some(b'a' | b'b' | b'c' | b'f' | b'v' | b'\'' | b'0'..=b'9' | b'\n' | b'\r') => Err(Some(
            "a \"\\\" that reads differently in other programs; write \"\\\\\" for a backslash",
        )),
        _ => Err(None),
    }
}
