//! The contract of whatever knows values.

use super::found::Found;
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::target::Target;

/// The answer of a resolver to one reference: a value, or an error.
///
/// An error of kind [`NotFound`](ErrorKind::NotFound) means "not known here", and a chain goes on
/// to its next resolver. Every other error is an answer and ends the search.
pub type Outcome = Result<Found>;

/// One outcome for each reference, in the same order.
pub type Outcomes = Vec<Outcome>;

/// A source of values by reference. Implement it to let templates draw from a store of your own.
///
/// # Blocking and async
///
/// [`lookup`](Resolver::lookup) is a blocking call. A resolver over the network waits there for its
/// answer. A vault reads its store and decrypts; it may wait for a lock of SQLite, up to the busy
/// timeout. `resolve` and its relatives call `lookup` once, and wait for nothing else.
///
/// Called on a thread of an async runtime, a `lookup` therefore holds up the other tasks of that
/// thread. Run the whole resolve on a thread for blocking work: clone the handle and the target
/// into a closure, give it to the runtime's `spawn_blocking`, and await the result there. All of
/// these types can be sent to another thread. To await the values instead, look them up first: ask
/// the template for its references, fetch all of them with async code, and fill the template with
/// the outcomes. Nothing then blocks. With the feature `async` there is an `AsyncResolver` for
/// this, and `Offloaded` to await a blocking one.
///
/// A dropped future does not stop a `lookup` that runs on another thread; its values are wiped when
/// it returns.
///
/// # Contract
///
/// * Exactly one [`Outcome`] for each reference, in the same order.
/// * A reference of the form [`Secret`](crate::ReferenceKind::Secret) may only be answered by what
///   holds secrets.
/// * A resolver that has no versions answers a pinned reference with `NotFound`.
/// * A secret that belongs to somebody else, or may not be seen, is `NotFound`, in the same words
///   and at the same cost as one that does not exist. A secret that may be seen but not go to
///   `target` is [`Denied`](ErrorKind::Denied).
/// * One call is one consistent view: all values are of the same moment.
/// * An `Err` of the call itself says that nothing could be looked up, e.g. that the store cannot
///   be reached.
///
/// ```
/// use keyslot::{Error, ErrorKind, Found, Outcomes, Reference, Resolver, Result, Target};
///
/// struct Greeting;
///
/// impl Resolver for Greeting {
///     fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
///         let answer = |reference: &Reference| match reference.name().as_str() {
///             "GREETING" => Ok(Found::new(reference.name().clone(), "good morning")),
///             _ => Err(Error::new(ErrorKind::NotFound, "there is only GREETING")),
///         };
///         Ok(references.iter().map(answer).collect())
///     }
/// }
///
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::ResolveExt;
/// assert_eq!(Greeting.resolve("<<GREETING>>!")?.expose_secret(), "good morning!");
/// # Ok::<(), Error>(())
/// ```
pub trait Resolver {
    /// Looks up all references of one text or document at once.
    ///
    /// # Errors
    ///
    /// An error if nothing could be looked up at all. The failure of one reference is its
    /// [`Outcome`].
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes>;
}

impl<R: Resolver + ?Sized> Resolver for &R {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        (**self).lookup(references, target)
    }
}

impl<R: Resolver + ?Sized> Resolver for Box<R> {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        (**self).lookup(references, target)
    }
}

impl<R: Resolver + ?Sized> Resolver for std::sync::Arc<R> {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        (**self).lookup(references, target)
    }
}

/// # Errors
///
/// [`ErrorKind::BrokenResolver`] unless there is one outcome for each reference.
#[inline]
pub(crate) fn check_count<T>(outcomes: &[Result<T>], references: &[Reference]) -> Result<()> {
    let (given, asked) = (outcomes.len(), references.len());
    if given == asked {
        Ok(())
    } else {
        Err(wrong_count(given, asked))
    }
}

#[cold]
fn wrong_count(given: usize, asked: usize) -> Error {
    Error::new(
        ErrorKind::BrokenResolver,
        format!(
            "a resolver must give one outcome for each reference; outcomes: {given}, references: \
             {asked}"
        ),
    )
}
