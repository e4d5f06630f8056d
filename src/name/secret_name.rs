//! Names of secrets.

use std::borrow::Borrow;

use smol_str::SmolStr;

use super::credentials::SHORTEST;
#[cfg(feature = "vault")]
use super::defect::grammar_defect;
use super::defect::{MAX_LEN, defect};
use crate::error::{Error, ErrorKind, Result};
use crate::text::checked_text;

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
    pub const MAX_LEN: usize = MAX_LEN;

    /// Checks and takes a name.
    ///
    /// ```
    /// use keyslot::{ErrorKind, SecretName};
    ///
    /// assert!(SecretName::new("STRIPE_KEY").is_ok());
    /// let error = SecretName::new("STRIPE/KEY").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidName);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`]; the message says which rule and at which byte, and does not
    /// repeat the name.
    pub fn new(name: impl AsRef<str>) -> Result<Self> {
        let name = name.as_ref();
        Self::check(name).map(|()| Self(name.into()))
    }

    /// Makes a name that was [checked](SecretName::check_parsed).
    #[inline]
    pub(crate) fn parsed(name: &str) -> Self {
        Self(name.into())
    }

    /// Checks like [`new`](SecretName::new), for characters that names have; `is_word` says that
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

    /// Reads a name that was stored. Only the grammar counts: the list of credentials may grow, and
    /// the record of a secret that was stored before must not become unreadable.
    #[cfg(feature = "vault")]
    pub(crate) fn stored(name: &str) -> Option<Self> {
        grammar_defect(name).is_none().then(|| Self(name.into()))
    }

    /// Returns the name as text.
    ///
    /// ```
    /// use keyslot::SecretName;
    ///
    /// let name = SecretName::new("STRIPE_KEY")?;
    /// assert!(name.as_str().starts_with("STRIPE_"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        assert!(message("ab/c").ends_with("(ASCII; byte 2 is not one of these)"));
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
