//! A value that was found, and the trace of it that outlives the value.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::name::SecretName;
use crate::record::{RecordId, Version};
use crate::scope::Scope;

/// A value, and where it came from. Cheap to clone; the value is wiped with the last clone.
#[derive(Clone, Debug)]
pub struct Found(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    value: SecretString,
    used: Used,
}

impl Found {
    /// A value found under a name.
    pub fn new(name: SecretName, value: impl Into<SecretString>) -> Self {
        Self(Arc::new(Inner { value: value.into(), used: Used { name, scope: None, version: None, record: None } }))
    }

    /// Says in which scope it was found.
    #[must_use]
    pub fn in_scope(mut self, scope: Scope) -> Self {
        self.used_mut().scope = Some(scope);
        self
    }

    /// Says which version it is.
    #[must_use]
    pub fn at(mut self, version: Version) -> Self {
        self.used_mut().version = Some(version);
        self
    }

    /// Says of which record it is.
    #[must_use]
    pub fn of_record(mut self, record: RecordId) -> Self {
        self.used_mut().record = Some(record);
        self
    }

    /// Where the value came from.
    pub fn used(&self) -> &Used {
        &self.0.used
    }

    /// Copies the value if there are clones; both copies are wiped.
    fn used_mut(&mut self) -> &mut Used {
        &mut Arc::make_mut(&mut self.0).used
    }
}

impl ExposeSecret<str> for Found {
    fn expose_secret(&self) -> &str {
        self.0.value.expose_secret()
    }
}

/// Which secret or variable went into a resolved text: for logs, audits and the answer to "which version did that run use".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
}
