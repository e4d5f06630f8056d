//! Writing lists of variables.

use keyslot::{Error, ErrorKind};
use zeroize::Zeroizing;

/// Writes a list of variables that [`Dotenv::read`](super::Dotenv::read) and shells read as it is.
/// The bytes are wiped when they are dropped.
///
/// ```
/// use keyslot_import::dotenv;
///
/// let list = dotenv::write([("STRIPE_KEY", "sk_live_..."), ("GREETING", "it's me")])?;
/// assert_eq!(&list[..], b"STRIPE_KEY=sk_live_...\nGREETING=\"it's me\"\n");
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// # Errors
///
/// [`InvalidInput`](ErrorKind::InvalidInput) for a name that no variable has, and for a value with
/// a NUL.
pub fn write<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut len = 0;
    for (name, value) in variables.clone() {
        let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_name = name.starts_with(starts)
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            let message = "the name of a variable has letters, digits and \"_\"";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        if value.contains('\0') {
            let message = "a value with a NUL, which no environment variable can hold";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        len += name.len() + 2 + longest(value);
    }
    // Allocated once: a buffer that grows leaves copies of values.
    let mut out = Zeroizing::new(Vec::with_capacity(len));
    for (name, value) in variables {
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        quote(value, &mut out);
        out.push(b'\n');
    }
    Ok(out)
}

/// The most bytes that a value takes with its quotes.
pub(super) fn longest(value: &str) -> usize {
    2 + 2 * value.len()
}

/// Writes a value so that shells and most programs read it as it is.
pub(super) fn quote(value: &str, out: &mut Vec<u8>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        out.extend_from_slice(value.as_bytes());
    } else if value.contains('\'') || value.ends_with('\\') {
        out.push(b'"');
        for byte in value.bytes() {
            if matches!(byte, b'\\' | b'"' | b'$' | b'`') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.push(b'\'');
        out.extend_from_slice(value.as_bytes());
        out.push(b'\'');
    }
}
