//! Blocking resolvers that are asked on another thread.

use std::fmt;
use std::sync::Arc;

use super::async_resolver::{AsyncResolver, Lookup};
use super::reply::reply;
use super::resolver::Resolver;
use crate::reference::Reference;
use crate::target::Target;

/// A piece of blocking work, for a thread that may wait.
pub type Job = Box<dyn FnOnce() + Send>;

/// A [`Resolver`] that is asked on a thread for blocking work, while the task awaits its answer:
/// for a vault whose store may wait for a disk, a lock or a network.
///
/// The host says how work gets to such a thread, and any runtime will do. In tokio it is
/// `|job| drop(tokio::task::spawn_blocking(job))`.
///
/// A task that is dropped while it waits holds nothing: work that has not begun does nothing, and
/// values of work that has are wiped when it ends. Work that panics, or that the runtime never
/// runs, gives [`BrokenResolver`](crate::ErrorKind::BrokenResolver).
///
/// ```
/// use std::thread;
/// use keyslot::resolve::{AsyncResolver, Offloaded};
/// use keyslot::Variables;
///
/// let variables = Variables::new().with("REGION", "eu")?;
/// let elsewhere = Offloaded::new(variables, |job| drop(thread::spawn(job)));
/// let link: &dyn AsyncResolver = &elsewhere;
/// # let _ = link;
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Offloaded<R, S> {
    resolver: Arc<R>,
    spawn: S,
}

impl<R, S> Offloaded<R, S>
where
    R: Resolver + Send + Sync + 'static,
    S: Fn(Job) + Send + Sync,
{
    /// Wraps a resolver. `spawn` hands each piece of work to another thread, and returns at once.
    ///
    /// ```
    /// use std::thread;
    /// use keyslot::resolve::{AsyncChain, Offloaded};
    /// use keyslot::Variables;
    ///
    /// let spawn = |job| drop(thread::spawn(job));
    /// let chain = AsyncChain::new().then(Offloaded::new(Variables::new(), spawn));
    /// # let _ = chain;
    /// ```
    pub fn new(resolver: R, spawn: S) -> Self {
        Self {
            resolver: Arc::new(resolver),
            spawn,
        }
    }
}

impl<R, S> AsyncResolver for Offloaded<R, S>
where
    R: Resolver + Send + Sync + 'static,
    S: Fn(Job) + Send + Sync,
{
    fn lookup_async<'a>(&'a self, references: &'a [Reference], target: &'a Target) -> Lookup<'a> {
        Box::pin(async move {
            let (answer, awaited) = reply();
            let (references, target) = (references.to_vec(), target.clone());
            let resolver = Arc::clone(&self.resolver);
            (self.spawn)(Box::new(move || {
                if answer.is_awaited() {
                    answer.give(resolver.lookup(&references, &target));
                }
            }));
            awaited.await
        })
    }
}

impl<R, S> fmt::Debug for Offloaded<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offloaded").finish_non_exhaustive()
    }
}
