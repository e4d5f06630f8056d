//! Strings of JSON.

use zeroize::Zeroizing;

/// A flaw of a string, at a byte of it.
pub(super) struct Flaw {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

/// Returns the end of a string, the place of its quote, in a text behind the first quote.
pub(super) fn end(text: &str) -> Result<usize, Flaw> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Ok(at),
            b'\\' => drop(bytes.next()),
            0..=0x1f => {
                let why = "a control character in a string; write it as \\u and four digits";
                return Err(Flaw { at, why });
            }
            _ => {}
        }
    }
    let why = "a string without its end";
    Err(Flaw { at: 0, why })
}

/// Decodes the text between the quotes, into a buffer of exactly its size; `None` if it is longer
/// than `most` bytes.
pub(super) fn decode(raw: &str, most: usize) -> Result<Option<Zeroizing<String>>, Flaw> {
    let mut len = 0;
    pieces(raw, &mut |piece| len += piece.len())?;
    if len > most {
        return Ok(None);
    }
    let mut text = Zeroizing::new(String::with_capacity(len));
    pieces(raw, &mut |piece| text.push_str(piece))?;
    Ok(Some(text))
}

fn pieces(raw: &str, out: &mut dyn FnMut(&str)) -> Result<(), Flaw> {
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        out(rest.get(..plain).unwrap_or_default());
        at += plain;
        let Some(escape) = rest.get(plain + 1..) else {
            break;
        };
        at += 2;
        let kind = escape.bytes().next();
        match kind.and_then(short) {
            Some(meant) => out(meant),
            None if kind == Some(b'u') => {
                let digits = raw.get(at..).unwrap_or_default();
                let Some((found, len)) = unicode(digits) else {
                    let why = "a \\u that is no character";
                    return Err(Flaw { at: at - 2, why });
                };
                if found == '\0' {
                    let why = "a NUL, which no environment variable can hold";
                    return Err(Flaw { at: at - 2, why });
                }
                out(found.encode_utf8(&mut [0; 4]));
                at += len;
            }
            None => {
                let why = "an escape that JSON does not have";
                return Err(Flaw { at: at - 2, why });
            }
        }
    }
    Ok(())
}

/// The character of an escape of one letter.
fn short(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'"' => "\"",
        b'\\' => "\\",
        b'/' => "/",
        b'b' => "\u{8}",
        b'f' => "\u{c}",
        b'n' => "\n",
        b'r' => "\r",
        b't' => "\t",
        _ => return None,
    })
}

/// The character of a `\u`, of two if it is the first half of a pair; and the bytes behind the
/// first `\u`.
fn unicode(text: &str) -> Option<(char, usize)> {
    let first = digits(text)?;
    if let Some(found) = char::from_u32(first) {
        return Some((found, 4));
    }
    let second = text.get(4..)?.strip_prefix("\\u").and_then(digits)?;
    let is_pair = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
    let found = is_pair.then(|| 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    Some((char::from_u32(found?)?, 10))
}

fn digits(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}
