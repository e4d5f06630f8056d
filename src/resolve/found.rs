//! Values that a resolver found.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::permit::Permit;
use super::used::Used;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Surface;

/// A value and its origin. Cheap to clone; the value is wiped with the last clone.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{Found, Scope, SecretName};
///
/// let found = Found::new(SecretName::new("TOKEN")?, "t0ken").with_scope(Scope::new("acme")?);
/// assert_eq!(found.expose_secret(), "t0ken");
/// assert_eq!(found.used().scope, Some(Scope::new("acme")?));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Found {
    inner: Arc<Inner>,
    /// Not shared: clones of one value may have different permits.
    permit: Permit,
    is_variable: bool,
}

#[derive(Clone, Debug)]
struct Inner {
    value: SecretString,
    used: Used,
    /// The generation of the data key that sealed it; 0 for what no vault sealed.
    generation: u32,
}

impl Found {
    /// Makes a value that was found under a name.
    ///
    /// ```
    /// use keyslot::{Found, SecretName};
    ///
    /// let found = Found::new(SecretName::new("TOKEN")?, "t0ken");
    /// assert_eq!(found.used().name.as_str(), "TOKEN");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(name: SecretName, value: impl Into<SecretString>) -> Self {
        let inner = Arc::new(Inner {
            value: value.into(),
            used: Used::of(name),
            generation: 0,
        });
        Self {
            inner,
            permit: Permit::new(),
            is_variable: false,
        }
    }

    /// Makes a value that is not a secret.
    pub(crate) fn variable(name: SecretName, value: String) -> Self {
        Self {
            is_variable: true,
            ..Self::new(name, value)
        }
    }

    pub(crate) fn is_variable(&self) -> bool {
        self.is_variable
    }

    /// Sets the scope in which it was found.
    ///
    /// ```
    /// use keyslot::{Found, Scope, SecretName};
    ///
    /// let scope = Scope::new("acme/billing")?;
    /// let found = Found::new(SecretName::new("TOKEN")?, "t-1").with_scope(scope.clone());
    /// assert_eq!(found.used().scope, Some(scope));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.used_mut().scope = Some(scope);
        self
    }

    /// Sets its version.
    ///
    /// ```
    /// use keyslot::{Found, SecretName};
    ///
    /// let found = Found::new(SecretName::new("TOKEN")?, "t-1").with_version("4".parse()?);
    /// assert_eq!(found.used().version, Some("4".parse()?));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.used_mut().version = Some(version);
        self
    }

    /// Sets the identity of its secret.
    ///
    /// ```
    /// use keyslot::{Found, RecordId, SecretName};
    ///
    /// let id = RecordId::from_bytes([7; 16]);
    /// let found = Found::new(SecretName::new("TOKEN")?, "t-1").with_record(id);
    /// assert_eq!(found.used().record, Some(id));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_record(mut self, record: RecordId) -> Self {
        self.used_mut().record = Some(record);
        self
    }

    /// Sets its fingerprint.
    ///
    /// ```
    /// use keyslot::{Fingerprint, Found, SecretName};
    ///
    /// let fingerprint = Fingerprint::from_bytes([7; 32]);
    /// let found = Found::new(SecretName::new("TOKEN")?, "t-1").with_fingerprint(fingerprint);
    /// assert_eq!(found.used().fingerprint, Some(fingerprint));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.used_mut().fingerprint = Some(fingerprint);
        self
    }

    /// Restricts the value to these surfaces. Set again, only the surfaces that both allow are
    /// left. Elsewhere it is refused as [`Denied`](crate::ErrorKind::Denied), and the whole call
    /// fails.
    ///
    /// ```
    /// use keyslot::{
    ///     Error, ErrorKind, Found, Outcomes, Reference, ResolveExt, Resolver, Result, Surface,
    ///     Target,
    /// };
    ///
    /// struct Token;
    ///
    /// impl Resolver for Token {
    ///     fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
    ///         let token = |reference: &Reference| {
    ///             Ok(Found::new(reference.name().clone(), "t0ken").only_on([Surface::Header]))
    ///         };
    ///         Ok(references.iter().map(token).collect())
    ///     }
    /// }
    ///
    /// let on = |surface| {
    ///     Token
    ///         .resolve_for(
    ///             &Target::tool("crm").with_surface(surface),
    ///             "Authorization: Bearer <<TOKEN>>",
    ///         )
    ///         .map(drop)
    /// };
    /// assert!(on(Surface::Header).is_ok());
    /// assert_eq!(on(Surface::Text).unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn only_on(mut self, surfaces: impl IntoIterator<Item = Surface>) -> Self {
        self.permit = self.permit.only_on(surfaces);
        self
    }

    /// Makes a value of a vault, with all that is known of its origin. `generation` is that of the
    /// data key that sealed it.
    #[cfg(feature = "vault")]
    pub(crate) fn stored(value: SecretString, used: Used, generation: u32, permit: Permit) -> Self {
        let inner = Inner {
            value,
            used,
            generation,
        };
        Self {
            inner: Arc::new(inner),
            permit,
            is_variable: false,
        }
    }

    /// Sets the surfaces on which the value may stand, in place of those set before.
    #[cfg(feature = "vault")]
    #[must_use]
    pub(crate) fn permitted(mut self, permit: Permit) -> Self {
        self.permit = permit;
        self
    }

    /// The generation of the data key that sealed the value.
    #[cfg(feature = "vault")]
    pub(crate) fn generation(&self) -> u32 {
        self.inner.generation
    }

    pub(crate) fn permit(&self) -> Permit {
        self.permit
    }

    /// Returns the origin of the value.
    ///
    /// ```
    /// use keyslot::{Found, SecretName};
    ///
    /// let found = Found::new(SecretName::new("TOKEN")?, "t-1");
    /// assert_eq!(found.used().name.as_str(), "TOKEN");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn used(&self) -> &Used {
        &self.inner.used
    }

    /// Copies the value if there are clones; both copies are wiped.
    fn used_mut(&mut self) -> &mut Used {
        &mut Arc::make_mut(&mut self.inner).used
    }
}

impl ExposeSecret<str> for Found {
    fn expose_secret(&self) -> &str {
        self.inner.value.expose_secret()
    }
}
