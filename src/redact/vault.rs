//! Redactors of what a vault holds.

use super::builder::RedactorBuilder;
use super::redactor::Redactor;
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Target;
use crate::vault::{Hidden, ScopedVault, Unusable};

impl ScopedVault {
    /// A redactor of the nearest secret of each name: for secrets that a run may use. For those
    /// that it did use there is [`Redactor::of`]. The observer is told of it.
    ///
    /// A redactor is an oracle for the values that it masks, if it is not
    /// [guarded](Redactor::is_guarded). So the permissions of the handle decide which values are in
    /// it:
    ///
    /// | permissions | secrets | redactor |
    /// |---|---|---|
    /// | [`USE`](crate::Permissions::USE) | the newest version, if a resolve without a target could use it now | ordinary |
    /// | [`REDACT`](crate::Permissions::REDACT) | all versions that are kept, whatever the status, times and rules | guarded |
    /// | [`REVEAL`](crate::Permissions::REVEAL) | as with `REDACT` | ordinary |
    ///
    /// With `USE` alone, older versions are not masked; those that a run resolved by a pin are, by
    /// [`Redactor::of`] and [`merge`](Redactor::merge). A handle with `USE` and `REDACT` that is
    /// [narrowed](ScopedVault::with) to `USE` makes an ordinary redactor. The placeholder of an
    /// older version is `<<$secret.NAME@3>>`.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Permissions, RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first-4eC39H")?;
    /// project.put("STRIPE_KEY", "sk_live_second-qLyjWD")?;
    ///
    /// let redactor = project.redactor(["STRIPE_KEY"])?;
    /// assert_eq!(
    ///     redactor.redact("now sk_live_second-qLyjWD"),
    ///     "now <<$secret.STRIPE_KEY>>"
    /// );
    /// assert_eq!(
    ///     redactor.redact("was sk_live_first-4eC39H"),
    ///     "was <<$secret.STRIPE_KEY@1>>"
    /// );
    ///
    /// let runner = project.with(Permissions::USE);
    /// let redactor = runner.redactor(["STRIPE_KEY"])?;
    /// assert_eq!(
    ///     redactor.redact("now sk_live_second-qLyjWD"),
    ///     "now <<$secret.STRIPE_KEY>>"
    /// );
    /// assert_eq!(
    ///     redactor.redact("was sk_live_first-4eC39H"),
    ///     "was sk_live_first-4eC39H"
    /// );
    /// project.set_status("STRIPE_KEY", Status::Inactive)?;
    /// assert_eq!(
    ///     runner.redactor(["STRIPE_KEY"]).unwrap_err().kind(),
    ///     ErrorKind::Inactive
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) for a name that is unknown, and without any of
    /// these permissions. With `USE` alone the error of a [resolve](ScopedVault::resolve), such as
    /// [`Inactive`](crate::ErrorKind::Inactive) or [`Denied`](crate::ErrorKind::Denied).
    /// [`TooLarge`](crate::ErrorKind::TooLarge) as of [`Redactor::of`]; or why the store cannot be
    /// read.
    pub fn redactor<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Redactor> {
        self.redactor_for(&Target::unspecified(), names)
    }

    /// Makes a redactor like [`redactor`](ScopedVault::redactor), for a runner that names its
    /// target: secrets whose access rules allow that target are masked, too. With
    /// [`REDACT`](crate::Permissions::REDACT) rules are not asked, and the target makes no
    /// difference.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AccessRules, ErrorKind, Permissions, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let rules = AccessRules::new().tool("stripe")?;
    /// project.put(
    ///     "STRIPE_KEY",
    ///     SecretInput::new("sk_live_4eC39H").rules(rules),
    /// )?;
    ///
    /// let runner = project.with(Permissions::USE);
    /// assert_eq!(
    ///     runner.redactor(["STRIPE_KEY"]).unwrap_err().kind(),
    ///     ErrorKind::Denied
    /// );
    /// let redactor = runner.redactor_for(&Target::tool("stripe"), ["STRIPE_KEY"])?;
    /// assert_eq!(
    ///     redactor.redact("401 for sk_live_4eC39H"),
    ///     "401 for <<$secret.STRIPE_KEY>>"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn redactor_for<N: AsRef<str>>(
        &self,
        target: &Target,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Redactor> {
        Redactor::builder()
            .secrets_for(self, target, names)?
            .build()
    }
}

/// Secrecy of the values.
impl Redactor {
    /// Returns true if the redactor holds values that its user must not learn. It does if it was
    /// made by a handle with [`REDACT`](crate::Permissions::REDACT) and without
    /// [`REVEAL`](crate::Permissions::REVEAL).
    ///
    /// Anybody who feeds a redactor can test guesses: a text that is a whole value, or one of its
    /// parts, is masked. An ordinary redactor gives values away byte by byte. A guarded one
    /// confirms whole guesses of [8 bytes](RedactorBuilder::DEFAULT_MIN_LEN) or more, and tells
    /// nothing else:
    ///
    /// * streams, readers and writers hold back the last 64 KiB, whatever is in them;
    /// * a truncated secret at the end of a text is not masked;
    /// * the minimum length and the harmless words cannot be set;
    /// * [`skipped`](Redactor::skipped) tells only of which secrets something is not masked;
    /// * `Debug` shows no counts.
    ///
    /// The time and the memory that a text takes depend on the values. Code that can measure them
    /// may learn more.
    ///
    /// ```
    /// use keyslot::{Permissions, RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("OLD_KEY", SecretInput::new("sk_live_4eC39H").inactive())?;
    /// let redactor = project.with(Permissions::REDACT).redactor(["OLD_KEY"])?;
    /// assert!(redactor.is_guarded());
    /// assert_eq!(
    ///     redactor.redact("sk_live_4eC39H, sk_live_4eC39"),
    ///     "<<$secret.OLD_KEY>>, sk_live_4eC39"
    /// );
    ///
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// stream.feed(b"sk_live_4eC3, ", &mut out);
    /// assert!(out.is_empty());
    /// stream.finish(&mut out);
    /// assert_eq!(out, b"sk_live_4eC3, ");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_guarded(&self) -> bool {
        self.table().is_guarded()
    }
}

impl RedactorBuilder {
    /// Adds secrets of a vault, as [`ScopedVault::redactor`] does. Where that makes a guarded
    /// redactor, [`min_len`](RedactorBuilder::min_len) and [`harmless`](RedactorBuilder::harmless)
    /// cannot be set, before or after.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Redactor, RootKey, SecretName, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_4eC39H")?;
    /// let redactor = Redactor::builder()
    ///     .secrets_of(&project, ["STRIPE_KEY"])?
    ///     .secret(SecretName::new("SESSION")?, "5e551on-of-ada")
    ///     .build()?;
    /// let output = redactor.redact("sk_live_4eC39H, 5e551on-of-ada");
    /// assert_eq!(output, "<<$secret.STRIPE_KEY>>, <<$secret.SESSION>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there, but for [`TooLarge`](crate::ErrorKind::TooLarge).
    pub fn secrets_of<N: AsRef<str>>(
        self,
        vault: &ScopedVault,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        self.secrets_for(vault, &Target::unspecified(), names)
    }

    /// Adds secrets of a vault, as [`ScopedVault::redactor_for`] does; see
    /// [`secrets_of`](RedactorBuilder::secrets_of).
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AccessRules, Permissions, Redactor, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let rules = AccessRules::new().tool("stripe")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_4eC39H").rules(rules))?;
    ///
    /// let runner = project.with(Permissions::USE);
    /// let stripe = Target::tool("stripe");
    /// let redactor = Redactor::builder().secrets_for(&runner, &stripe, ["STRIPE_KEY"])?.build()?;
    /// assert_eq!(redactor.redact("sk_live_4eC39H"), "<<$secret.STRIPE_KEY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn secrets_for<N: AsRef<str>>(
        self,
        vault: &ScopedVault,
        target: &Target,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        let names = names
            .into_iter()
            .map(SecretName::new)
            .collect::<Result<Vec<_>>>()?;
        let hidden = vault.hidden(target, &names, Unusable::Refused)?;
        Ok(self.hidden(&names, hidden))
    }

    /// Adds the values of secrets.
    pub(super) fn hidden(mut self, names: &[SecretName], hidden: Hidden) -> Self {
        if hidden.guarded {
            self = self.guarded();
        }
        for (name, versions) in names.iter().zip(hidden.values) {
            let newest = Reference::secret(name.clone());
            if versions.is_empty() {
                self = self.erased(newest.clone());
            }
            for (age, found) in versions.iter().enumerate() {
                let version = found.used().version.filter(|_| age > 0);
                let reference = version.map_or_else(
                    || newest.clone(),
                    |version| newest.clone().with_version(version),
                );
                self = self.found(reference, found);
            }
        }
        self
    }
}
