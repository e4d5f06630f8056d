//! Grants read from JSON and other formats.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, de};

use super::Grants;

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

/// Reads an object whose keys are names: `true` grants a name anywhere, a list grants it at these
/// JSON Pointers. A name that is there twice is refused: two readers may take different ones of its
/// entries. Errors repeat nothing of the input.
impl<'de> Deserialize<'de> for Grants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = || {
            de::Error::custom(
                "grants are an object of names, each with true or a list of JSON Pointers",
            )
        };
        // The deserializer's own error shows what it found instead.
        let Entries(written) = Entries::deserialize(deserializer).map_err(|_| refused())?;
        let mut grants = Self::new();
        for (name, places) in written {
            if grants.of(&name).is_some() {
                return Err(de::Error::custom("grants have the same name twice"));
            }
            let granted = match places {
                Places::Anywhere(true) => grants.name(&name),
                Places::At(pointers) if !pointers.is_empty() => pointers
                    .iter()
                    .try_fold(grants, |grants, pointer| grants.name_at(&name, pointer)),
                // A name that is not granted is left out. These shapes may mean more than that.
                Places::Anywhere(false) | Places::At(_) => return Err(refused()),
            };
            grants = granted.map_err(de::Error::custom)?;
        }
        Ok(grants)
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
            assert!(!error.contains("cAnArY"), "{wrong}: {error}");
        }
    }
}
