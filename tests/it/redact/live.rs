//! Redactors that learn while streams are open.

use std::io::{Read, Write};

use keyslot::redact::{LiveRedactor, Mask, RedactReader, RedactWriter};
use keyslot::{Chain, ErrorKind, Redactor, ResolveExt, RunSecrets};

use super::redactor;

const OLD: &str = "s3cr3t-of-the-run";
const NEW: &str = "refreshed-é🔑-t0ken";

fn live() -> LiveRedactor {
    LiveRedactor::new(redactor(&[("A", OLD)]))
}

#[test]
fn a_refreshed_token_is_masked_from_the_next_part_on() {
    let secrets = RunSecrets::new().with("A", OLD).unwrap();
    let chain = Chain::new().then(secrets.clone());
    let learned = || Redactor::of(&chain.resolve("<<A>>").unwrap()).unwrap();
    let live = LiveRedactor::new(learned());
    let (mut stream, mut out) = (live.stream(), Vec::new());
    stream.feed(format!("{OLD} {NEW} ").as_bytes(), &mut out);
    assert_eq!(
        String::from_utf8(out.clone()).unwrap(),
        format!("<<$secret.A>> {NEW} "),
        "it is not known yet"
    );
    secrets.replace("A", NEW).unwrap();
    live.learn(&learned()).unwrap();
    out.clear();
    stream.feed(format!("{OLD} {NEW}.").as_bytes(), &mut out);
    assert_eq!(out, b"<<$secret.A>> <<$secret.A>>.");
    // One that was taken before learns nothing.
    assert_eq!(redactor(&[("A", OLD)]).redact(NEW), NEW);
}

/// Wherever the text is when the redactor learns, what comes behind is masked.
#[test]
fn parts_before_and_after_are_masked() {
    let text = format!("{OLD} {OLD}{OLD} x");
    for at in 0..=text.len() {
        let live = live();
        let (mut stream, mut out) = (live.stream(), Vec::new());
        stream.feed(&text.as_bytes()[..at], &mut out);
        live.learn(&redactor(&[("B", NEW), ("C", &NEW[2..])]))
            .unwrap();
        stream.feed(&text.as_bytes()[at..], &mut out);
        stream.feed(NEW.as_bytes(), &mut out);
        stream.settle(&mut out);
        stream.finish(&mut out);
        let expected = "<<$secret.A>> <<$secret.A>><<$secret.A>> x<<$secret.B>>";
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{at}");
    }
}

/// Bytes that are held back are read again with the secrets that were learned.
#[test]
fn what_is_held_back_is_masked_too() {
    let live = live();
    let (mut stream, mut out) = (live.stream(), Vec::new());
    stream.feed(b"is s3cr3t-of-", &mut out);
    assert_eq!(out, b"is ");
    live.learn(&redactor(&[("B", "s3cr3t-of-ada")])).unwrap();
    stream.feed(b"ada, s3cr3t-of-", &mut out);
    stream.feed(b"the-run", &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "is <<$secret.B>>, <<$secret.A>>"
    );
}

/// Matches that overlap across the moment are one, with the names of all.
#[test]
fn open_matches_stay_open() {
    let live = LiveRedactor::new(redactor(&[("A", "abcabcabc"), ("Z", "zzzzzzzzz")]));
    let (mut stream, mut out) = (live.stream(), Vec::new());
    stream.feed(b"abcabcabcabc", &mut out);
    live.learn(&redactor(&[("B", "aaaaaaaaa"), ("C", "bcabcdefgh")]))
        .unwrap();
    stream.feed(b"abcdefgh.", &mut out);
    stream.finish(&mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "<<$secret.A>><<$secret.C>>."
    );
}

#[test]
fn readers_and_writers_learn() {
    let live = live();
    let mut writer = RedactWriter::with_stream(Vec::new(), live.stream());
    let mut reader = RedactReader::with_stream(OLD.as_bytes().chain(NEW.as_bytes()), live.stream());
    writer.write_all(OLD.as_bytes()).unwrap();
    live.clone().learn(&redactor(&[("B", NEW)])).unwrap();
    writer.write_all(NEW.as_bytes()).unwrap();
    let expected = "<<$secret.A>><<$secret.B>>";
    assert_eq!(writer.finish().unwrap(), expected.as_bytes());
    let mut read = String::new();
    reader.read_to_string(&mut read).unwrap();
    assert_eq!(read, expected);
    assert_eq!(live.current().redact(&format!("{OLD}{NEW}")), expected);
}

#[test]
fn the_mask_stays_and_values_are_not_shown() {
    let live = LiveRedactor::new(redactor(&[("A", OLD)]).with_mask(Mask::Stars));
    live.learn(&redactor(&[("B", NEW)])).unwrap();
    assert_eq!(live.current().redact(NEW), "***");
    let shown = format!("{live:?} {:?}", live.stream());
    assert!(
        shown.contains("secrets: 2") && !shown.contains("s3cr3t"),
        "{shown}"
    );
}

#[test]
fn threads_learn_together_and_nothing_too_large() {
    let live = live();
    let values: Vec<String> = (0..4).map(|n| format!("value-of-number-{n}")).collect();
    std::thread::scope(|scope| {
        for value in &values {
            let live = live.clone();
            scope.spawn(move || live.learn(&redactor(&[("T", value)])).unwrap());
        }
    });
    for value in &values {
        assert_eq!(live.current().redact(value), "<<$secret.T>>");
    }
    let names: Vec<String> = (0..Redactor::MAX_SECRETS)
        .map(|n| format!("S{n}"))
        .collect();
    let secrets: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), &**name)).collect();
    let error = live.learn(&redactor(&secrets)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(
        live.current().redact(OLD),
        "<<$secret.A>>",
        "the old one stays"
    );
}
