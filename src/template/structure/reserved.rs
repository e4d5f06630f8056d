//! Keys of objects that a parser keeps for itself.

/// Returns true if a key has a meaning of its own to the parser of JSON: an object with it is read
/// as something else, its string as more JSON.
pub(in crate::template) fn is_reserved(key: &str) -> bool {
    key.starts_with("$serde_json::private::")
}

/// The key of an object that is a date to `toml`, and has a string with a grammar of its own.
pub(in crate::template) const DATE_KEY: &str = "$__toml_private_datetime";
