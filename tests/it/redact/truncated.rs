//! A secret that the end of a text cuts off.

use std::io::{Read, Write};

use base64ct::{Base64, Encoding as _};
use keyslot::Redactor;
use keyslot::redact::{RedactReader, RedactWriter};

use super::{builder, redactor};

/// 64 letters, none of them twice.
const VALUE: &str = "s3krTABCDEFGHIJLMNOPQRSUVWXYZ-abcdefghijlmnopqtuvwxyz01245678.+~";

/// A way to redact a text.
type Way = (&'static str, fn(&Redactor, &str) -> String);

const WAYS: &[Way] = &[
    ("redact", |redactor, text| {
        redactor.redact(text).into_owned()
    }),
    ("redact_bytes", |redactor, text| {
        String::from_utf8(redactor.redact_bytes(text.as_bytes()).into_owned()).unwrap()
    }),
    ("display", |redactor, text| {
        redactor.display(text).to_string()
    }),
    ("error", |redactor, text| {
        redactor.error(&std::io::Error::other(text)).to_string()
    }),
    ("stream", |redactor, text| {
        fed(redactor, text, 1 << 20, false)
    }),
    ("stream of small parts", |redactor, text| {
        fed(redactor, text, 3, false)
    }),
    ("stream that settles", |redactor, text| {
        fed(redactor, text, 1, true)
    }),
    ("writer", |redactor, text| {
        let mut writer = RedactWriter::new(Vec::new(), redactor);
        writer.write_all(text.as_bytes()).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }),
    ("reader", |redactor, text| {
        let mut read = String::new();
        RedactReader::new(text.as_bytes(), redactor)
            .read_to_string(&mut read)
            .unwrap();
        read
    }),
    #[cfg(feature = "json")]
    ("document", |redactor, text| {
        let mut document = serde_json::json!({"list": [{"text": text}]});
        redactor.redact_json(&mut document);
        document["list"][0]["text"].as_str().unwrap().to_owned()
    }),
    #[cfg(feature = "json")]
    ("key of a document", |redactor, text| {
        let mut document = serde_json::json!({text: 1});
        redactor.redact_json(&mut document);
        document.as_object().unwrap().keys().next().unwrap().clone()
    }),
];

fn fed(redactor: &Redactor, text: &str, length: usize, settle: bool) -> String {
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    for part in text.as_bytes().chunks(length) {
        stream.feed(part, &mut out);
        if settle {
            stream.settle(&mut out);
        }
    }
    stream.finish(&mut out);
    String::from_utf8(out).unwrap()
}

/// Asserts that `shown` bytes of `value` are left at the end of a text and one more is masked.
fn is_cut_at(redactor: &Redactor, value: &str, shown: usize) {
    for (name, way) in WAYS {
        for length in 0..value.len() {
            let (text, behind) = (
                format!("is {}", &value[..length]),
                format!("is {}!", &value[..length]),
            );
            let expected = if length > shown {
                "is <<$secret.A>>"
            } else {
                text.as_str()
            };
            assert_eq!(way(redactor, &text), expected, "{name}");
            assert_eq!(
                way(redactor, &behind),
                behind,
                "{name}: what goes on in another way is no secret"
            );
        }
    }
}

#[test]
fn half_of_a_secret_is_masked_at_the_end_of_any_text() {
    is_cut_at(&redactor(&[("A", VALUE)]), VALUE, 31);
    // What is shorter than the minimum stays.
    is_cut_at(&redactor(&[("A", &VALUE[..10])]), &VALUE[..10], 7);
    is_cut_at(
        &builder(&[("A", &VALUE[..10])]).min_len(4).build().unwrap(),
        &VALUE[..10],
        4,
    );
    is_cut_at(
        &builder(&[("A", VALUE)]).min_len(50).build().unwrap(),
        VALUE,
        49,
    );
}

#[test]
fn a_truncated_writing_is_masked() {
    let redactor = redactor(&[("A", VALUE)]);
    let hex: String = VALUE.bytes().map(|byte| format!("{byte:02x}")).collect();
    for written in [
        hex.to_uppercase(),
        hex,
        Base64::encode_string(VALUE.as_bytes()),
        format!("x{VALUE}"),
    ] {
        let start = written.len() - written.trim_start_matches('x').len();
        for length in start + 64.min(written.len() / 2)..=written.len() {
            let redacted = redactor.redact(&written[..length]).into_owned();
            assert_eq!(redacted[start..], *"<<$secret.A>>", "{length} of {written}");
        }
    }
}

#[test]
fn a_dropped_writer_writes_no_beginning_of_a_secret() {
    let redactor = redactor(&[("A", VALUE)]);
    for length in 0..=VALUE.len() {
        for flush in [false, true] {
            let mut written = Vec::new();
            let mut writer = RedactWriter::new(&mut written, &redactor);
            write!(writer, "is {}", &VALUE[..length]).unwrap();
            if flush {
                writer.flush().unwrap();
            }
            drop(writer);
            let expected = if length >= 32 {
                "is <<$secret.A>>"
            } else {
                "is "
            };
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}

/// However long a value is, and also where it is searched for in pieces.
#[test]
fn less_than_64_bytes_of_a_long_value_are_left() {
    let value: String = (0..200_000_u32)
        .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 28) as u8))
        .collect();
    let redactor = redactor(&[("A", &value)]);
    assert_eq!(redactor.redact(&value[..63]), value[..63]);
    for length in [
        64, 65, 1000, 30_000, 65_535, 65_536, 65_537, 65_600, 100_000, 131_008, 131_072, 199_999,
    ] {
        assert!(
            redactor.redact(&value[..length]) == "<<$secret.A>>",
            "{length}"
        );
        assert!(
            fed(&redactor, &value[..length], 10_000, false) == "<<$secret.A>>",
            "{length}"
        );
    }
}

#[test]
fn the_shortest_secret_is_named_of_which_most_is_there() {
    let (long, short) = (format!("{VALUE}{VALUE}"), &VALUE[..20]);
    let all = redactor(&[
        ("LONG", &long),
        ("VALUE", VALUE),
        ("SHORT", short),
        ("SAME", short),
    ]);
    for (length, expected) in [
        (9, None),
        (10, Some("<<$secret.SHORT>><<$secret.SAME>>")),
        (19, Some("<<$secret.SHORT>><<$secret.SAME>>")),
        // All of one, and the beginning of others.
        (20, Some("<<$secret.SHORT>><<$secret.SAME>>")),
        (21, None),
        (32, Some("<<$secret.VALUE>>")),
        (64, Some("<<$secret.VALUE>>")),
        (65, Some("<<$secret.LONG>>")),
    ] {
        for (name, way) in WAYS {
            let text = &long[..length];
            let rest = || {
                format!(
                    "<<$secret.SHORT>><<$secret.SAME>>{}",
                    &text[20.min(length)..]
                )
            };
            let expected = expected.map_or_else(
                || if length < 20 { text.to_owned() } else { rest() },
                str::to_owned,
            );
            assert_eq!(way(&all, text), expected, "{name} of {length}");
        }
    }
}

#[test]
fn what_overlaps_with_a_truncated_secret_is_masked_with_it() {
    let chained = redactor(&[
        ("A", "one-two-three"),
        ("B", "three-four-five"),
        ("C", "four-five-six-seven"),
    ]);
    for (name, way) in WAYS {
        assert_eq!(
            way(&chained, "one-two-three-four"),
            "<<$secret.A>><<$secret.B>>",
            "{name}"
        );
        assert_eq!(
            way(&chained, "three-four-five-six"),
            "<<$secret.B>><<$secret.C>>",
            "{name}"
        );
        // What lies within it is part of it.
        assert_eq!(way(&chained, "three-four-fiv"), "<<$secret.B>>", "{name}");
        assert_eq!(
            way(&chained, "one-two-three-fou"),
            "<<$secret.A>><<$secret.B>>",
            "{name}"
        );
        assert_eq!(
            way(&chained, "one-two-three and four-five-"),
            "<<$secret.A>> and <<$secret.C>>",
            "{name}"
        );
    }
}

#[test]
fn harmless_words_are_left_at_the_end_of_a_text() {
    let secrets = [("A", "postgres://a:b@c")];
    let text = "no such host: postgres";
    assert_eq!(redactor(&secrets).redact(text), text);
    assert_eq!(redactor(&secrets).redact("postgres:"), "<<$secret.A>>");
    let none = builder(&secrets).harmless([""; 0]).build().unwrap();
    assert_eq!(none.redact(text), "no such host: <<$secret.A>>");
    // Of two that are merged, what is harmless to both.
    let merged = redactor(&secrets).merge(&none).unwrap();
    assert_eq!(merged.redact(text), "no such host: <<$secret.A>>");
    assert_eq!(
        redactor(&secrets)
            .merge(&redactor(&secrets))
            .unwrap()
            .redact(text),
        text
    );
}
