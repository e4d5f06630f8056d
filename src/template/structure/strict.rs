//! A JSON parser that refuses what others read in their own way (RFC 8259 sections 4 and 8.2 leave
//! it to them).

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::depth::MAX_DEPTH;
use super::reserved::is_reserved;
use crate::error::{Error, ErrorKind, Result};

/// Parses a document.
///
/// # Errors
///
/// `InvalidDocument` with the position; no word of the text.
pub(in crate::template) fn parse(text: &str) -> Result<Value> {
    let defect = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    // `Check` counts the depth itself, and to the same limit as documents that were not parsed
    // here.
    reader.disable_recursion_limit();
    Check {
        depth: 0,
        defect: &defect,
    }
    .deserialize(&mut reader)
    .and_then(|()| reader.end())
    .map_err(|error| invalid(defect.get(), &error, text))?;

    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    Value::deserialize(&mut reader).map_err(|error| invalid(defect.get(), &error, text))
}

fn invalid(defect: Option<&'static str>, error: &serde_json::Error, text: &str) -> Error {
    let before_line = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let byte = (before_line + error.column().saturating_sub(1)).min(text.len());
    let byte = (0..=byte)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let defect = defect.unwrap_or_else(|| defect_of(error));
    Error::new(ErrorKind::InvalidDocument, defect).at(byte..byte, text)
}

/// Says what the parser refuses. Its messages begin with fixed words, and end with the position.
fn defect_of(error: &serde_json::Error) -> &'static str {
    let message = error.to_string();
    if message.starts_with("number out of range") {
        "the document has a number out of range"
    } else if message.starts_with("lone leading surrogate")
        || message.starts_with("unexpected end of hex escape")
    {
        "a string of the document has half of a surrogate pair"
    } else {
        "the document is not valid JSON"
    }
}

/// Reads a value and keeps nothing of it.
#[derive(Clone, Copy)]
struct Check<'d> {
    depth: usize,
    defect: &'d Cell<Option<&'static str>>,
}

impl Check<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            self.defect.set(Some("the document is nested too deep"));
            return Err(E::custom("depth"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Check<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        while items.next_element_seed(deeper)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        let mut keys = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if is_reserved(&key) {
                self.defect
                    .set(Some("the document has a key that the JSON parser reserves"));
                return Err(A::Error::custom("key"));
            }
            if !keys.insert(key) {
                self.defect
                    .set(Some("the document has a key twice in one object"));
                return Err(A::Error::custom("key"));
            }
            entries.next_value_seed(deeper)?;
        }
        Ok(())
    }
}
