//! The joint between templates and whatever knows the values.
//!
//! A [`Resolver`] answers references in batches; a [`Chain`] asks several in order; [`Variables`]
//! answers bare names that are no secrets, and [`RunSecrets`] what the caller of a run brings
//! along. What comes out is a [`Resolved`], which wipes the values in it when dropped.

mod chain;
mod found;
mod resolved;
mod run_secrets;
mod variables;

pub use chain::Chain;
pub use found::{Found, Permit, Used};
pub(crate) use resolved::Traces;
pub(crate) use resolved::sealed::Sealed;
pub use resolved::{Resolved, Wipe};
pub use run_secrets::RunSecrets;
pub use variables::Variables;

use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::target::Target;

/// The answer of a resolver to one reference: a value, or an error.
///
/// An error of kind [`NotFound`](crate::ErrorKind::NotFound) means "not known here", so a chain
/// goes on to its next resolver; every other error is an answer and ends the search.
pub type Outcome = Result<Found>;

/// One outcome for each reference, in the same order.
pub type Outcomes = Vec<Outcome>;

/// Knows values by reference. Implement it to let templates draw from a store of your own.
///
/// # Contract
///
/// * Exactly one [`Outcome`] for each reference, in the same order.
/// * A reference of the form [`Secret`](crate::ReferenceKind::Secret) may only be answered by what
///   holds secrets.
/// * A resolver that has no versions answers a pinned reference with `NotFound`.
/// * What belongs to somebody else, or may not be seen, is `NotFound`, in the same words and at the
///   same cost as what does not exist. What may be seen but not go to `target` is
///   [`Denied`](crate::ErrorKind::Denied).
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
    /// When nothing could be looked up at all; what is wrong with one reference is its [`Outcome`].
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
pub(crate) fn check_count<T>(outcomes: &[Result<T>], references: &[Reference]) -> Result<()> {
    if outcomes.len() == references.len() {
        return Ok(());
    }
    let (given, asked) = (outcomes.len(), references.len());
    Err(Error::new(
        ErrorKind::BrokenResolver,
        format!("a resolver gave {given} outcomes for {asked} references"),
    ))
}
