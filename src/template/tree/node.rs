//! The values of a tree.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::ser::{Serialize, SerializeMap as _, SerializeStruct as _, Serializer};

use crate::template::structure::{self, DATE_KEY, Scalar, View};
use crate::wipe::overwrite;

/// A value. What it is in the data model of serde, as far as formats tell it apart.
#[derive(Clone, PartialEq)]
#[allow(missing_debug_implementations)] // nobody else can name it, and it would show the document
pub enum Node {
    Unit,
    None,
    /// Only around what would else be taken for `None`.
    Some(Box<Node>),
    Bool(bool),
    // An integer is of the first type that holds it.
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F32(f32),
    F64(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Node>),
    Object(Vec<Entry>),
}

type Entry = (Node, Node);

/// The refusal of a tag of YAML, which would come out as something else.
pub(super) const TAG: &str =
    "a document cannot keep a tag such as !name; write the value without it";

/// The flaw of the keys of an object.
pub(super) struct BadKeys(pub(super) &'static str);

/// The name and field of the struct by which `toml` writes a date. Read without its type it is an
/// object.
const DATE: (&str, &str) = ("$__toml_private_Datetime", DATE_KEY);

/// The key by which `serde_json` writes a number when a crate of the build has switched on its
/// `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

impl Node {
    pub(super) fn some(node: Self) -> Self {
        match node {
            Self::Unit | Self::None | Self::Some(_) => Self::Some(Box::new(node)),
            _ => node,
        }
    }

    pub(super) fn integer(
        value: impl TryInto<i64> + TryInto<u64> + TryInto<i128> + TryInto<u128> + Copy,
    ) -> Self {
        (value.try_into().ok().map(Self::I64))
            .or_else(|| value.try_into().ok().map(Self::U64))
            .or_else(|| value.try_into().ok().map(Self::I128))
            .or_else(|| value.try_into().ok().map(Self::U128))
            // One of them holds every integer of Rust.
            .unwrap_or(Self::Unit)
    }

    pub(super) fn object(entries: Vec<(Self, Self)>) -> Result<Self, BadKeys> {
        if let [(Self::Text(key), Self::Text(digits))] = entries.as_slice() {
            if let Some(number) = (key == NUMBER).then(|| number(digits)).flatten() {
                return Ok(number);
            }
        }
        if has_same_keys(&entries) {
            return Err(BadKeys("the document has a key twice in one object"));
        }
        // A string at such a key would be read as JSON later, and its text as structure.
        let is_reserved = |(key, _): &Entry| {
            <Self as structure::Node>::key_text(key).is_some_and(structure::is_reserved)
        };
        if entries.iter().any(is_reserved) {
            return Err(BadKeys(
                "the document has a key that the JSON parser reserves",
            ));
        }
        Ok(Self::Object(entries))
    }

    /// The text of a date as `toml` writes it.
    fn date(&self) -> Option<&str> {
        match self {
            Self::Object(entries) => match entries.as_slice() {
                [(Self::Text(key), Self::Text(date))] if key == DATE.1 => Some(date),
                _ => None,
            },
            _ => None,
        }
    }

    /// Writes a node as a key in a pointer.
    pub(super) fn label(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Bool(value) => Cow::Owned(value.to_string()),
            Self::I64(value) => Cow::Owned(value.to_string()),
            Self::U64(value) => Cow::Owned(value.to_string()),
            Self::I128(value) => Cow::Owned(value.to_string()),
            Self::U128(value) => Cow::Owned(value.to_string()),
            Self::F32(value) => Cow::Owned(value.to_string()),
            Self::F64(value) => Cow::Owned(value.to_string()),
            Self::Unit | Self::None | Self::Some(_) => Cow::Borrowed("null"),
            Self::Bytes(_) | Self::List(_) | Self::Object(_) => Cow::Borrowed("?"),
        }
    }
}

fn number(digits: &str) -> Option<Node> {
    let signed = digits.parse::<i128>().ok().map(Node::integer);
    let unsigned = || digits.parse::<u128>().ok().map(Node::integer);
    let float = || structure::float(digits).map(Node::F64);
    signed.or_else(unsigned).or_else(float)
}

fn has_same_keys(entries: &[(Node, Node)]) -> bool {
    let keys = || {
        entries
            .iter()
            .filter_map(|(key, _)| <Node as structure::Node>::key_text(key))
    };
    // Up to a few, a search beats hashing.
    if entries.len() <= 8 {
        return keys()
            .enumerate()
            .any(|(at, key)| keys().take(at).any(|other| other == key));
    }
    let mut seen = HashSet::with_capacity(entries.len());
    !keys().all(|key| seen.insert(key))
}

impl structure::Node for Node {
    type Key = Self;
    type Items<'n> = std::slice::Iter<'n, Self>;
    type Entries<'n> =
        std::iter::Map<std::slice::Iter<'n, Entry>, fn(&'n Entry) -> (&'n Self, &'n Self)>;

    fn view(&self) -> View<'_, Self> {
        let parts: fn(&Entry) -> (&Self, &Self) = |(key, entry)| (key, entry);
        match self {
            // A date has a grammar of its own.
            Self::Object(_) if self.date().is_some() => View::Plain,
            Self::Text(text) => View::Text(text),
            Self::List(items) => View::Items(items.iter()),
            Self::Object(entries) => View::Entries(entries.iter().map(parts)),
            _ => View::Plain,
        }
    }

    fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    fn key_text(key: &Self) -> Option<&str> {
        if let Self::Text(text) = key {
            Some(text)
        } else {
            None
        }
    }

    fn key_label(key: &Self) -> Cow<'_, str> {
        key.label()
    }
}

impl structure::Copied for Node {
    fn from_key(text: String) -> Self {
        Self::Text(text)
    }

    fn from_text(text: String) -> Self {
        Self::Text(text)
    }

    fn from_scalar(scalar: Scalar) -> Self {
        match scalar {
            // TOML has no null, and leaves out `None` without a word.
            Scalar::Null => Self::Unit,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::I64(value) => Self::I64(value),
            Scalar::U64(value) => Self::U64(value),
            Scalar::F64(value) => Self::F64(value),
        }
    }

    fn from_items(items: impl Iterator<Item = Self>) -> Self {
        Self::List(items.collect())
    }

    fn from_entries(entries: impl Iterator<Item = (Self, Self)>) -> Self {
        Self::Object(entries.collect())
    }

    fn each_string(&mut self, all: bool, visit: &mut impl FnMut(&mut String)) {
        match self {
            // Whatever looks like a date may be made of values where there are values in keys.
            Self::Object(_) if !all && self.date().is_some() => {}
            Self::Text(text) => visit(text),
            Self::List(items) => items
                .iter_mut()
                .for_each(|item| item.each_string(all, visit)),
            Self::Object(entries) => {
                for (key, entry) in entries {
                    if let (Self::Text(key), true) = (key, all) {
                        visit(key);
                    }
                    entry.each_string(all, visit);
                }
            }
            other if all => overwrite(other, Self::Unit),
            _ => {}
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unit => serializer.serialize_unit(),
            Self::None => serializer.serialize_none(),
            Self::Some(node) => serializer.serialize_some(node),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::I64(value) => serializer.serialize_i64(*value),
            Self::U64(value) => serializer.serialize_u64(*value),
            Self::I128(value) => serializer.serialize_i128(*value),
            Self::U128(value) => serializer.serialize_u128(*value),
            Self::F32(value) => serializer.serialize_f32(*value),
            Self::F64(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(entries) => {
                if let Some(date) = self.date() {
                    let mut object = serializer.serialize_struct(DATE.0, 1)?;
                    object.serialize_field(DATE.1, date)?;
                    return object.end();
                }
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (key, entry) in entries {
                    object.serialize_entry(key, entry)?;
                }
                object.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, text: &str) -> Entry {
        (Node::Text(key.to_owned()), Node::Text(text.to_owned()))
    }

    fn is(entries: Vec<Entry>, expected: &Node) -> bool {
        Node::object(entries).is_ok_and(|node| node == *expected)
    }

    #[test]
    fn numbers_of_arbitrary_precision_are_numbers() {
        for (digits, expected) in [
            ("-1", Node::I64(-1)),
            ("18446744073709551615", Node::U64(u64::MAX)),
            ("-9223372036854775809", Node::I128(i128::from(i64::MIN) - 1)),
            (
                "340282366920938463463374607431768211455",
                Node::U128(u128::MAX),
            ),
            ("1.5e3", Node::F64(1500.0)),
        ] {
            assert!(is(vec![entry(NUMBER, digits)], &expected), "{digits}");
        }
        let other = vec![entry("n", "1")];
        assert!(is(other.clone(), &Node::Object(other)));
        for other in [
            vec![entry(NUMBER, "1e999")],
            vec![entry(NUMBER, "0.1234567890123456789")],
            vec![entry(NUMBER, "340282366920938463463374607431768211456")],
            vec![entry(NUMBER, "1"), entry("n", "1")],
        ] {
            assert!(Node::object(other).is_err());
        }
    }

    #[test]
    fn the_string_of_a_date_is_no_text() {
        let strings = |key: &str| {
            let (mut seen, mut object) = (0, Node::Object(vec![entry(key, "<<A>>")]));
            structure::Copied::each_string(&mut object, false, &mut |_| seen += 1);
            (seen, matches!(structure::Node::view(&object), View::Plain))
        };
        assert_eq!(strings(DATE.1), (0, true));
        assert_eq!(strings("date"), (1, false));
    }
}
