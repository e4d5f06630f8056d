//! The redactor, and what it is made of.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::collector::Collector;
use super::mask::{Mask, Masking};
use super::pattern::Claim;
use super::skipped::Skipped;
use super::sweep::Sweep;
use super::table::Table;
use super::variants::Variant;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Resolved, Wipe};
use crate::template::Syntax;

/// Turns values in what a tool returns, logs or throws back into placeholders.
///
/// Made for one run, from what was resolved for it. Cheap to clone; clones share what is searched for, which is wiped with the
/// last of them. [`redact`](crate::redact) says what is found, and what is not.
///
/// ```
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let secrets = RunSecrets::new().with("STRIPE_KEY", "sk_live_4eC39HqLyjWDarjt")?;
/// let config = secrets.resolve("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
/// let redactor = Redactor::of(&config)?;
///
/// assert_eq!(redactor.redact("401 for sk_live_4eC39HqLyjWDarjt"), "401 for <<$secret.STRIPE_KEY>>");
/// assert_eq!(redactor.redact("base64: c2tfbGl2ZV80ZUMzOUhxTHlqV0Rhcmp0"), "base64: <<$secret.STRIPE_KEY>>");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Redactor {
    table: Arc<Table>,
    masking: Masking,
}

impl Redactor {
    /// The most secrets, each version counted.
    pub const MAX_SECRETS: usize = 1_000;

    /// The most patterns: different texts that are searched for. A value of letters and digits comes to about 17; each of its
    /// lines, or strings, to some more.
    pub const MAX_PATTERNS: usize = 100_000;

    /// The most bytes of all patterns together, 128 MiB.
    pub const MAX_BYTES: usize = 128 << 20;

    /// A redactor of the secrets that went into a text or document, and of what filters made of them. Variables are no secrets
    /// and not masked.
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
    /// [`TooLarge`](ErrorKind::TooLarge) over [`MAX_SECRETS`](Redactor::MAX_SECRETS), [`MAX_PATTERNS`](Redactor::MAX_PATTERNS)
    /// or [`MAX_BYTES`](Redactor::MAX_BYTES).
    pub fn of<T: Wipe>(resolved: &Resolved<T>) -> Result<Self> {
        Self::builder().resolved(resolved).build()
    }

    /// Begins a redactor with more settings, or of secrets from elsewhere.
    pub fn builder() -> RedactorBuilder {
        RedactorBuilder::default()
    }

    pub(super) fn with(table: Table) -> Self {
        Self { table: Arc::new(table), masking: Masking::Fixed(Mask::default()) }
    }

    /// A redactor that masks what both do, as this one masks.
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
        let mut collector = Collector::new(RedactorBuilder::MIN_LEN, &[]);
        collector.table(&self.table)?;
        collector.table(&other.table)?;
        Ok(Self { table: Arc::new(collector.finish()?), masking: self.masking })
    }

    /// Sets what stands in the place of a secret.
    ///
    /// ```
    /// use keyslot::redact::Mask;
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// assert_eq!(Redactor::of(&resolved)?.mask(Mask::Stars).redact("is t0ken-of-ada"), "is ***");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn mask(self, mask: Mask) -> Self {
        Self { masking: Masking::Fixed(mask), ..self }
    }

    /// Sets the syntax that placeholders are written in. Where it has no way to refer to a secret, or not to that name or version, the
    /// placeholder is written in the default one.
    ///
    /// ```
    /// use keyslot::template::Syntax;
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// let redactor = Redactor::of(&resolved)?.syntax(&Syntax::mustache());
    /// assert_eq!(redactor.redact("is t0ken-of-ada"), "is {{$secret.TOKEN}}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn syntax(self, syntax: &Syntax) -> Self {
        Self { masking: Masking::Syntax(syntax.clone()), ..self }
    }

    /// Sets a function that writes what stands in the place of secrets: it is given those that overlap there, each once, and
    /// what of the first one it was.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// let redactor = Redactor::of(&resolved)?;
    /// let redactor = redactor.mask_with(|secrets, variant| format!("[{variant:?} of {}]", secrets[0].name()));
    /// assert_eq!(redactor.redact("is t0ken-of-ada"), "is [Value of TOKEN]");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn mask_with(self, write: impl Fn(&[&Reference], Variant) -> String + Send + Sync + 'static) -> Self {
        Self { masking: Masking::Custom(Arc::new(write)), ..self }
    }

    /// What is not masked, because hiding it would hide everything: values and parts that are too short or harmless. To be told
    /// to whoever chose them.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("PIN", "1234")?.resolve("<<PIN>>")?;
    /// let redactor = Redactor::of(&resolved)?;
    /// assert_eq!(redactor.redact("at 12:34 1234 times"), "at 12:34 1234 times");
    /// assert_eq!(redactor.skipped()[0].to_string(), "the value of PIN is too short to be masked");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn skipped(&self) -> &[Skipped] {
        self.table.skipped()
    }

    /// Masks a text; one that holds nothing to mask is borrowed.
    ///
    /// Redact first and truncate then: what is cut in the middle of a secret is not found.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // What is found begins and ends where characters do, so this is text.
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Cow::Owned(text),
                Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
            },
        }
    }

    /// As [`redact`](Redactor::redact), of bytes that need not be text.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// let redacted = Redactor::of(&resolved)?.redact_bytes(b"\xff t0ken-of-ada \x00");
    /// assert_eq!(*redacted, *b"\xff <<$secret.TOKEN>> \x00");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Some(first) = self.table.searcher().matches(bytes).next() else { return Cow::Borrowed(bytes) };
        let (clean, rest) = bytes.split_at_checked(first.start).unwrap_or((&[], bytes));
        let mut out = Vec::with_capacity(bytes.len());
        out.extend_from_slice(clean);
        Sweep::default().advance(self, rest, rest.len(), &mut |part| out.extend_from_slice(part));
        Cow::Owned(out)
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Writes what stands in the place of these secrets.
    pub(super) fn write_mask(&self, claims: &[Claim], out: &mut impl FnMut(&[u8])) {
        let references = claims.iter().filter_map(|claim| self.table.reference(claim.owner));
        match &self.masking {
            Masking::Fixed(Mask::Placeholder) => references.for_each(|one| out(one.to_string().as_bytes())),
            Masking::Fixed(Mask::Stars) => out(b"***"),
            Masking::Syntax(syntax) => {
                let write = |one: &Reference| syntax.write(one).unwrap_or_else(|| one.to_string());
                references.for_each(|one| out(write(one).as_bytes()));
            }
            Masking::Custom(write) => {
                let variant = claims.first().map_or(Variant::Value, |claim| claim.variant);
                out(write(&references.collect::<Vec<_>>(), variant).as_bytes());
            }
        }
    }
}

/// Counts only.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("secrets", &self.table.references().len())
            .field("patterns", &self.table.patterns().len())
            .field("skipped", &self.table.skipped().len())
            .finish_non_exhaustive()
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
pub struct RedactorBuilder {
    /// `None` where no value is left.
    secrets: Vec<(Reference, Option<SecretString>)>,
    filtered: Vec<(Reference, SecretString)>,
    min_len: usize,
    harmless: Vec<String>,
}

impl RedactorBuilder {
    /// The shortest text that is masked unless another minimum is set, in bytes.
    pub const DEFAULT_MIN_LEN: usize = 8;

    /// The least minimum, in bytes: what is shorter is found everywhere, and hiding it says what it is.
    pub const MIN_LEN: usize = 4;

    /// Words that are not masked unless other ones are set. Most are passwords of somebody.
    pub const HARMLESS: [&str; 28] = [
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
        "root",
        "staging",
        "true",
        "undefined",
        "username",
    ];

    /// Adds the secrets of a text or document, as [`Redactor::of`] does.
    pub fn resolved<T: Wipe>(mut self, resolved: &Resolved<T>) -> Self {
        for (number, found) in resolved.found().filter(|(_, found)| !found.is_variable()) {
            let reference = Reference::secret(found.used().name.clone());
            let reference = match found.used().version.filter(|_| resolved.is_pinned(number)) {
                Some(version) => reference.at(version),
                None => reference,
            };
            let filtered = resolved.filtered(number).map(|made| (reference.clone(), made.clone()));
            self.filtered.extend(filtered);
            self = self.found(reference, found);
        }
        self
    }

    /// Adds a secret that is not from a resolve.
    pub fn secret(mut self, name: SecretName, value: impl Into<SecretString>) -> Self {
        self.secrets.push((Reference::secret(name), Some(value.into())));
        self
    }

    pub(super) fn found(mut self, reference: Reference, found: &Found) -> Self {
        self.secrets.push((reference, Some(SecretString::from(found.expose_secret()))));
        self
    }

    pub(super) fn erased(mut self, reference: Reference) -> Self {
        self.secrets.push((reference, None));
        self
    }

    /// Sets how many bytes a value, or a part of one, must have to be masked; 8, and never under 4.
    pub fn min_len(mut self, bytes: usize) -> Self {
        self.min_len = bytes;
        self
    }

    /// Sets the words that are never masked, in any case of ASCII letters, instead of [`HARMLESS`](RedactorBuilder::HARMLESS).
    pub fn harmless<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.harmless = words.into_iter().map(Into::into).collect();
        self
    }

    /// Makes the redactor.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a minimum under 4; [`TooLarge`](ErrorKind::TooLarge) as of
    /// [`Redactor::of`].
    pub fn build(self) -> Result<Redactor> {
        let Self { secrets, filtered, min_len, harmless } = self;
        if min_len < Self::MIN_LEN {
            return Err(Error::new(ErrorKind::InvalidInput, "the minimum length to be masked is 4 bytes or more"));
        }
        let mut collector = Collector::new(min_len, &harmless);
        for (reference, value) in &secrets {
            match value {
                Some(value) => collector.secret(reference, value.expose_secret())?,
                None => collector.without_value(reference),
            }
        }
        for (reference, made) in &filtered {
            collector.filtered(reference, made.expose_secret())?;
        }
        Ok(Redactor::with(collector.finish()?))
    }
}

impl Default for RedactorBuilder {
    fn default() -> Self {
        Self {
            secrets: Vec::new(),
            filtered: Vec::new(),
            min_len: Self::DEFAULT_MIN_LEN,
            harmless: Self::HARMLESS.map(str::to_owned).into(),
        }
    }
}

/// Counts only.
impl fmt::Debug for RedactorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactorBuilder")
            .field("secrets", &self.secrets.len())
            .field("min_len", &self.min_len)
            .field("harmless", &self.harmless.len())
            .finish_non_exhaustive()
    }
}
