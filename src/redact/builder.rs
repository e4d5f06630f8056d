//! The making of a redactor.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::collector::{Collector, MAX_PARTS};
use super::harmless::HARMLESS;
use super::mask::Masking;
use super::redactor::Redactor;
use super::search::Patterns;
use super::table::Policy;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Resolved, Wipe};

/// Constructors.
impl Redactor {
    /// Makes a redactor of the secrets that went into a text or document, and of the results of
    /// filters. Variables are not secrets, and are not masked.
    ///
    /// ```
    /// use keyslot::{Chain, Redactor, ResolveExt, RunSecrets, Variables};
    ///
    /// let chain = Chain::new()
    ///     .then(RunSecrets::new().with("TOKEN", "t0ken-of-ada")?)
    ///     .then(Variables::new().with("COMPANY", "Acme Incorporated")?);
    /// let redactor = Redactor::of(&chain.resolve("<<TOKEN>> of <<COMPANY>>")?)?;
    /// assert_eq!(
    ///     redactor.redact("Acme Incorporated: t0ken-of-ada"),
    ///     "Acme Incorporated: <<$secret.TOKEN>>"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) over [`MAX_SECRETS`](Redactor::MAX_SECRETS),
    /// [`MAX_PATTERNS`](Redactor::MAX_PATTERNS) or [`MAX_BYTES`](Redactor::MAX_BYTES).
    pub fn of<T: Wipe>(resolved: &Resolved<T>) -> Result<Self> {
        Self::builder().resolved(resolved).build()
    }

    /// Begins a redactor with other settings, or of secrets from elsewhere.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let builder = Redactor::builder().secret(SecretName::new("TOKEN")?, "t0ken-of-ada");
    /// assert_eq!(builder.build()?.redact("t0ken-of-ada"), "<<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn builder() -> RedactorBuilder {
        RedactorBuilder::default()
    }

    /// Returns a redactor of the secrets of both, with the mask of this one. It is
    /// [guarded](Redactor::is_guarded) if one of them is.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let redactor = |name, value| {
    ///     Redactor::of(
    ///         &RunSecrets::new()
    ///             .with(name, value)?
    ///             .resolve(&format!("<<{name}>>"))?,
    ///     )
    /// };
    /// let both = redactor("ONE", "value-of-one")?.merge(&redactor("TWO", "value-of-two")?)?;
    /// assert_eq!(
    ///     both.redact("value-of-one value-of-two"),
    ///     "<<$secret.ONE>> <<$secret.TWO>>"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when both together pass a limit of [`Redactor::of`].
    pub fn merge(self, other: &Self) -> Result<Self> {
        let policy = self.table().policy().of_both(other.table().policy());
        let both = || self.table().patterns().chain(other.table().patterns());
        let bytes = both().map(|(_, pattern)| pattern.len()).sum();
        let mut collector = Collector::new(policy, both().count(), bytes);
        collector.table(self.table())?;
        collector.table(other.table())?;
        Ok(Self::new(collector.finish(), self.masks().masking.clone()))
    }
}

/// The builder of a [`Redactor`].
///
/// ```
/// use keyslot::{Redactor, SecretName};
///
/// let redactor = Redactor::builder()
///     .min_len(6)
///     .secret(SecretName::new("PIN")?, "271828")
///     .build()?;
/// assert_eq!(redactor.redact("PIN 271828"), "PIN <<$secret.PIN>>");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct RedactorBuilder {
    /// `None` for a secret whose value was erased.
    secrets: Vec<(Reference, Option<SecretString>)>,
    filtered: Vec<(Reference, SecretString)>,
    /// True if some values must be hidden from the user of the redactor, too.
    guarded: bool,
    /// `None` means the default.
    min_len: Option<usize>,
    harmless: Option<Vec<String>>,
    users: bool,
    short_as_words: bool,
}

impl RedactorBuilder {
    /// The shortest text that is masked unless another minimum is set, in bytes.
    pub const DEFAULT_MIN_LEN: usize = 8;

    /// The least minimum, in bytes: what is shorter is found everywhere, and hiding it says what it
    /// is.
    pub const MIN_LEN: usize = Patterns::MIN_LEN;

    /// Words that are not masked unless other ones are set. Most are passwords of somebody, or the
    /// same in all credentials of a kind. May grow.
    pub const HARMLESS: &'static [&'static str] = HARMLESS;

    /// The most parts of a value that are found in all writings; a part counts once more for each
    /// 64 KiB. More are found as they are and in JSON, and [`skipped`](Redactor::skipped) says so.
    pub const MAX_PARTS: usize = MAX_PARTS;

    /// Adds the secrets of a text or document, as [`Redactor::of`] does.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("PIN", "271828")?
    ///     .resolve("<<PIN>>")?;
    /// let redactor = Redactor::builder().min_len(6).resolved(&resolved).build()?;
    /// assert_eq!(redactor.redact("PIN 271828"), "PIN <<$secret.PIN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn resolved<T: Wipe>(mut self, resolved: &Resolved<T>) -> Self {
        for (number, found) in resolved.found().filter(|(_, found)| !found.is_variable()) {
            let reference = Reference::secret(found.used().name.clone());
            let reference = match found.used().version.filter(|_| resolved.is_pinned(number)) {
                Some(version) => reference.with_version(version),
                None => reference,
            };
            let filtered = resolved
                .filtered(number)
                .map(|made| (reference.clone(), made.clone()));
            self.filtered.extend(filtered);
            self = self.found(reference, found);
        }
        self
    }

    /// Adds a secret that is not from a resolve.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let builder = Redactor::builder().secret(SecretName::new("TOKEN")?, "t0ken-of-ada");
    /// assert_eq!(builder.build()?.redact("t0ken-of-ada"), "<<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn secret(mut self, name: SecretName, value: impl Into<SecretString>) -> Self {
        self.secrets
            .push((Reference::secret(name), Some(value.into())));
        self
    }

    pub(super) fn found(mut self, reference: Reference, found: &Found) -> Self {
        self.secrets
            .push((reference, Some(SecretString::from(found.expose_secret()))));
        self
    }

    /// Marks the redactor as guarded: its user must not learn the values.
    pub(super) fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    pub(super) fn erased(mut self, reference: Reference) -> Self {
        self.secrets.push((reference, None));
        self
    }

    /// Sets the least length of a value, or of a part of one, that is masked: in bytes, without
    /// white space and quotes around it; 8 if not set, and never under 4. The minimum holds for
    /// truncated secrets at the end of a text, too.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let name = SecretName::new("PIN")?;
    /// let redactor = Redactor::builder().secret(name.clone(), "271828").build()?;
    /// assert_eq!(redactor.redact("271828"), "271828");
    /// let redactor = Redactor::builder()
    ///     .secret(name, "271828")
    ///     .min_len(6)
    ///     .build()?;
    /// assert_eq!(redactor.redact("271828"), "<<$secret.PIN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn min_len(mut self, bytes: usize) -> Self {
        self.min_len = Some(bytes);
        self
    }

    /// Sets the words that are never masked, in any case of ASCII letters, also with white space
    /// and quotes around them, instead of [`HARMLESS`](RedactorBuilder::HARMLESS).
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let builder = Redactor::builder().secret(SecretName::new("USER")?, "headquarters");
    /// let redactor = builder.harmless(["headquarters"]).build()?;
    /// assert_eq!(
    ///     redactor.redact("at the headquarters"),
    ///     "at the headquarters"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn harmless<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.harmless = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// Masks values and parts of fewer than [8 bytes](RedactorBuilder::DEFAULT_MIN_LEN) only as
    /// whole words: where no letter or digit stands beside their own letters or digits. The same
    /// holds for all their writings, so they are not found within other base64. A stream holds such
    /// a word back until it knows the next character.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let redactor = Redactor::builder()
    ///     .secret(SecretName::new("PIN")?, "1234")
    ///     .min_len(4)
    ///     .short_as_words(true)
    ///     .build()?;
    /// assert_eq!(
    ///     redactor.redact("order 5123499 pin 1234"),
    ///     "order 5123499 pin <<$secret.PIN>>"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn short_as_words(mut self, whole: bool) -> Self {
        self.short_as_words = whole;
        self
    }

    /// Masks the names of users, too: those of URLs, connection strings, `user:password` and files
    /// of logins. They are not masked otherwise, because such a name stands in many texts that have
    /// nothing to do with the secret. A user without a password is a token, and masked always.
    ///
    /// ```
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let name = SecretName::new("DATABASE_URL")?;
    /// let url = "postgres://billing-service:hunter2-hunter2@db/x";
    /// let builder = || Redactor::builder().secret(name.clone(), url);
    /// let text = "no access for billing-service";
    /// assert_eq!(builder().build()?.redact(text), text);
    /// assert_eq!(
    ///     builder().users(true).build()?.redact(text),
    ///     "no access for <<$secret.DATABASE_URL>>"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn users(mut self, masked: bool) -> Self {
        self.users = masked;
        self
    }

    /// Makes the redactor.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Redactor};
    ///
    /// assert_eq!(
    ///     Redactor::builder().build()?.redact("of no secret"),
    ///     "of no secret"
    /// );
    /// let error = Redactor::builder().min_len(3).build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a minimum under 4. The same for a
    /// [guarded](Redactor::is_guarded) redactor with another minimum than the default or with
    /// harmless words. [`TooLarge`](ErrorKind::TooLarge) as for [`Redactor::of`].
    pub fn build(self) -> Result<Redactor> {
        let Self {
            secrets,
            filtered,
            guarded,
            min_len,
            harmless,
            users,
            short_as_words,
        } = self;
        // Both settings are questions about the values: `skipped` answers them.
        if guarded
            && (min_len.is_some_and(|bytes| bytes != Self::DEFAULT_MIN_LEN) || harmless.is_some())
        {
            let message = "min_len and harmless cannot be set for secrets that the handle may hide \
                           but not reveal; leave both out, or use a handle with the permission \
                           REVEAL";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let min_len = min_len.unwrap_or(Self::DEFAULT_MIN_LEN);
        let harmless =
            harmless.unwrap_or_else(|| Self::HARMLESS.iter().copied().map(str::to_owned).collect());
        if min_len < Self::MIN_LEN {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "min_len is too small; the least is 4 bytes",
            ));
        }
        let policy = Policy {
            min_len,
            harmless,
            words_below: if short_as_words {
                Self::DEFAULT_MIN_LEN
            } else {
                0
            },
            users,
            guarded,
        };
        let values = secrets.iter().filter_map(|(_, value)| value.as_ref());
        let bytes: usize = values.map(|value| value.expose_secret().len()).sum();
        let mut collector = Collector::new(
            policy,
            secrets.len().saturating_mul(Collector::USUAL_PATTERNS),
            bytes.saturating_mul(Collector::USUAL_GROWTH),
        );
        for (reference, value) in &secrets {
            match value {
                Some(value) => collector.secret(reference, value.expose_secret())?,
                None => collector.without_value(reference),
            }
        }
        for (reference, made) in &filtered {
            collector.filtered(reference, made.expose_secret())?;
        }
        Ok(Redactor::new(collector.finish(), Masking::default()))
    }
}

/// Shows counts only, and none of guarded secrets: they depend on the values.
impl fmt::Debug for RedactorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedactorBuilder");
        if self.guarded {
            return shown.field("guarded", &true).finish_non_exhaustive();
        }
        shown
            .field("secrets", &self.secrets.len())
            .field("min_len", &self.min_len.unwrap_or(Self::DEFAULT_MIN_LEN))
            .field(
                "harmless",
                &self
                    .harmless
                    .as_ref()
                    .map_or(Self::HARMLESS.len(), Vec::len),
            )
            .finish_non_exhaustive()
    }
}
