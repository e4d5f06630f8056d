//! Secrets of one run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

use super::found::Found;
use super::resolver::{Outcome, Outcomes, Resolver};
use crate::access::{AccessRules, Denial};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Target;

/// Secrets that the caller of one run brings along: a token of the user it runs for, a key for this
/// run only. They are never stored, and wiped with the last clone.
///
/// Put ahead of a vault in a [`Chain`](crate::Chain), they hide its secrets of the same names. They
/// have no versions, so a pin is answered by what comes after. Up to 32 secrets, of 16 KiB each and
/// 64 KiB together.
///
/// Clones share their values, also when one is [replaced](RunSecrets::replace), until one of them
/// gets another secret: that makes it a set of its own.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{AccessRules, Chain, RunSecrets, Target, Variables, template::ResolveExt};
///
/// let mail = AccessRules::new().tool("mail_*")?;
/// let run = RunSecrets::new()
///     .with("USER_TOKEN", "tok-ada")?
///     .with_rules("SMTP_PASSWORD", "hunter2", mail)?;
/// let chain = Chain::new()
///     .then(run)
///     .then(Variables::new().with("REGION", "eu")?);
/// assert_eq!(
///     chain
///         .resolve("<<$secret.USER_TOKEN>> <<REGION>>")?
///         .expose_secret(),
///     "tok-ada eu"
/// );
/// assert!(
///     chain
///         .resolve_for(&Target::tool("mail_send"), "<<SMTP_PASSWORD>>")
///         .is_ok()
/// );
/// assert!(
///     chain
///         .resolve_for(&Target::tool("shell"), "<<SMTP_PASSWORD>>")
///         .is_err()
/// );
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct RunSecrets(Arc<RwLock<Entries>>);

/// The secrets by their names.
#[derive(Clone, Default)]
struct Entries {
    entries: BTreeMap<SecretName, RunSecret>,
    /// The bytes of all values.
    len: usize,
}

#[derive(Clone)]
struct RunSecret {
    found: Found,
    rules: AccessRules,
}

impl RunSecrets {
    /// The most secrets of a run.
    pub const MAX_SECRETS: usize = 32;

    /// The longest value, in bytes.
    pub const MAX_VALUE_LEN: usize = 16 * 1024;

    /// The most bytes of all values together.
    pub const MAX_TOTAL_LEN: usize = 64 * 1024;

    /// Returns no secrets.
    ///
    /// ```
    /// use keyslot::{ResolveExt, RunSecrets};
    ///
    /// assert!(RunSecrets::new().resolve("<<$secret.TOKEN>>").is_err());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret that may go everywhere but into instructions.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ResolveExt, RunSecrets};
    ///
    /// let secrets = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?;
    /// assert_eq!(
    ///     secrets.resolve("<<$secret.TOKEN>>")?.expose_secret(),
    ///     "t0ken-of-ada"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`with_rules`](RunSecrets::with_rules).
    pub fn with(self, name: impl AsRef<str>, value: impl Into<SecretString>) -> Result<Self> {
        self.with_rules(name, value, AccessRules::new())
    }

    /// Adds a secret that may go where `rules` allow it.
    ///
    /// ```
    /// use keyslot::{AccessRules, ResolveExt, RunSecrets, Target};
    ///
    /// let rules = AccessRules::new().host("api.crm.example")?;
    /// let secrets = RunSecrets::new().with_rules("TOKEN", "t0ken-of-ada", rules)?;
    /// let crm = Target::tool("http").with_url("https://api.crm.example/v1")?;
    /// assert!(secrets.resolve_for(&crm, "<<TOKEN>>").is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`] when `name` is not a secret name; [`ErrorKind::InvalidInput`]
    /// when there is a secret of this name already; [`ErrorKind::InvalidValue`] when the value is
    /// empty; [`ErrorKind::TooLarge`] when there would be more than
    /// [`MAX_SECRETS`](RunSecrets::MAX_SECRETS), or more bytes than
    /// [`MAX_VALUE_LEN`](RunSecrets::MAX_VALUE_LEN) in it or
    /// [`MAX_TOTAL_LEN`](RunSecrets::MAX_TOTAL_LEN) in all.
    pub fn with_rules(
        self,
        name: impl AsRef<str>,
        value: impl Into<SecretString>,
        rules: AccessRules,
    ) -> Result<Self> {
        let value = value.into();
        let name = SecretName::new(name)?;
        let mut entries = self.read(Entries::clone);
        entries
            .add(&name, value, rules)
            .map_err(|(kind, why)| Error::new(kind, why).with_name(&name))?;
        Ok(Self(Arc::new(RwLock::new(entries))))
    }

    /// Replaces the value of a secret in the middle of a run, for a token that was refreshed: in
    /// this set, in all its clones, and so in the chains that they are in. Its access rules stay. A
    /// text that was resolved before holds the old value; a redactor learns the new one by
    /// `LiveRedactor::learn`.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Chain, ResolveExt, RunSecrets};
    ///
    /// let secrets = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?;
    /// let chain = Chain::new().then(secrets.clone());
    /// secrets.replace("TOKEN", "refreshed-t0ken")?;
    /// assert_eq!(chain.resolve("<<TOKEN>>")?.expose_secret(), "refreshed-t0ken");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`] when `name` is not a secret name; [`ErrorKind::NotFound`] when
    /// there is no secret of this name; [`ErrorKind::InvalidValue`] and [`ErrorKind::TooLarge`] as
    /// of [`with_rules`](RunSecrets::with_rules). The old value stays then.
    pub fn replace(&self, name: impl AsRef<str>, value: impl Into<SecretString>) -> Result<()> {
        let value = value.into();
        let name = SecretName::new(name)?;
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries
            .replace(&name, value)
            .map_err(|(kind, why)| Error::new(kind, why).with_name(&name))
    }

    fn read<T>(&self, read: impl FnOnce(&Entries) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    fn add(
        &mut self,
        name: &SecretName,
        value: SecretString,
        rules: AccessRules,
    ) -> Result<(), (ErrorKind, String)> {
        if self.entries.contains_key(name) {
            let why = format!("this run already has a secret {name}");
            return Err((ErrorKind::InvalidInput, why));
        }
        if self.entries.len() >= RunSecrets::MAX_SECRETS {
            let why = format!("a run has {} secrets at most", RunSecrets::MAX_SECRETS);
            return Err((ErrorKind::TooLarge, why));
        }
        let len = value.expose_secret().len();
        Self::check(name, len, self.len)?;
        self.len += len;
        let found = Found::new(name.clone(), value);
        self.entries
            .insert(name.clone(), RunSecret { found, rules });
        Ok(())
    }

    fn replace(
        &mut self,
        name: &SecretName,
        value: SecretString,
    ) -> Result<(), (ErrorKind, String)> {
        let Some(entry) = self.entries.get_mut(name) else {
            let why = format!("no secret {name} among those of the run");
            return Err((ErrorKind::NotFound, why));
        };
        let others = self.len - entry.found.expose_secret().len();
        let len = value.expose_secret().len();
        Self::check(name, len, others)?;
        self.len = others + len;
        entry.found = Found::new(name.clone(), value);
        Ok(())
    }

    /// Checks the length of a value beside that of all others together.
    fn check(name: &SecretName, len: usize, others: usize) -> Result<(), (ErrorKind, String)> {
        match len {
            0 => Err((
                ErrorKind::InvalidValue,
                format!("the value of secret {name} is empty"),
            )),
            _ if len > RunSecrets::MAX_VALUE_LEN => Err((
                ErrorKind::TooLarge,
                format!(
                    "a secret of a run may have {} bytes at most",
                    RunSecrets::MAX_VALUE_LEN
                ),
            )),
            _ if len > RunSecrets::MAX_TOTAL_LEN - others => {
                let max = RunSecrets::MAX_TOTAL_LEN;
                Err((
                    ErrorKind::TooLarge,
                    format!("the secrets of a run may have {max} bytes at most together"),
                ))
            }
            _ => Ok(()),
        }
    }

    fn find(&self, reference: &Reference, target: &Target) -> Outcome {
        let name = reference.name();
        let refuse = |kind, why: String| Err(Error::new(kind, why).with_name(name));
        let Some(entry) = self.entries.get(name) else {
            return refuse(
                ErrorKind::NotFound,
                format!("no secret {name} among those of the run"),
            );
        };
        if let Some(version) = reference.version() {
            let why =
                format!("no version {version} of {name}: the secrets of a run have no versions");
            return refuse(ErrorKind::NotFound, why);
        }
        match entry.rules.check(target) {
            Ok(()) => Ok(entry.found.clone()),
            Err(Denial { what, allowed }) => {
                refuse(ErrorKind::Denied, format!("secret {name} {what}"))
                    .map_err(|error| error.with_allowed(allowed))
            }
        }
    }
}

impl Resolver for RunSecrets {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        Ok(self.read(|entries| {
            references
                .iter()
                .map(|reference| entries.find(reference, target))
                .collect()
        }))
    }
}

/// Shows the names only.
impl fmt::Debug for RunSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|entries| f.debug_set().entries(entries.entries.keys()).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Version;
    use crate::resolve::Chain;

    fn name(name: &str) -> SecretName {
        name.parse().unwrap()
    }

    fn run() -> RunSecrets {
        RunSecrets::new().with("TOKEN", "tok-ada").unwrap()
    }

    fn answer(resolver: &impl Resolver, reference: Reference, target: &Target) -> Outcome {
        resolver
            .lookup(&[reference], target)
            .unwrap()
            .swap_remove(0)
    }

    fn refusal(outcome: Outcome) -> (ErrorKind, String) {
        let error = outcome.unwrap_err();
        assert!(error.name().is_some() && !format!("{error:?}").contains("tok-"));
        (error.kind(), error.to_string())
    }

    #[test]
    fn answers_both_forms() {
        for reference in [
            Reference::secret(name("TOKEN")),
            Reference::bare(name("TOKEN")),
        ] {
            let found = answer(&run(), reference, &Target::unspecified()).unwrap();
            assert_eq!(
                (found.expose_secret(), &found.used().name),
                ("tok-ada", &name("TOKEN"))
            );
            assert_eq!(
                (
                    &found.used().scope,
                    found.used().version,
                    found.used().record
                ),
                (&None, None, None)
            );
        }
    }

    #[test]
    fn hides_the_name_behind_it_and_lets_pins_and_other_names_through() {
        struct Behind;
        impl Resolver for Behind {
            fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
                Ok(references
                    .iter()
                    .map(|one| Ok(Found::new(one.name().clone(), "behind")))
                    .collect())
            }
        }
        let chain = Chain::new().then(run()).then(Behind);
        let value = |reference| {
            answer(&chain, reference, &Target::tool("x"))
                .unwrap()
                .expose_secret()
                .to_owned()
        };
        assert_eq!(value(Reference::secret(name("TOKEN"))), "tok-ada");
        assert_eq!(
            value(Reference::secret(name("TOKEN")).with_version(Version::FIRST)),
            "behind"
        );
        assert_eq!(value(Reference::secret(name("token"))), "behind");
        // What is denied is an answer: the namesake behind it does not step in.
        let denied = answer(
            &chain,
            Reference::secret(name("TOKEN")),
            &Target::instructions(),
        );
        assert_eq!(refusal(denied).0, ErrorKind::Denied);
    }

    #[test]
    fn says_why_there_is_no_value() {
        let stripe = AccessRules::new().tool("stripe").unwrap();
        let run = run().with_rules("BOUND", "tok-bound", stripe).unwrap();
        let asked = |reference, target: &Target| refusal(answer(&run, reference, target));
        let (bound, tool) = (|| Reference::secret(name("BOUND")), Target::tool("shell"));
        assert!(answer(&run, bound(), &Target::tool("stripe")).is_ok());
        assert_eq!(
            asked(bound(), &tool),
            (
                ErrorKind::Denied,
                "secret BOUND may not go to this tool; allowed: stripe".to_owned()
            )
        );
        assert_eq!(
            asked(bound().with_version(Version::FIRST), &tool),
            (
                ErrorKind::NotFound,
                "no version 1 of BOUND: the secrets of a run have no versions".to_owned()
            )
        );
        assert_eq!(
            asked(Reference::bare(name("OTHER")), &tool),
            (
                ErrorKind::NotFound,
                "no secret OTHER among those of the run".to_owned()
            )
        );
        // Instructions are closed unless they are opened.
        assert_eq!(
            asked(Reference::bare(name("TOKEN")), &Target::instructions()).0,
            ErrorKind::Denied
        );
        let open = RunSecrets::new()
            .with_rules("TOKEN", "tok-ada", AccessRules::new().in_instructions(true))
            .unwrap();
        assert!(
            answer(
                &open,
                Reference::bare(name("TOKEN")),
                &Target::instructions()
            )
            .is_ok()
        );
    }

    #[test]
    fn refuses_what_is_no_secret_of_a_run() {
        let refused = |name: &str, value: &str| {
            let error = run().with(name, value).unwrap_err();
            assert!(!format!("{error:?}").contains("tok-"));
            (error.kind(), error.to_string())
        };
        let twice = "this run already has a secret TOKEN";
        assert_eq!(
            refused("TOKEN", "tok-eve"),
            (ErrorKind::InvalidInput, twice.to_owned())
        );
        assert_eq!(
            refused("B", ""),
            (
                ErrorKind::InvalidValue,
                "the value of secret B is empty".to_owned()
            )
        );
        assert_eq!(refused("no/name", "tok-eve").0, ErrorKind::InvalidName);
        let long = "x".repeat(RunSecrets::MAX_VALUE_LEN + 1);
        assert_eq!(
            refused("B", &long),
            (
                ErrorKind::TooLarge,
                "a secret of a run may have 16384 bytes at most".to_owned()
            )
        );
        assert!(
            run()
                .with("B", "x".repeat(RunSecrets::MAX_VALUE_LEN))
                .is_ok()
        );
    }

    #[test]
    fn is_bounded() {
        let quarter = "x".repeat(RunSecrets::MAX_VALUE_LEN);
        let full = ["A", "B", "C", "D"]
            .iter()
            .try_fold(RunSecrets::new(), |run, name| {
                run.with(name, quarter.as_str())
            });
        let error = full.unwrap().with("E", "x").unwrap_err();
        let message = "the secrets of a run may have 65536 bytes at most together";
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::TooLarge, message)
        );

        let many = (0..32)
            .try_fold(RunSecrets::new(), |run, number| {
                run.with(format!("T{number}"), "x")
            })
            .unwrap();
        let error = many.with("T32", "x").unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::TooLarge, "a run has 32 secrets at most")
        );
    }

    #[test]
    fn a_value_is_replaced_in_all_clones() {
        let run = run().with("B", "tok-b").unwrap();
        let (clone, other) = (run.clone(), run.clone().with("C", "tok-c").unwrap());
        run.replace("TOKEN", "tok-new").unwrap();
        let value = |run: &RunSecrets| {
            let reference = Reference::secret(name("TOKEN"));
            let found = answer(run, reference, &Target::unspecified()).unwrap();
            found.expose_secret().to_owned()
        };
        assert_eq!([&run, &clone].map(value), ["tok-new", "tok-new"]);
        assert_eq!(value(&other), "tok-ada", "another set");
        let rules = AccessRules::new().tool("stripe").unwrap();
        let bound = RunSecrets::new()
            .with_rules("TOKEN", "tok-a", rules)
            .unwrap();
        bound.replace("TOKEN", "tok-new").unwrap();
        let denied = answer(&bound, Reference::secret(name("TOKEN")), &Target::tool("x"));
        assert_eq!(refusal(denied).0, ErrorKind::Denied, "the rules stay");
    }

    #[test]
    fn a_value_that_may_not_be_replaced_stays() {
        let quarter = "x".repeat(RunSecrets::MAX_VALUE_LEN);
        let full = ["A", "B", "C"]
            .iter()
            .try_fold(run(), |run, name| run.with(name, quarter.as_str()))
            .unwrap();
        let long = format!("{quarter}x");
        for (of, value, kind) in [
            ("OTHER", "tok-new", ErrorKind::NotFound),
            ("TOKEN", "", ErrorKind::InvalidValue),
            ("TOKEN", &long, ErrorKind::TooLarge),
            ("no/name", "tok-new", ErrorKind::InvalidName),
        ] {
            let error = full.replace(of, value).unwrap_err();
            assert_eq!(error.kind(), kind, "{of}");
            assert!(!format!("{error:?}").contains("tok-"));
        }
        // The old value does not count, and the sum is kept.
        full.replace("TOKEN", quarter.as_str()).unwrap();
        assert_eq!(
            full.clone().with("D", "x").unwrap_err().kind(),
            ErrorKind::TooLarge
        );
        full.replace("TOKEN", "tok-new").unwrap();
        assert!(full.with("D", "x").is_ok());
    }

    #[test]
    fn debug_shows_names_only() {
        let run = run().with("B", "tok-b").unwrap();
        assert_eq!(format!("{run:?}"), "{SecretName(B), SecretName(TOKEN)}");
        assert!(!format!("{:#?}", Chain::new().then(run)).contains("tok-"));
    }
}
