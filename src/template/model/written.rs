//! Grants read from JSON and other formats.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, de};

use super::Grants;
use crate::error::{Error, ErrorKind, Result};

/// The places of one name: `true` for anywhere, or the pointers of the places.
#[derive(Deserialize)]
#[serde(untagged)]
enum Places {
    Anywhere(bool),
    At(Vec<String>),
}

/// The entries of an object, in its own order.
struct Entries(Vec<(String, Places)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Words for a text of another shape; the text is not repeated.
const SHAPE: &str = "grants are an object of names, each with true or a list of JSON Pointers";

fn refused() -> Error {
    Error::new(ErrorKind::InvalidInput, SHAPE)
}

fn grants(Entries(written): Entries) -> Result<Grants> {
    let grant = |grants: Grants, (name, places): (String, Places)| match places {
        _ if grants.of(&name).is_some() => Err(Error::new(
            ErrorKind::InvalidInput,
            "grants have the same name twice",
        )),
        Places::Anywhere(true) => grants.name(&name),
        Places::At(pointers) if !pointers.is_empty() => pointers
            .iter()
            .try_fold(grants, |grants, pointer| grants.name_at(&name, pointer)),
        // A name that is not granted is left out. These shapes may mean more than that.
        Places::Anywhere(false) | Places::At(_) => Err(refused()),
    };
    written.into_iter().try_fold(Grants::new(), grant)
}

/// Reads an object whose keys are names: `true` grants a name anywhere, a list grants it at these
/// JSON Pointers. A name that is there twice is refused: two readers may take different ones of its
/// entries. Errors repeat nothing of the input.
impl<'de> Deserialize<'de> for Grants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let written = Entries::deserialize(deserializer).map_err(|_| de::Error::custom(SHAPE))?;
        grants(written).map_err(de::Error::custom)
    }
}

/// Reads the JSON text of grants.
#[cfg(feature = "json")]
impl std::str::FromStr for Grants {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        grants(serde_json::from_str(text).map_err(|_| refused())?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn are_read_as_they_are_said() {
        let read: Grants = from_value(json!({"REGION": true, "KEY": ["/headers/*", ""]})).unwrap();
        let said = Grants::new()
            .name("REGION")
            .and_then(|grants| grants.name_at("KEY", "/headers/*"))
            .and_then(|grants| grants.name_at("KEY", ""))
            .unwrap();
        assert_eq!(format!("{read:?}"), format!("{said:?}"));
        #[cfg(feature = "json")]
        {
            let text = r#"{"REGION": true, "KEY": ["/headers/*", ""]}"#;
            let parsed: Grants = text.parse().unwrap();
            assert_eq!(format!("{parsed:?}"), format!("{said:?}"));
        }
        let none: Grants = from_value(json!({})).unwrap();
        assert_eq!(format!("{none:?}"), format!("{:?}", Grants::new()));
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let read = serde_json::from_str::<Grants>;
        assert!(read(r#"{"KEY": ["/a", "/b"], "OTHER": true}"#).is_ok());
        for twice in [
            r#"{"KEY": ["/a"], "KEY": true}"#,
            r#"{"KEY": true, "KEY": ["/a"]}"#,
            r#"{"KEY": ["/a"], "\u004bEY": ["/b"]}"#,
        ] {
            let error = read(twice).unwrap_err().to_string();
            assert!(
                error.starts_with("grants have the same name twice"),
                "{error}"
            );
        }
    }

    #[test]
    fn other_shapes_are_refused_without_an_echo() {
        for wrong in [
            json!(["cAnArY"]),
            json!("cAnArY"),
            json!({"KEY": "cAnArY"}),
            json!({"KEY": false}),
            json!({"KEY": []}),
            json!({"KEY": [7]}),
            json!({"KEY": {"at": "cAnArY"}}),
            json!({"KEY": ["cAnArY"]}),
            json!({"cAnArY  ": true}),
        ] {
            let error = from_value::<Grants>(wrong.clone()).unwrap_err().to_string();
            #[cfg(feature = "json")]
            assert_eq!(
                wrong.to_string().parse::<Grants>().unwrap_err().to_string(),
                error
            );
            assert!(!error.contains("cAnArY"), "{wrong}: {error}");
        }
    }
}
