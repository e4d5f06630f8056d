//! A text that comes in parts is redacted as the whole is.

use std::io::{self, Read, Write};

use keyslot::Redactor;
use keyslot::redact::{RedactReader, RedactWriter, Stream};
use proptest::prelude::*;

use super::{naive, redactor};

const VALUE: &str = "s3cr3t-é🔑-of-the-run";

fn fed<'p>(stream: &mut Stream, parts: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    parts
        .into_iter()
        .for_each(|part| stream.feed(part, &mut out));
    stream.finish(&mut out);
    out
}

#[test]
fn bad_input_54_a_secret_across_two_parts() {
    let redactor = redactor(&[("A", VALUE)]);
    let text = format!("before é {VALUE}{VALUE} é after");
    let expected = "before é <<$secret.A>><<$secret.A>> é after";
    let mut stream = redactor.stream();
    for at in 0..=text.len() {
        let (one, other) = text.as_bytes().split_at(at);
        assert_eq!(
            fed(&mut stream, [one, other]),
            expected.as_bytes(),
            "at {at}"
        );
        let mut writer = RedactWriter::new(Vec::new(), &redactor);
        writer.write_all(one).unwrap();
        writer.flush().unwrap();
        writer.write_all(other).unwrap();
        assert_eq!(writer.finish().unwrap(), expected.as_bytes(), "at {at}");
        let mut read = String::new();
        RedactReader::new(one.chain(other), &redactor)
            .read_to_string(&mut read)
            .unwrap();
        assert_eq!(read, expected, "at {at}");
    }
    assert_eq!(
        fed(&mut stream, text.as_bytes().chunks(1)),
        expected.as_bytes()
    );
}

#[test]
fn a_released_beginning_is_not_given_out_twice() {
    let redactor = redactor(&[("A", VALUE), ("B", "s3cond-of-the-run")]);
    let mask = format!("{VALUE} and s3cond-of-the-run, s3 s3cr s\u{e9} {VALUE}");
    let plain = redactor.redact(&mask).into_owned();
    // A released byte of a secret stands before its mask; of other text it is that text.
    for most in 0..=3 {
        let (mut stream, mut out) = (redactor.stream(), Vec::new());
        for byte in mask.as_bytes() {
            stream.feed(&[*byte], &mut out);
            stream.release(most, &mut out);
        }
        stream.finish(&mut out);
        let shown = String::from_utf8(out).unwrap();
        let begun = &VALUE[..most];
        let expected = plain.replace("<<", &format!("{begun}<<"));
        assert_eq!(shown, expected, "{most}");
    }
    // Longer beginnings stay held back.
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    stream.feed(b"s3cr", &mut out);
    stream.release(3, &mut out);
    assert!(out.is_empty());
    stream.release(4, &mut out);
    stream.release(4, &mut out);
    assert_eq!(out, b"s3cr");
}

#[test]
fn a_whole_short_value_is_not_released() {
    let pin = || Redactor::builder().secret("PIN".parse().unwrap(), "1234");
    let words = pin().min_len(4).short_as_words(true).build().unwrap();
    let (mut stream, mut out) = (words.stream(), Vec::new());
    stream.feed(b"pin 123", &mut out);
    stream.release(4, &mut out);
    assert_eq!(out, b"pin 123", "the control");
    stream.feed(b"4", &mut out);
    stream.release(4, &mut out);
    assert_eq!(out, b"pin 123");
    stream.finish(&mut out);
    assert_eq!(out, b"pin 123<<$secret.PIN>>");
}

#[test]
fn bad_input_55_redacting_before_and_after_cutting() {
    let redactor = redactor(&[("A", VALUE)]);
    let text = format!("error: {VALUE}");
    // The order that the docs ask for: what is cut later holds nothing.
    let redacted = redactor.redact(&text);
    assert!((0..redacted.len()).all(|end| !redacted[..end].contains("s3cr3t")));
    // The other order, where what is left is no secret that is known.
    assert_eq!(redactor.redact(&text[..14]), "error: s3cr3t-");
}

#[test]
fn only_what_may_be_a_secret_is_held_back() {
    let mut stream = redactor(&[("A", VALUE)]).stream();
    let mut out = Vec::new();
    let mut given = |part: &str| {
        out.clear();
        stream.feed(part.as_bytes(), &mut out);
        String::from_utf8(out.clone()).unwrap()
    };
    assert_eq!(given("plain text\n"), "plain text\n");
    assert_eq!(given("s3c"), "");
    assert_eq!(given("ret s3cr3t"), "s3cret ");
    assert_eq!(given("-é🔑-of-the-ru"), "");
    assert_eq!(given("n"), "<<$secret.A>>");
    assert_eq!(given("!"), "!");
}

/// The number of bytes that a stream, or what has one, holds back.
fn held(stream: &impl std::fmt::Debug) -> usize {
    let shown = format!("{stream:?}");
    let digits = shown
        .rsplit_once("held: ")
        .unwrap()
        .1
        .split(|c: char| !c.is_ascii_digit())
        .next();
    digits.unwrap().parse().unwrap()
}

#[test]
fn what_overlaps_for_ever_takes_no_memory() {
    let mut stream = redactor(&[("A", "abcabcabc")]).stream();
    let mut out = Vec::new();
    for _ in 0..10_000 {
        stream.feed(b"abc", &mut out);
        assert!(out.is_empty());
        let held = held(&stream);
        assert!(held < 9, "{held}");
    }
    stream.finish(&mut out);
    assert_eq!(out, b"<<$secret.A>>");
}

#[test]
fn long_values_are_found_in_small_parts() {
    let value: String = (0..40_000_u32)
        .map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap())
        .collect();
    let redactor = redactor(&[("A", &value)]);
    assert_eq!(redactor.redact(&value), "<<$secret.A>>");
    for length in [1000, 10_000, 65_536, 1 << 20] {
        let text = format!("({value})");
        assert_eq!(
            fed(&mut redactor.stream(), text.as_bytes().chunks(length)),
            b"(<<$secret.A>>)"
        );
    }
    // Half of it is no pattern, and all of it may be the start of one.
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    let half = &value.as_bytes()[..20_000];
    half.chunks(777)
        .for_each(|part| stream.feed(part, &mut out));
    stream.settle(&mut out);
    assert_eq!((out.len(), held(&stream)), (0, half.len()));
    stream.finish(&mut out);
    assert!(out == b"<<$secret.A>>", "cut off");
    // What goes on in another way is no secret.
    out.clear();
    stream.feed(half, &mut out);
    stream.feed(b"!", &mut out);
    stream.finish(&mut out);
    assert!(out == [half, b"!"].concat());
}

/// The longest pattern has 64 KiB: what is held back may be all but its end, and what has come
/// since it was last searched.
#[test]
fn no_more_than_a_pattern_is_held_back() {
    let value: String = (0..200_000_u32)
        .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 28) as u8))
        .collect();
    let redactor = redactor(&[("A", &value)]);
    for length in [1, 100, 5_000, 1 << 20] {
        let mut stream = redactor.stream();
        let (mut out, mut most) = (Vec::new(), 0);
        for part in value.as_bytes().chunks(length) {
            stream.feed(part, &mut out);
            most = most.max(held(&stream));
        }
        assert!(
            most <= (64 << 10) + (4 << 10),
            "{most} in parts of {length}"
        );
        assert!(most > 32 << 10 || length > value.len(), "{most} is no test");
        stream.finish(&mut out);
        assert_eq!(out, b"<<$secret.A>>");
    }
}

/// Behind so much that may be a secret the next few bytes are gathered before it is searched again;
/// a flush does not wait for more.
#[test]
fn a_flush_writes_what_is_sure() {
    let value: String = (0..20_000_u32)
        .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 28) as u8))
        .collect();
    let mut writer = RedactWriter::new(Vec::new(), &redactor(&[("A", &value)]));
    let start = &value[..15_000];
    writer.write_all(start.as_bytes()).unwrap();
    writer.write_all(b"!").unwrap();
    assert_eq!(held(&writer), start.len() + 1, "nothing was gathered");
    writer.flush().unwrap();
    assert_eq!(held(&writer), 0);
    assert_eq!(writer.finish().unwrap(), format!("{start}!").as_bytes());
}

/// A part that is held back whole is not the end of the text.
#[test]
fn a_reader_reads_on_until_there_is_something() {
    let redactor = redactor(&[("A", VALUE)]);
    for (parts, expected) in [
        (["s3cr", "3t-é", "!"], "s3cr3t-é!"),
        (["s3cr3t-é", "🔑-of-the", "-run"], "<<$secret.A>>"),
    ] {
        let inner = parts[0]
            .as_bytes()
            .chain(parts[1].as_bytes())
            .chain(parts[2].as_bytes());
        let mut read = String::new();
        RedactReader::new(inner, &redactor)
            .read_to_string(&mut read)
            .unwrap();
        assert_eq!(read, expected);
    }
}

/// Takes few bytes at a time, and sometimes none.
struct Hesitant<'v> {
    taken: &'v mut Vec<u8>,
    calls: usize,
}

impl Write for Hesitant<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        match self.calls % 3 {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            1 => Err(io::ErrorKind::Interrupted.into()),
            _ => self.taken.write(&bytes[..bytes.len().min(5)]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_is_lost_or_written_twice_when_the_inner_writer_fails() {
    let redactor = redactor(&[("A", VALUE)]);
    let text = format!("some text, {VALUE}, and more");
    let mut taken = Vec::new();
    let mut writer = RedactWriter::new(
        Hesitant {
            taken: &mut taken,
            calls: 0,
        },
        &redactor,
    );
    for part in text.as_bytes().chunks(4) {
        // An error says that nothing of the part was taken.
        while let Err(error) = writer.write(part) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
    }
    while writer.flush().is_err() {}
    drop(writer);
    assert_eq!(
        String::from_utf8(taken).unwrap(),
        "some text, <<$secret.A>>, and more"
    );
}

#[test]
fn a_drop_writes_what_was_held_back_but_for_the_beginning_of_a_secret() {
    let redactor = redactor(&[
        ("A", VALUE),
        (
            "B",
            "long-s3cr3t-é🔑-of something much longer than the other",
        ),
    ]);
    for (text, expected) in [
        ("text", "text"),
        // All of a secret, which is the beginning of no other.
        (VALUE, "<<$secret.A>>"),
        (" s3cr3t", " "),
        (&VALUE[..20], "<<$secret.A>>"),
        // Nothing is enough to be masked; the first byte of a character is the beginning of no
        // secret.
        (" s3cr3t-", " "),
        ("is long-s3cr3t-", "is "),
        ("is long-s3cr3t-é🔑-of", "is <<$secret.A>>"),
    ] {
        for flush in [false, true] {
            let mut taken = Vec::new();
            let mut writer = RedactWriter::new(&mut taken, &redactor);
            writer.write_all(text.as_bytes()).unwrap();
            if flush {
                writer.flush().unwrap();
            }
            drop(writer);
            assert_eq!(String::from_utf8(taken).unwrap(), expected, "{text}");
        }
    }
    let mut taken = Vec::new();
    RedactWriter::new(&mut taken, &redactor)
        .write_all(b"cut: \xc3")
        .unwrap();
    assert_eq!(taken, b"cut: \xc3", "half of a character is no secret");
}

#[test]
fn a_panic_of_the_inner_writer_is_one_panic() {
    struct Panics(std::rc::Rc<std::cell::Cell<u32>>);
    impl Write for Panics {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.0.set(self.0.get() + 1);
            panic!("of the inner writer")
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let calls = std::rc::Rc::default();
    let mut writer = RedactWriter::new(
        Panics(std::rc::Rc::clone(&calls)),
        &redactor(&[("A", VALUE)]),
    );
    let panicked =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || writer.write(b"text")));
    assert!(panicked.is_err());
    assert_eq!(calls.get(), 1);
}

/// Cuts a text at these places.
fn cut<'t>(mut text: &'t [u8], lengths: &[usize]) -> Vec<&'t [u8]> {
    let mut parts = Vec::new();
    for length in lengths.iter().cycle() {
        if text.is_empty() {
            break;
        }
        let (part, rest) = text.split_at((*length).clamp(1, text.len()));
        parts.push(part);
        text = rest;
    }
    parts
}

proptest! {
    #[test]
    fn parts_are_redacted_as_the_whole_is(
        values in prop::collection::vec("[ab]{8,11}", 1..5),
        text in "([ab]{0,20}|é|🔑|z){0,12}",
        lengths in prop::collection::vec(1..12_usize, 1..5),
    ) {
        let names: Vec<String> = (0..values.len()).map(|n| format!("S{n}")).collect();
        let secrets: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(values.iter().map(String::as_str))
            .collect();
        let patterns: Vec<(&str, &[u8])> = secrets
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let redactor = redactor(&secrets);
        let expected = naive::redact(&patterns, 8, text.as_bytes());
        let mut stream = redactor.stream();
        prop_assert_eq!(&fed(&mut stream, cut(text.as_bytes(), &lengths)), &expected);
        prop_assert_eq!(&fed(&mut stream, cut(text.as_bytes(), &[1])), &expected);
        let mut out = Vec::new();
        for part in cut(text.as_bytes(), &lengths) {
            stream.feed(part, &mut out);
            stream.settle(&mut out);
            prop_assert!(std::str::from_utf8(&out).is_ok(), "a character was cut");
        }
        stream.finish(&mut out);
        prop_assert_eq!(&out, &expected);
    }

    #[test]
    fn bytes_that_are_no_text_are_passed_on(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(0xc3)], 0..200),
        lengths in prop::collection::vec(1..9_usize, 1..5),
    ) {
        let mut stream = redactor(&[("A", VALUE)]).stream();
        prop_assert_eq!(fed(&mut stream, cut(&bytes, &lengths)), bytes);
    }
}
