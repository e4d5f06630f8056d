//! Variables: names for ordinary text.

use std::collections::BTreeMap;
use std::fmt;

use super::found::Found;
use super::resolver::{Outcome, Outcomes, Resolver};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::{Reference, ReferenceKind};
use crate::target::Target;

/// Values for bare placeholders `<<NAME>>` that are not secrets: a region, a customer's name, the
/// id of a run.
///
/// Never answers `<<$secret.NAME>>`, and knows no versions, so it does not answer pins either.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{Variables, template::ResolveExt};
///
/// let variables = Variables::new().with("COMPANY", "Acme")?;
/// assert_eq!(
///     variables
///         .resolve("You work for <<COMPANY>>.")?
///         .expose_secret(),
///     "You work for Acme."
/// );
/// assert!(variables.resolve("<<$secret.COMPANY>>").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<SecretName, Found>,
}

impl Variables {
    /// Returns no variables.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// assert!(Variables::new().resolve("<<REGION>>").is_err());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a variable or replaces it.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let variables = Variables::new()
    ///     .with("REGION", "us")?
    ///     .with("REGION", "eu")?;
    /// assert_eq!(variables.resolve("<<REGION>>")?.expose_secret(), "eu");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`] when `name` is not a secret name.
    pub fn with(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Result<Self> {
        let name = SecretName::new(name)?;
        self.values
            .insert(name.clone(), Found::variable(name, value.into()));
        Ok(self)
    }

    fn find(&self, reference: &Reference) -> Outcome {
        let name = reference.name();
        let why_not = match (reference.kind(), reference.version()) {
            (ReferenceKind::Secret, _) => format!("no secret {name}"),
            (ReferenceKind::Bare, Some(version)) => {
                format!("no version {version} of {name}: variables have no versions")
            }
            (ReferenceKind::Bare, None) => match self.values.get(name) {
                Some(found) => return Ok(found.clone()),
                None => format!("no variable {name}"),
            },
        };
        Err(Error::new(ErrorKind::NotFound, why_not).with_name(name))
    }
}

impl Resolver for Variables {
    fn lookup(&self, references: &[Reference], _target: &Target) -> Result<Outcomes> {
        Ok(references
            .iter()
            .map(|reference| self.find(reference))
            .collect())
    }
}

/// Shows the names only: a value may not belong into logs.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::record::Version;

    fn name() -> SecretName {
        "REGION".parse().unwrap()
    }

    fn variables() -> Variables {
        Variables::new().with("REGION", "eu").unwrap()
    }

    fn answer(variables: &Variables, reference: Reference) -> Outcome {
        variables
            .lookup(&[reference], &Target::unspecified())
            .unwrap()
            .swap_remove(0)
    }

    #[test]
    fn answers_bare_names() {
        let found = answer(&variables(), Reference::bare(name())).unwrap();
        assert_eq!((found.expose_secret(), &found.used().name), ("eu", &name()));
        assert_eq!(
            (
                &found.used().scope,
                found.used().version,
                found.used().record
            ),
            (&None, None, None)
        );
        let replaced = variables().with("REGION", "us").unwrap();
        assert_eq!(
            answer(&replaced, Reference::bare(name()))
                .unwrap()
                .expose_secret(),
            "us"
        );
    }

    #[test]
    fn answers_neither_secrets_nor_pins_nor_other_names() {
        for (reference, message) in [
            (Reference::secret(name()), "no secret REGION"),
            (
                Reference::secret(name()).with_version(Version::FIRST),
                "no secret REGION",
            ),
            (
                Reference::bare(name()).with_version(Version::FIRST),
                "no version 1 of REGION: variables have no versions",
            ),
            (
                Reference::bare("region".parse().unwrap()),
                "no variable region",
            ),
        ] {
            let error = answer(&variables(), reference.clone()).unwrap_err();
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::NotFound, message)
            );
            assert_eq!(error.name(), Some(reference.name().as_str()));
        }
    }

    #[test]
    fn gives_one_outcome_for_each_reference_in_order() {
        let asked =
            ["X", "REGION", "REGION", "Y"].map(|name| Reference::bare(name.parse().unwrap()));
        let outcomes = variables().lookup(&asked, &Target::unspecified()).unwrap();
        assert_eq!(
            outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(),
            [false, true, true, false]
        );
        assert!(
            variables()
                .lookup(&[], &Target::unspecified())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn debug_shows_names_only() {
        assert_eq!(
            format!("{:?}", variables().with("B", "value").unwrap()),
            "{SecretName(B), SecretName(REGION)}"
        );
    }
}
