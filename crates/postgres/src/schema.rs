//! Name of the schema that has the tables.

use keyslot::{Error, ErrorKind, Result};

/// Name of a schema, in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schema(String);

impl Schema {
    /// Checks a name: letters of ASCII, digits and underscores, at most 63, not a digit first.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
            && (1..=63).contains(&name.len())
            && name.chars().all(is_word);
        if is_name {
            return Ok(Self(format!("\"{name}\"")));
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "the name of a schema has 1 to 63 letters, digits and underscores, and no digit first",
        ))
    }

    /// The name without quotes.
    pub(crate) fn name(&self) -> &str {
        self.0.trim_matches('"')
    }

    /// Puts the name into a text of SQL, at each `{schema}`.
    pub(crate) fn fill(&self, sql: &str) -> String {
        sql.replace("{schema}", &self.0)
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self("\"public\"".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_identifier_and_comes_in_quotes() {
        for name in ["keyslot", "Keys_2", "_", &"a".repeat(63)] {
            let schema = Schema::new(name).unwrap();
            assert_eq!(schema.name(), name);
            assert_eq!(schema.fill("{schema}.t"), format!("\"{name}\".t"));
        }
        assert_eq!(Schema::default(), Schema::new("public").unwrap());
    }

    #[test]
    fn what_could_be_sql_is_no_name() {
        for name in [
            "",
            "a\"",
            "a;b",
            "a.b",
            "a b",
            "1a",
            "ä",
            &"a".repeat(64),
            "a\0",
            "a-b",
        ] {
            let error = Schema::new(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(name.len() < 2 || !error.to_string().contains(name));
        }
    }
}
