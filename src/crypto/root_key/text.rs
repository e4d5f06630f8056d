//! Keys as text: hexadecimal digits or base64, decoded in constant time.

use std::ffi::OsStr;
use std::fmt;

use base64ct::{Base64, Encoding as _};

use crate::error::{Error, ErrorKind, Result};

/// Decodes a text of either form, which are told apart by their length. `holder` says in the error
/// what holds the text.
pub(super) fn decode(
    text: &[u8],
    key: &mut [u8; 32],
    holder: impl FnOnce() -> String,
) -> Result<()> {
    match text.len() {
        64 => decode_hex(text, key),
        44 => decode_base64(text, key),
        _ => Err(Error::new(
            ErrorKind::InvalidKey,
            format!(
                "{} holds neither 64 hexadecimal digits nor 44 characters of base64; \
                 a key stands without quotes, prefix and space",
                holder()
            ),
        )),
    }
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

/// Decodes 44 characters of base64.
pub(super) fn decode_base64(text: &[u8], key: &mut [u8; 32]) -> Result<()> {
    match Base64::decode(text, key).map(<[u8]>::len) {
        Ok(32) => Ok(()),
        _ => Err(Error::new(
            ErrorKind::InvalidKey,
            "a root key in base64 has 44 characters of the standard alphabet, the last one \"=\"",
        )),
    }
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
