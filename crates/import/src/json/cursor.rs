//! Reading JSON that has one meaning only.

use std::collections::HashSet;

use keyslot::secrecy::SecretString;
use keyslot::{Error, ErrorKind, SecretName};
use zeroize::Zeroizing;

use super::node::{Member, Node, Value};
use super::string::{decode, end};
use crate::place::Text;

/// The most levels of lists and objects.
const DEPTH: usize = 16;

/// The most values, of which those that are no entries are small.
const NODES: usize = 8 * crate::MAX_ENTRIES;

/// A reader of JSON at a place of its text.
pub(super) struct Cursor<'t> {
    text: Text<'t>,
    at: usize,
    nodes: usize,
}

impl<'t> Cursor<'t> {
    /// Reads a whole text.
    pub(super) fn read(text: Text<'t>) -> Result<Node<'t>, Error> {
        let mark = '\u{feff}';
        let at = usize::from(text.text.starts_with(mark)) * mark.len_utf8();
        let mut cursor = Self { text, at, nodes: 0 };
        let node = cursor.value(0)?;
        match cursor.peek() {
            None => Ok(node),
            Some(_) => Err(cursor.refuse("text behind the end")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, Error> {
        self.nodes += 1;
        if self.nodes > NODES {
            let message = format!("JSON to import may have {NODES} values at most");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        if depth > DEPTH {
            return Err(self.refuse("lists and objects are nested too deep"));
        }
        let first = self.peek();
        let at = self.at;
        let value = match first {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => {
                let text = self.string(crate::MAX_VALUE)?;
                Value::Text(SecretString::from(text.as_str()))
            }
            _ => self.word()?,
        };
        Ok(Node { at, value })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'t>, Error> {
        let mut items = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            self.must(b',', "a list without \",\" or \"]\" here")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'t>, Error> {
        let mut members: Vec<Member<'t>> = Vec::new();
        let mut keys = HashSet::new();
        self.at += 1;
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.refuse("an object without a key in double quotes here"));
            }
            let at = self.at;
            let key = self.string(crate::MAX_NAME)?.to_string();
            if !keys.insert(key.clone()) {
                return Err(self.twice(at, &key));
            }
            self.must(b':', "a key without \":\" behind it")?;
            let node = self.value(depth + 1)?;
            members.push(Member { key, at, node });
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.must(b',', "an object without \",\" or \"}\" here")?;
        }
    }

    /// Reads a string at its quote.
    fn string(&mut self, most: usize) -> Result<Zeroizing<String>, Error> {
        let begin = self.at + 1;
        let rest = self.text.text.get(begin..).unwrap_or_default();
        let refuse = |flaw: super::string::Flaw| self.text.refuse(begin + flaw.at, flaw.why);
        let end = end(rest).map_err(refuse)?;
        let raw = rest.get(..end).unwrap_or_default();
        let decoded = decode(raw, most).map_err(refuse)?;
        let text = decoded.ok_or_else(|| {
            if most == crate::MAX_VALUE {
                self.text.too_long(begin)
            } else {
                self.text.refuse(begin, "a key is too long")
            }
        })?;
        self.at = begin + end + 1;
        Ok(text)
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value<'t>, Error> {
        let rest = self.text.text.get(self.at..).unwrap_or_default();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let len = rest.bytes().take_while(is_word).count();
        let word = rest.get(..len).unwrap_or_default();
        let value = match word {
            "null" => Value::Null,
            "true" | "false" => Value::Word(word),
            word if is_number(word) => Value::Word(word),
            _ => return Err(self.refuse("no value of JSON here")),
        };
        self.at += len;
        Ok(value)
    }

    /// Passes over white space and returns the byte behind it.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.text.get(self.at..).unwrap_or_default();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn must(&mut self, byte: u8, why: &str) -> Result<(), Error> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.refuse(why))
        }
    }

    fn refuse(&self, why: &str) -> Error {
        self.text.refuse(self.at, why)
    }

    fn twice(&self, at: usize, key: &str) -> Error {
        let error = self.text.refuse(at, "a key that the object has already");
        match SecretName::new(key) {
            Ok(name) => error.with_name(name),
            Err(_) => error,
        }
    }
}

/// Returns true if a word is a number of JSON.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = match word.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (word, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let (whole, part) = match number.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(digits)
}
