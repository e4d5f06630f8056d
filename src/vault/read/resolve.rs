//! Resolving by a handle.

use std::borrow::Cow;

use crate::error::{ErrorKind, Result};
use crate::resolve::Resolved;
use crate::target::Target;
use crate::template::{Arguments, Grants, ModelArgs, Resolvable};
use crate::vault::observer::{Action, Event};
use crate::vault::scoped::ScopedVault;

impl ScopedVault {
    /// Resolves a text whose target is not said: every placeholder in it becomes its value, or the
    /// call fails and says all that is wrong. One store call.
    ///
    /// The text is a template, so it must come from somebody who is trusted to use the secrets of
    /// this scope. Never pass what a model or a tool wrote.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let header = project.resolve("Bearer <<$secret.STRIPE_KEY>>")?;
    /// assert_eq!(header.expose_secret(), "Bearer sk_live_...");
    /// assert!(project.resolve("Bearer <<$secret.STRIPE_KYE>>").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Syntax`](ErrorKind::Syntax) and other errors of the text; for each secret why it may not
    /// be used, e.g. [`NotFound`](ErrorKind::NotFound) or [`Revoked`](ErrorKind::Revoked); or why
    /// the store cannot be read.
    pub fn resolve<'t>(&self, text: &'t str) -> Result<Resolved<Cow<'t, str>>> {
        self.resolve_for(&Target::unspecified(), text)
    }

    /// Resolves all strings of a JSON document with one store call. Keys and everything else stay
    /// as they are.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    /// use serde_json::json;
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let body = project.resolve_json(&json!({"key": "<<$secret.STRIPE_KEY>>", "tries": 3}))?;
    /// assert_eq!(body.expose_secret(), &json!({"key": "sk_live_...", "tries": 3}));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`resolve`](ScopedVault::resolve); each failure says by
    /// [`pointer`](crate::Error::pointer) which string it is in.
    #[cfg(feature = "json")]
    pub fn resolve_json(
        &self,
        document: &serde_json::Value,
    ) -> Result<Resolved<serde_json::Value>> {
        self.resolve_for(&Target::unspecified(), document)
    }

    /// Resolves a text, template or document for a target: secrets are checked against it, and
    /// values are written as its surface needs them.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ErrorKind, RootKey, Surface, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("CITY", "São Paulo")?;
    /// let target = Target::tool("weather")
    ///     .with_host("api.example.com")?
    ///     .with_surface(Surface::Url);
    /// let url = project.resolve_for(&target, "https://api.example.com/now?city=<<$secret.CITY>>")?;
    /// assert_eq!(url.expose_secret(), "https://api.example.com/now?city=S%C3%A3o%20Paulo");
    ///
    /// let error = project
    ///     .resolve_for(&Target::instructions(), "You are in <<$secret.CITY>>")
    ///     .unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`resolve`](ScopedVault::resolve), [`Denied`](ErrorKind::Denied) when a secret may
    /// not go to the target, and [`Unencodable`](ErrorKind::Unencodable) when a value cannot stand
    /// where the text puts it.
    pub fn resolve_for<I: Resolvable>(
        &self,
        target: &Target,
        input: I,
    ) -> Result<Resolved<I::Output>> {
        self.engine()
            .resolve(self, &self.binding().meant(target), input)
    }

    /// Resolves the headers of a request with one store call, as
    /// [`ResolveExt::resolve_headers`](crate::ResolveExt::resolve_headers) does.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let headers = [("Authorization", "Bearer <<$secret.STRIPE_KEY>>")];
    /// let map = project.resolve_headers(&Target::tool("stripe"), headers)?;
    /// assert_eq!(map["Authorization"], "Bearer sk_live_...");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method, and of [`resolve`](ScopedVault::resolve).
    #[cfg(feature = "http")]
    pub fn resolve_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<http::HeaderMap> {
        self.engine()
            .resolve_headers(self, &self.binding().meant(target), headers)
    }

    /// Resolves arguments that a model wrote for a tool: the placeholders that `grants` lists and
    /// nothing else, as [`Engine::resolve_model_args`](crate::template::Engine::resolve_model_args)
    /// says. The rules of the secrets hold as well. The observer is told of each placeholder that
    /// was not granted.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::Grants;
    /// use keyslot::{RootKey, Target, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("CRM_TOKEN", "crm-token-1")?;
    /// project.put("AWS_KEY", "of no concern to the model")?;
    /// let written = "token=<<$secret.CRM_TOKEN>> key=<<$secret.AWS_KEY>>";
    /// let grants = Grants::new().name("CRM_TOKEN")?;
    /// let args = project.resolve_model_args(&Target::tool("crm"), written, &grants)?;
    /// assert_eq!(args.expose_secret(), "token=crm-token-1 key=<<$secret.AWS_KEY>>");
    /// assert_eq!(args.attempt_count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of that method, and of [`resolve_for`](ScopedVault::resolve_for).
    pub fn resolve_model_args<A: Arguments>(
        &self,
        target: &Target,
        args: A,
        grants: &Grants,
    ) -> Result<ModelArgs<A::Output>> {
        let begun = self.begin();
        let target = &*self.binding().meant(target);
        let resolved = self
            .engine()
            .resolve_model_args(self, target, args, grants)?;
        for reference in resolved
            .attempts()
            .iter()
            .filter_map(|attempt| attempt.reference())
        {
            self.tell(|| Event {
                target: Some(target),
                version: reference.version(),
                ..self.event(
                    begun,
                    Action::Attempt,
                    reference.name(),
                    Err(ErrorKind::Denied),
                )
            });
        }
        Ok(resolved)
    }
}
