//! Texts of root keys, read by a second reader that is written for plainness.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use keyslot_internals::secrecy::ExposeSecret;
use keyslot_internals::{ErrorKind, Result, RootKey};
use tempfile::TempDir;

/// The code that is checked.
#[derive(Clone, Copy)]
pub struct Keys {
    pub from_hex: fn(&str) -> Result<RootKey>,
    pub from_base64: fn(&str) -> Result<RootKey>,
    pub from_file: fn(&Path) -> Result<RootKey>,
}

impl Keys {
    /// That of the crate.
    pub const OURS: Self = Self {
        from_hex: |text| RootKey::from_hex(text),
        from_base64: |text| RootKey::from_base64(text),
        from_file: |path| RootKey::from_file(path),
    };
}

/// Checks an input: the text of a key, or the content of a key file.
pub fn check(data: &[u8], code: Keys) {
    agree(RootKey::from_bytes(data), data.try_into().ok(), data);
    if let Ok(text) = std::str::from_utf8(data) {
        agree((code.from_hex)(text), hex(text), data);
        agree((code.from_base64)(text), base64(text), data);
    }
    // Longer files are no keys, and are not read to the end.
    if data.len() <= 256 {
        fs::write(&*FILE.1, data).expect("a file");
        agree((code.from_file)(&FILE.1), content(data), data);
    }
}

/// A file that only this user reads, in memory where there is such a folder.
static FILE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => TempDir::new_in(memory),
        false => TempDir::new(),
    };
    let folder = folder.expect("a folder");
    let path = folder.path().join("key");
    fs::write(&path, "").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a private file");
    (folder, path)
});

/// A key is read where the second reader reads one, and it is the same. A key that anybody could
/// guess is told apart.
fn agree(outcome: Result<RootKey>, expected: Option<[u8; 32]>, given: &[u8]) {
    match outcome {
        Ok(key) => {
            let text = key.to_base64();
            assert_eq!(base64(text.expose_secret()), expected, "another key");
        }
        Err(error) => {
            let is_key = expected.is_some();
            let kind = match is_key {
                true => ErrorKind::WeakKey,
                false => ErrorKind::InvalidKey,
            };
            assert_eq!(error.kind(), kind, "a key: {is_key}");
            let given = String::from_utf8_lossy(given);
            let is_repeated = given.len() >= 12 && format!("{error} {error:?}").contains(&*given);
            assert!(!is_repeated, "the error repeats its input");
        }
    }
}

/// 64 digits, the letters of one case.
fn hex(text: &str) -> Option<[u8; 32]> {
    let is_one_case = text.to_lowercase() == text || text.to_uppercase() == text;
    let digits: Vec<u32> = text
        .chars()
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    if digits.len() != 64 || !is_one_case {
        return None;
    }
    let bytes = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8);
    bytes.collect::<Vec<_>>().try_into().ok()
}

/// 43 characters of one alphabet and a sign; the last two bits are zero.
fn base64(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_suffix('=')?;
    let is_one_alphabet = !digits.contains(['+', '/']) || !digits.contains(['-', '_']);
    if digits.len() != 43 || !is_one_alphabet {
        return None;
    }
    let value = |c: char| match c {
        'A'..='Z' => Some(c as u32 - 'A' as u32),
        'a'..='z' => Some(c as u32 - 'a' as u32 + 26),
        '0'..='9' => Some(c as u32 - '0' as u32 + 52),
        '+' | '-' => Some(62),
        '/' | '_' => Some(63),
        _ => None,
    };
    let digits = digits.chars().map(value).collect::<Option<Vec<_>>>()?;
    let bits: Vec<u32> = digits
        .iter()
        .flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1))
        .collect();
    let (bytes, rest) = bits.split_at(256);
    let byte = |bits: &[u32]| bits.iter().fold(0, |byte, bit| byte * 2 + bit) as u8;
    (rest == [0, 0]).then(|| std::array::from_fn(|at| byte(&bytes[at * 8..at * 8 + 8])))
}

/// Either writing, behind a byte order mark and before one line end.
fn content(data: &[u8]) -> Option<[u8; 32]> {
    let text = std::str::from_utf8(data).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = match text.strip_suffix('\n') {
        Some(text) => text.strip_suffix('\r').unwrap_or(text),
        None => text,
    };
    match text.len() {
        64 => hex(text),
        44 => base64(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";
    const HEX: &str = "3be1079a54c8f32d61b60e88d7451faa73ec39925d04cfb16816e57ea340db29";

    #[test]
    fn ours_passes() {
        assert_eq!(hex(HEX), base64(BASE64));
        assert!(
            hex(HEX).is_some() && RootKey::from_base64(BASE64).is_ok(),
            "the control"
        );
        let mixed = HEX.replacen('b', "B", 1);
        let other = BASE64.replace("yk=", "yl=");
        let url = BASE64.replace('+', "-");
        let half = BASE64.replacen('+', "-", 1).replace("NA2", "N/2");
        let marked = format!("\u{feff}{HEX}\r\n");
        for text in [
            BASE64,
            HEX,
            &mixed,
            &other,
            &url,
            &half,
            &marked,
            "",
            "\n",
            &"0".repeat(64),
        ] {
            check(text.as_bytes(), Keys::OURS);
        }
        check(&[0xff; 32], Keys::OURS);
        check(&[0xff, 0xfe, b'k', 0], Keys::OURS);
    }

    #[test]
    #[should_panic = "another key"]
    fn letters_of_two_cases_that_are_read_are_noticed() {
        let from_hex = |text: &str| RootKey::from_hex(&text.to_lowercase());
        let mixed = HEX.replacen('b', "B", 1);
        check(
            mixed.as_bytes(),
            Keys {
                from_hex,
                ..Keys::OURS
            },
        );
    }

    #[test]
    #[should_panic = "another key"]
    fn another_key_is_noticed() {
        let from_base64 = |text: &str| RootKey::from_base64(&text.replace('O', "P"));
        check(
            BASE64.as_bytes(),
            Keys {
                from_base64,
                ..Keys::OURS
            },
        );
    }

    #[test]
    #[should_panic = "a key: true"]
    fn a_file_that_is_not_read_is_noticed() {
        let from_file = |_: &Path| RootKey::from_hex("no key");
        check(
            BASE64.as_bytes(),
            Keys {
                from_file,
                ..Keys::OURS
            },
        );
    }
}
