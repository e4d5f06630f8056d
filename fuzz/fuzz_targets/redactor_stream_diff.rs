//! Any bytes and any secrets: parts are redacted as the whole is, a naive redactor does the same,
//! and no secret is left. The same with the options, and by a stream that learns.
//!
//! An input is the lengths of the parts, the text, and up to eight secrets. In the text, bytes that
//! are no UTF-8 stand for the secrets and the ways to write them.
#![no_main]

use keyslot_fuzz::{input, redaction};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut parts = input::parts(data);
    let (lengths, text) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let secrets: Vec<String> = parts
        .take(8)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let mut pieces: Vec<String> = secrets
        .iter()
        .flat_map(|secret| redaction::variants(secret))
        .collect();
    pieces.push(String::new());
    redaction::agrees(text, &secrets, lengths);
    redaction::options_agree(text, &secrets, lengths);
    redaction::nothing_is_left(input::text(text, &pieces).as_bytes(), &secrets, lengths);
    redaction::nothing_is_left(text, &secrets, lengths);
});
