//! Keys as text: hexadecimal digits or base64, decoded in constant time.

use std::ffi::OsStr;
use std::fmt;

use base64ct::{Base64, Base64Url, Encoding as _};

use crate::error::{Error, ErrorKind, Result};

/// UTF-8 byte order mark, which some editors write before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One byte more than the longest text that holds a key: what is longer is no key.
pub(super) const MOST: usize = BYTE_ORDER_MARK.len() + 64 + b"\r\n".len() + 1;

/// Decodes a text of either form, which are told apart by their length. A byte order mark may stand
/// before the key, and one line end behind it. `holder` says in the error what holds the text.
pub(super) fn decode(
    text: &[u8],
    key: &mut [u8; 32],
    holder: impl FnOnce() -> String,
) -> Result<()> {
    let bare = without_mark_and_line_end(text);
    let defect = match bare.len() {
        64 => return decode_hex(bare, key),
        44 => return decode_base64(bare, key),
        _ if is_utf_16(text) => "is UTF-16 text; save the key as UTF-8",
        _ => {
            "holds neither 64 hexadecimal digits nor 44 characters of base64; write the \
             key without quotes, prefix or spaces, and with one line end at most"
        }
    };
    let message = format!("{} {defect}", holder());
    Err(Error::new(ErrorKind::InvalidKey, message))
}

/// Takes off what editors and shells add to a line.
fn without_mark_and_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    match text.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => text,
    }
}

/// Returns true for the text that `>` writes in older versions of PowerShell: each character is two
/// bytes, one of them zero.
fn is_utf_16(text: &[u8]) -> bool {
    let marked = text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF");
    let pairs = || text.chunks_exact(2);
    marked
        || text.len() >= 16
            && (pairs().all(|pair| matches!(pair, [1..=255, 0]))
                || pairs().all(|pair| matches!(pair, [0, 1..=255])))
}

/// Decodes 64 hexadecimal digits, the letters of one case.
pub(super) fn decode_hex(digits: &[u8], key: &mut [u8; 32]) -> Result<()> {
    // Byte by byte, because of a longer text the compiler decodes 16 bytes at once in vector
    // registers.
    let mut all = |decode: fn(&[u8], &mut [u8]) -> bool| {
        let pairs = digits.chunks_exact(2).zip(key.chunks_exact_mut(1));
        pairs.fold(true, |valid, (pair, byte)| valid & decode(pair, byte))
    };
    let lower = |pair: &[u8], byte: &mut [u8]| base16ct::lower::decode(pair, byte).is_ok();
    let upper = |pair: &[u8], byte: &mut [u8]| base16ct::upper::decode(pair, byte).is_ok();
    // A longer text of valid digits would not fit; a shorter one must not leave zeros behind.
    if digits.len() == 64 && (all(lower) || all(upper)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidKey,
        "a root key in hexadecimal has 64 digits, with letters of one case and no prefix",
    ))
}

/// Decodes 44 characters of base64, all of the standard alphabet or all of the URL-safe one.
pub(super) fn decode_base64(text: &[u8], key: &mut [u8; 32]) -> Result<()> {
    // The second is not tried where the first fits, so the time tells the alphabet and no more.
    if Base64::decode(text, &mut *key).is_ok_and(|decoded| decoded.len() == 32)
        || Base64Url::decode(text, key).is_ok_and(|decoded| decoded.len() == 32)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidKey,
        "a root key in base64 has 44 characters of one alphabet, standard or URL-safe, the last \
         one \"=\"",
    ))
}

/// The name of a variable, if it is plain enough to be one and not a key in the wrong place.
pub(super) struct Shown<'a>(pub(super) &'a OsStr);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        match self.0.to_str() {
            Some(name) if (1..=40).contains(&name.len()) && name.bytes().all(plain) => {
                write!(f, " {name}")
            }
            _ => Ok(()),
        }
    }
}
