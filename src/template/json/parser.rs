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

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    /// The next byte. Always at the start of a character.
    pub(super) at: usize,
    form: Form,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<()> {
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

    pub(super) fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Returns the span from `start` to here.
    pub(super) fn span(&self, start: usize) -> Result<Span> {
        // Always there: the size of the text was checked.
        Span::of(&(start..self.at)).ok_or_else(|| self.unexpected())
    }

    #[cold]
    pub(super) fn unexpected(&self) -> Error {
        self.invalid("the document is not valid JSON", self.at..self.at)
    }

    #[cold]
    pub(super) fn invalid(&self, message: &'static str, span: Range<usize>) -> Error {
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
