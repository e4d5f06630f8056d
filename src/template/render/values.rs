//! The values that go into texts.

use secrecy::ExposeSecret;

use crate::error::{Error, ErrorKind, Result};
use crate::reference::{Reference, ReferenceKind};
use crate::resolve::{Found, Permit};
use crate::target::{Target, UnknownNames};

/// The values of the references, by their number.
pub(in crate::template) trait Values<'a> {
    /// The value; or the error instead of one, or `None` if the placeholder stays.
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>>;

    /// The value, if it may stand on every surface.
    fn free_value(&self, reference: usize) -> Option<&'a str>;

    /// Leave for the value.
    fn permit(&self, reference: usize) -> Permit;

    /// Returns true if the value is that of a variable, which is no secret.
    fn is_variable(&self, reference: usize) -> bool;

    /// The target, if it says a host and the value is that of a variable: such a value may name
    /// that same host.
    fn host_target(&self, reference: usize) -> Option<&'a Target>;
}

impl<'a> Values<'a> for &'a [&'a str] {
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>> {
        // The counts were compared before.
        Ok(self.get(reference).copied().unwrap_or_default())
    }

    #[inline]
    fn free_value(&self, reference: usize) -> Option<&'a str> {
        self.get(reference).copied()
    }

    fn permit(&self, _: usize) -> Permit {
        Permit::new()
    }

    fn is_variable(&self, _: usize) -> bool {
        true
    }

    fn host_target(&self, _: usize) -> Option<&'a Target> {
        None
    }
}

/// The answers to the references: values, or verdicts without them.
pub(in crate::template) struct LookedUp<'a, T> {
    outcomes: &'a [Result<T>],
    references: &'a [Reference],
    unknown_names: UnknownNames,
    target: &'a Target,
}

/// The answer to a reference.
pub(in crate::template) trait Answer {
    fn value(&self) -> &str;
    fn permit(&self) -> Permit;
    fn may_be_variable(&self) -> bool;
}

impl Answer for Found {
    fn value(&self) -> &str {
        self.expose_secret()
    }

    #[inline]
    fn permit(&self) -> Permit {
        self.permit()
    }

    fn may_be_variable(&self) -> bool {
        self.is_variable()
    }
}

/// The value is not there.
impl Answer for Permit {
    fn value(&self) -> &'static str {
        ""
    }

    fn permit(&self) -> Permit {
        *self
    }

    fn may_be_variable(&self) -> bool {
        true
    }
}

impl<'a, T: Answer> Values<'a> for LookedUp<'a, T> {
    #[inline]
    fn value(&self, reference: usize) -> Result<&'a str, Option<&'a Error>> {
        match self.outcomes.get(reference) {
            Some(Ok(answer)) => Ok(answer.value()),
            Some(Err(error)) => Err((!self.keeps(error, reference)).then_some(error)),
            // The counts were compared before.
            None => Err(None),
        }
    }

    #[inline]
    fn free_value(&self, reference: usize) -> Option<&'a str> {
        let answer = self.outcomes.get(reference)?.as_ref().ok()?;
        answer.permit().surfaces().is_none().then(|| answer.value())
    }

    fn permit(&self, reference: usize) -> Permit {
        let answer = self
            .outcomes
            .get(reference)
            .and_then(|outcome| outcome.as_ref().ok());
        answer.map_or_else(Permit::new, Answer::permit)
    }

    fn is_variable(&self, reference: usize) -> bool {
        let answer = self.outcomes.get(reference).map(Result::as_ref);
        matches!(answer, Some(Ok(answer)) if answer.may_be_variable())
    }

    fn host_target(&self, reference: usize) -> Option<&'a Target> {
        let is_bare = self.references.get(reference)?.kind() == ReferenceKind::Bare;
        let is_open = is_bare && self.is_variable(reference) && self.target.host().is_some();
        is_open.then_some(self.target)
    }
}

impl<'a, T: Answer> LookedUp<'a, T> {
    #[inline]
    pub(in crate::template) fn new(
        outcomes: &'a [Result<T>],
        references: &'a [Reference],
        unknown_names: UnknownNames,
        target: &'a Target,
    ) -> Self {
        Self {
            outcomes,
            references,
            unknown_names,
            target,
        }
    }
}

impl<T> LookedUp<'_, T> {
    fn keeps(&self, error: &Error, reference: usize) -> bool {
        self.unknown_names == UnknownNames::Keep
            && error.kind() == ErrorKind::NotFound
            && self
                .references
                .get(reference)
                .is_some_and(|reference| reference.kind() == ReferenceKind::Bare)
    }

    /// The references that stay.
    #[inline]
    pub(in crate::template) fn kept(&self) -> Vec<Reference> {
        if self.unknown_names == UnknownNames::Error {
            return Vec::new();
        }
        let stay = self
            .outcomes
            .iter()
            .zip(self.references)
            .filter(|(outcome, _)| outcome.is_err());
        stay.map(|(_, reference)| reference.clone()).collect()
    }
}

impl<T> Clone for LookedUp<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LookedUp<'_, T> {}
