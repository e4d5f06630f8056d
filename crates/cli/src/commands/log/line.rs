//! Entries as texts.

use keyslot::AuditEntry;
use serde_json::Value;

/// The heading of a table of entries.
pub(super) const HEADING: [&str; 8] = [
    "TIME", "ACTION", "SECRET", "SCOPE", "BY", "TO", "OUTCOME", "MORE",
];

/// The heading of a table of entries of the log of keys.
pub(super) const KEYS_HEADING: [&str; 6] = ["TIME", "ACTION", "KEY", "ID", "BY", "MORE"];

/// The cells of an entry of the log of keys.
pub(super) fn key_cells(entry: &AuditEntry) -> [String; 6] {
    let json = serde_json::to_value(entry).unwrap_or_default();
    let some = |field: &str| text(&json, field).unwrap_or_else(|| "-".to_owned());
    let more = ["reason", "count"];
    let more = more.map(|field| Some(format!("{field}={}", text(&json, field)?)));
    [
        some("time"),
        some("action"),
        some("key_name"),
        some("key"),
        some("actor"),
        joined(more).unwrap_or_default(),
    ]
}

/// An entry of any log as a line.
pub(super) fn line(entry: &AuditEntry) -> String {
    if entry.scope.is_none() {
        return key_cells(entry).join("  ");
    }
    cells(entry).join("  ")
}

/// The cells of an entry.
pub(super) fn cells(entry: &AuditEntry) -> [String; 8] {
    let json = serde_json::to_value(entry).unwrap_or_default();
    let text = |field: &str| text(&json, field);
    let some = |field: &str| text(field).unwrap_or_else(|| "-".to_owned());
    let secret = match (text("name"), text("version")) {
        (Some(name), Some(version)) => format!("{name}@{version}"),
        (name, _) => name.unwrap_or_else(|| "-".to_owned()),
    };
    let model = entry.instructions.then(|| "instructions".to_owned());
    let target = joined([text("tool"), text("host"), text("surface"), model]);
    let more = ["found_in", "run", "reason", "generation", "count"];
    let more = more.map(|field| Some(format!("{field}={}", text(field)?)));
    [
        some("time"),
        some("action"),
        secret,
        some("scope"),
        some("actor"),
        target.unwrap_or_else(|| "-".to_owned()),
        text("refused").unwrap_or_else(|| "ok".to_owned()),
        joined(more).unwrap_or_default(),
    ]
}

fn text(entry: &Value, field: &str) -> Option<String> {
    match entry.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn joined<const N: usize>(texts: [Option<String>; N]) -> Option<String> {
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}
