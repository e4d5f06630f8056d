//! The contract of whatever is awaited for values.

use std::pin::Pin;
use std::sync::Arc;

use super::resolver::Outcomes;
use crate::error::Result;
use crate::reference::Reference;
use crate::target::Target;

/// A look-up that is awaited. Any runtime can poll it.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = Result<Outcomes>> + Send + 'a>>;

/// A source of values by reference that is awaited, such as a secret service over the network: the
/// async form of a [`Resolver`](crate::Resolver). It needs the feature `async`, which brings no
/// runtime.
///
/// [`Engine::resolve_async`](crate::template::Engine::resolve_async) resolves with it, and
/// [`look_up_ahead`](super::look_up_ahead) makes every other call of an engine one that is awaited.
/// An [`AsyncChain`](super::AsyncChain) asks several in order. A blocking resolver takes part as
/// [`Inline`](super::Inline), if it has its values in memory, or as
/// [`Offloaded`](super::Offloaded), if it may wait.
///
/// # Contract
///
/// * That of a [`Resolver`](crate::Resolver#contract): one outcome for each reference, in order.
/// * The future does nothing before it is first polled, and never blocks a thread.
/// * A future that is dropped at any await leaves nothing held: no lock, no place in a queue, no
///   value in memory.
/// * Whoever asks over a network has bounds: a time-out, and a limit for the size of an answer.
/// * No error holds what the other side wrote, nor an address with credentials in it.
///
/// ```
/// use keyslot::resolve::{AsyncResolver, Lookup};
/// use keyslot::{Found, Reference, Target};
///
/// struct Service;
///
/// impl AsyncResolver for Service {
///     fn lookup_async<'a>(&'a self, references: &'a [Reference], _: &'a Target) -> Lookup<'a> {
///         Box::pin(async move {
///             // Here the service is asked, once for all references.
///             let found = |one: &Reference| Ok(Found::new(one.name().clone(), "a value"));
///             Ok(references.iter().map(found).collect())
///         })
///     }
/// }
///
/// let links: Vec<Box<dyn AsyncResolver>> = vec![Box::new(Service)];
/// assert_eq!(links.len(), 1);
/// ```
pub trait AsyncResolver: Send + Sync {
    /// Looks up all references of one text or document at once. The future gives an error if
    /// nothing could be looked up at all; the failure of one reference is its
    /// [`Outcome`](crate::Outcome).
    fn lookup_async<'a>(&'a self, references: &'a [Reference], target: &'a Target) -> Lookup<'a>;
}

macro_rules! pass_on {
    ($($pointer:ty)+) => {$(
        impl<R: AsyncResolver + ?Sized> AsyncResolver for $pointer {
            fn lookup_async<'a>(
                &'a self,
                references: &'a [Reference],
                target: &'a Target,
            ) -> Lookup<'a> {
                (**self).lookup_async(references, target)
            }
        }
    )+};
}

pass_on!(&R Box<R> Arc<R>);
