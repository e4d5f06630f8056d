//! A JSON parser that refuses what others read in their own way (RFC 8259 sections 4 and 8.2 leave
//! it to them), and says where each string stands.

use std::collections::HashSet;
use std::ops::Range;

use super::node::{Node, Span, Text};
use crate::error::{Error, ErrorKind, Result};
use crate::template::structure::{MAX_DEPTH, is_reserved};

/// The byte order mark.
const MARK: char = '\u{feff}';

/// The form of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::template) enum Form {
    Json,
    /// With comments, and commas behind the last item.
    Jsonc,
}

/// Returns true for the text of an object or a list.
pub(in crate::template) fn is_structure(text: &str) -> bool {
    matches!(parse(text, Form::Json), Ok(Node::List(_) | Node::Object(_)))
}

/// Parses a document.
///
/// # Errors
///
/// `InvalidDocument` with the place; no word of the text. `TooLarge` over 4 GiB.
pub(super) fn parse(text: &str, form: Form) -> Result<Node> {
    if Span::of(&(0..text.len())).is_none() {
        let message = "a document of JSON text has at most 4 GiB";
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    // RFC 8259 section 8.1 lets a parser ignore a byte order mark.
    let at = if text.starts_with(MARK) {
        MARK.len_utf8()
    } else {
        0
    };
    let mut parser = Parser { text, at, form };
    parser.space()?;
    let root = parser.value(0)?;
    parser.space()?;
    match parser.peek() {
        None => Ok(root),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'t> {
    text: &'t str,
    /// The next byte. Always at the start of a character.
    at: usize,
    form: Form,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn space(&mut self) -> Result<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.form == Form::Jsonc => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<()> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        if rest.starts_with("//") {
            self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            return Ok(());
        }
        let Some(inner) = rest.strip_prefix("/*") else {
            return Err(self.unexpected());
        };
        let Some(length) = inner.find("*/") else {
            let message = "a comment of the document has no end";
            return Err(self.invalid(message, start..start + 2));
        };
        self.at += length + 4;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node> {
        match self.peek() {
            Some(b'"') => self.string().map(Node::Text),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.literal(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node> {
        let depth = self.deeper(depth)?;
        let mut items = Vec::new();
        self.items(b']', |parser| {
            items.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(Node::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Node> {
        let depth = self.deeper(depth)?;
        let mut entries = Vec::new();
        self.items(b'}', |parser| {
            let key = parser.string()?;
            parser.space()?;
            parser.expect(b':')?;
            parser.space()?;
            entries.push((key, parser.value(depth)?));
            Ok(())
        })?;
        if let Some((key, _)) = entries.iter().find(|(key, _)| is_reserved(&key.text)) {
            let message = "the document has a key that the JSON parser reserves";
            return Err(self.invalid(message, key.span.range()));
        }
        if let Some(span) = same_key(&entries) {
            let message = "the document has a key twice in one object";
            return Err(self.invalid(message, span.range()));
        }
        Ok(Node::Object(entries))
    }

    /// Reads what stands between a bracket, which is next, and its end.
    fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.at += 1;
        self.space()?;
        if self.take(end) {
            return Ok(());
        }
        loop {
            item(self)?;
            self.space()?;
            if self.take(end) {
                return Ok(());
            }
            self.expect(b',')?;
            self.space()?;
            if self.form == Form::Jsonc && self.take(end) {
                return Ok(());
            }
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize> {
        if depth == MAX_DEPTH {
            return Err(self.invalid("the document is nested too deep", self.at..self.at + 1));
        }
        Ok(depth + 1)
    }

    fn literal(&mut self) -> Result<Node> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (length, node) = if rest.starts_with("true") {
            (4, Node::Bool(true))
        } else if rest.starts_with("false") {
            (5, Node::Bool(false))
        } else if rest.starts_with("null") {
            (4, Node::Null)
        } else {
            return Err(self.unexpected());
        };
        self.at += length;
        Ok(node)
    }

    /// Reads a number (RFC 8259 section 6) without its value.
    fn number(&mut self) -> Result<Node> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        self.span(start).map(Node::Number)
    }

    fn digits(&mut self) -> Result<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Text> {
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

    fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Returns the span from `start` to here.
    fn span(&self, start: usize) -> Result<Span> {
        // Always there: the size of the text was checked.
        Span::of(&(start..self.at)).ok_or_else(|| self.unexpected())
    }

    #[cold]
    fn unexpected(&self) -> Error {
        self.invalid("the document is not valid JSON", self.at..self.at)
    }

    #[cold]
    fn invalid(&self, message: &'static str, span: Range<usize>) -> Error {
        Error::new(ErrorKind::InvalidDocument, message).at(span, self.text)
    }
}

/// Returns the place of a key that was there before.
fn same_key(entries: &[(Text, Node)]) -> Option<Span> {
    let keys = || entries.iter().map(|(key, _)| key);
    // Up to a few, a search beats hashing.
    let again = if entries.len() <= 8 {
        keys().enumerate().find(|(at, key)| {
            let mut before = keys().take(*at);
            before.any(|other| other.text == key.text)
        })
    } else {
        let mut seen = HashSet::with_capacity(entries.len());
        keys().enumerate().find(|(_, key)| !seen.insert(&*key.text))
    };
    again.map(|(_, key)| key.span)
}
