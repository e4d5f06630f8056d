//! Names of keys, mounts and namespaces.

use keyslot::{Error, ErrorKind, Result};

/// The longest name of a provider, which a key slot has room for.
const LONGEST: usize = 128;

/// The longest namespace.
const LONGEST_NAMESPACE: usize = 256;

/// A mount and a key there, as a key slot names them: `transit:mount/key`.
#[derive(Clone, Debug)]
pub(super) struct Names {
    mount: String,
    key: String,
    full: String,
}

impl Names {
    pub(super) fn new(mount: &str, key: &str) -> Result<Self> {
        let full = format!("transit:{mount}/{key}");
        if !is_path(mount) || !is_segment(key) || full.len() > LONGEST {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the name of a key in the transit engine and the segments of its mount hold only \
                 letters, digits, \".\", \"_\" and \"-\" (ASCII), 119 characters together at most",
            ));
        }
        Ok(Self {
            mount: mount.to_owned(),
            key: key.to_owned(),
            full,
        })
    }

    /// The same key under another mount.
    pub(super) fn under(&self, mount: &str) -> Result<Self> {
        Self::new(mount, &self.key)
    }

    pub(super) fn full(&self) -> &str {
        &self.full
    }

    /// The path of an operation on the key.
    pub(super) fn path(&self, operation: &str) -> String {
        format!("{}/{operation}/{}", self.mount, self.key)
    }
}

/// Checks a namespace, such as `teams/payments`.
pub(super) fn namespace(text: &str) -> Result<String> {
    let inner = text.strip_suffix('/').unwrap_or(text);
    if !is_path(inner) || text.len() > LONGEST_NAMESPACE {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "a namespace is written as segments of letters, digits, \".\", \"_\" and \"-\" \
             (ASCII) with \"/\" between them, 256 characters at most",
        ));
    }
    Ok(text.to_owned())
}

fn is_path(text: &str) -> bool {
    text.split('/').all(is_segment)
}

fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_segments() {
        let names = Names::new("teams/transit", "keyslot-main").expect("names");
        assert_eq!(names.full(), "transit:teams/transit/keyslot-main");
        assert_eq!(names.path("encrypt"), "teams/transit/encrypt/keyslot-main");
        let long = "a".repeat(111);
        assert_eq!(
            Names::new("transit", &long).expect("names").full().len(),
            127
        );
        for (mount, key) in [
            ("", "key"),
            ("transit", ""),
            ("transit/", "key"),
            ("/transit", "key"),
            ("transit", ".."),
            ("transit/../sys", "key"),
            ("transit", "a/b"),
            ("transit", "a?b"),
            ("transit", "a%2fb"),
            ("transit", "schlüssel"),
            ("transit", &"a".repeat(113)),
        ] {
            let error = Names::new(mount, key).expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{mount} {key}");
        }
    }

    #[test]
    fn namespaces_make_one_header_line() {
        assert_eq!(
            namespace("teams/payments/").expect("one"),
            "teams/payments/"
        );
        let long = "a".repeat(257);
        for bad in ["", "/", "a//b", "a\r\nX-Other: 1", "a b", "..", &long] {
            let error = namespace(bad).expect_err("an error");
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}");
        }
    }
}
