//! Files that are broken, huge or hostile: typed errors with a place, and nothing repeated.

use std::io::Read as _;

use keyslot::ErrorKind;
use keyslot_import::{Entries, MAX_ENTRIES, MAX_FILE, MAX_NAME, MAX_VALUE, read};

/// A text that no message holds by itself.
const CANARY: &str = "Zq7Xk_W9Jm2_Vb4N";

type Reader = fn(&[u8]) -> keyslot::Result<Entries>;

const READERS: [Reader; 3] = [Entries::dotenv, expanded, Entries::json];

fn expanded(bytes: &[u8]) -> keyslot::Result<Entries> {
    Entries::expanded(bytes, &std::collections::BTreeMap::new())
}

#[test]
fn errors_say_where_and_repeat_nothing() {
    let lists = [
        "A=1\n@",
        "A=1\nB='@",
        "A=1\nB=\"@",
        "A=1\nB=`@`",
        "A=1\nB='@'@",
        "A=1\nB='@\\'",
        "A=1\nB=\"\\a@\"",
        "A=1\nB=@\r@",
        "A=1\n@ @=1",
        "A=1\n@=1\n@=2",
        "A=1\nB=-----BEGIN @",
        "A=1\nB=$@",
        "A=1\nB=${@",
        "A=1\nB=${@}",
        "A=1\nB=${C:?@}",
        "A=1\nB=\0@",
        "\0@",
    ];
    let json = [
        "{\"A\":\n\"@",
        "{\"A\":\n@}",
        "{\"A\":\n\"\\@\"}",
        "{\"A\":\n{\"@\": null}}",
        "{\"A\": \"1\",\n\"@\": \"1\", \"@\": \"2\"}",
        "[{\"name\": \"@\"},\n{}]",
        "{\"A\":\n\"@\\u0000\"}",
        "@",
    ];
    let mut seen = 0;
    for (texts, readers) in [(&lists[..], &READERS[..2]), (&json[..], &READERS[2..])] {
        for text in texts {
            let text = text.replace('@', CANARY);
            let errors: Vec<_> = readers
                .iter()
                .filter_map(|read| read(text.as_bytes()).err())
                .collect();
            assert!(!errors.is_empty(), "{text}");
            for error in errors {
                let shown = format!("{error}\n{error:?}");
                // A name that is one may be told.
                let shown = error
                    .name()
                    .map_or(shown.clone(), |name| shown.replace(name, ""));
                assert!(!shown.contains("Zq7Xk_W9"), "{shown}");
                assert_eq!(error.kind(), ErrorKind::InvalidDocument, "{shown}");
                assert!(shown.contains("(line "), "{shown}");
                seen += usize::from(text.contains(CANARY));
            }
        }
    }
    assert!(seen > 25, "the control: the texts hold the word");
}

#[test]
fn names_that_come_twice_are_told() {
    let error = Entries::dotenv(b"A=1\nSTRIPE_KEY=2\n\nSTRIPE_KEY=3").unwrap_err();
    assert_eq!(error.name(), Some("STRIPE_KEY"));
    let shown = error.to_string();
    assert!(
        shown.contains("variable of line 2") && shown.contains("(line 4, column 1)"),
        "{shown}"
    );
    let error = Entries::json(br#"{"STRIPE_KEY": "1", "STRIPE_KEY": "1"}"#).unwrap_err();
    assert_eq!(error.name(), Some("STRIPE_KEY"));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for read in READERS {
        let error = read(b"A=1\nB=\xff\xfe").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
        assert!(error.to_string().contains("line 2 is not UTF-8"), "{error}");
    }
    let utf16: Vec<u8> = "A=1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(Entries::dotenv(&utf16).is_err());
    assert!(Entries::dotenv(b"A=1\n").is_ok(), "the control");
}

#[test]
fn what_is_too_much_is_refused_before_memory_is_taken() {
    let too_large =
        |error: keyslot::Error| assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");

    let value = |len: usize| format!("A={}", "x".repeat(len));
    assert_eq!(
        Entries::dotenv(value(MAX_VALUE).as_bytes()).unwrap().len(),
        1
    );
    too_large(Entries::dotenv(value(MAX_VALUE + 1).as_bytes()).unwrap_err());
    let value = |len: usize| format!("{{\"A\": \"{}\"}}", "x".repeat(len));
    assert_eq!(Entries::json(value(MAX_VALUE).as_bytes()).unwrap().len(), 1);
    too_large(Entries::json(value(MAX_VALUE + 1).as_bytes()).unwrap_err());

    let entries = |count: usize| {
        let lines: Vec<String> = (0..count).map(|at| format!("N{at}=1")).collect();
        lines.join("\n")
    };
    assert_eq!(
        Entries::dotenv(entries(MAX_ENTRIES).as_bytes())
            .unwrap()
            .len(),
        MAX_ENTRIES
    );
    too_large(Entries::dotenv(entries(MAX_ENTRIES + 1).as_bytes()).unwrap_err());
    let entries = |count: usize| {
        let members: Vec<String> = (0..count).map(|at| format!("\"N{at}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(Entries::json(entries(MAX_ENTRIES).as_bytes()).is_ok());
    too_large(Entries::json(entries(MAX_ENTRIES + 1).as_bytes()).unwrap_err());
    // Values that are no entries are counted too.
    too_large(Entries::json(format!("[{}", "[],".repeat(MAX_ENTRIES * 9)).as_bytes()).unwrap_err());

    let name = |len: usize| format!("{}=1", "N".repeat(len));
    assert!(Entries::dotenv(name(MAX_NAME).as_bytes()).is_ok());
    assert!(Entries::dotenv(name(MAX_NAME + 1).as_bytes()).is_err());

    let file = vec![b'#'; MAX_FILE + 1];
    assert!(Entries::dotenv(&file[1..]).is_ok());
    for reader in READERS {
        too_large(reader(&file).unwrap_err());
    }
    too_large(read(&file[..]).unwrap_err());
    too_large(read(std::io::repeat(b'#')).unwrap_err());
    assert_eq!(read(&file[1..]).unwrap().len(), MAX_FILE);
    assert_eq!(
        read(std::io::repeat(b'a').take(100_000)).unwrap().len(),
        100_000
    );
    assert!(read(&b""[..]).unwrap().is_empty());
}

#[test]
fn references_that_double_are_bounded() {
    use std::fmt::Write as _;

    // Each line is twice as long as the one before it.
    let mut text = format!("N0={}\n", "x".repeat(1000));
    for number in 1..40 {
        let before = number - 1;
        writeln!(text, "N{number}=${{N{before}}}${{N{before}}}").unwrap();
    }
    assert_eq!(
        expanded(text.as_bytes()).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    // Many long ones are bounded together.
    let mut text = format!("A={}\n", "x".repeat(MAX_VALUE));
    for number in 0..40 {
        writeln!(text, "N{number}=$A").unwrap();
    }
    assert_eq!(
        expanded(text.as_bytes()).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    let deep = |depth: usize| format!("A={}x{}", "${B:-".repeat(depth), "}".repeat(depth));
    assert!(expanded(deep(8).as_bytes()).is_ok());
    let error = expanded(deep(9).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("too deep"), "{error}");
}

#[test]
fn deep_json_is_refused() {
    let deep = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth), "1");
    let error = Entries::json(deep(100_000).as_bytes())
        .unwrap_err()
        .to_string();
    assert!(error.contains("nested too deep"), "{error}");
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(Entries::json(nested(9).as_bytes()).is_ok());
    assert!(Entries::json(nested(10).as_bytes()).is_err());
}

#[test]
fn an_error_of_the_reader_is_not_repeated() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other(CANARY))
        }
    }
    let error = read(Failing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(!format!("{error}{error:?}").contains(CANARY), "{error}");
}
