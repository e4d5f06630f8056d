//! Narrower rules for the names of a vault.

use regex::Regex;

use super::secret_name::SecretName;
use crate::error::{Error, ErrorKind, Result};

/// A policy for the names under which a vault handle stores secrets, within the grammar of
/// [`SecretName`].
///
/// ```
/// use keyslot::NamePolicy;
///
/// let policy = NamePolicy::upper_snake();
/// assert!(policy.check(&"STRIPE_KEY".parse()?).is_ok());
/// assert!(policy.check(&"stripe-key".parse()?).is_err());
///
/// let policy = NamePolicy::matching("[a-z]+(-[a-z]+){2}")?;
/// assert!(policy.check(&"stripe-production-billing".parse()?).is_ok());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NamePolicy {
    /// Description of the allowed names, for the message.
    rule: &'static str,
    rules: Rules,
    /// True if lower-case letters become upper-case ones before anything is checked.
    folds: bool,
}

#[derive(Clone, Debug)]
enum Rules {
    Any,
    Bytes {
        start: fn(u8) -> bool,
        inner: fn(u8) -> bool,
        max_len: usize,
    },
    Matching(Regex),
}

impl NamePolicy {
    /// Returns the policy that allows every secret name; the default.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert!(NamePolicy::any().check(&"My Key".parse()?).is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn any() -> Self {
        Self {
            rule: "any secret name",
            rules: Rules::Any,
            folds: false,
        }
    }

    /// Returns the policy for `[A-Za-z_][A-Za-z0-9_]*`: the names that the bare form `<<NAME>>` can
    /// refer to.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert!(
    ///     NamePolicy::identifier()
    ///         .check(&"stripe_key".parse()?)
    ///         .is_ok()
    /// );
    /// assert!(
    ///     NamePolicy::identifier()
    ///         .check(&"stripe-key".parse()?)
    ///         .is_err()
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn identifier() -> Self {
        Self::bytes(
            "a letter or \"_\", then letters, digits and \"_\"",
            |byte| byte.is_ascii_alphabetic() || byte == b'_',
            |byte| byte.is_ascii_alphanumeric() || byte == b'_',
            SecretName::MAX_LEN,
        )
    }

    /// Returns the policy for `[A-Z_][A-Z0-9_]*`, as for environment variables.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert!(
    ///     NamePolicy::upper_snake()
    ///         .check(&"STRIPE_KEY".parse()?)
    ///         .is_ok()
    /// );
    /// assert!(
    ///     NamePolicy::upper_snake()
    ///         .check(&"stripe_key".parse()?)
    ///         .is_err()
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn upper_snake() -> Self {
        Self::bytes(
            "an upper-case letter or \"_\", then upper-case letters, digits and \"_\"",
            |byte| byte.is_ascii_uppercase() || byte == b'_',
            |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_',
            SecretName::MAX_LEN,
        )
    }

    /// Returns the policy of [`upper_snake`](NamePolicy::upper_snake), but with lower-case letters
    /// folded to upper case when a secret is stored, as the forms of some products do. A
    /// placeholder holds the name as it is stored: nothing is folded there.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// let policy = NamePolicy::upper_snake_folding();
    /// assert_eq!(policy.apply("stripe_key")?.as_str(), "STRIPE_KEY");
    /// assert!(policy.apply("stripe-key").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn upper_snake_folding() -> Self {
        Self {
            folds: true,
            ..Self::upper_snake()
        }
    }

    /// Returns the policy for `[A-Za-z][A-Za-z0-9_]*`.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert!(NamePolicy::letter_first().check(&"key_2".parse()?).is_ok());
    /// assert!(NamePolicy::letter_first().check(&"_key".parse()?).is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn letter_first() -> Self {
        Self::bytes(
            "a letter, then letters, digits and \"_\"",
            |byte| byte.is_ascii_alphabetic(),
            |byte| byte.is_ascii_alphanumeric() || byte == b'_',
            SecretName::MAX_LEN,
        )
    }

    /// Returns the policy for `[a-z0-9][a-z0-9_-]{0,63}`, as in URLs.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert!(NamePolicy::slug().check(&"stripe-key".parse()?).is_ok());
    /// assert!(NamePolicy::slug().check(&"STRIPE".parse()?).is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn slug() -> Self {
        Self::bytes(
            "up to 64 lower-case letters, digits, \"_\" and \"-\", the first a letter or digit",
            |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit(),
            |byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
            },
            64,
        )
    }

    /// Returns the policy for names that the regular expression matches from beginning to end. The
    /// syntax is that of the crate [`regex`], whose matching time is linear.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// let policy = NamePolicy::matching("[a-z]+-[0-9]")?;
    /// assert!(policy.check(&"key-1".parse()?).is_ok());
    /// assert!(policy.check(&"key-12".parse()?).is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is not a regular expression, or its program is too
    /// large.
    pub fn matching(pattern: &str) -> Result<Self> {
        // Two steps: `pattern` must be whole by itself, so that `a)|(b` cannot reach outside of the
        // anchors.
        Regex::new(pattern)
            .and_then(|_| Regex::new(&format!(r"\A(?:{pattern})\z")))
            .map(|regex| Self {
                rule: "names that its pattern matches",
                rules: Rules::Matching(regex),
                folds: false,
            })
            .map_err(|_| {
                Error::new(
                    ErrorKind::InvalidInput,
                    "the pattern of a name policy is not a valid regular expression",
                )
            })
    }

    /// Checks a name against the policy.
    ///
    /// ```
    /// use keyslot::{ErrorKind, NamePolicy};
    ///
    /// let error = NamePolicy::slug().check(&"STRIPE".parse()?).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidName);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`]; the message says the rule.
    pub fn check(&self, name: &SecretName) -> Result<()> {
        let bytes = name.as_str().as_bytes();
        let allowed = match &self.rules {
            Rules::Any => true,
            Rules::Bytes {
                start,
                inner,
                max_len,
            } => {
                bytes.len() <= *max_len
                    && bytes.first().is_some_and(|&b| start(b))
                    && bytes.iter().all(|&b| inner(b))
            }
            Rules::Matching(regex) => regex.is_match(name.as_str()),
        };
        if allowed {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidName,
            format!("the name policy of this vault allows only {}", self.rule),
        ))
    }

    /// Checks a name and returns the one under which its secret is stored.
    ///
    /// ```
    /// use keyslot::NamePolicy;
    ///
    /// assert_eq!(
    ///     NamePolicy::upper_snake_folding().apply("key")?.as_str(),
    ///     "KEY"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`] when it is not a secret name, or the policy refuses it.
    pub fn apply(&self, name: &str) -> Result<SecretName> {
        // Checked before it is folded: a pasted credential must be told as one.
        let mut name = SecretName::new(name)?;
        if self.folds {
            name = SecretName::new(name.as_str().to_ascii_uppercase())?;
        }
        self.check(&name).map(|()| name)
    }

    fn bytes(
        rule: &'static str,
        start: fn(u8) -> bool,
        inner: fn(u8) -> bool,
        max_len: usize,
    ) -> Self {
        Self {
            rule,
            rules: Rules::Bytes {
                start,
                inner,
                max_len,
            },
            folds: false,
        }
    }
}

impl Default for NamePolicy {
    fn default() -> Self {
        Self::any()
    }
}
