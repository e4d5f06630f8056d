//! Targets as JSON.

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::surface::Surface;
use super::target::Target;
use super::unknown_names::UnknownNames;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Object;

/// Words for a text that is not an object of the right fields; the text is not repeated.
const SHAPE: &str = "a target is an object: tool, host, url, surface and unknown_names are \
                     strings, and instructions is true or false";

/// A target as it is written; every field may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    tool: Option<String>,
    instructions: bool,
    host: Option<String>,
    url: Option<String>,
    surface: Surface,
    unknown_names: Option<UnknownNames>,
}

impl TryFrom<Written> for Target {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let refuse = |why: &'static str| Err(Error::new(ErrorKind::InvalidInput, why));
        let target = match (written.tool, written.instructions) {
            (Some(_), true) => return refuse("a target has a tool or instructions, not both"),
            (Some(tool), false) => Self::tool(tool),
            (None, true) => Self::instructions(),
            (None, false) => Self::unspecified(),
        };
        let target = match (written.host, written.url) {
            (Some(_), Some(_)) => return refuse("a target has a host or a url, not both"),
            (Some(host), None) => target.with_host(host)?,
            (None, Some(url)) => target.with_url(url)?,
            (None, None) => target,
        };
        let target = target.with_surface(written.surface);
        Ok(match written.unknown_names {
            Some(unknown) => target.with_unknown_names(unknown),
            None => target,
        })
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let Object::<Written>(written) =
            Object::deserialize(deserializer).map_err(|_| de::Error::custom(SHAPE))?;
        written.try_into().map_err(de::Error::custom)
    }
}

/// Writes the fields that are set, and the surface.
impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_map(None)?;
        if let Some(tool) = self.tool_name() {
            json.serialize_entry("tool", tool)?;
        }
        if self.is_instructions() {
            json.serialize_entry("instructions", &true)?;
        }
        if let Some(address) = self.address() {
            let key = if address.url.is_some() { "url" } else { "host" };
            json.serialize_entry(key, &format_args!("{address}"))?;
        }
        json.serialize_entry("surface", &self.surface())?;
        if let Some(unknown) = self.unknown_names_set() {
            json.serialize_entry("unknown_names", &unknown)?;
        }
        json.end()
    }
}

/// Reads the JSON text of a target.
#[cfg(feature = "json")]
impl std::str::FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Object::<Written>(written) =
            serde_json::from_str(text).map_err(|_| Error::new(ErrorKind::InvalidInput, SHAPE))?;
        written.try_into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        let host = || Target::tool("mail").with_host("smtp.example:587").unwrap();
        let url = |url| Target::unspecified().with_url(url).unwrap();
        for (target, expected) in [
            (Target::unspecified(), json!({"surface": "text"})),
            (
                Target::instructions().with_unknown_names(UnknownNames::Error),
                json!({"instructions": true, "surface": "text", "unknown_names": "error"}),
            ),
            (
                host().with_surface(Surface::Header),
                json!({"tool": "mail", "host": "smtp.example:587", "surface": "header"}),
            ),
            (
                url("https://a.b:443/v1?x"),
                json!({"url": "https://a.b/v1", "surface": "text"}),
            ),
            (
                url("http://[::1]:8080"),
                json!({"url": "http://[::1]:8080/", "surface": "text"}),
            ),
        ] {
            let json = to_value(&target).unwrap();
            assert_eq!(json, expected);
            #[cfg(feature = "json")]
            assert_eq!(json.to_string().parse::<Target>().unwrap(), target);
            assert_eq!(from_value::<Target>(json).unwrap(), target);
        }
        assert_eq!(
            from_value::<Target>(json!({})).unwrap(),
            Target::unspecified()
        );
    }

    #[test]
    fn passes_the_same_checks_and_echoes_nothing() {
        let refusal = |json: Value| {
            let text = json.to_string();
            let error = from_value::<Target>(json).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
            #[cfg(feature = "json")]
            {
                let parsed = text.parse::<Target>().unwrap_err();
                assert_eq!(parsed.kind(), ErrorKind::InvalidInput);
                assert_eq!(parsed.to_string(), error);
            }
            drop(text);
            error
        };
        for json in [
            json!("hunter2"),
            json!([]),
            json!(["hunter2"]),
            json!(["hunter2", false, null, null, "text", null]),
            json!({"hunter2": 1}),
            json!({"tool": 7}),
            json!({"surface": "hunter2"}),
            json!({"unknown_names": "hunter2"}),
            json!({"instructions": "hunter2"}),
        ] {
            assert_eq!(refusal(json), SHAPE);
        }
        for (json, message) in [
            (
                json!({"tool": "hunter2", "instructions": true}),
                "a target has a tool or instructions, not both",
            ),
            (
                json!({"host": "hunter2", "url": "https://hunter2"}),
                "a target has a host or a url, not both",
            ),
            (
                json!({"host": "Hunter2"}),
                "the host of a target must be in lower case",
            ),
            (
                json!({"url": "https://hunter2\\"}),
                "the URL of a target may not hold a backslash",
            ),
        ] {
            assert_eq!(refusal(json), message);
        }
        #[cfg(feature = "json")]
        assert_eq!("{hunter2".parse::<Target>().unwrap_err().to_string(), SHAPE);
    }
}
