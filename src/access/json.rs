//! Access rules read from JSON and other formats.

use serde::{Deserialize, Deserializer, de};

use super::rules::AccessRules;
use crate::target::Surface;
use crate::text::Object;

/// Rules as they are written: of each kind a list, which may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    tools: Vec<String>,
    hosts: Vec<String>,
    surfaces: Vec<Surface>,
    instructions: bool,
}

impl<'de> Deserialize<'de> for AccessRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let Object::<Written>(written) = Object::deserialize(deserializer).map_err(|_| {
            de::Error::custom(
                "access rules are an object: tools, hosts and surfaces are lists of strings, \
                 and instructions is true or false",
            )
        })?;
        let rules = written.tools.iter().try_fold(Self::new(), Self::tool);
        let rules = rules.and_then(|rules| written.hosts.iter().try_fold(rules, Self::host));
        let rules = rules.map_err(de::Error::custom)?;
        let rules = written.surfaces.into_iter().fold(rules, Self::surface);
        Ok(rules.in_instructions(written.instructions))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn are_read_as_they_are_written() {
        let rules = AccessRules::new()
            .tool("mail_*")
            .and_then(|rules| rules.host("*.example.com:8443"))
            .unwrap()
            .surface(Surface::Header)
            .in_instructions(true);
        for rules in [rules, AccessRules::new()] {
            let json = serde_json::to_value(&rules).unwrap();
            assert_eq!(from_value::<AccessRules>(json).unwrap(), rules);
        }
        assert_eq!(
            from_value::<AccessRules>(json!({})).unwrap(),
            AccessRules::new()
        );
        let host: AccessRules = from_value(json!({"hosts": ["a.b"]})).unwrap();
        assert_eq!(host.hosts().collect::<Vec<_>>(), ["a.b"]);
    }

    #[test]
    fn pass_the_same_checks_and_echo_nothing() {
        let refusal = |json: Value| {
            let error = from_value::<AccessRules>(json).unwrap_err().to_string();
            assert!(
                !error.contains("hunter2") && !error.contains("Header"),
                "{error}"
            );
            error
        };
        let shape = "access rules are an object: tools, hosts and surfaces are lists of strings, \
                     and instructions is true or false";
        for json in [
            json!("hunter2"),
            json!(null),
            // Not the rules without a rule.
            json!([]),
            json!([["hunter2"]]),
            json!([["hunter2"], [], [], true]),
            json!({"hunter2": []}),
            json!({"tool": ["a"]}),
            json!({"tools": "hunter2"}),
            json!({"tools": [7]}),
            json!({"tools": null}),
            json!({"surfaces": ["Header"]}),
            json!({"instructions": "hunter2"}),
        ] {
            assert_eq!(refusal(json), shape);
        }
        assert_eq!(
            refusal(json!({"tools": ["*hunter2"]})),
            "a rule for tools may have one \"*\", and that at the end"
        );
        assert_eq!(
            refusal(json!({"hosts": ["hunter2/v1"]})),
            "a rule for hosts must be a host alone, without scheme, user, path or query"
        );
        let many: Vec<String> = (0..33).map(|number| format!("t{number}")).collect();
        assert!(from_value::<AccessRules>(json!({"tools": many[1..]})).is_ok());
        assert_eq!(
            refusal(json!({ "tools": many })),
            "a secret has 32 rules for tools at most"
        );
    }
}
