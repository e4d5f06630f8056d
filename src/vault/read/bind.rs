//! Handles bound to a target or to an engine.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Result;
use crate::reference::Reference;
use crate::target::Target;
use crate::template::Engine;
use crate::vault::binding::Binding;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

impl ScopedVault {
    /// Returns a handle that can be used for one target only. All calls that release or check
    /// values then use that target: [`resolve`](ScopedVault::resolve),
    /// [`resolve_json`](ScopedVault::resolve_json), [`check`](ScopedVault::check), redactors, and
    /// the snapshots that are taken with the handle.
    ///
    /// On a bound handle
    ///
    /// * a call without a target, or with an [unspecified](Target::unspecified) one, means the
    ///   bound target;
    /// * a target that differs in nothing but its surface and its treatment of unknown names is
    ///   accepted; host, port, scheme and path are the same;
    /// * every other target is [`Denied`](crate::ErrorKind::Denied), before the store is asked for
    ///   anything. The observer is told.
    ///
    /// The handle has no permission to [`REVEAL`](Permissions::REVEAL) or to
    /// [`COPY`](Permissions::COPY), because both hand values over without a target. It keeps
    /// [`REDACT`](Permissions::REDACT). There is no way back.
    ///
    /// Binding a bound handle again is possible with a target that it accepts: the new surface
    /// and treatment of unknown names then hold. With any other target the new handle is denied
    /// everything, the first target included.
    ///
    /// An [`Engine`] that is called with the handle as a [`Resolver`](crate::Resolver) writes
    /// values for the surface that *its* call names. Use
    /// [`with_engine`](ScopedVault::with_engine) to keep the surface of the bound target.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{AccessRules, ErrorKind, RootKey, SecretInput, Target, Vault};
    ///
    /// let project = Vault::builder().strict().create(&RootKey::generate()?)?.scope("acme")?;
    /// let rules = AccessRules::new().tool("stripe")?.host("api.stripe.com")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_...").rules(rules))?;
    ///
    /// let runner = project.for_target(Target::tool("stripe").with_host("api.stripe.com")?);
    /// assert_eq!(runner.resolve("<<$secret.STRIPE_KEY>>")?.expose_secret(), "sk_live_...");
    ///
    /// let elsewhere = Target::tool("stripe").with_host("evil.example")?;
    /// let error = runner.resolve_for(&elsewhere, "<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// assert!(runner.reveal("STRIPE_KEY").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn for_target(&self, target: Target) -> Self {
        let mut bound = self.with(Permissions::OF_BOUND);
        bound.binding = self.binding.narrowed(target);
        bound
    }

    /// Returns the target that the handle is [bound](ScopedVault::for_target) to, or `None` if it
    /// is not bound. A handle that was bound to two different targets has the first one, and is
    /// denied everything.
    ///
    /// ```
    /// use keyslot::{RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// assert_eq!(project.target(), None);
    /// let runner = project.for_target(Target::tool("stripe"));
    /// assert_eq!(runner.target().and_then(Target::tool_name), Some("stripe"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn target(&self) -> Option<&Target> {
        match self.binding() {
            Binding::Free => None,
            Binding::To(target) | Binding::Nowhere(target) => Some(target),
        }
    }

    /// Returns a handle that uses another engine than its [vault's](crate::VaultBuilder::engine):
    /// another syntax, other limits, filters and surfaces. Every call then uses it, also those of
    /// the [snapshots](crate::Snapshot) that are taken with the handle, so that
    /// [`check`](ScopedVault::check) says what [`resolve_for`](ScopedVault::resolve_for) does.
    ///
    /// A [`Template`](crate::Template) or [`Document`](crate::Document) keeps the engine it was
    /// compiled with.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Syntax};
    /// use keyslot::{RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("TOKEN", "t-1")?;
    /// let mustache = project.with_engine(&Engine::new().syntax(Syntax::mustache()));
    /// assert_eq!(mustache.resolve("Bearer {{$secret.TOKEN}}")?.expose_secret(), "Bearer t-1");
    /// assert!(mustache.check(&Target::tool("crm"), "{{$secret.OTHER}}").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_engine(&self, engine: &Engine) -> Self {
        let mut handle = self.clone();
        handle.engine = Some(Arc::new(engine.clone()));
        handle
    }

    /// The engine of all calls.
    pub(in crate::vault) fn engine(&self) -> &Engine {
        self.engine.as_deref().unwrap_or(&self.core().engine)
    }

    /// Returns the target that a use of these references means. The observer is told of a refusal.
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied) for a target that the handle is not bound to.
    #[inline]
    pub(super) fn admit_target<'t>(
        &'t self,
        references: &[Reference],
        asked: &'t Target,
    ) -> Result<Cow<'t, Target>> {
        match self.binding() {
            Binding::Free => Ok(Cow::Borrowed(asked)),
            Binding::To(_) | Binding::Nowhere(_) => self.admit_bound(references, asked),
        }
    }

    fn admit_bound<'t>(
        &'t self,
        references: &[Reference],
        asked: &'t Target,
    ) -> Result<Cow<'t, Target>> {
        let begun = self.begin();
        self.binding().admit(asked).inspect_err(|error| {
            for reference in references {
                self.tell_use(begun, reference, asked, &Err(error.clone()));
            }
        })
    }
}
