//! Keys that are none, or that anybody could guess. Each case has its rule in its name, and a good
//! key beside it.
#![cfg(feature = "vault")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::process::Command;

use keyslot::secrecy::ExposeSecret;
use keyslot::{Error, ErrorKind, RootKey};

/// A key of nobody, in the two forms.
const HEX: &str = "3be1079a54c8f32d61b60e88d7451faa73ec39925d04cfb16816e57ea340db29";
const BASE64: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

/// No part of what was refused is in what is said about it.
fn assert_silent(error: &Error, input: &str) {
    let said = format!("{error} {error:?}");
    let bytes: Vec<char> = input.chars().collect();
    for window in bytes
        .windows(8)
        .map(|window| window.iter().collect::<String>())
    {
        assert!(!said.contains(&window), "an error repeats its input");
    }
}

fn kind(result: keyslot::Result<RootKey>, input: &str) -> Option<ErrorKind> {
    result.err().map(|error| {
        assert_silent(&error, input);
        error.kind()
    })
}

/// A key in every text that editors and shells make of it.
fn as_people_have_it() -> Vec<String> {
    let url_safe = BASE64.replace('+', "-");
    let keys = [HEX, &HEX.to_uppercase(), BASE64, &url_safe];
    keys.into_iter()
        .flat_map(|key| {
            ["", "\u{FEFF}"].into_iter().flat_map(move |mark| {
                let key = key.to_owned();
                ["", "\n", "\r\n"]
                    .into_iter()
                    .map(move |end| format!("{mark}{key}{end}"))
            })
        })
        .collect()
}

mod environment {
    use super::*;
    use crate::support::again;

    const VARIABLE: &str = "KEYSLOT_TEST_KEY";

    /// Runs in a process of its own, because a test may not change the environment of the others.
    #[test]
    #[ignore = "run by the tests beside it, in an environment of their own"]
    fn child() {
        match RootKey::from_env(VARIABLE) {
            Ok(key) => println!("opened as {}", key.to_base64().expose_secret() == BASE64),
            Err(error) => println!("refused as {:?}: {error} {error:?}", error.kind()),
        }
    }

    fn child_says(value: Option<&std::ffi::OsStr>) -> String {
        let mut child = again(module_path!(), "child");
        child
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env_remove(VARIABLE);
        if let Some(value) = value {
            child.env(VARIABLE, value);
        }
        let output = child.output().unwrap();
        assert!(output.status.success());
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains("1 passed"), "the child ran");
        said
    }

    #[test]
    fn bad_input_105_variable_that_holds_no_key() {
        for key in as_people_have_it() {
            assert!(
                child_says(Some(key.as_ref())).contains("opened as true"),
                "the control: {key:?}"
            );
        }
        let said = child_says(None);
        assert!(
            said.contains(
                "refused as InvalidKey: the environment variable KEYSLOT_TEST_KEY is not set"
            ),
            "{said}"
        );
        let cases = [
            ("empty", String::new()),
            ("space", " ".to_owned()),
            ("space before", format!(" {BASE64}")),
            ("space after", format!("{HEX} ")),
            ("two line feeds after", format!("{BASE64}\n\n")),
            ("two line ends after", format!("{HEX}\r\n\r\n")),
            ("carriage return after", format!("{HEX}\r")),
            ("line feed before", format!("\n{HEX}")),
            ("two byte order marks", format!("\u{FEFF}\u{FEFF}{HEX}")),
            ("byte order mark after", format!("{HEX}\u{FEFF}")),
            ("quoted", format!("\"{BASE64}\"")),
            ("quoted", format!("'{HEX}'")),
            ("0x before", format!("0x{HEX}")),
            ("base64: before", format!("base64:{BASE64}")),
            ("hex: before", format!("hex:{HEX}")),
            ("0x, and 64 characters in all", format!("0x{}", &HEX[2..])),
            (
                "space, and 44 characters in all",
                format!("{} ", &BASE64[..43]),
            ),
            ("name repeated", format!("{VARIABLE}={BASE64}")),
            ("passphrase", "correct horse battery staple".to_owned()),
        ];
        for (defect, value) in cases {
            let said = child_says(Some(value.as_ref()));
            assert!(said.contains("refused as InvalidKey: "), "{defect}: {said}");
            assert!(
                !said.contains(&HEX[8..16]) && !said.contains(&BASE64[8..16]),
                "{defect}: repeats its input"
            );
        }
        let weak = child_says(Some("00".repeat(32).as_ref()));
        assert!(weak.contains("refused as WeakKey: "), "{weak}");
    }

    #[cfg(unix)]
    #[test]
    fn bad_input_105_variable_that_is_no_text() {
        use std::os::unix::ffi::OsStrExt;
        let mut bytes = HEX.as_bytes().to_vec();
        bytes[0] = 0xFF;
        let said = child_says(Some(std::ffi::OsStr::from_bytes(&bytes)));
        assert!(said.contains("refused as InvalidKey: "), "{said}");
    }

    /// Looks for the key in the environment that the system shows of this process, once as it was
    /// opened and once after the key was dropped.
    #[cfg(target_os = "linux")]
    #[test]
    #[ignore = "run by the test beside it, in an environment of its own"]
    fn child_that_looks() {
        let is_shown = || {
            let environment = std::fs::read("/proc/self/environ").unwrap();
            environment
                .windows(BASE64.len())
                .any(|part| part == BASE64.as_bytes())
        };
        let key = RootKey::from_env(VARIABLE).ok();
        let during = is_shown();
        let is_read = key.is_some();
        drop(key);
        println!("read {is_read}, shown {during}, afterwards {}", is_shown());
    }

    /// A limit, of which the manual tells: a key in the environment stays there, whatever becomes
    /// of the key that was read. A key that comes by another way does not get there.
    #[cfg(target_os = "linux")]
    #[test]
    fn bad_input_118_key_in_a_variable_stays_where_the_system_shows_it() {
        let says = |value: Option<&str>| {
            let mut child = again(module_path!(), "child_that_looks");
            child.args(["--ignored", "--nocapture", "--test-threads=1"]);
            child.env_remove(VARIABLE);
            if let Some(value) = value {
                child.env(VARIABLE, value);
            }
            String::from_utf8(child.output().unwrap().stdout).unwrap()
        };
        let said = says(Some(BASE64));
        assert!(
            said.contains("read true, shown true, afterwards true"),
            "{said}"
        );
        let said = says(None);
        assert!(
            said.contains("read false, shown false, afterwards false"),
            "{said}"
        );
        let manual = include_str!("../../src/manual/keys.md");
        assert!(manual.contains("It stays readable in `/proc/<pid>/environ` for\n  the life"));
    }

    #[test]
    fn bad_input_105_key_given_as_the_name_of_a_variable() {
        for name in [HEX, &HEX.to_uppercase(), BASE64, "", "A=B", "A\0B"] {
            let error = RootKey::from_env(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidKey);
            assert_eq!(error.to_string(), "the environment variable is not set");
        }
    }
}

#[cfg(unix)]
mod file {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::{Path, PathBuf};

    use super::*;

    fn write(folder: &Path, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = folder.join("key");
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn of(path: &Path) -> Option<ErrorKind> {
        let text = fs::read(path).unwrap_or_default();
        kind(RootKey::from_file(path), &String::from_utf8_lossy(&text))
    }

    #[test]
    fn bad_input_105_file_that_holds_no_key() {
        let folder = tempfile::tempdir().unwrap();
        for text in as_people_have_it() {
            let key = RootKey::from_file(write(folder.path(), &text, 0o600)).unwrap();
            assert_eq!(
                key.to_base64().expose_secret(),
                BASE64,
                "the control: {text:?}"
            );
        }
        let cases = [
            ("empty", String::new()),
            ("line feed only", "\n".to_owned()),
            ("two line feeds", format!("{BASE64}\n\n")),
            ("two line feeds", format!("{HEX}\n\n")),
            ("two line ends", format!("{HEX}\r\n\r\n")),
            ("carriage return alone", format!("{HEX}\r")),
            ("carriage return after the line feed", format!("{HEX}\n\r")),
            ("space before", format!(" {HEX}")),
            ("byte order mark twice", format!("\u{FEFF}\u{FEFF}{BASE64}")),
            ("byte order mark behind", format!("{BASE64}\u{FEFF}")),
            ("URL-safe without padding", BASE64[..43].replace('+', "-")),
            ("quoted", format!("\"{BASE64}\"\n")),
            ("a line too many", format!("{BASE64}\n# made today\n")),
            ("assignment", format!("KEYSLOT_KEY={BASE64}\n")),
            ("1 MiB", HEX.repeat(16_384)),
        ];
        for (defect, text) in cases {
            assert_eq!(
                of(&write(folder.path(), text, 0o600)),
                Some(ErrorKind::InvalidKey),
                "{defect}"
            );
        }
        let raw = write(folder.path(), [7; 32], 0o600);
        assert_eq!(
            RootKey::from_file(raw).unwrap_err().kind(),
            ErrorKind::InvalidKey,
            "raw bytes are no text"
        );
    }

    #[test]
    fn bad_input_105_file_of_utf_16() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for key in [HEX, BASE64] {
            for text in [key.to_owned(), format!("\u{FEFF}{key}\r\n")] {
                for bytes in [of(&text, u16::to_le_bytes), of(&text, u16::to_be_bytes)] {
                    let error = RootKey::from_file(write(folder.path(), bytes, 0o600)).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::InvalidKey);
                    assert_eq!(
                        error.to_string(),
                        "the key file is UTF-16 text; save the key as UTF-8"
                    );
                }
            }
        }
        // The control: other text is not called so.
        for bytes in [&b"a\0b"[..], &[7; 32], b"\xEF\xBB\xBF", b"hunter2", b""] {
            let error = RootKey::from_file(write(folder.path(), bytes, 0o600)).unwrap_err();
            assert!(!error.to_string().contains("UTF-16"), "{error}");
        }
    }

    /// Each line of the README that makes a key makes one that is taken.
    #[test]
    fn the_shell_lines_of_the_readme_make_keys() {
        let readme = include_str!("../../README.md");
        let lines: Vec<&str> = readme
            .lines()
            .filter(|line| line.starts_with("(umask 077; ") && line.ends_with("> key)"))
            .collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for line in lines {
            let folder = tempfile::tempdir().unwrap();
            let made = Command::new("sh")
                .args(["-euc", line])
                .current_dir(folder.path())
                .status();
            assert!(made.unwrap().success(), "{line}");
            RootKey::from_file(folder.path().join("key")).unwrap();
        }
    }

    #[test]
    fn bad_input_115_file_that_others_can_reach() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400, 0o700] {
            assert_eq!(
                of(&write(folder.path(), HEX, mode)),
                None,
                "the control, {mode:o}"
            );
        }
        for mode in [
            0o644, 0o640, 0o604, 0o660, 0o606, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777,
        ] {
            assert_eq!(
                of(&write(folder.path(), HEX, mode)),
                Some(ErrorKind::UnsafeFile),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn bad_input_115_file_that_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), HEX, 0o600);
        let link = folder.path().join("link");
        symlink(&file, &link).unwrap();
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nothing"), &dangling).unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg("-m")
                .arg("600")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        fs::set_permissions(&socket, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(of(&file), None, "the control");
        for (what, path) in [
            ("a link", &link),
            ("a link to nothing", &dangling),
            ("a pipe", &pipe),
            ("a socket", &socket),
        ] {
            let outcome = RootKey::from_file(path).unwrap_err();
            assert_eq!(outcome.kind(), ErrorKind::UnsafeFile, "{what}");
        }
        for path in [
            folder.path(),
            Path::new("/dev/null"),
            Path::new("/dev/zero"),
        ] {
            assert_eq!(
                RootKey::from_file(path).unwrap_err().kind(),
                ErrorKind::UnsafeFile
            );
        }
        let missing = RootKey::from_file(folder.path().join("missing")).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Io);
        assert!(
            !missing.to_string().contains("missing")
                && std::error::Error::source(&missing).is_some()
        );
    }
}

#[test]
fn bad_input_106_bytes_of_another_length() {
    let bytes: Vec<u8> = (0..64)
        .map(|at: u8| at.wrapping_mul(at).wrapping_mul(37) ^ 0x5A)
        .collect();
    assert!(RootKey::from_bytes(&bytes[..32]).is_ok(), "the control");
    for length in [0, 1, 16, 24, 31, 33, 48, 64] {
        assert_eq!(
            RootKey::from_bytes(&bytes[..length]).unwrap_err().kind(),
            ErrorKind::InvalidKey,
            "{length} bytes"
        );
    }
}

#[test]
fn bad_input_106_hexadecimal_of_another_form() {
    let upper = HEX.to_uppercase();
    let of = |key: keyslot::Result<RootKey>| key.unwrap().to_base64().expose_secret().to_owned();
    assert_eq!(of(RootKey::from_hex(HEX)), BASE64, "the control");
    assert_eq!(of(RootKey::from_hex(&upper)), BASE64, "the control");
    let cases = [
        ("empty", String::new()),
        ("63 digits", HEX[..63].to_owned()),
        ("65 digits", format!("{HEX}0")),
        ("62 digits", HEX[..62].to_owned()),
        ("66 digits", format!("{HEX}00")),
        ("32 digits", HEX[..32].to_owned()),
        ("128 digits", HEX.repeat(2)),
        (
            "letters of both cases",
            format!("{}{}", &HEX[..32], &upper[32..]),
        ),
        ("0x before", format!("0x{HEX}")),
        ("0x instead of two digits", format!("0x{}", &HEX[2..])),
        ("a letter after f", format!("{}g", &HEX[..63])),
        ("a colon", format!("{}:{}", &HEX[..32], &HEX[33..])),
        ("a space", format!("{} ", &HEX[..63])),
        ("a line feed", format!("{HEX}\n")),
        ("digits of another script", format!("{}٣", &HEX[..62])),
        ("base64", BASE64.to_owned()),
    ];
    for (defect, text) in cases {
        assert_eq!(
            kind(RootKey::from_hex(&text), &text),
            Some(ErrorKind::InvalidKey),
            "{defect}"
        );
    }
}

#[test]
fn bad_input_106_base64_of_another_form() {
    for text in [BASE64, &BASE64.replace('+', "-")] {
        let key = RootKey::from_base64(text).unwrap();
        assert_eq!(key.to_base64().expose_secret(), BASE64, "the control");
    }
    let cases = [
        ("empty", String::new()),
        ("no padding", BASE64[..43].to_owned()),
        ("padding twice", format!("{BASE64}=")),
        ("URL-safe, no padding", BASE64[..43].replace('+', "-")),
        ("alphabets mixed", BASE64.replacen('+', "-", 1)),
        (
            "alphabets mixed",
            BASE64.replacen('+', "_", 1).replace("NA2yk", "NA2/k"),
        ),
        (
            "URL-safe, trailing bits that are not zero",
            BASE64.replace('+', "-").replace("yk=", "yl="),
        ),
        (
            "trailing bits that are not zero",
            BASE64.replace("yk=", "yl="),
        ),
        (
            "trailing bits that are not zero",
            BASE64.replace("yk=", "yn="),
        ),
        (
            "31 bytes",
            "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2w==".to_owned(),
        ),
        (
            "33 bytes",
            "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2ykA".to_owned(),
        ),
        ("16 bytes", "O+EHmlTI8y1htg6I10Ufqg==".to_owned()),
        (
            "64 bytes",
            format!("{}{}", &BASE64[..40], "AAAA".repeat(12)),
        ),
        (
            "padding in the middle",
            format!("{}=={}", &BASE64[..20], &BASE64[22..]),
        ),
        ("a line feed", format!("{BASE64}\n")),
        (
            "a line feed inside",
            format!("{}\n{}", &BASE64[..20], &BASE64[21..]),
        ),
        ("a space before", format!(" {BASE64}")),
        ("base64: before", format!("base64:{BASE64}")),
        ("hexadecimal", HEX.to_owned()),
    ];
    for (defect, text) in cases {
        assert_eq!(
            kind(RootKey::from_base64(&text), &text),
            Some(ErrorKind::InvalidKey),
            "{defect}"
        );
    }
}

#[test]
fn bad_input_107_keys_that_anybody_could_guess() {
    let sequence: Vec<u8> = (0..32).collect();
    let half: Vec<u8> = (0..16).map(|at: u8| at.wrapping_mul(91) ^ 0xC3).collect();
    let mut small = vec![0; 31];
    small.push(1);
    let published =
        base16_decode("c88a5b9e6f0d72e4134fa6d80b9537e1f2ac614d9e30785bc6d1084fe2937ab5");
    let cases: [(&str, Vec<u8>); 13] = [
        ("zeros", vec![0; 32]),
        ("ones", vec![0xFF; 32]),
        ("asterisks", b"*".repeat(32)),
        ("digits of hexadecimal", b"0123456789abcdef".repeat(2)),
        ("counting up", sequence.clone()),
        ("counting down", sequence.iter().rev().copied().collect()),
        (
            "counting in steps",
            (0..32).map(|at: u8| at.wrapping_mul(11)).collect(),
        ),
        ("a half twice", half.repeat(2)),
        ("a number", small),
        ("text", b"ChangeMe! This is the master key".to_vec()),
        (
            "text before zeros",
            b"hunter2 hunter3 hunter4\0\0\0\0\0\0\0\0\0".to_vec(),
        ),
        ("hexadecimal of 16 bytes", HEX.as_bytes()[..32].to_vec()),
        ("example of the documentation", published),
    ];
    for (defect, bytes) in cases {
        let (hex, base64) = (base16_encode(&bytes), base64_encode(&bytes));
        assert_eq!(
            kind(RootKey::from_bytes(&bytes), &hex),
            Some(ErrorKind::WeakKey),
            "{defect}"
        );
        assert_eq!(
            kind(RootKey::from_hex(&hex), &hex),
            Some(ErrorKind::WeakKey),
            "{defect}"
        );
        assert_eq!(
            kind(RootKey::from_base64(&base64), &base64),
            Some(ErrorKind::WeakKey),
            "{defect}"
        );
    }
    let generated = RootKey::generate().unwrap().to_base64();
    assert!(
        RootKey::from_base64(generated.expose_secret()).is_ok(),
        "the control"
    );
}

#[test]
fn generated_keys_differ_and_can_be_read_back() {
    let texts: std::collections::HashSet<String> = (0..1000)
        .map(|_| {
            RootKey::generate()
                .unwrap()
                .to_base64()
                .expose_secret()
                .to_owned()
        })
        .collect();
    assert_eq!(texts.len(), 1000);
    for text in texts {
        assert_eq!(text.len(), 44);
        assert_eq!(
            RootKey::from_base64(&text)
                .unwrap()
                .to_base64()
                .expose_secret(),
            text
        );
    }
}

fn base16_decode(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn base16_encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// RFC 4648, bit by bit.
fn base64_encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let digit = |six: &[u8]| {
        ALPHABET[(0..6).fold(0, |number, at| {
            number << 1 | usize::from(*six.get(at).unwrap_or(&0))
        })]
    };
    let mut text: String = bits.chunks(6).map(|six| char::from(digit(six))).collect();
    while text.len() % 4 != 0 {
        text.push('=');
    }
    text
}

mod credential {
    use super::*;
    use crate::support::again;

    /// Runs in a process of its own, because a test may not change the environment of the others.
    #[test]
    #[ignore = "run by the tests beside it, in an environment of their own"]
    fn child() {
        for name in [
            "good", "bad", "none", "folder", "../good", "", ".", "..", "a/b",
        ] {
            let said = match RootKey::from_systemd_credential(name) {
                Ok(key) => (key.to_base64().expose_secret() == BASE64).to_string(),
                Err(error) => {
                    assert_silent(&error, "an example of what was refused");
                    error.kind().to_string()
                }
            };
            println!("[{name}] {said};");
        }
    }

    fn child_says(folder: Option<&std::path::Path>) -> String {
        let mut child = again(module_path!(), "child");
        child
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env_remove("CREDENTIALS_DIRECTORY");
        if let Some(folder) = folder {
            child.env("CREDENTIALS_DIRECTORY", folder);
        }
        let output = child.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn bad_input_105_credential_that_is_none_or_holds_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("good"), format!("{BASE64}\n")).unwrap();
        std::fs::write(at("bad"), "an example of what was refused").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        let said = child_says(Some(folder.path()));
        for line in [
            "[good] true;",
            "[bad] invalid_key;",
            "[none] io;",
            "[folder] unsafe_file;",
            "[../good] invalid_input;",
            "[] invalid_input;",
            "[.] invalid_input;",
            "[..] invalid_input;",
            "[a/b] invalid_input;",
        ] {
            assert!(said.contains(line), "{line} {said}");
        }
        for folder in [
            None,
            Some(std::path::Path::new("")),
            Some(std::path::Path::new("here")),
        ] {
            let said = child_says(folder);
            assert!(said.contains("[good] invalid_key;"), "{said}");
        }
    }
}
