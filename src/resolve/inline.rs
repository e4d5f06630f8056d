//! Blocking resolvers that are asked where the task runs.

use std::fmt;

use super::async_resolver::{AsyncResolver, Lookup};
use super::resolver::Resolver;
use crate::reference::Reference;
use crate::target::Target;

/// A [`Resolver`] that is asked on the thread of the task, which waits for it: for those that have
/// their values in memory, such as [`Variables`](crate::Variables),
/// [`RunSecrets`](crate::RunSecrets) and a warm snapshot of a vault in a file.
///
/// **Blocks the thread** as long as the resolver does, and with it all other tasks of that thread.
/// One that may wait for a disk, a lock or a network belongs into
/// [`Offloaded`](super::Offloaded).
///
/// ```
/// use keyslot::Variables;
/// use keyslot::resolve::{AsyncResolver, Inline};
///
/// let run = Inline::new(Variables::new().with("REGION", "eu")?);
/// let link: &dyn AsyncResolver = &run;
/// # let _ = link;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Inline<R>(R);

impl<R: Resolver + Send + Sync> Inline<R> {
    /// Wraps a resolver.
    ///
    /// ```
    /// use keyslot::resolve::{AsyncChain, Inline};
    /// use keyslot::RunSecrets;
    ///
    /// let chain = AsyncChain::new().then(Inline::new(RunSecrets::new()));
    /// # let _ = chain;
    /// ```
    pub fn new(resolver: R) -> Self {
        Self(resolver)
    }
}

impl<R: Resolver + Send + Sync> AsyncResolver for Inline<R> {
    fn lookup_async<'a>(&'a self, references: &'a [Reference], target: &'a Target) -> Lookup<'a> {
        Box::pin(async move { self.0.lookup(references, target) })
    }
}

impl<R> fmt::Debug for Inline<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").finish_non_exhaustive()
    }
}
