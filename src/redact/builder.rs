//! The making of a redactor.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::collector::{self, Collector};
use super::mask::Masking;
use super::redactor::Redactor;
use super::search::Patterns;
use super::table::Policy;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Resolved, Wipe};

/// Ways to make one.
impl Redactor {
    /// A redactor of the secrets that went into a text or document, and of what filters made of
    /// them. Variables are no secrets and not masked.
    ///
    /// ```
    /// use keyslot::{Chain, Redactor, ResolveExt, RunSecrets, Variables};
    ///
    /// let chain = Chain::new()
    ///     .then(RunSecrets::new().with("TOKEN", "t0ken-of-ada")?)
    ///     .then(Variables::new().with("COMPANY", "Acme Incorporated")?);
    /// let redactor = Redactor::of(&chain.resolve("<<TOKEN>> of <<COMPANY>>")?)?;
    /// assert_eq!(redactor.redact("Acme Incorporated: t0ken-of-ada"), "Acme Incorporated: <<$secret.TOKEN>>");
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

    /// Begins a redactor with more settings, or of secrets from elsewhere.
    pub fn builder() -> RedactorBuilder {
        RedactorBuilder::default()
    }

    /// A redactor that masks what both do, as this one masks. It is [guarded](Redactor::is_guarded)
    /// if one of them is.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let redactor = |name, value| Redactor::of(&RunSecrets::new().with(name, value)?.resolve(&format!("<<{name}>>"))?);
    /// let both = redactor("ONE", "value-of-one")?.merge(&redactor("TWO", "value-of-two")?)?;
    /// assert_eq!(both.redact("value-of-one value-of-two"), "<<$secret.ONE>> <<$secret.TWO>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when it would be.
    pub fn merge(self, other: &Self) -> Result<Self> {
        let mut collector = Collector::new(self.table().policy().of_both(other.table().policy()));
        collector.table(self.table())?;
        collector.table(other.table())?;
        Ok(Self::new(collector.finish()?, self.masks().masking.clone()))
    }
}

/// A [`Redactor`] to be.
///
/// ```
/// use keyslot::{Redactor, SecretName};
///
/// let redactor = Redactor::builder().min_len(6).secret(SecretName::new("PIN")?, "271828").build()?;
/// assert_eq!(redactor.redact("PIN 271828"), "PIN <<$secret.PIN>>");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct RedactorBuilder {
    /// `None` where no value is left.
    secrets: Vec<(Reference, Option<SecretString>)>,
    filtered: Vec<(Reference, SecretString)>,
    /// True if some values are to be hidden from the user of the redactor, too.
    guarded: bool,
    /// `None` means the default.
    min_len: Option<usize>,
    harmless: Option<Vec<String>>,
}

impl RedactorBuilder {
    /// The shortest text that is masked unless another minimum is set, in bytes.
    pub const DEFAULT_MIN_LEN: usize = 8;

    /// The least minimum, in bytes: what is shorter is found everywhere, and hiding it says what it
    /// is.
    pub const MIN_LEN: usize = Patterns::MIN_LEN;

    /// Words that are not masked unless other ones are set. Most are passwords of somebody, or the
    /// same in all credentials of a kind. May grow.
    pub const HARMLESS: &'static [&'static str] = &[
        "admin",
        "administrator",
        "anonymous",
        "application",
        "changeme",
        "database",
        "default",
        "development",
        "disabled",
        "enabled",
        "example",
        "false",
        "guest",
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "none",
        "null",
        "passwd",
        "password",
        "postgres",
        "postgresql",
        "production",
        "readonly",
        "root",
        "sqlserver",
        "staging",
        "true",
        "undefined",
        "username",
        "ec2-user",
        "us-east-1",
        "us-east-2",
        "us-west-2",
        "eu-west-1",
        "eu-central-1",
        // Credentials of Google, Azure, OAuth and Docker, which are the same in all of them.
        "service_account",
        "authorized_user",
        "external_account",
        "googleapis.com",
        "https://accounts.google.com/o/oauth2/auth",
        "https://oauth2.googleapis.com/token",
        "https://sts.googleapis.com/v1/token",
        "https://www.googleapis.com/oauth2/v1/certs",
        "https://login.microsoftonline.com",
        "https://management.azure.com/",
        "https://graph.windows.net/",
        "https://management.core.windows.net/",
        "https://management.core.windows.net:8443/",
        "https://gallery.azure.com/",
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "offline_access",
        "http://localhost",
        "https://index.docker.io/v1/",
        // Lines of a kubeconfig and other manifests of Kubernetes.
        "apiVersion: v1",
        "kind: Config",
        "kind: Secret",
        "type: Opaque",
        "clusters:",
        "- cluster:",
        "cluster:",
        "contexts:",
        "- context:",
        "context:",
        "metadata:",
        "preferences: {}",
        "stringData:",
    ];

    /// The most parts of a value that are found in all writings. More are found as they are and in
    /// JSON, and [`skipped`](Redactor::skipped) says so.
    pub const MAX_PARTS: usize = collector::MAX_PARTS;

    /// Adds the secrets of a text or document, as [`Redactor::of`] does.
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

    /// Sets how many bytes a value, or a part of one, must have to be masked, without white space
    /// and quotes around it; 8, and never under 4. The minimum holds for truncated secrets at the
    /// end of a text, too.
    pub fn min_len(mut self, bytes: usize) -> Self {
        self.min_len = Some(bytes);
        self
    }

    /// Sets the words that are never masked, in any case of ASCII letters, also with white space
    /// and quotes around them, instead of [`HARMLESS`](RedactorBuilder::HARMLESS).
    pub fn harmless<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.harmless = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// Makes the redactor.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a minimum under 4. The same for a
    /// [guarded](Redactor::is_guarded) redactor with another minimum than the default or with
    /// harmless words. [`TooLarge`](ErrorKind::TooLarge) as of [`Redactor::of`].
    pub fn build(self) -> Result<Redactor> {
        let Self {
            secrets,
            filtered,
            guarded,
            min_len,
            harmless,
        } = self;
        // Both settings are questions about the values: `skipped` answers them.
        if guarded
            && (min_len.is_some_and(|bytes| bytes != Self::DEFAULT_MIN_LEN) || harmless.is_some())
        {
            let message = "min_len and harmless cannot be set for secrets that the handle may hide but not reveal; leave \
                           both out, or use a handle with the permission REVEAL";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let min_len = min_len.unwrap_or(Self::DEFAULT_MIN_LEN);
        let harmless =
            harmless.unwrap_or_else(|| Self::HARMLESS.iter().copied().map(str::to_owned).collect());
        if min_len < Self::MIN_LEN {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the minimum length to be masked is 4 bytes or more",
            ));
        }
        let mut collector = Collector::new(Policy {
            min_len,
            harmless,
            guarded,
        });
        for (reference, value) in &secrets {
            match value {
                Some(value) => collector.secret(reference, value.expose_secret())?,
                None => collector.without_value(reference),
            }
        }
        for (reference, made) in &filtered {
            collector.filtered(reference, made.expose_secret())?;
        }
        Ok(Redactor::new(collector.finish()?, Masking::default()))
    }
}

/// Counts only. Of guarded secrets no counts: they depend on the values.
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
