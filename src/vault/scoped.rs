//! A handle on one scope: what an engine gives to a tool runner.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::Core;
use super::edit::Decision;
use super::list::List;
use super::sealed::{Place, Stored};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::resolve::Resolved;
use crate::scope::Scope;
use crate::target::Target;
use crate::template::Resolvable;

/// One scope of a vault: resolves what is in it and above it, and manages what is in it. It cannot be widened, and nothing
/// leads from it to another tenant.
///
/// Cheap to clone, `Send`, `Sync` and `'static`. It is a [`Resolver`](crate::Resolver); the methods `resolve…` are here as
/// well, so that nothing needs to be imported.
#[derive(Clone)]
pub struct ScopedVault {
    core: Arc<Core>,
    /// The scope itself, then those above it. Never empty.
    chain: Arc<[Place]>,
    own: Place,
}

impl ScopedVault {
    /// The most names that [`names`](ScopedVault::names) sorts.
    pub const MAX_NAMES: usize = 10_000;

    pub(super) fn new(core: Arc<Core>, scope: &Scope) -> Self {
        let own = core.place(scope);
        let parents = scope.chain().skip(1).map(|scope| core.place(&scope));
        let chain = std::iter::once(own.clone()).chain(parents).collect();
        Self { core, chain, own }
    }

    /// The scope.
    pub fn scope(&self) -> &Scope {
        &self.own.scope
    }

    /// Resolves a text whose target is not said: every placeholder in it becomes its value, or the call fails and says all
    /// that is wrong. One store call.
    ///
    /// The text is a template, so it must come from somebody who is trusted to use the secrets of this scope. Never pass what
    /// a model or a tool wrote.
    ///
    /// # Errors
    ///
    /// [`Syntax`](ErrorKind::Syntax) and other errors of the text; for each secret why it may not be used, e.g.
    /// [`NotFound`](ErrorKind::NotFound) or [`Revoked`](ErrorKind::Revoked); or why the store cannot be read.
    pub fn resolve<'t>(&self, text: &'t str) -> Result<Resolved<Cow<'t, str>>> {
        self.resolve_for(&Target::unspecified(), text)
    }

    /// Resolves all strings of a JSON document with one store call. Keys and everything else stay as they are.
    ///
    /// # Errors
    ///
    /// As [`resolve`](ScopedVault::resolve); each failure says by [`pointer`](Error::pointer) which string it is in.
    #[cfg(feature = "json")]
    pub fn resolve_json(&self, document: &serde_json::Value) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// Resolves a text, template or document for a target: secrets are checked against it, and values are written as its
    /// surface needs them.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ErrorKind, RootKey, Surface, Target, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme")?;
    /// project.put("CITY", "São Paulo")?;
    /// let target = Target::tool("weather").host("api.example.com").surface(Surface::Url);
    /// let url = project.resolve_for(&target, "https://api.example.com/now?city=<<$secret.CITY>>")?;
    /// assert_eq!(url.expose_secret(), "https://api.example.com/now?city=S%C3%A3o%20Paulo");
    ///
    /// let error = project.resolve_for(&Target::instructions(), "You are in <<$secret.CITY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`resolve`](ScopedVault::resolve), [`Denied`](ErrorKind::Denied) when a secret may not go to the target, and
    /// [`Unencodable`](ErrorKind::Unencodable) when a value cannot stand where the text puts it.
    pub fn resolve_for<I: Resolvable>(&self, target: &Target, input: I) -> Result<Resolved<I::Output>> {
        self.core.engine.resolve(self, target, input)
    }

    /// Resolves the headers of a request with one store call, as
    /// [`ResolveExt::resolve_headers`](crate::ResolveExt::resolve_headers) does.
    ///
    /// # Errors
    ///
    /// As there, and as [`resolve`](ScopedVault::resolve).
    #[cfg(feature = "http")]
    pub fn resolve_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<http::HeaderMap> {
        self.core.engine.resolve_headers(self, target, headers)
    }

    /// What is known of a secret of this very scope, besides its value.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is none in this scope, also if there is one above; or why the store cannot
    /// be read.
    pub fn info(&self, name: impl AsRef<str>) -> Result<SecretInfo> {
        let name = SecretName::new(name)?;
        let key = self.core.secret_row(&self.own, &name);
        let row = self.core.get_one(key)?;
        let stored = row.map(|row| self.core.open_named(&self.own, &name, row)).transpose()?;
        stored.and_then(Stored::describe).ok_or_else(|| self.not_here(&name))
    }

    /// The secrets of this very scope, revoked ones included, without their values; read a page at a time. The order is
    /// always the same but means nothing, because names are sealed.
    pub fn list(&self) -> List {
        List::new(self.clone())
    }

    /// The names in this very scope, sorted, revoked ones included.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when there are more than [`MAX_NAMES`](ScopedVault::MAX_NAMES), which
    /// [`list`](ScopedVault::list) can go through; or why the store cannot be read.
    pub fn names(&self) -> Result<Vec<SecretName>> {
        let mut names = Vec::new();
        for info in self.list() {
            if names.len() == Self::MAX_NAMES {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "the scope has more than 10000 names; list goes through them",
                ));
            }
            names.push(info?.name);
        }
        names.sort_unstable();
        Ok(names)
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn own(&self) -> &Place {
        &self.own
    }

    pub(super) fn chain(&self) -> &[Place] {
        &self.chain
    }

    /// Edits a secret of this scope and describes what it became.
    pub(super) fn change(&self, name: &SecretName, decide: &mut Decision<'_>) -> Result<SecretInfo> {
        let stored = self.core.edit(&self.own, name, decide)?;
        stored.and_then(Stored::describe).ok_or_else(|| self.not_here(name))
    }

    pub(super) fn not_here(&self, name: &SecretName) -> Error {
        Error::new(ErrorKind::NotFound, format!("no secret {name} in {}", self.scope())).with_name(name)
    }
}

impl fmt::Debug for ScopedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedVault").field("scope", self.scope()).finish_non_exhaustive()
    }
}
