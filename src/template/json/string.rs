//! The strings of a JSON document.

use super::node::Text;
use super::parser::Parser;
use crate::error::Result;

impl Parser<'_> {
    pub(super) fn string(&mut self) -> Result<Text> {
        let start = self.at;
        self.expect(b'"')?;
        let length = self.length_of_string()?;
        // Once and for all: a text that grew would leave parts of it behind.
        let mut text = Text {
            text: String::with_capacity(length),
            span: self.span(start)?,
        };
        let end = self.at + length;
        let mut plain = self.at;
        while self.at < end {
            if self.peek() == Some(b'\\') {
                text.text.push_str(self.between(plain, self.at));
                text.text.push(self.escape()?);
                plain = self.at;
            } else {
                self.at += 1;
            }
        }
        text.text.push_str(self.between(plain, end));
        self.at = end + 1;
        text.span = self.span(start)?;
        Ok(text)
    }

    /// Returns the number of bytes up to the quote that ends the string.
    fn length_of_string(&mut self) -> Result<usize> {
        let start = self.at;
        let mut at = start;
        loop {
            match self.text.as_bytes().get(at) {
                Some(b'"') => return Ok(at - start),
                Some(b'\\') => at += 2,
                Some(0..b' ') | None => {
                    self.at = at.min(self.text.len());
                    return Err(self.unexpected());
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Reads an escape (RFC 8259 section 7), which is next.
    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => {
                self.at = start;
                return Err(self.unexpected());
            }
        })
    }

    /// Reads the digits of a Unicode escape, and its second half if it is a surrogate pair.
    fn unicode(&mut self, start: usize) -> Result<char> {
        let high = self.hex()?;
        let single = char::from_u32(high);
        if let Some(single) = single {
            return Ok(single);
        }
        let end = self.at;
        let low = if (0xd800..0xdc00).contains(&high) && self.take(b'\\') && self.take(b'u') {
            self.hex()?
        } else {
            0
        };
        let pair = (0xdc00..0xe000)
            .contains(&low)
            .then(|| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        pair.and_then(char::from_u32).ok_or_else(|| {
            let message = "a string of the document has half of a surrogate pair";
            self.invalid(message, start..end)
        })
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        // `from_str_radix` takes a sign, too.
        let is_hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let parsed = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        let Some(parsed) = parsed else {
            return Err(self.unexpected());
        };
        self.at += 4;
        Ok(parsed)
    }
}
