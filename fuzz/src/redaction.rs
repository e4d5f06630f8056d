//! The redactor beside a naive one, and beside itself in parts.

use keyslot::redact::{LiveRedactor, RedactorBuilder};
use keyslot::{Redactor, SecretName};

use crate::naive_redactor;

/// The text that takes the place of a secret: no secret holds it, so nothing can come together
/// around it.
const MARK: &str = "\u{1}";

/// A redactor of secrets by their numbers, the shortest of which has four bytes.
fn redactor(secrets: &[String]) -> Redactor {
    builder(secrets).build().expect("there are few")
}

fn builder(secrets: &[String]) -> RedactorBuilder {
    let name = |number: usize| SecretName::new(format!("S{number}")).expect("a name");
    let builder = Redactor::builder().min_len(4).harmless([""; 0]);
    secrets
        .iter()
        .enumerate()
        .fold(builder, |builder, (n, value)| {
            builder.secret(name(n), value.as_str())
        })
}

/// Any bytes, with names of users masked and short values as whole words: parts are redacted as the
/// whole is, also by a stream that learned the secrets after its first part.
pub fn options_agree(text: &[u8], secrets: &[String], lengths: &[u8]) {
    let builder = builder(secrets).users(true).short_as_words(true);
    let redactor = builder.build().expect("there are few");
    in_parts(&redactor, text, lengths);
    let live = LiveRedactor::new(Redactor::builder().build().expect("it is empty"));
    let (mut stream, mut out) = (live.stream(), Vec::new());
    stream.feed(b"\n", &mut out);
    live.learn(&redactor).expect("there are few");
    stream.feed(text, &mut out);
    stream.finish(&mut out);
    let whole = [b"\n", text].concat();
    let merged = live.current();
    assert_eq!(out, &*merged.redact_bytes(&whole), "of what is learned");
}

/// Asserts that parts of any lengths are redacted as the whole is, and gives that.
fn in_parts(redactor: &Redactor, text: &[u8], lengths: &[u8]) -> Vec<u8> {
    let whole = redactor.redact_bytes(text).into_owned();
    let mut stream = redactor.stream();
    let is_text = std::str::from_utf8(text).is_ok();
    for lengths in [lengths, &[0]] {
        let (mut out, mut rest, mut lengths) = (Vec::new(), text, lengths.iter().cycle());
        while !rest.is_empty() {
            let length = usize::from(lengths.next().copied().unwrap_or(0) & 0x3f) + 1;
            let (part, behind) = rest.split_at(length.min(rest.len()));
            let before = out.len();
            stream.feed(part, &mut out);
            if length % 3 == 0 {
                stream.settle(&mut out);
            }
            assert!(
                !is_text || std::str::from_utf8(&out[before..]).is_ok(),
                "a character was cut"
            );
            rest = behind;
        }
        stream.finish(&mut out);
        assert_eq!(out, whole, "in parts of {text:?}");
    }
    whole
}

/// Any bytes: nothing of what is promised to be found is left.
pub fn nothing_is_left(text: &[u8], secrets: &[String], lengths: &[u8]) {
    let secrets: Vec<String> = secrets
        .iter()
        .filter(|one| bare(one) >= 4 && !one.contains(MARK))
        .cloned()
        .collect();
    let redactor = redactor(&secrets);
    in_parts(&redactor, text, lengths);
    let marked = redactor
        .mask_with(|_, _| MARK.to_owned())
        .redact_bytes(text)
        .into_owned();
    for variant in secrets.iter().flat_map(|secret| variants(secret)) {
        let is_there = marked
            .windows(variant.len())
            .any(|window| window == variant.as_bytes());
        assert!(!is_there, "{variant:?} is left in {marked:?}");
    }
}

/// The length of a secret without the white space and quotes around it: what is shorter than the
/// minimum is not masked.
fn bare(secret: &str) -> usize {
    let trimmed = secret.trim();
    let quote = trimmed
        .chars()
        .next()
        .filter(|first| "\"'`".contains(*first) && trimmed.len() > 1 && trimmed.ends_with(*first));
    if quote.is_some() {
        bare(&trimmed[1..trimmed.len() - 1])
    } else {
        trimmed.len()
    }
}

/// Letters of which no other way of writing is made: the same as the naive redactor.
pub fn agrees(text: &[u8], secrets: &[String], lengths: &[u8]) {
    let letters = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| char::from(b'p' + byte % 4))
            .collect::<String>()
    };
    let secrets: Vec<String> = secrets
        .iter()
        .map(|one| letters(one.as_bytes()))
        .filter(|one| one.len() >= 4)
        .collect();
    let text = letters(text);
    let names: Vec<String> = (0..secrets.len())
        .map(|number| format!("S{number}"))
        .collect();
    let patterns = names
        .iter()
        .zip(&secrets)
        .map(|(name, secret)| (name.as_str(), secret.as_bytes()));
    let expected = naive_redactor::redact(&patterns.collect::<Vec<_>>(), 4, text.as_bytes());
    assert_eq!(
        in_parts(&redactor(&secrets), text.as_bytes(), lengths),
        expected,
        "{text} of {secrets:?}"
    );
}

/// Some ways to write a secret, made without the crate.
pub fn variants(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).expect("text is JSON");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    let units: String = secret
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let json = &json[1..json.len() - 1];
    vec![
        secret.to_owned(),
        json.to_owned(),
        json.replace('/', "\\/"),
        hex.to_uppercase(),
        hex,
        secret.bytes().map(percent).collect(),
        units,
        secret.replace('\'', r"'\''"),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
    ]
}
