//! The names that a model may use, and the places where it may.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::name::SecretName;
use crate::template::pointer::Pattern;

/// The names that a model may use in the arguments that it writes for a tool, and where. Without
/// grants it may use none. Cheap to clone.
///
/// A grant is of one name, byte for byte, in both forms (`<<$secret.NAME>>` and `<<NAME>>`), and
/// never of a pinned version.
///
/// ```
/// use keyslot::template::Grants;
///
/// let grants = Grants::new().name("REGION")?.name_at("STRIPE_KEY", "/headers/*")?;
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// In JSON they are an object: `{"REGION": true, "STRIPE_KEY": ["/headers/*"]}`. With the feature
/// `json`, such text can be parsed: `text.parse::<Grants>()`.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    names: Arc<BTreeMap<SecretName, Grant>>,
    is_strict: bool,
}

/// The places in the arguments that one name may stand at.
#[derive(Clone, Debug)]
pub(super) enum Grant {
    Anywhere,
    At(Vec<Pattern>),
}

impl Grants {
    /// No grants.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let variables = Variables::new().with("REGION", "eu")?;
    /// let target = Target::tool("search");
    /// let args = variables.resolve_model_args(&target, "in <<REGION>>", &Grants::new())?;
    /// assert_eq!(args.expose_secret(), "in <<REGION>>", "nothing is granted");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Grants a name anywhere in the arguments, but for the keys of objects.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let variables = Variables::new().with("REGION", "eu")?;
    /// let grants = Grants::new().name("REGION")?;
    /// let args = variables.resolve_model_args(&Target::tool("search"), "in <<REGION>>", &grants)?;
    /// assert_eq!(args.expose_secret(), "in eu");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidName`](crate::ErrorKind::InvalidName) when the name is invalid.
    pub fn name(mut self, name: impl AsRef<str>) -> Result<Self> {
        let name = SecretName::new(name)?;
        Arc::make_mut(&mut self.names).insert(name, Grant::Anywhere);
        Ok(self)
    }

    /// Grants a name in the strings at these JSON Pointers, besides those that it was granted for
    /// already. In a pointer `*` is any segment and a last `**` all further ones, as in
    /// [`Surfaces`](crate::template::Surfaces). A text is at the empty pointer.
    ///
    /// ```
    /// use keyslot::template::{Grants, Tree};
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let variables = Variables::new().with("KEY", "k-1")?;
    /// let grants = Grants::new().name_at("KEY", "/0")?;
    /// let resolve = |written: &Tree| {
    ///     variables.resolve_model_args(&Target::tool("fetch"), written, &grants)
    /// };
    /// assert_eq!(resolve(&Tree::of(&["<<KEY>>", "body"])?)?.used().len(), 1);
    /// let left = resolve(&Tree::of(&["header", "<<KEY>>"])?)?;
    /// assert!(left.used().is_empty() && left.attempts()[0].is_misplaced());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidName`](crate::ErrorKind::InvalidName) when the name is invalid,
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid pointer.
    pub fn name_at(mut self, name: impl AsRef<str>, pointer: &str) -> Result<Self> {
        let (name, pattern) = (SecretName::new(name)?, Pattern::new(pointer)?);
        match Arc::make_mut(&mut self.names)
            .entry(name)
            .or_insert_with(|| Grant::At(Vec::new()))
        {
            Grant::Anywhere => {}
            Grant::At(patterns) => patterns.push(pattern),
        }
        Ok(self)
    }

    /// Sets that a granted name at another place fails the call. By default it stays as it is and
    /// is an attempt, as any other placeholder that is not granted: one word of a model at a wrong
    /// place does not stop its tool.
    ///
    /// ```
    /// use keyslot::template::{Grants, ResolveExt};
    /// use keyslot::{ErrorKind, Target, Variables};
    ///
    /// let grants = Grants::new().name_at("KEY", "/headers/*")?.strict();
    /// let target = Target::tool("fetch");
    /// let error = Variables::new()
    ///     .resolve_model_args(&target, "note: <<KEY>>", &grants)
    ///     .unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Returns true if a granted name at another place fails the call.
    pub(super) fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// The grant of a name.
    pub(super) fn of(&self, name: &str) -> Option<&Grant> {
        self.names.get(name)
    }
}

impl Grant {
    /// Returns true if the name may stand at the end of a way into the arguments.
    pub(super) fn reaches<'p, P: AsRef<[Cow<'p, str>]>>(&self, path: impl FnOnce() -> P) -> bool {
        match self {
            Self::Anywhere => true,
            Self::At(patterns) => {
                // Patterns of one name times its placeholders: the patterns are the host's, and of
                // placeholders there are 10,000 at most. A pattern compares no more segments than
                // it has.
                let path = path();
                patterns
                    .iter()
                    .any(|pattern| pattern.matches(path.as_ref().iter().map(|step| &**step)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(grants: &Grants, name: &str, path: &[&str]) -> Option<bool> {
        let path: Vec<Cow<'_, str>> = path.iter().map(|step| Cow::Borrowed(*step)).collect();
        grants.of(name).map(|grant| grant.reaches(|| &path))
    }

    #[test]
    fn a_name_is_granted_byte_for_byte() {
        let grants = Grants::new().name("KEY").unwrap();
        assert_eq!(reaches(&grants, "KEY", &[]), Some(true));
        for other in ["key", "KEY ", " KEY", "KE", "KEYS", "K\u{415}Y", ""] {
            assert_eq!(reaches(&grants, other, &[]), None, "{other:?}");
        }
        assert_eq!(reaches(&Grants::new(), "KEY", &[]), None);
    }

    #[test]
    fn places_add_up_and_anywhere_is_everywhere() {
        let one = Grants::new().name_at("KEY", "/headers/*").unwrap();
        let two = one.clone().name_at("KEY", "").unwrap();
        assert_eq!(reaches(&one, "KEY", &["headers", "A"]), Some(true));
        assert_eq!(
            (reaches(&one, "KEY", &[]), reaches(&two, "KEY", &[])),
            (Some(false), Some(true))
        );
        assert_eq!(reaches(&two, "KEY", &["headers", "A"]), Some(true));
        assert_eq!(reaches(&two, "KEY", &["url"]), Some(false));
        for all in [
            two.clone().name("KEY").unwrap(),
            Grants::new()
                .name("KEY")
                .unwrap()
                .name_at("KEY", "/a")
                .unwrap(),
        ] {
            assert_eq!(reaches(&all, "KEY", &["url"]), Some(true));
        }
    }

    #[test]
    fn what_is_no_name_or_pointer_is_refused() {
        assert!(
            Grants::new().name("two  spaces").is_err()
                && Grants::new().name_at("two  spaces", "/a").is_err()
        );
        assert!(
            Grants::new().name_at("KEY", "a").is_err()
                && Grants::new().name_at("KEY", "/a*").is_err()
        );
    }
}
