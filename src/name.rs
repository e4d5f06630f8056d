//! Names of secrets, and policies that narrow them.

use std::borrow::Borrow;
use std::fmt;

use smol_str::SmolStr;

use crate::error::{Error, ErrorKind, Result};
use crate::text::checked_text;

mod policy;

pub use policy::NamePolicy;

/// The name of a secret: a letter, digit or `_`, then up to 127 of letters, digits, `_`, space, `.`
/// and `-` (ASCII), with no space at the end and no two in a row.
///
/// Case counts, nothing is trimmed, folded or normalised, and a name never changes. What looks like
/// a pasted credential (`ghp_…`, `AKIA…`) is refused, so that it ends up neither in an index nor in
/// a message.
///
/// ```
/// use keyslot::SecretName;
///
/// let name = SecretName::new("STRIPE_KEY")?;
/// assert_eq!(name.as_str(), "STRIPE_KEY");
/// assert!(SecretName::new("My Secret API Key").is_ok());
/// assert!(SecretName::new("../../etc/passwd").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(SmolStr);

impl SecretName {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 128;

    /// Checks and takes a name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`]; the message says which rule and at which byte, and does not
    /// repeat the name.
    pub fn new(name: impl AsRef<str>) -> Result<Self> {
        let name = name.as_ref();
        Self::check(name).map(|()| Self(name.into()))
    }

    /// A name that was [checked](SecretName::check_parsed).
    #[inline]
    pub(crate) fn parsed(name: &str) -> Self {
        Self(name.into())
    }

    /// The check of [`new`](SecretName::new), for characters that names have; `is_word` says that
    /// they are letters, digits and `_` only.
    #[inline]
    pub(crate) fn check_parsed(name: &str, is_word: bool) -> Result<()> {
        // A word that is shorter than any credential is a name, as most are.
        if is_word && (1..SHORTEST).contains(&name.len()) {
            Ok(())
        } else {
            Self::check(name)
        }
    }

    fn check(name: &str) -> Result<()> {
        defect(name).map_or(Ok(()), |defect| {
            Err(Error::new(ErrorKind::InvalidName, defect.to_string()))
        })
    }

    /// A name that was stored. Only the grammar counts: the list of credentials may grow, and the
    /// record of a secret that was stored before must not become unreadable.
    #[cfg(feature = "vault")]
    pub(crate) fn stored(name: &str) -> Option<Self> {
        grammar_defect(name).is_none().then(|| Self(name.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Rule of the grammar that a text breaks.
enum Defect {
    Empty,
    TooLong,
    Start,
    Character(usize),
    DoubleSpace(usize),
    TrailingSpace,
    LooksLikeValue,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a secret name may not be empty"),
            Self::TooLong => write!(
                f,
                "a secret name may have {} characters at most",
                SecretName::MAX_LEN
            ),
            Self::Start => {
                f.write_str("a secret name starts with a letter, a digit or \"_\" (ASCII)")
            }
            Self::Character(at) => write!(
                f,
                "a secret name holds only letters, digits, \"_\", \".\", \"-\" and single spaces (ASCII; byte {at} is none of them)"
            ),
            Self::DoubleSpace(at) => write!(
                f,
                "a secret name may not hold two spaces in a row (byte {at})"
            ),
            Self::TrailingSpace => f.write_str("a secret name may not end with a space"),
            Self::LooksLikeValue => f.write_str("this looks like a secret value, not a name"),
        }
    }
}

fn defect(name: &str) -> Option<Defect> {
    // A pasted value comes first: that it is too long or ends with a line feed is not what its
    // owner has to hear.
    looks_like_value(name)
        .then_some(Defect::LooksLikeValue)
        .or_else(|| grammar_defect(name))
}

fn grammar_defect(name: &str) -> Option<Defect> {
    let bytes = name.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return Some(Defect::Empty);
    };
    None.or_else(|| (bytes.len() > SecretName::MAX_LEN).then_some(Defect::TooLong))
        .or_else(|| (!is_start(first)).then_some(Defect::Start))
        .or_else(|| {
            bytes
                .iter()
                .position(|&byte| !is_inner(byte))
                .map(Defect::Character)
        })
        .or_else(|| {
            bytes
                .windows(2)
                .position(|pair| pair == b"  ")
                .map(|at| Defect::DoubleSpace(at + 1))
        })
        .or_else(|| (last == b' ').then_some(Defect::TrailingSpace))
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_inner(byte: u8) -> bool {
    is_start(byte) || matches!(byte, b' ' | b'.' | b'-')
}

/// Beginnings of well-known credentials, most of which would pass as names, with the least number
/// of characters that follow them in a real one (the providers' own documentation of their token
/// formats).
const CREDENTIALS: [(&str, usize); 16] = [
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("whsec_", 24),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AKIA", 16),
    ("AIza", 35),
    ("sk-proj-", 20),
    ("sk-ant-", 20),
    ("eyJ", 40),
];

/// The shortest of [`CREDENTIALS`]; most names are shorter, and templates check many.
const SHORTEST: usize = 20;

/// Returns true if a text is, or begins with, a well-known form of credential.
pub(crate) fn looks_like_value(name: &str) -> bool {
    if name.len() < SHORTEST {
        return false;
    }
    let is_pem = name.starts_with("-----BEGIN ");
    is_pem
        || CREDENTIALS.iter().any(|(prefix, least)| {
            name.strip_prefix(prefix)
                .and_then(|rest| rest.split(' ').next())
                .is_some_and(|rest| {
                    // A word such as `AKIA_KEY_OF_THE_BILLING_TEAM` is a name; credentials have
                    // digits.
                    rest.len() >= *least && rest.bytes().any(|byte| byte.is_ascii_digit())
                })
        })
}

impl Borrow<str> for SecretName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

checked_text!(SecretName, "a secret name");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_byte_breaks_which_rule() {
        let message = |name: &str| SecretName::new(name).unwrap_err().to_string();
        assert_eq!(
            message(&"a".repeat(129)),
            "a secret name may have 128 characters at most"
        );
        assert_eq!(
            message(".a"),
            "a secret name starts with a letter, a digit or \"_\" (ASCII)"
        );
        assert_eq!(
            message("a  b"),
            "a secret name may not hold two spaces in a row (byte 2)"
        );
        assert_eq!(message("a b "), "a secret name may not end with a space");
        assert!(message("ab/c").ends_with("(ASCII; byte 2 is none of them)"));
    }

    #[test]
    fn no_credential_is_shorter_than_the_shortest() {
        let lengths = CREDENTIALS
            .iter()
            .map(|(prefix, least)| prefix.len() + least);
        assert_eq!(lengths.min(), Some(SHORTEST));
    }

    #[test]
    fn is_borrowed_and_shown_as_its_text() {
        let name = SecretName::new("MY KEY").unwrap();
        assert_eq!(format!("{name} {name:?}"), "MY KEY SecretName(MY KEY)");
        assert_eq!(
            (name.as_ref(), String::from(name.clone()).as_str()),
            ("MY KEY", "MY KEY")
        );
        // `Borrow` promises that text and name hash alike, so that a map is asked without making a
        // name.
        let names = std::collections::HashSet::from([name.clone()]);
        assert!(names.contains("MY KEY") && !names.contains("my key"));
    }

    #[test]
    fn is_taken_as_text_and_as_a_name() {
        fn take(name: impl TryInto<SecretName, Error: Into<Error>>) -> Result<SecretName> {
            name.try_into().map_err(Into::into)
        }
        let name = take("KEY").unwrap();
        for same in [take("KEY".to_owned()), take(&name), take(name.clone())] {
            assert_eq!(same.unwrap(), name);
        }
        assert_eq!(take("no/name").unwrap_err().kind(), ErrorKind::InvalidName);
    }
}
