//! Names that must be refused, and their near twins that must not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use keyslot::{Error, ErrorKind, NamePolicy, SecretName, Variables};

use crate::no_echo::{
    assert_refused_unseen, assert_scanner_finds_planted_echoes, assert_shows_nothing_of,
};

fn accept(name: &str) -> SecretName {
    let taken = SecretName::new(name).unwrap_or_else(|error| panic!("{name:?} is a name: {error}"));
    assert_eq!(taken.as_str(), name, "a name is taken as it is");
    assert_eq!(name.parse::<SecretName>().unwrap(), taken);
    let json = serde_json::to_string(&taken).unwrap();
    assert_eq!(json, serde_json::to_string(name).unwrap());
    assert_eq!(serde_json::from_str::<SecretName>(&json).unwrap(), taken);
    NamePolicy::any().check(&taken).unwrap();
    taken
}

type Way = fn(&str) -> Result<SecretName, Error>;

/// Refused by every way in, without an echo.
fn refuse(name: &str) {
    assert_scanner_finds_planted_echoes();
    let ways: [Way; 4] = [
        |name| SecretName::new(name),
        |name| name.parse(),
        |name| SecretName::try_from(name.to_owned()),
        |name| {
            Variables::new()
                .with(name, "value")
                .map(|_| accept("NEVER_REACHED"))
        },
    ];
    for way in ways {
        assert_refused_unseen(name, |name| {
            let refused = way(name).map(drop);
            refused.inspect_err(|error| {
                assert_eq!(error.kind(), ErrorKind::InvalidName);
                assert_eq!((error.name(), error.count()), (None, 1));
            })
        });
    }
    assert_refused_unseen(name, |name| {
        serde_json::from_str::<SecretName>(&serde_json::to_string(name).unwrap()).map(drop)
    });
    assert_refused_unseen(name, |name| {
        serde_json::from_value::<SecretName>(name.into()).map(drop)
    });
}

fn refuse_all<'a>(names: impl IntoIterator<Item = &'a str>) {
    names.into_iter().for_each(refuse);
}

fn message(name: &str) -> String {
    SecretName::new(name).unwrap_err().to_string()
}

#[test]
fn bad_input_1_empty_name() {
    refuse("");
    assert_eq!(message(""), "a secret name may not be empty");
    accept("A");
}

#[test]
fn bad_input_2_long_names() {
    accept(&"A".repeat(127));
    accept(&"A".repeat(128));
    refuse(&"Ab1_".repeat(33)[..129]);
    let huge = "Ab1_".repeat(1 << 18);
    let error = SecretName::new(&huge).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidName);
    assert!(error.to_string().len() < 200 && format!("{error:#?}").len() < 400);
    assert_shows_nothing_of(&error, &huge[..200]);
}

#[test]
fn bad_input_3_spaces_at_the_ends_and_in_a_row() {
    refuse_all([
        " ", "  ", " KEY", "KEY ", "MY  KEY", "MY   KEY", "KEY\t", "\tKEY", "MY\tKEY",
    ]);
    refuse_all([
        "MY\u{a0}KEY",
        "\u{a0}KEY",
        "KEY\u{a0}",
        "MY\u{3000}KEY",
        "MY \u{a0}KEY",
    ]);
    accept("MY KEY");
    accept("My Secret API Key");
}

#[test]
fn bad_input_4_nul() {
    refuse_all(["\0", "KEY\0", "\0KEY", "KEY\0.txt", "STRIPE\0_KEY"]);
    accept("KEY0");
}

#[test]
fn bad_input_5_line_ends() {
    refuse_all([
        "KEY\n",
        "KEY\r",
        "KEY\r\n",
        "\nKEY",
        "STRIPE\nKEY",
        "STRIPE\r\nX-Admin: 1",
        "STRIPE\u{2028}KEY",
    ]);
    accept("STRIPE KEY");
}

#[test]
fn bad_input_6_terminal_escapes() {
    refuse_all([
        "\x1b[2J",
        "KEY\x1b[2J",
        "\x1b]0;title\x07",
        "KEY\x08\x08",
        "\u{9b}2J",
        "KEY\x7f",
    ]);
    accept("KEY2J");
}

#[test]
fn bad_input_7_paths() {
    refuse_all([
        "../../etc/passwd",
        ".",
        "..",
        "a/b",
        "/etc/passwd",
        "a\\b",
        "./KEY",
        ".KEY",
        "C:\\KEY",
    ]);
    accept("a.b");
    accept("a..b");
}

#[test]
fn bad_input_8_twins_that_differ_in_case() {
    let twins: BTreeSet<SecretName> = ["Key", "KEY", "key", "kEY"].map(accept).into();
    assert_eq!(twins.len(), 4, "nothing is folded");
    assert_ne!(accept("Key"), accept("KEY"));
    assert_eq!(accept("KEY"), accept("KEY"));
}

#[test]
fn bad_input_9_letters_that_fold_into_ascii() {
    refuse_all([
        "ı",
        "APı_KEY",
        "\u{212a}EY",
        "MY_\u{212a}EY",
        "ſECRET",
        "MY_ſECRET",
        "ß_KEY",
    ]);
    refuse_all(["＜KEY", "ＫＥＹ", "KEY１"]);
    accept("MY_KEY");
}

#[test]
fn bad_input_10_cyrillic_look_alikes() {
    refuse_all(["А", "АPI_KEY", "API_КЕY", "STRIPE_KEУ"]);
    accept("API_KEY");
}

#[test]
fn bad_input_11_composed_and_decomposed() {
    refuse_all(["CAF\u{e9}", "CAFE\u{301}", "\u{e9}", "e\u{301}"]);
    accept("CAFE");
}

#[test]
fn bad_input_12_invisible_and_reordering_characters() {
    for hidden in [
        "\u{202e}",
        "\u{200b}",
        "\u{feff}",
        "\u{2066}",
        "\u{200d}",
        "\u{ad}",
        "\u{e0041}",
    ] {
        refuse_all([
            hidden,
            &format!("{hidden}KEY"),
            &format!("KEY{hidden}"),
            &format!("MY{hidden}KEY"),
        ]);
    }
    accept("MYKEY");
}

#[test]
fn bad_input_13_astral_characters_surrogates_and_broken_utf8() {
    refuse_all(["🔑", "KEY🔑", "𝐊𝐄𝐘", "\u{10ffff}", "KEY\u{fffd}"]);

    for surrogate in [
        r#""\ud800""#,
        r#""KEY\udc00""#,
        r#""\udc00\ud800""#,
        r#""SurrogateCanary\ud800""#,
    ] {
        let error = serde_json::from_str::<SecretName>(surrogate).unwrap_err();
        assert_shows_nothing_of(&error, surrogate.trim_matches('"'));
    }
    // A pair is one astral character: text, but no name.
    assert!(serde_json::from_str::<String>(r#""\ud83d\udd11""#).is_ok());
    assert!(serde_json::from_str::<SecretName>(r#""\ud83d\udd11""#).is_err());
    assert_eq!(
        serde_json::from_str::<SecretName>(r#""\u004bEY""#).unwrap(),
        accept("KEY")
    );

    // Bytes become a name only through `str`: neither broken UTF-8 nor a lone surrogate written as
    // UTF-8 gets there.
    for bytes in [
        &b"KEY\xff"[..],
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf5\x80\x80\x80",
        b"K\xe9Y",
    ] {
        assert!(std::str::from_utf8(bytes).is_err());
        let json = [b"\"", bytes, b"\""].concat();
        let error = serde_json::from_slice::<SecretName>(&json).unwrap_err();
        assert_shows_nothing_of(&error, &String::from_utf8_lossy(bytes));
    }
    assert_eq!(
        serde_json::from_slice::<SecretName>(b"\"KEY\"").unwrap(),
        accept("KEY")
    );
}

#[test]
fn bad_input_14_encoded_characters() {
    refuse_all([
        "%00",
        "KEY%00",
        "%2e%2e",
        "%2e%2e%2fKEY",
        "&amp;",
        "KEY&amp;KEY",
        "MY+KEY",
        "=?utf-8?q?KEY?=",
    ]);
    accept("2e2e");
    accept("amp");
}

#[test]
fn bad_input_15_placeholders() {
    refuse_all([
        "NAME>>",
        "<<NAME",
        "<<NAME>>",
        "$secret.NAME",
        "<<$secret.NAME>>",
        "{{NAME}}",
        "${NAME}",
        "NAME|hex",
    ]);
    // A pin is part of a reference, not of a name.
    refuse_all(["NAME@3", "NAME:3"]);
    accept("secret.NAME");
}

#[test]
fn bad_input_16_sql_and_patterns() {
    refuse_all([
        "x'; DROP TABLE secrets;--",
        "%",
        "KEY%",
        "*",
        "KEY*",
        "?",
        "KE?",
        "K[A-Z]Y",
        "x\" OR 1",
        "KEY;",
    ]);
    // `_` means any character to LIKE; here it is a letter like others.
    assert_ne!(accept("_"), accept("A"));
    accept("x DROP TABLE secrets--");
}

#[test]
fn bad_input_17_reserved_words_mean_nothing() {
    let words = [
        "__proto__",
        "constructor",
        "null",
        "true",
        "root",
        "default",
        "undefined",
        "NaN",
        "0",
        "None",
    ];
    let names: BTreeSet<SecretName> = words.map(accept).into();
    assert_eq!(names.len(), words.len());
    refuse("*");
    for not_text in [
        "null",
        "true",
        "0",
        "[]",
        "{}",
        "[\"KEY\"]",
        "{\"name\":\"KEY\"}",
    ] {
        assert!(
            serde_json::from_str::<SecretName>(not_text).is_err(),
            "{not_text} is no text"
        );
    }
}

#[test]
fn bad_input_18_a_value_in_place_of_a_name() {
    // In halves, so that whoever scans this repository for leaks does not find one here.
    let mut values = [
        ("sk_live_", "51H8mBqLkdIwHu7ixZ0aYt"),
        ("sk_test_", "4eC39HqLyjWDarjtT1zdp7dc"),
        ("whsec_", "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH"),
        ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
        (
            "github_pat_",
            "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789",
        ),
        ("glpat-", "x1y2z3x1y2z3x1y2z3x1"),
        ("xoxb-", "123456789012-1234567890123-AbCdEfGhIjKlMnOp"),
        ("AKIA", "IOSFODNN7EXAMPLE"),
        ("sk-proj-", "AbC123AbC123AbC123AbC123"),
        ("sk-ant-", "api03-AbC123AbC123AbC123AbC123"),
        (
            "eyJ",
            "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        ),
        (
            "-----BEGIN ",
            "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n",
        ),
        ("-----BEGIN ", "OPENSSH PRIVATE KEY-----"),
    ]
    .map(|(prefix, rest)| format!("{prefix}{rest}"))
    .to_vec();
    values.push(format!("{}\n", values[0]));
    values.push(format!("{} of billing", values[0]));
    values.push(values[0].repeat(100));
    for value in &values {
        let error = SecretName::new(value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidName);
        assert_eq!(
            error.to_string(),
            "this looks like a secret value, not a name; store the value and refer to it by a name"
        );
        assert_shows_nothing_of(&error, value);
        let json = serde_json::to_string(value).unwrap();
        assert_shows_nothing_of(
            &serde_json::from_str::<SecretName>(&json).unwrap_err(),
            value,
        );
    }

    // A number is refused too, and may be a value as well.
    for number in [
        "4929123456789012",
        "-4929123456789012",
        "49291234.56789012",
        "492912345678901234567890",
        "true",
    ] {
        let error = serde_json::from_str::<SecretName>(number).unwrap_err();
        assert!(
            error.is_data() && error.to_string().contains("string"),
            "{error}"
        );
        assert_shows_nothing_of(&error, number);
        let error = serde_json::from_value::<SecretName>(number.parse().unwrap()).unwrap_err();
        assert_shows_nothing_of(&error, number);
    }
    accept("4929123456789012");

    for name in [
        "sk_live_key",
        "STRIPE_SK_LIVE_1",
        "ghp_token",
        "AKIA_KEY_OF_THE_BILLING_TEAM",
        "sk-proj-1",
        "eyJ",
        "sk_live_ of the billing team 2024",
    ] {
        accept(name);
    }
}

#[test]
fn bad_input_19_digits_and_dashes_in_front() {
    let policies = || {
        [
            NamePolicy::identifier(),
            NamePolicy::upper_snake(),
            NamePolicy::letter_first(),
            NamePolicy::slug(),
        ]
    };
    for name in ["123", "1KEY", "0"] {
        let name = accept(name);
        for policy in &policies()[..3] {
            assert_eq!(
                policy.check(&name).unwrap_err().kind(),
                ErrorKind::InvalidName
            );
        }
    }
    NamePolicy::slug().check(&accept("1key")).unwrap();
    for policy in &policies()[..3] {
        policy.check(&accept("KEY1")).unwrap();
    }
    refuse_all(["-rf", "--help", "-", "--", "-KEY"]);
    accept("rf-");
}

#[test]
fn bad_input_20_device_names_mean_nothing() {
    let words = ["CON", "NUL", "PRN", "AUX", "COM1", "LPT1", "con", "NUL.txt"];
    let names: BTreeSet<SecretName> = words.map(accept).into();
    assert_eq!(names.len(), words.len());
    refuse("CON:");
}

#[test]
fn bad_input_21_a_million_names_that_differ_at_the_end() {
    thread_local!(static COMPARED: Cell<u64> = const { Cell::new(0) });

    #[derive(PartialEq, Eq)]
    struct Counted(SecretName);

    impl Ord for Counted {
        fn cmp(&self, other: &Self) -> Ordering {
            COMPARED.set(COMPARED.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    const NAMES: u64 = 1 << 20;
    let policy = NamePolicy::upper_snake();
    let mut names = BTreeSet::new();
    for number in 0..NAMES {
        // Odd, so every number comes once, but in no order.
        let scattered = number * 0x9e37_79b1 % NAMES;
        let name =
            SecretName::new(format!("A_NAME_OF_A_REALISTIC_LENGTH_{scattered:05X}")).unwrap();
        policy.check(&name).unwrap();
        names.insert(Counted(name));
    }
    assert_eq!(names.len() as u64, NAMES);
    // A B-tree of that size is some 6 nodes deep and compares with half of the 11 keys of each.
    assert!(
        COMPARED.get() < NAMES * 66,
        "{} comparisons",
        COMPARED.get()
    );
}

#[test]
fn policies_say_their_rule_and_refuse_what_is_no_pattern() {
    for (policy, good, bad) in [
        (NamePolicy::identifier(), "_a1", "a-1"),
        (NamePolicy::upper_snake(), "_A1", "_a1"),
        (NamePolicy::letter_first(), "a_1", "_a1"),
        (NamePolicy::slug(), "0a-_", "_0a"),
        (
            NamePolicy::matching("[a-z]+|[0-9]+").unwrap(),
            "abc",
            "abc1",
        ),
        (NamePolicy::matching("(?i)[a-z]+").unwrap(), "ABC", "A1"),
    ] {
        policy.check(&accept(good)).unwrap();
        let error = policy.check(&accept(bad)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidName);
        assert!(
            error
                .to_string()
                .starts_with("the name policy of this vault allows only "),
            "{error}"
        );
    }
    NamePolicy::slug().check(&accept(&"a".repeat(64))).unwrap();
    NamePolicy::slug()
        .check(&accept(&"a".repeat(65)))
        .unwrap_err();

    let huge = format!("(PatternCanary{{1000}}){{1000}}{}", "x".repeat(100));
    for pattern in [
        "PatternCanary(",
        "PatternCanary)|(a",
        "[PatternCanary",
        &huge,
    ] {
        let error = NamePolicy::matching(pattern).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_shows_nothing_of(&error, pattern);
    }
}
