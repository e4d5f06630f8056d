//! Values in clear as lines of a dotenv file.

use std::io::Write;

use secrecy::ExposeSecret;

use super::sink::Sink;
use super::unwritten::unwritten;
use crate::crypto::{BundleCounts, BundledSecret, InfoState as State};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::wipe::Wiped;

/// A dotenv file while it is written.
pub(super) struct Dotenv<W>(W);

impl<W: Write> Dotenv<W> {
    /// Writes a line that says what the file is.
    pub(super) fn begin(mut to: W) -> Result<Self> {
        to.write_all(b"# secret values in clear, exported by keyslot: keep this file private\n")
            .map_err(unwritten)?;
        Ok(Self(to))
    }
}

impl<W: Write> Sink for Dotenv<W> {
    fn has_history(&self) -> bool {
        false
    }

    fn organization(&mut self, _: &Scope) -> Result<()> {
        Ok(())
    }

    fn secret(&mut self, secret: BundledSecret) -> Result<bool> {
        // A file of variables has no way to say that one is switched off.
        let Some(value) = secret
            .values
            .last()
            .filter(|_| secret.info.state == State::Active)
        else {
            return Ok(false);
        };
        let name = &secret.info.name;
        let is_variable = |(at, byte): (usize, u8)| {
            byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
        };
        if !name.as_str().bytes().enumerate().all(is_variable) {
            let message = format!(
                "secret {name} has a name that no dotenv file can hold; use JSON, or rename it"
            );
            return Err(Error::new(ErrorKind::InvalidInput, message).with_name(name));
        }
        let value = value.expose_secret();
        if value.contains('\0') {
            let message = format!("secret {name} has a NUL, which no variable can hold; use JSON");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_name(name));
        }
        let mut line = Wiped::default();
        line.extend_from_slice(name.as_str().as_bytes());
        line.push(b'=');
        write_value(&mut line, value);
        line.push(b'\n');
        self.0.write_all(&line).map_err(unwritten)?;
        Ok(true)
    }

    fn finish(mut self, _: &BundleCounts) -> Result<()> {
        self.0.flush().map_err(unwritten)
    }
}

/// Writes a value so that shells and most programs read it as it is: alone if it has no character
/// with a meaning, in single quotes if it can stand there, else in double quotes.
fn write_value(line: &mut Wiped<u8>, value: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte);
    if value.bytes().all(is_plain) {
        return line.extend_from_slice(value.as_bytes());
    }
    // A backslash before a single quote is read in different ways.
    if !value.contains('\'') && !value.ends_with('\\') {
        line.push(b'\'');
        line.extend_from_slice(value.as_bytes());
        return line.push(b'\'');
    }
    line.push(b'"');
    for byte in value.bytes() {
        if matches!(byte, b'"' | b'\\' | b'$' | b'`') {
            line.push(b'\\');
        }
        line.push(byte);
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut line = Wiped::default();
        write_value(&mut line, value);
        String::from_utf8(line.to_vec()).unwrap()
    }

    #[test]
    fn a_value_is_quoted_where_a_reader_would_take_it_for_more() {
        for (value, line) in [
            ("sk_live_1", "sk_live_1"),
            ("https://a.example/x?y=1", "'https://a.example/x?y=1'"),
            ("two words", "'two words'"),
            ("$HOME #no", "'$HOME #no'"),
            ("it's", "\"it's\""),
            ("a\nb\r\n", "'a\nb\r\n'"),
            ("a\\", "\"a\\\\\""),
            ("\"$x`\\'", "\"\\\"\\$x\\`\\\\'\""),
        ] {
            assert_eq!(written(value), line);
        }
    }
}
