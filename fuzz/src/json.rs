//! JSON that can be read in one way only.

use serde::Deserialize as _;
use serde_json::Value;

/// Returns the value of a text that has each key of an object once and is 128 levels deep at most;
/// `None` for any other.
pub fn strictly(text: &str) -> Option<Value> {
    let (members, depth) = structure(text);
    if depth > 128 {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    (count_members(&value) == members && !has_reserved_key(&value)).then_some(value)
}

/// The number of keys that are written in JSON, and the depth of its nesting; anything for other
/// text.
fn structure(text: &str) -> (usize, usize) {
    let (mut members, mut depth, mut deepest) = (0, 0_usize, 0);
    let mut characters = text.chars();
    let mut is_string = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => is_string = !is_string,
            '\\' if is_string => drop(characters.next()),
            _ if is_string => {}
            ':' => members += 1,
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (members, deepest)
}

/// Returns true if there is a key that the parser keeps for itself.
fn has_reserved_key(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_reserved_key),
        Value::Object(entries) => entries.iter().any(|(key, entry)| {
            key.starts_with("$serde_json::private::") || has_reserved_key(entry)
        }),
        _ => false,
    }
}

/// The number of keys that are left when the last of two that are the same wins.
fn count_members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count_members).sum(),
        Value::Object(entries) => {
            entries.len() + entries.values().map(count_members).sum::<usize>()
        }
        _ => 0,
    }
}
