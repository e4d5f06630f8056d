//! The patterns of a redactor leave nothing on the heap once it is dropped. This runs in a process
//! of its own: the beginnings of patterns are a few letters in hexadecimal or as `\uXXXX`, and
//! another test would have some that look alike.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::sync::{Mutex, PoisonError};

use keyslot::redact::{RedactReader, RedactWriter};
use keyslot::{Redactor, ResolveExt, RunSecrets, SecretName};
use memory::{Needle, is_found, secret};

/// The start of one, of which the rest is wiped.
fn value(seed: u64) -> zeroize::Zeroizing<String> {
    let long = zeroize::Zeroizing::new(secret(seed));
    zeroize::Zeroizing::new(long[..160].to_owned())
}

/// The value, and some of the ways to write it: they are as much the secret as it is.
fn writings(value: &str) -> Vec<Needle> {
    let hex = zeroize::Zeroizing::new(base16ct::lower::encode_string(value.as_bytes()));
    // Written in place: a string that grew would leave what is looked for.
    let mut units = zeroize::Zeroizing::new(String::with_capacity(value.len() * 6));
    value
        .bytes()
        .for_each(|byte| write!(units, "\\u{byte:04x}").unwrap());
    vec![
        Needle::new(value.as_bytes()),
        Needle::new(hex.as_bytes()),
        Needle::new(units.as_bytes()),
    ]
}

/// Only one redactor at a time: as `\uXXXX`, what is looked for at once are two letters, which the
/// value of another has too.
static REDACTORS: Mutex<()> = Mutex::new(());

#[test]
fn nothing_of_a_redactor_stays_behind() {
    let _alone = REDACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let plain = value(60);
    let name = || SecretName::new("A").unwrap();
    let needles = writings(&plain);
    let redactor = Redactor::builder()
        .secret(name(), plain.as_str())
        .build()
        .unwrap();
    let text = zeroize::Zeroizing::new(["(", plain.as_str(), ")"].concat());
    assert_eq!(redactor.redact(&text), "(<<$secret.A>>)");
    // Held back in the middle of the value, and grown on the way.
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    text.as_bytes()[..100]
        .chunks(20)
        .for_each(|part| stream.feed(part, &mut out));
    assert_eq!(out, b"(");
    let merged = redactor.clone().merge(&redactor).unwrap();
    drop((plain, text));
    for (nth, needle) in needles.iter().enumerate() {
        assert!(is_found(needle), "{nth}: the control");
    }
    drop((redactor, stream));
    assert!(is_found(&needles[0]), "what was merged holds it");
    drop(merged);
    for (nth, needle) in needles.iter().enumerate() {
        assert!(!is_found(needle), "{nth}");
    }
}

#[test]
fn nothing_of_a_redacted_resolve_stays_behind() {
    let _alone = REDACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let plain = value(70);
    let needles = writings(&plain);
    let secrets = RunSecrets::new().with("A", plain.as_str()).unwrap();
    let resolved = secrets.resolve("<<A|hex>> <<A|json|trim>>").unwrap();
    let redactor = Redactor::of(&resolved).unwrap();
    let error = std::io::Error::other(plain.as_str());
    assert_eq!(redactor.error(&error).to_string(), "<<$secret.A>>");
    // An error is not wiped by whoever made it; here it is only the control.
    drop((plain, secrets, resolved));
    assert!(needles.iter().all(is_found), "the control");
    drop(redactor);
    assert!(
        is_found(&needles[0]) && !is_found(&needles[1]) && !is_found(&needles[2]),
        "the error alone holds the value"
    );
}

/// A use of a redactor on a piece of a secret.
type Use = fn(&Redactor, &[u8]);

/// A piece that is too short to be masked goes through the buffers of readers and writers; a longer
/// one is held back there.
#[test]
fn nothing_of_a_truncated_secret_stays_behind() {
    let _alone = REDACTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let kinds: [(&str, Use); 6] = [
        ("a writer that is finished", |redactor, piece| {
            let mut writer = RedactWriter::new(std::io::sink(), redactor);
            piece
                .chunks(7)
                .for_each(|part| writer.write_all(part).unwrap());
            writer.finish().unwrap();
        }),
        ("a writer that is dropped", |redactor, piece| {
            let mut writer = RedactWriter::new(std::io::sink(), redactor);
            piece
                .chunks(7)
                .for_each(|part| writer.write_all(part).unwrap());
        }),
        ("a writer that cannot write on", |redactor, piece| {
            let mut writer = RedactWriter::new(&mut [][..], redactor);
            writer.write_all(piece).unwrap();
            writer.finish().unwrap_err();
        }),
        ("a reader", |redactor, piece| {
            let mut buffer = zeroize::Zeroizing::new([0; 16]);
            let mut reader = RedactReader::new(piece, redactor);
            while reader.read(&mut *buffer).unwrap() > 0 {}
        }),
        ("a reader that is dropped", |redactor, piece| {
            let mut reader = RedactReader::new(piece, redactor);
            assert_eq!(reader.read(&mut [0]).unwrap(), 1);
        }),
        ("what is shown", |redactor, piece| {
            let text = std::str::from_utf8(piece).unwrap();
            write!(Nowhere, "{}", redactor.display(text)).unwrap();
        }),
    ];
    for (seed, (kind, use_it)) in (80..).zip(kinds) {
        for length in [60, 150] {
            let plain = value(seed);
            let redactor = Redactor::builder()
                .secret(SecretName::new("A").unwrap(), plain.as_str())
                .build()
                .unwrap();
            let needle = Needle::new(plain.as_bytes());
            use_it(&redactor, &plain.as_bytes()[..length]);
            assert!(is_found(&needle), "{kind}: the control");
            drop((plain, redactor));
            assert!(!is_found(&needle), "{kind}, {length} bytes");
        }
    }
}

/// A sink that keeps nothing.
struct Nowhere;

impl std::fmt::Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}
