//! The filter `get`: one field of a JSON value, without building the rest of it in memory that
//! nobody wipes.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::room::Room;
use crate::error::{Error, ErrorKind, Result};
use crate::template::pointer::{escapes_only, unescaped};

/// A JSON Pointer (RFC 6901) to something below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) struct Pointer(Box<[String]>);

impl Pointer {
    /// `None` when it does not begin with `/` or holds a `~` that is neither `~0` nor `~1`.
    pub(super) fn new(text: &str) -> Option<Self> {
        let segments = text.strip_prefix('/')?.split('/');
        segments
            .map(|segment| {
                escapes_only(segment, &['0', '1']).then(|| unescaped(segment).into_owned())
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Returns the field that it points to: of a string the text, of all else the JSON text that it
    /// is in the value. Each step down reads what is left of the value, which takes room: else the
    /// time would grow with the value times the steps.
    ///
    /// # Errors
    ///
    /// `TooLarge`; `FilterFailed` when `value` is not JSON, has no such field, or that is null.
    pub(super) fn get(&self, value: &str, room: &mut Room) -> Result<Zeroizing<String>> {
        let mut here: &RawValue =
            serde_json::from_str(value).map_err(|_| failed("get: the value is not JSON"))?;
        for token in &self.0 {
            room.take(here.get().len())?;
            here = step(here.get(), token)
                .ok_or_else(|| failed("get: the value has no field at this pointer"))?;
        }
        match here.get() {
            "null" => Err(failed("get: the field is null")),
            text => match text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
            {
                Some(inner) => unescape_string(inner)
                    .ok_or_else(|| failed("get: the field holds half of a surrogate pair")),
                None => Ok(Zeroizing::new(text.to_owned())),
            },
        }
    }
}

fn failed(why: &'static str) -> Error {
    Error::new(ErrorKind::FilterFailed, why)
}

/// Undoes the escapes of a JSON string (RFC 8259 section 7) whose syntax was checked. By hand,
/// because the parser would do it in memory of its own. `None` for half of a surrogate pair.
fn unescape_string(text: &str) -> Option<Zeroizing<String>> {
    // An escape is never shorter than what it stands for, so this does not grow.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        out.push(match chars.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = code_unit(&mut chars)?;
                if (0xd800..0xdc00).contains(&unit) {
                    chars.as_str().starts_with("\\u").then(|| chars.nth(1))?;
                    let pair = [unit, code_unit(&mut chars)?];
                    char::decode_utf16(pair).next()?.ok()?
                } else {
                    char::from_u32(u32::from(unit))?
                }
            }
            other => other,
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

fn code_unit(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    (0..4).try_fold(0, |unit: u16, _| {
        Some(unit << 4 | u16::try_from(chars.next()?.to_digit(16)?).ok()?)
    })
}

/// One step down. A string is never read here: the parser would unescape it in memory of its own.
fn step<'de>(json: &'de str, token: &str) -> Option<&'de RawValue> {
    let mut reader = serde_json::Deserializer::from_str(json);
    match json.as_bytes().first()? {
        b'{' => reader.deserialize_map(Step(token)).ok()?,
        b'[' => reader.deserialize_seq(Step(token)).ok()?,
        _ => None,
    }
}

struct Step<'p>(&'p str);

impl<'de> Visitor<'de> for Step<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(wanted) = entries.next_key_seed(Key(self.0))? {
            if !wanted {
                entries.next_value::<IgnoredAny>()?;
            } else if found.replace(entries.next_value()?).is_some() {
                return Err(A::Error::custom("the same field twice"));
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        // "0" or digits without a leading zero (RFC 6901 section 4).
        let canonical = self.0 == "0" || !self.0.starts_with(['0', '+']);
        let wanted: Option<usize> = self.0.parse().ok().filter(|_| canonical);
        let mut found = None;
        let mut number = 0;
        while let Some(item) = items.next_element()? {
            if wanted == Some(number) {
                found = Some(item);
            }
            number += 1;
        }
        Ok(found)
    }
}

/// The key that is wanted.
struct Key<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(pointer: &str, value: &str) -> Result<String, String> {
        let got = Pointer::new(pointer)
            .expect("a pointer")
            .get(value, &mut Room::new(1_000));
        got.map(|text| text.to_string()).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::FilterFailed);
            error.to_string()
        })
    }

    #[test]
    fn a_pointer_begins_with_a_slash_and_escapes_rightly() {
        for wrong in ["", "user", "~1", "/a~", "/a~2", "/~"] {
            assert!(Pointer::new(wrong).is_none(), "{wrong}");
        }
        // The examples of RFC 6901 section 5.
        let value = concat!(
            r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "i\\j": 5, "k\"l": 6, "#,
            r#"" ": 7, "m~n": 8, "~1": 9}"#,
        );
        let examples = [
            ("/foo/0", "bar"),
            ("/foo/1", "baz"),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/i\\j", "5"),
        ];
        for (pointer, expected) in
            examples
                .into_iter()
                .chain([("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/~01", "9")])
        {
            assert_eq!(get(pointer, value).as_deref(), Ok(expected), "{pointer}");
        }
    }

    #[test]
    fn each_step_down_takes_room() {
        let value = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        let get = |steps: usize, room| {
            let pointer = Pointer::new(&"/0".repeat(steps)).unwrap();
            pointer
                .get(&value, &mut Room::new(room))
                .map(|text| text.to_string())
                .map_err(|error| error.kind())
        };
        // 121 bytes, then 119, and so on to 3.
        assert_eq!(get(60, 60 * 62), Ok("1".to_owned()));
        assert_eq!(get(60, 60 * 62 - 1), Err(ErrorKind::TooLarge));
        assert_eq!(
            get(1, 121),
            Ok(value.get(1..120).unwrap().to_owned()),
            "a list"
        );
        assert_eq!(get(1, 120), Err(ErrorKind::TooLarge));
    }

    #[test]
    fn strings_numbers_and_truth_values_are_text() {
        let value =
            r#" {"s": "a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00", "n": -1.50e3, "t": true, "e": ""} "#;
        assert_eq!(
            get("/s", value).as_deref(),
            Ok("a\"\\/\u{8}\u{c}\n\r\téé😀")
        );
        assert_eq!(get("/n", value).as_deref(), Ok("-1.50e3"));
        assert_eq!(get("/t", value).as_deref(), Ok("true"));
        assert_eq!(get("/e", value).as_deref(), Ok(""));
    }

    #[test]
    fn objects_and_arrays_are_the_json_text_that_they_are() {
        let value =
            "{\"o\": { \"k\" :\n1e0, \"s\": \"\\u003c\\n\" } , \"a\": [ 1,[ ] ], \"e\": {}}";
        assert_eq!(
            get("/o", value).as_deref(),
            Ok("{ \"k\" :\n1e0, \"s\": \"\\u003c\\n\" }")
        );
        assert_eq!(get("/a", value).as_deref(), Ok("[ 1,[ ] ]"));
        assert_eq!(get("/a/1", value).as_deref(), Ok("[ ]"));
        assert_eq!(get("/e", value).as_deref(), Ok("{}"));
        // A string that looks like one is text, and the same field twice is none.
        assert_eq!(get("/s", r#"{"s": "{\"a\"}"}"#).as_deref(), Ok("{\"a\"}"));
        assert!(get("/o", r#"{"o": {}, "o": []}"#).is_err());
        assert_eq!(
            get("/o/n", r#"{"o": {"n": null}}"#).unwrap_err(),
            "get: the field is null"
        );
        assert_eq!(
            get("/o", r#"{"o": {"n": null}}"#).as_deref(),
            Ok(r#"{"n": null}"#)
        );
    }

    #[test]
    fn what_is_null_or_not_there_fails() {
        let no_field = Err("get: the value has no field at this pointer".to_owned());
        for (pointer, value) in [
            ("/b", r#"{"a": 1}"#),
            ("/a/b", r#"{"a": "{\"b\": 1}"}"#),
            ("/2", "[1, 2]"),
            ("/00", "[1, 2]"),
            ("/-", "[1, 2]"),
            ("/+1", "[1, 2]"),
            ("/a", r#"{"a": 1, "a": 2}"#),
            ("/a", "\"a\""),
        ] {
            assert_eq!(get(pointer, value), no_field, "{pointer} {value}");
        }
        assert_eq!(get("/1", "[1, 2]").as_deref(), Ok("2"));
        assert!(get("/a", r#"{"a": null}"#).unwrap_err().contains("null"));
        for lone in [
            r#"{"a": "\ud83d"}"#,
            r#"{"a": "\ude00"}"#,
            r#"{"a": "\ud83dx"}"#,
            r#"{"a": "\ud83d\u0041"}"#,
        ] {
            assert!(get("/a", lone).unwrap_err().contains("half"), "{lone}");
        }
        for broken in ["", "plain", "{\"a\": 1", "{\"a\": 1} x", "{'a': 1}"] {
            assert_eq!(
                get("/a", broken).unwrap_err(),
                "get: the value is not JSON",
                "{broken}"
            );
        }
    }
}
