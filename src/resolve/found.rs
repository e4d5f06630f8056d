//! A value that was found, and the trace of it that outlives the value.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::{Surface, SurfaceSet};

/// A value, and where it came from. Cheap to clone; the value is wiped with the last clone.
#[derive(Clone, Debug)]
pub struct Found {
    inner: Arc<Inner>,
    /// Not shared: one value may be found by several who may put it in different places.
    permit: Permit,
    is_variable: bool,
}

#[derive(Clone, Debug)]
struct Inner {
    value: SecretString,
    used: Used,
}

impl Found {
    /// A value found under a name.
    pub fn new(name: SecretName, value: impl Into<SecretString>) -> Self {
        let inner = Arc::new(Inner {
            value: value.into(),
            used: Used::of(name),
        });
        Self {
            inner,
            permit: Permit::new(),
            is_variable: false,
        }
    }

    /// A value that is no secret.
    pub(crate) fn variable(name: SecretName, value: String) -> Self {
        Self {
            is_variable: true,
            ..Self::new(name, value)
        }
    }

    pub(crate) fn is_variable(&self) -> bool {
        self.is_variable
    }

    /// Says in which scope it was found.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.used_mut().scope = Some(scope);
        self
    }

    /// Says which version it is.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.used_mut().version = Some(version);
        self
    }

    /// Says of which record it is.
    #[must_use]
    pub fn with_record(mut self, record: RecordId) -> Self {
        self.used_mut().record = Some(record);
        self
    }

    /// Says which fingerprint it has.
    #[must_use]
    pub fn with_fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.used_mut().fingerprint = Some(fingerprint);
        self
    }

    /// Says on which surfaces alone the value may stand; said again, only what both allow is left.
    /// Elsewhere it is refused as [`Denied`](crate::ErrorKind::Denied), which makes the whole call
    /// fail.
    ///
    /// ```
    /// use keyslot::{Error, ErrorKind, Found, Outcomes, Reference, ResolveExt, Resolver, Result, Surface, Target};
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
    /// let on = |surface| Token.resolve_for(&Target::tool("crm").with_surface(surface), "Authorization: Bearer <<TOKEN>>").map(drop);
    /// assert!(on(Surface::Header).is_ok());
    /// assert_eq!(on(Surface::Text).unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn only_on(mut self, surfaces: impl IntoIterator<Item = Surface>) -> Self {
        self.permit = self.permit.only_on(surfaces);
        self
    }

    /// Sets the surfaces on which the value may stand, in place of those set before.
    #[cfg(feature = "vault")]
    #[must_use]
    pub(crate) fn permitted(mut self, permit: Permit) -> Self {
        self.permit = permit;
        self
    }

    pub(crate) fn permit(&self) -> Permit {
        self.permit
    }

    /// Returns the origin of the value.
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

/// Leave to use a value, on every surface or on some: a verdict without the value, as
/// [`Engine::check`](crate::template::Engine::check) takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permit(Option<SurfaceSet>);

impl Permit {
    /// On every surface.
    pub fn new() -> Self {
        Self::default()
    }

    /// On these surfaces alone, as [`Found::only_on`] has it.
    #[must_use]
    pub fn only_on(self, surfaces: impl IntoIterator<Item = Surface>) -> Self {
        Self(Some(
            surfaces
                .into_iter()
                .filter(|surface| self.allows(*surface))
                .collect(),
        ))
    }

    /// On these surfaces, or on all.
    #[cfg(feature = "vault")]
    pub(crate) fn on(surfaces: Option<SurfaceSet>) -> Self {
        Self(surfaces)
    }

    pub(crate) fn allows(self, surface: Surface) -> bool {
        self.0.is_none_or(|surfaces| surfaces.contains(surface))
    }

    /// The surfaces, unless it is all of them.
    #[inline]
    pub(crate) fn surfaces(self) -> Option<SurfaceSet> {
        self.0
    }
}

/// The secret or variable that went into a resolved text: for logs, audits and the question which
/// version a run used.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Used {
    /// Its name.
    pub name: SecretName,
    /// The scope it was found in; `None` from resolvers without scopes.
    pub scope: Option<Scope>,
    /// The version of its value; `None` from resolvers without versions.
    pub version: Option<Version>,
    /// Its identity; `None` from resolvers without one.
    pub record: Option<RecordId>,
    /// Tells whether two uses were of the same value; `None` from resolvers without fingerprints.
    pub fingerprint: Option<Fingerprint>,
}

impl Used {
    fn of(name: SecretName) -> Self {
        Self {
            name,
            scope: None,
            version: None,
            record: None,
            fingerprint: None,
        }
    }
}
