//! The filters once more, each written in the shortest way.

use serde_json::Value;

use crate::json::strictly;

/// The result of a filter.
pub enum Made {
    Value(String),
    /// It cannot be applied.
    Failed,
    /// These filters know too little to say.
    Unsure,
}

/// Applies what stands behind the name of a placeholder, such as `|trim | get:/a`.
pub fn apply(chain: &str, value: &str) -> Made {
    let mut value = value.to_owned();
    for filter in chain.split('|').skip(1) {
        let (name, argument) = filter
            .trim_matches([' ', '\t'])
            .split_once(':')
            .unwrap_or((filter.trim_matches([' ', '\t']), ""));
        value = match name {
            "trim" => value
                .trim_matches([' ', '\t', '\n', '\r', '\u{c}'])
                .to_owned(),
            "hex" => value.bytes().map(|byte| format!("{byte:02x}")).collect(),
            "url" => value.bytes().map(percent).collect(),
            "base64" => base64(value.as_bytes(), "+/", "="),
            "base64url" => base64(value.as_bytes(), "-_", ""),
            "shell" => format!("'{}'", value.replace('\'', r"'\''")),
            "json" => {
                let quoted = Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            "get" => match strictly(&value).map(|json| json.pointer(argument).cloned()) {
                None | Some(Some(Value::Number(_))) => return Made::Unsure,
                Some(Some(Value::String(text))) => text,
                Some(Some(Value::Bool(truth))) => truth.to_string(),
                Some(_) => return Made::Failed,
            },
            other => panic!("there is no filter {other}"),
        };
    }
    Made::Value(value)
}

fn percent(byte: u8) -> String {
    let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if is_unreserved {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// RFC 4648 section 4, with the last two characters of the alphabet given.
fn base64(bytes: &[u8], last: &str, padding: &str) -> String {
    let alphabet: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(last.chars())
        .collect();
    let group = |three: &[u8]| {
        let bits = three
            .iter()
            .chain(&[0, 0])
            .take(3)
            .fold(0, |bits, &byte| bits << 8 | usize::from(byte));
        let letters = [18, 12, 6, 0].map(|shift| alphabet[bits >> shift & 63]);
        let count = three.len() + 1;
        letters[..count].iter().collect::<String>() + &padding.repeat(4 - count)
    };
    bytes.chunks(3).map(group).collect()
}
