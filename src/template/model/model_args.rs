//! Resolved arguments of a model.

use std::fmt;

use secrecy::ExposeSecret;

use super::attempt::{Attempt, Attempts};
use crate::resolve::{Resolved, Used, Wipe};

/// Resolved arguments, and what in them was not granted. As careful with its values as
/// [`Resolved`].
pub struct ModelArgs<T: Wipe> {
    resolved: Resolved<T>,
    attempts: Attempts,
}

impl<T: Wipe> ModelArgs<T> {
    pub(super) fn new(resolved: Resolved<T>, attempts: Attempts) -> Self {
        Self { resolved, attempts }
    }

    /// The arguments with the granted values in them.
    ///
    /// ```
    /// use keyslot::template::Grants;
    /// use keyslot::{Redactor, ResolveExt, Target, Variables};
    ///
    /// let (target, grants) = (Target::tool("search"), Grants::new());
    /// let args = Variables::new().resolve_model_args(&target, "lima", &grants)?;
    /// let redactor = Redactor::of(args.resolved())?;
    /// assert_eq!(redactor.redact("the answer of the tool"), "the answer of the tool");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn resolved(&self) -> &Resolved<T> {
        &self.resolved
    }

    /// Returns the arguments to keep.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, grants) = (Target::tool("search"), Grants::new());
    /// let kept = Variables::new().resolve_model_args(&target, "lima", &grants)?.into_resolved();
    /// assert_eq!(kept.expose_secret(), "lima");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn into_resolved(self) -> Resolved<T> {
        self.resolved
    }

    /// The secrets and variables that went in, each once, in the order of the arguments.
    ///
    /// ```
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let variables = Variables::new().with("REGION", "eu")?;
    /// let grants = Grants::new().name("REGION")?;
    /// let args = variables.resolve_model_args(&Target::tool("search"), "<<REGION>>", &grants)?;
    /// assert_eq!(args.used()[0].name.as_str(), "REGION");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn used(&self) -> Vec<&Used> {
        self.resolved.used()
    }

    /// The text that stayed although it is a placeholder, or meant to be one; the first
    /// [`Attempt::LISTED`] in the order of the arguments, those in keys last. A diagram of Mermaid
    /// (`<<interface>>`) has some that nobody meant; what stands in the
    /// [`Secret`](crate::ReferenceKind::Secret) form was meant.
    ///
    /// ```
    /// use keyslot::template::Grants;
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, text) = (Target::tool("mail"), "Dear <<$secret.BOSS>>");
    /// let args = Variables::new().resolve_model_args(&target, text, &Grants::new())?;
    /// let attempt = args.attempts()[0].to_string();
    /// assert_eq!(attempt, "<<$secret.BOSS>> is not granted and was left as it was");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn attempts(&self) -> &[Attempt] {
        self.attempts.list()
    }

    /// The number of attempts, also of those that [`attempts`](ModelArgs::attempts) does not
    /// list.
    ///
    /// ```
    /// use keyslot::template::{Attempt, Grants};
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let (target, text) = (Target::tool("mail"), "<<KEY>> ".repeat(500));
    /// let args = Variables::new().resolve_model_args(&target, &*text, &Grants::new())?;
    /// assert_eq!(args.attempt_count(), 500);
    /// assert_eq!(args.attempts().len(), Attempt::LISTED);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn attempt_count(&self) -> usize {
        self.attempts.count()
    }
}

impl<T: Wipe> ExposeSecret<T> for ModelArgs<T> {
    fn expose_secret(&self) -> &T {
        self.resolved.expose_secret()
    }
}

impl<T: Wipe> fmt::Debug for ModelArgs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resolved, attempts } = self;
        f.debug_struct("ModelArgs")
            .field("resolved", resolved)
            .field("attempts", &attempts.list())
            .field("attempt_count", &attempts.count())
            .finish()
    }
}
