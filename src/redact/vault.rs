//! Redactors of what a vault holds.

use super::builder::RedactorBuilder;
use super::redactor::Redactor;
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::Reference;
use crate::target::Target;
use crate::vault::ScopedVault;

impl ScopedVault {
    /// A redactor of the nearest secret of each name, for what a run may use before it is known what it will; for what it did
    /// use there is [`Redactor::of`]. The observer is told of it.
    ///
    /// Whoever may feed a redactor can test guesses with it, and read values out of one that is not [guarded](Redactor::is_guarded).
    /// So the permissions of the handle say what it is made of:
    ///
    /// | permissions | secrets | redactor |
    /// |---|---|---|
    /// | [`USE`](crate::Permissions::USE) | the newest version, if a resolve without a target could use it now | ordinary |
    /// | [`REDACT`](crate::Permissions::REDACT) | all versions that are kept, whatever the status, times and rules | guarded |
    /// | [`REVEAL`](crate::Permissions::REVEAL) | as with `REDACT` | ordinary |
    ///
    /// With only `USE`, what was in use before a rotation is not hidden. A handle with `USE` and `REDACT` gets an ordinary redactor
    /// when it is [narrowed](ScopedVault::with) to `USE`. An older version is `<<$secret.NAME@3>>`.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Permissions, RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first-4eC39H")?;
    /// project.put("STRIPE_KEY", "sk_live_second-qLyjWD")?;
    ///
    /// let redactor = project.redactor(["STRIPE_KEY"])?;
    /// assert_eq!(redactor.redact("now sk_live_second-qLyjWD"), "now <<$secret.STRIPE_KEY>>");
    /// assert_eq!(redactor.redact("was sk_live_first-4eC39H"), "was <<$secret.STRIPE_KEY@1>>");
    ///
    /// let runner = project.with(Permissions::USE);
    /// let redactor = runner.redactor(["STRIPE_KEY"])?;
    /// assert_eq!(redactor.redact("now sk_live_second-qLyjWD"), "now <<$secret.STRIPE_KEY>>");
    /// assert_eq!(redactor.redact("was sk_live_first-4eC39H"), "was sk_live_first-4eC39H");
    /// project.set_status("STRIPE_KEY", Status::Inactive)?;
    /// assert_eq!(runner.redactor(["STRIPE_KEY"]).unwrap_err().kind(), ErrorKind::Inactive);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) for a name that is unknown, and without a permission of the table. With only `USE`,
    /// those of a [resolve](ScopedVault::resolve), such as [`Inactive`](crate::ErrorKind::Inactive) or
    /// [`Denied`](crate::ErrorKind::Denied). [`TooLarge`](crate::ErrorKind::TooLarge) as of [`Redactor::of`]; or why the store
    /// cannot be read.
    pub fn redactor<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Redactor> {
        self.redactor_for(&Target::unspecified(), names)
    }

    /// As [`redactor`](ScopedVault::redactor), for a runner that says where the values may go: so it covers secrets that are bound
    /// to this target. A handle with [`REDACT`](crate::Permissions::REDACT) needs no target, and none is asked for.
    ///
    /// ```
    /// use keyslot::{AccessRules, ErrorKind, Permissions, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// let rules = AccessRules::new().tool("stripe")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_4eC39H").rules(rules))?;
    ///
    /// let runner = project.with(Permissions::USE);
    /// assert_eq!(runner.redactor(["STRIPE_KEY"]).unwrap_err().kind(), ErrorKind::Denied);
    /// let redactor = runner.redactor_for(&Target::tool("stripe"), ["STRIPE_KEY"])?;
    /// assert_eq!(redactor.redact("401 for sk_live_4eC39H"), "401 for <<$secret.STRIPE_KEY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn redactor_for<N: AsRef<str>>(&self, target: &Target, names: impl IntoIterator<Item = N>) -> Result<Redactor> {
        Redactor::builder().secrets_for(self, target, names)?.build()
    }
}

/// What its user may learn of the values.
impl Redactor {
    /// True if the redactor holds values that the handle it was made by may hide but not learn: those of a handle with
    /// [`REDACT`](crate::Permissions::REDACT) and without [`REVEAL`](crate::Permissions::REVEAL).
    ///
    /// Whoever feeds any redactor can test if a guess is a value, or one of the parts of it that are masked. An ordinary one tells
    /// more: streams hold back what begins a value, and the end of a text is masked if it begins one, so a value can be found byte
    /// by byte. A guarded redactor confirms whole guesses of [8 bytes](RedactorBuilder::DEFAULT_MIN_LEN) or more and nothing else:
    ///
    /// * streams, readers and writers hold back the last 64 KiB, whatever they are, until they are finished;
    /// * a secret that the end of a text cuts off is not masked;
    /// * the minimum length and the harmless words are the default ones, [`skipped`](Redactor::skipped) tells names only, and
    ///   `Debug` shows no counts.
    ///
    /// The time and memory that a text takes are not hidden: code that can measure them precisely may learn more.
    ///
    /// ```
    /// use keyslot::{Permissions, RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("OLD_KEY", SecretInput::new("sk_live_4eC39H").inactive())?;
    /// let redactor = project.with(Permissions::REDACT).redactor(["OLD_KEY"])?;
    /// assert!(redactor.is_guarded());
    /// assert_eq!(redactor.redact("sk_live_4eC39H, sk_live_4eC39"), "<<$secret.OLD_KEY>>, sk_live_4eC39");
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
    /// Adds secrets of a vault, as [`ScopedVault::redactor`] does. Where that makes a guarded redactor,
    /// [`min_len`](RedactorBuilder::min_len) and [`harmless`](RedactorBuilder::harmless) cannot be set, before or after.
    ///
    /// # Errors
    ///
    /// As there, but for [`TooLarge`](crate::ErrorKind::TooLarge).
    pub fn secrets_of<N: AsRef<str>>(self, vault: &ScopedVault, names: impl IntoIterator<Item = N>) -> Result<Self> {
        self.secrets_for(vault, &Target::unspecified(), names)
    }

    /// Adds secrets of a vault, as [`ScopedVault::redactor_for`] does; see [`secrets_of`](RedactorBuilder::secrets_of).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn secrets_for<N: AsRef<str>>(
        mut self,
        vault: &ScopedVault,
        target: &Target,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        let names = names.into_iter().map(SecretName::new).collect::<Result<Vec<_>>>()?;
        let hidden = vault.hidden(target, &names)?;
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
                let reference = version.map_or_else(|| newest.clone(), |version| newest.clone().at(version));
                self = self.found(reference, found);
            }
        }
        Ok(self)
    }
}
